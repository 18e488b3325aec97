"""Questions with a date: claims counted by hand, base rates without look-ahead, settling, scores, and the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from planted_groups import Event, digest_of
from tocsin.digest import Digest, packaged_digest
from tocsin.errors import DataError, InputError, NotHeldError, StoreBusyError
from tocsin.months import last_day, month_id
from tocsin.settings import Settings, load_settings
from tocsin.warn.claims import BaseRate, Claim, base_rate, figure_so_far, uncovered
from tocsin.warn.question_file import changing, packaged_questions, questions_path, read_questions, write_questions
from tocsin.warn.questions import Draft, Question, register, score, settle, waits_for

FIRST = month_id(date(2010, 1, 1))
LAST = FIRST + 23  # December 2011
TODAY = date(2030, 1, 1)
MALI = "Government of Mali"
# G @ Mali: 5 deaths in the first month, 30 in the tenth, 30 in the twentieth.
G: list[Event] = [
    ("Mali", FIRST, "state", MALI, "G", 5),
    ("Mali", FIRST + 9, "onesided", "G", "Civilians", 30),
    ("Mali", FIRST + 19, "state", MALI, "G", 30),
]


def claim(first: int, last: int, **changes: Any) -> Claim:
    """At least 25 deaths by G @ Mali from one month to another; `changes` override."""
    made = Claim("G", "Mali", ("Mali",), "deaths", "at_least", 25, first, last)
    return replace(made, **changes)


def question(asked: Claim, *, probability: float = 0.5, held: int = 1, windows: int = 2, name: str = "q1") -> Question:
    rate = BaseRate(windows, held, asked.subject, last_day(LAST), "planted 1")
    day = last_day(asked.first_month - 1)
    return Question(name, "?", asked, asked.rule, probability, rate, "a test", day, day)


def figures(events: list[Event], last: int = LAST, **changes: Any) -> Digest:
    return digest_of(events, first=FIRST, last=last, **changes)


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home=home)


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[[Digest], None]:
    """Puts figures in the place of the packaged ones."""

    def put(digest: Digest) -> None:
        monkeypatch.setattr("tocsin.digest.load.packaged_digest", lambda: digest)

    return put


def draft(**changes: Any) -> Draft:
    made = Draft(group="G @ Mali", at_least=25, first="2012-01", last="2012-03", probability=0.4, source="a test")
    return replace(made, **{"registered_on": "2011-12-31", **changes})


# --- what is counted --------------------------------------------------------------------------------------------------


def test_measures_of_a_group_and_of_a_theatre_counted_by_hand() -> None:
    events: list[Event] = [
        ("Mali", FIRST, "onesided", "G", "Civilians", 20),  # a mass-casualty attack: 20 is enough
        ("Mali", FIRST, "onesided", "G", "Civilians", 19),
        ("Mali", FIRST, "nonstate", "G", "H", 40),  # a clash of two groups, in the figures of both
        ("Mali", FIRST + 1, "state", MALI, "H", 7),
        ("Mali", FIRST + 1, "onesided", MALI, "Civilians", 100),  # a government's: of no group
        ("Niger", FIRST, "nonstate", "G", "H", 3),
        ("Mali", FIRST + 2, "onesided", "G", "Civilians", 50),  # after the period
    ]
    digest = figures(events)
    expected = {
        "deaths": (79, 47, 86),
        "deaths_onesided": (39, 0, 39),
        "events": (3, 2, 4),
        "events_onesided": (2, 0, 2),
        "mass_casualty_events": (1, 0, 1),
    }
    for measure, (of_g, of_h, of_all) in expected.items():
        asked = claim(FIRST, FIRST + 1, measure=measure)
        assert figure_so_far(asked, digest) == of_g, measure
        assert figure_so_far(replace(asked, actor="H"), digest) == of_h, measure
        assert figure_so_far(replace(asked, actor=None), digest) == of_all, measure
    view = claim(FIRST, FIRST + 1, theatre="Mali+Niger", countries=("Mali", "Niger"))
    assert figure_so_far(view, digest) == 79 + 3
    assert figure_so_far(replace(view, actor=None, measure="events"), digest) == 5


def test_urban_and_rural_events_are_all_events() -> None:
    digest, year = packaged_digest(), month_id(date(2020, 1, 1))
    asked = Claim("IS", "Afghanistan", ("Afghanistan",), "events", "more_than", 0, year, year + 11)
    parts = [figure_so_far(replace(asked, measure=m), digest) for m in ("urban_events", "rural_events")]
    assert all(parts)
    assert sum(parts) == figure_so_far(asked, digest)


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [("more_than", False, False, True), ("at_least", False, True, True), ("fewer_than", True, False, False)],
)
def test_comparisons_at_their_edge(comparison: Any, below: bool, at: bool, above: bool) -> None:
    asked = claim(FIRST, LAST, comparison=comparison)
    assert asked.holds(np.array([24, 25, 26])).tolist() == [below, at, above]


def test_the_rule_says_what_is_counted_and_until_when() -> None:
    asked = claim(FIRST, FIRST + 1, measure="mass_casualty_events", number=1)
    assert asked.words == "G @ Mali: at least 1 mass-casualty attack from 2010-01-01 to 2010-02-28"
    assert "20 deaths or more" in asked.rule
    assert "or earlier when it is already true" in asked.rule
    assert "earlier" not in replace(asked, comparison="fewer_than").rule


# --- the base rate ----------------------------------------------------------------------------------------------------


def test_windows_of_a_group_begin_after_it_was_first_seen() -> None:
    # Three months: starts from the 2nd to the 22nd month; the 10th is in windows from the 8th, 9th and 10th, and so on.
    rate = base_rate(claim(LAST + 1, LAST + 3), figures(G))
    assert (rate.windows, rate.held, rate.of, rate.until) == (21, 6, "G @ Mali", date(2011, 12, 31))
    assert rate.value == 6 / 21


def test_a_later_period_of_the_same_length_has_the_same_base_rate() -> None:
    digest = figures(G)
    assert base_rate(claim(LAST + 13, LAST + 15), digest) == base_rate(claim(LAST + 1, LAST + 3), digest)


def test_months_of_the_period_that_are_known_count_as_they_are() -> None:
    # The last known month has 10 deaths; 15 more are needed in two months. Windows of two months from the 2nd to the
    # 23rd: those with the 10th month (2) and with the 20th (2) pass, and so does none with the 10 deaths alone.
    events = [*G, ("Mali", LAST, "state", MALI, "G", 10)]
    rate = base_rate(claim(LAST, LAST + 2), figures(events))
    assert (rate.windows, rate.held) == (22, 4)


def test_only_the_last_ten_years_count() -> None:
    end = FIRST + 179
    old: list[Event] = [("Mali", FIRST + k, "state", MALI, "G", 100) for k in range(30)]
    rate = base_rate(claim(end + 1, end + 3), figures(old, last=end))
    assert (rate.windows, rate.held) == (118, 0)


def test_a_group_with_few_windows_takes_those_of_its_theatre_then_of_the_world() -> None:
    young: Event = ("Mali", LAST - 5, "state", MALI, "H", 1)
    asked = claim(LAST + 1, LAST + 3, actor="H")
    rate = base_rate(asked, figures([*G, young]))  # 3 windows of its own, and 21 of G
    assert (rate.windows, rate.held, rate.of) == (24, 6, "all groups seen in Mali")
    abroad: Event = ("Niger", LAST - 5, "state", "Government of Niger", "H", 1)
    rate = base_rate(replace(asked, theatre="Niger", countries=("Niger",)), figures([*G, abroad]))
    assert (rate.windows, rate.held, rate.of) == (24, 6, "the world's groups")


def test_a_theatre_has_windows_from_the_first_month_quiet_ones_too() -> None:
    digest = figures(G)
    asked = claim(LAST + 1, LAST + 3, actor=None)
    assert (base_rate(asked, digest).windows, base_rate(asked, digest).held) == (22, 6)
    quiet = base_rate(replace(asked, theatre="Ghana", countries=("Ghana",), comparison="fewer_than"), digest)
    assert (quiet.windows, quiet.held, quiet.of) == (22, 22, "all groups in Ghana")


def test_a_period_longer_than_the_figures_has_no_base_rate() -> None:
    with pytest.raises(NotHeldError, match="a shorter period"):
        base_rate(claim(LAST + 1, LAST + 24), figures(G))


@given(
    deaths=st.lists(st.integers(0, 60), min_size=24, max_size=24),
    length=st.integers(1, 10),
    number=st.integers(1, 100),
)
def test_the_base_rate_is_what_a_plain_loop_counts(deaths: list[int], length: int, number: int) -> None:
    events: list[Event] = [("Mali", FIRST + k, "state", MALI, "G", n) for k, n in enumerate(deaths)]
    asked = claim(LAST + 1, LAST + length, number=number)
    rate = base_rate(asked, figures(events))
    sums = [sum(deaths[k : k + length]) for k in range(1, 24 - length + 1)]
    assert (rate.windows, rate.held) == (len(sums), sum(s >= number for s in sums))
    other = base_rate(replace(asked, comparison="fewer_than"), figures(events))
    assert other.held == rate.windows - rate.held


def test_names_and_dates_do_not_matter() -> None:
    def renamed(actor: str) -> str:
        return {"G": "Z", MALI: "Government of Peru"}.get(actor, actor)

    moved = [("Peru", month + 36, kind, renamed(a), renamed(b), n) for _, month, kind, a, b, n in G]
    asked = claim(LAST + 37, LAST + 39, actor="Z", theatre="Peru", countries=("Peru",))
    rate, before = (
        base_rate(asked, digest_of(moved, first=FIRST + 36, last=LAST + 36)),
        base_rate(claim(LAST + 1, LAST + 3), figures(G)),
    )
    assert (rate.windows, rate.held) == (before.windows, before.held)


# --- registering ------------------------------------------------------------------------------------------------------


def test_a_question_is_registered_with_what_was_known_that_day(
    settings: Settings, hold: Callable[[Digest], None]
) -> None:
    hold(figures(G))
    made, notes = register(draft(), settings, today=TODAY)
    later: list[Event] = [("Mali", LAST + k, "state", MALI, "G", 500) for k in range(1, 40)]
    hold(figures([*G, *later], last=LAST + 40))
    assert register(draft(), settings, today=TODAY)[0] == made
    assert (made.id, made.status, notes) == ("q1", "open", ())
    assert (made.base_rate.windows, made.base_rate.held) == (21, 6)
    assert made.horizon_months == 3
    assert made.text == made.claim.words
    assert made.backdated


def test_everything_wrong_is_said_at_once(settings: Settings, hold: Callable[[Digest], None]) -> None:
    hold(figures(G))
    bad = Draft(
        group="No Such Group @ Mali",
        measure="death",
        more_than=-1,
        first="2012-01-15",
        last="2011-13",
        probability=1.5,
        id="two words",
        registered_on="2031-01-01",
    )
    with pytest.raises(InputError) as refused:
        register(bad, settings, today=TODAY)
    message = str(refused.value)
    parts = (
        "9 things",
        "Did you mean deaths",
        "0 or more",
        "whole months",
        "2011-13",
        "1.5",
        "two words",
        "yet to come",
    )
    for part in (*parts, "source", "'No Such Group'"):
        assert part in message, part
    assert "\n" not in message


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"id": "q7"}, "registered already"),
        ({"theatre": "Mali"}, "one of the two"),
        ({"group": None}, "one of the two"),
        ({"group": None, "theatre": "Mali", "measure": "urban_events"}, "single groups"),
        ({"more_than": 3}, "one of the three, got 2"),
        ({"at_least": 0}, "1 or more"),
        ({"probability": None}, "0 to 1"),
        ({"probability": float("nan")}, "0 to 1"),
        ({"first": "2012-04"}, "before it begins"),
        ({"last": "9999-12"}, "9999-12"),
        ({"last": "2012-03-30"}, "whole months"),
        ({"registered_on": "2012-03-31"}, "not before the end"),
        ({"registered_on": "soon"}, "a day"),
        ({"first": "2009-12"}, "figures begin in 2010-01"),
        ({"first": "2011-08"}, "decide it already (30 so far)"),
        ({"first": "2011-08", "at_least": None, "fewer_than": 30}, "decide it already"),
        ({"last": "2016-12"}, "a shorter period"),
        ({"text": "x" * 501}, "500 characters"),
    ],
)
def test_what_cannot_be_a_question(
    settings: Settings, hold: Callable[[Digest], None], changes: dict[str, Any], part: str
) -> None:
    hold(figures(G))
    with pytest.raises(InputError, match="cannot be registered") as refused:
        register(draft(**changes), settings, today=TODAY, taken={"q7"})
    assert part in str(refused.value)


def test_bounds_days_and_made_ids(settings: Settings, hold: Callable[[Digest], None]) -> None:
    hold(figures(G))
    for probability in (0.0, 1.0):
        made, _ = register(draft(probability=probability), settings, today=TODAY, taken={"q9", "x"})
        assert (made.probability, made.id) == (probability, "q10")
    by_days, _ = register(draft(first="2012-01-01", last="2012-03-31"), settings, today=TODAY)
    assert by_days.claim == made.claim


# --- settling ---------------------------------------------------------------------------------------------------------


def test_settled_when_the_figures_reach_the_last_day_and_not_before() -> None:
    asked = question(claim(FIRST + 10, FIRST + 12))
    before, after = figures(G, last=FIRST + 11), figures(G, last=FIRST + 12)
    assert settle(asked, before, today=TODAY) is asked
    assert waits_for(asked, before) == "needs figures to 2011-01-31; held to 2010-12-31"
    done = settle(asked, after, today=TODAY)
    assert done.status == "no"
    assert done.settlement is not None
    assert (done.settlement.figure, done.settlement.early, done.settlement.vintage) == (0, False, "planted 1")
    assert (done.settlement.data_until, done.settlement.settled_on) == (date(2011, 1, 31), TODAY)


def test_a_claim_that_is_true_already_settles_early_and_no_other_does() -> None:
    known = figures(G, last=FIRST + 9)
    early = settle(question(claim(FIRST + 8, FIRST + 12)), known, today=TODAY)
    assert early.settlement is not None
    assert (early.status, early.settlement.early, early.settlement.figure) == ("yes", True, 30)
    untrue = question(claim(FIRST + 8, FIRST + 12, comparison="fewer_than"))
    assert settle(untrue, known, today=TODAY).status == "open"
    assert settle(untrue, figures(G), today=TODAY).status == "no"
    assert settle(question(claim(FIRST + 8, FIRST + 12, number=31)), known, today=TODAY).status == "open"


def test_a_settled_question_stays_as_it_is() -> None:
    done = settle(question(claim(FIRST + 10, FIRST + 12)), figures(G), today=TODAY)
    revised = figures([*G, ("Mali", FIRST + 11, "state", MALI, "G", 99)], vintage="planted 2")
    assert settle(done, revised, today=date(2031, 1, 1)) is done


def test_what_the_figures_do_not_speak_for_stays_open() -> None:
    niger = figures([("Niger", FIRST, "state", "Government of Niger", "H", 1)], covers_world=False)
    asked = question(claim(FIRST + 10, FIRST + 12))
    assert uncovered(asked.claim, niger) == ("Mali",)
    assert settle(asked, niger, today=TODAY).status == "open"
    assert "do not speak for Mali" in waits_for(asked, niger)
    late = digest_of(G[2:], first=FIRST + 11, last=LAST)
    assert settle(asked, late, today=TODAY).status == "open"
    assert waits_for(asked, late) == "the figures held begin only in 2010-12"


# --- scores -----------------------------------------------------------------------------------------------------------


def _settled(probability: float, held: int, outcome: bool) -> Question:
    # Of ten windows; the tenth month has 30 deaths, the eleventh none.
    month = FIRST + 9 if outcome else FIRST + 10
    asked = question(claim(month, month), probability=probability, held=held, windows=10)
    return settle(asked, figures(G), today=TODAY)


def test_scores_worked_by_hand() -> None:
    still = question(claim(LAST + 1, LAST + 3))
    result = score([_settled(0.8, 5, True), _settled(0.6, 2, False), still])
    # (0.04 + 0.36) / 2, (0.25 + 0.04) / 2; differences -0.21 and 0.32, whose standard deviation is 0.53 / sqrt 2.
    assert result.n == 2
    assert result.brier == pytest.approx(0.2)
    assert result.brier_base_rate == pytest.approx(0.145)
    assert result.difference == pytest.approx(0.055)
    assert result.standard_error == pytest.approx(0.265)


def test_nothing_is_said_of_none_and_no_error_of_one() -> None:
    assert score([question(claim(LAST + 1, LAST + 3))]).brier is None
    one = score([_settled(1.0, 5, True)])
    assert (one.n, one.brier, one.standard_error) == (1, 0.0, None)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_questions_come_back_as_they_were_written(settings: Settings) -> None:
    view = claim(LAST + 1, LAST + 3, actor=None, theatre="Mali+Niger", countries=("Mali", "Niger"))
    kept = (replace(_settled(0.8, 5, True), text="Fragt Müller \u2028 “so”?"), question(view, name="b"))
    with changing(settings):
        write_questions(settings, kept)
    assert read_questions(settings) == kept
    assert [path.name for path in settings.home.iterdir() if not path.name.startswith(".")] == ["questions.jsonl"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda row: "{",
        lambda row: "[1]",
        lambda row: json.dumps({k: v for k, v in row.items() if k != "to"}),
        lambda row: json.dumps({**row, "probability": 7}),
        lambda row: json.dumps({**row, "measure": "mood"}),
        lambda row: json.dumps({**row, "from": "2010-01-02"}),
        lambda row: json.dumps({**row, "status": "perhaps"}),
        lambda row: json.dumps({**row, "base_rate_windows": 0, "base_rate_held": 0}),
        lambda row: json.dumps(row),  # the same question twice
    ],
)
def test_a_damaged_line_is_named_and_nothing_is_changed(settings: Settings, damage: Callable[[Any], str]) -> None:
    with changing(settings):
        write_questions(settings, [question(claim(LAST + 1, LAST + 3))])
    path = questions_path(settings)
    torn = path.read_text() + damage(json.loads(path.read_text())) + "\n"
    path.write_text(torn)
    with pytest.raises(DataError, match="line 2"), changing(settings):
        read_questions(settings)
    assert path.read_text() == torn


def test_a_write_that_fails_leaves_the_old_questions(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = (question(claim(LAST + 1, LAST + 3)),)
    with changing(settings):
        write_questions(settings, kept)

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(InputError, match="No space left"), changing(settings):
            write_questions(settings, [])
    assert read_questions(settings) == kept


def test_two_do_not_change_the_questions_at_once(home: Path) -> None:
    home.mkdir()
    settings = load_settings(home=home, lock_seconds=0.05)
    with FileLock(home / ".questions.lock"), pytest.raises(StoreBusyError, match="try again"), changing(settings):
        pass


# --- the packaged example ---------------------------------------------------------------------------------------------


def test_the_packaged_example_is_open_and_its_numbers_are_the_figures_of_2020(settings: Settings) -> None:
    drafts, unsettled = packaged_questions()
    year = month_id(date(2020, 1, 1))
    for one in drafts:
        made, _ = register(one, settings, today=TODAY)
        assert made.claim.subject == "IS @ Afghanistan"
        assert made.registered_on == date(2021, 8, 30)
        assert made.claim.first_month > month_id(made.registered_on)
        assert settle(made, packaged_digest(), today=TODAY).status == "open"
        assert "illustration" in made.source
        if "in 2020" in made.text:
            past = replace(made.claim, first_month=year, last_month=year + 11)
            assert figure_so_far(past, packaged_digest()) == made.claim.number, made.id
    assert len({one.id for one in drafts}) == len(drafts)
    assert all(row["text"] and "cannot be settled" in row["why"] for row in unsettled)


def test_the_packaged_base_rate_is_the_one_counted_from_the_table(settings: Settings) -> None:
    # By another way: mass-casualty attacks of 2015 to 2020 by month, six months at a time.
    rows = packaged_digest().monthly.filter((pl.col("actor") == "IS") & (pl.col("theatre") == "Afghanistan"))
    seen = rows["period"].min()
    assert isinstance(seen, date)
    attacks = {
        period: rows.filter(pl.col("period") == period)["mass_casualty_events"].sum()
        for period in pl.date_range(seen, date(2020, 12, 1), "1mo", eager=True)
    }
    counts = list(attacks.values())[1:]
    windows = [sum(counts[k : k + 6]) for k in range(len(counts) - 5)]
    (one,) = (d for d in packaged_questions()[0] if d.measure == "mass_casualty_events")
    rate = register(one, settings, today=TODAY)[0].base_rate
    assert (rate.windows, rate.held) == (len(windows), sum(w >= 1 for w in windows))
