"""Emergences and lead times: small worlds worked by hand, a slow twin, planted alerts, chance known in advance."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tocsin.errors import InputError
from tocsin.verify import Emergences, alerts_within_budget, emergences, lead_time_summary, lead_times
from tocsin.verify.leadtime import FALSE, NO_ALERT, RECROSSING, TRUE, UNDECIDED

FIRST = 109


def one_group(*bursts: tuple[int, float], months: int = 120) -> np.ndarray:
    """Deaths of one group: `(place, deaths)` pairs in a record of quiet months."""
    deaths = np.zeros((1, months))
    for place, number in bursts:
        deaths[0, place] = number
    return deaths


def found(deaths: np.ndarray, **options: float) -> list[tuple[int, int, bool, bool]]:
    e = emergences(deaths, first_month=FIRST, **options)  # type: ignore[arg-type]
    rows = zip(e.group, e.month - FIRST, e.seen_before, e.previously_crossed, strict=True)
    return [(int(g), int(m), bool(s), bool(c)) for g, m, s, c in rows]


def test_emergence_by_hand() -> None:
    assert found(one_group((50, 25))) == [(0, 50, False, False)]
    assert found(one_group((50, 24))) == []
    # Twelve months make the sum: the 10 of month 40 still counts in month 51, no longer in month 52.
    assert found(one_group((40, 10), (51, 15))) == [(0, 51, True, False)]
    assert found(one_group((40, 10), (52, 15))) == []
    # Above in months 50-61; 24 months below are 62-85.
    assert found(one_group((50, 30), (85, 30))) == [(0, 50, False, False)]
    assert found(one_group((50, 30), (86, 30))) == [(0, 50, False, False), (0, 86, True, True)]
    # A war that goes on emerges once.
    assert found(one_group(*[(m, 30) for m in range(50, 100)])) == [(0, 50, False, False)]


def test_the_record_must_reach_back() -> None:
    # The sum of month 11 is the first whole one; 24 of them end in month 34.
    assert found(one_group((34, 30))) == []
    assert found(one_group((35, 30))) == [(0, 35, False, False)]
    # A group that was above in the first months is no first-timer, though its early sums are cut short.
    assert found(one_group((0, 30), (60, 30))) == [(0, 60, True, True)]


def test_options() -> None:
    assert found(one_group((20, 5)), threshold=5, window=3, quiet=2) == [(0, 20, False, False)]


def slow_emergences(deaths: np.ndarray) -> list[tuple[int, int]]:
    sums = [[row[max(0, t - 11) : t + 1].sum() for t in range(len(row))] for row in deaths]
    return [
        (g, t)
        for g, row in enumerate(sums)
        for t in range(35, len(row))
        if row[t] >= 25 and all(value < 25 for value in row[t - 24 : t])
    ]


@given(arrays(np.int64, (3, 90), elements=st.sampled_from([0] * 12 + [1, 12, 13, 25, 60])))
def test_emergences_against_a_slow_twin(deaths: np.ndarray) -> None:
    assert [(g, m) for g, m, _, _ in found(deaths)] == slow_emergences(deaths)
    for g, m, seen, crossed in found(deaths):
        assert seen == (deaths[g, :m].sum() > 0)
        assert crossed == any(deaths[g, max(0, t - 11) : t + 1].sum() >= 25 for t in range(m))


@given(arrays(np.int64, (4, 80), elements=st.sampled_from([0] * 8 + [1, 13, 60])), st.permutations(range(4)))
def test_groups_may_be_relabelled(deaths: np.ndarray, order: list[int]) -> None:
    relabelled = sorted((order[g], m, s, c) for g, m, s, c in found(deaths[order]))
    assert relabelled == found(deaths)


def world() -> tuple[Emergences, np.ndarray]:
    """Two groups, 120 months; group 0 emerges at place 80, group 1 never. Origins are the places 40-110."""
    deaths = np.zeros((2, 120))
    deaths[0, 80] = 40
    return emergences(deaths, first_month=FIRST), FIRST + np.arange(40, 111)


def alerts_at(groups: int, origins: np.ndarray, **places: list[int]) -> np.ndarray:
    """Alerts by place in the record; the argument `g0` is group 0."""
    raised = np.zeros((groups, origins.size), dtype=bool)
    for name, at in places.items():
        raised[int(name[1:]), np.array(at, dtype=int) - (origins[0] - FIRST)] = True
    return raised


@pytest.mark.parametrize(
    ("at", "lead"),
    [
        ([79], 1),  # the last origin before the emergence
        ([77, 78, 79], 3),
        ([70, 71, 77, 78, 79], 3),  # the last unbroken run counts
        ([70, 71, 74], 6),  # which need not reach the emergence
        ([68], 12),
        ([60, *range(66, 70)], 14),  # a run may begin before the horizon
        ([67], None),  # too long ago to have meant this
        ([80, 81], None),  # too late
        ([], None),
    ],
)
def test_lead_by_hand(at: list[int], lead: int | None) -> None:
    emerged, origins = world()
    result = lead_times(alerts_at(2, origins, g0=at), origins, emerged)
    assert result.emergence.tolist() == [0]
    assert result.hit.tolist() == [lead is not None]
    np.testing.assert_array_equal(result.lead, [np.nan if lead is None else lead])


def test_any_earlier_alert_can_count() -> None:
    emerged, origins = world()
    raised = alerts_at(2, origins, g0=[50, 51])
    assert not lead_times(raised, origins, emerged).hit.any()
    assert lead_times(raised, origins, emerged, any_earlier=True).lead.tolist() == [30]


def test_a_run_from_the_first_origin_is_censored() -> None:
    emerged, origins = world()
    whole = lead_times(alerts_at(2, origins, g0=list(range(40, 80))), origins, emerged)
    assert (whole.lead.tolist(), whole.censored.tolist()) == ([40], [True])
    later = lead_times(alerts_at(2, origins, g0=list(range(41, 80))), origins, emerged)
    assert (later.lead.tolist(), later.censored.tolist()) == ([39], [False])


def test_only_emergences_with_all_their_origins_are_scored() -> None:
    emerged, _ = world()
    for first, last, scored in ((68, 79, 1), (69, 79, 0), (68, 78, 0), (40, 110, 1)):
        origins = FIRST + np.arange(first, last + 1)
        assert lead_times(np.zeros((2, origins.size)), origins, emerged).emergence.size == scored


def test_kinds_of_alerts_by_hand() -> None:
    deaths = np.zeros((3, 120))
    deaths[0, 80] = 40
    deaths[1, [60, 75]] = 40  # above in 60-71, again from 75: no emergence, too soon
    emerged = emergences(deaths, first_month=FIRST)
    origins = FIRST + np.arange(40, 120)
    raised = alerts_at(3, origins, g0=[67, 68, 79, 80, 100], g1=[59, 73, 100], g2=[50, 107, 108, 119])
    kind = lead_times(raised, origins, emerged).kind
    place = {g: dict(zip(range(40, 120), kind[g].tolist(), strict=True)) for g in range(3)}
    assert {p: k for p, k in place[0].items() if k} == {67: FALSE, 68: TRUE, 79: TRUE, 80: RECROSSING, 100: FALSE}
    assert {p: k for p, k in place[1].items() if k} == {59: TRUE, 73: RECROSSING, 100: FALSE}
    # The record ends at place 119: from 107 on twelve months can be seen, from 108 on not.
    assert {p: k for p, k in place[2].items() if k} == {50: FALSE, 107: FALSE, 108: UNDECIDED, 119: UNDECIDED}
    result = lead_times(raised, origins, emerged)
    assert [result.alerts(k) for k in (TRUE, RECROSSING, FALSE, UNDECIDED)] == [3, 2, 5, 2]
    assert result.alerts(NO_ALERT) == 3 * 80 - 12


def random_world(seed: int, groups: int = 60, months: int = 200) -> tuple[np.ndarray, Emergences, np.ndarray]:
    rng = np.random.default_rng(seed)
    deaths = rng.poisson(30, (groups, months)) * (rng.random((groups, months)) < 0.015)
    return deaths, emergences(deaths, first_month=FIRST), FIRST + np.arange(60, 180)


def test_lead_times_against_a_slow_twin() -> None:
    _, emerged, origins = random_world(0)
    rng = np.random.default_rng(1)
    raised = rng.random((60, origins.size)) < 0.3
    result = lead_times(raised, origins, emerged, horizon=6)
    assert len(result.emergence) > 20
    leads = dict(zip(result.emergence.tolist(), result.lead.tolist(), strict=True))
    for number, (group, month) in enumerate(zip(emerged.group, emerged.month, strict=True)):
        if month - 6 < origins[0] or month - 1 > origins[-1]:
            assert number not in leads
            continue
        at = month - 1
        while at >= month - 6 and not raised[group, at - origins[0]]:
            at -= 1
        if at < month - 6:
            assert np.isnan(leads[number])
            continue
        while at > origins[0] and raised[group, at - 1 - origins[0]]:
            at -= 1
        assert leads[number] == month - at


def test_shifting_all_months_changes_nothing() -> None:
    deaths, emerged, origins = random_world(2)
    raised = np.random.default_rng(3).random((60, origins.size)) < 0.1
    one = lead_times(raised, origins, emerged)
    other = lead_times(raised, origins + 50, emergences(deaths, first_month=FIRST + 50))
    np.testing.assert_array_equal(one.lead, other.lead)
    np.testing.assert_array_equal(one.kind, other.kind)


# --- budgets and summaries ---


def test_budget_by_hand() -> None:
    scores = np.array([[0.9, 0.1], [0.5, 0.8], [0.7, np.nan], [0.99, 0.9]])
    eligible = np.array([[1, 1], [1, 1], [1, 0], [0, 1]])
    rng = np.random.default_rng(0)
    raised = alerts_within_budget(scores, eligible, 2, rng=rng)
    assert raised.astype(int).tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]]
    assert alerts_within_budget(scores, eligible, [1, 0], rng=rng).sum(axis=0).tolist() == [1, 0]
    assert alerts_within_budget(scores, eligible, 9, rng=rng).astype(int).tolist() == eligible.tolist()


@given(
    arrays(np.float64, (7, 5), elements=st.sampled_from([-1.0, 0, 0.25, 0.25 + 1e-15, 3])),
    arrays(np.bool_, (7, 5)),
    arrays(np.int64, 5, elements=st.integers(0, 8)),
    st.integers(0, 5),
)
def test_budget_is_used_in_order(scores: np.ndarray, eligible: np.ndarray, budget: np.ndarray, seed: int) -> None:
    raised = alerts_within_budget(scores, eligible, budget, rng=np.random.default_rng(seed))
    assert not (raised & ~eligible).any()
    np.testing.assert_array_equal(raised.sum(axis=0), np.minimum(budget, eligible.sum(axis=0)))
    for column in range(5):
        left = scores[eligible[:, column] & ~raised[:, column], column]
        if raised[:, column].any() and left.size:
            assert scores[raised[:, column], column].min() >= left.max()


def test_ties_are_broken_evenly() -> None:
    raised = alerts_within_budget(np.zeros((5, 20_000)), np.ones((5, 20_000)), 2, rng=np.random.default_rng(0))
    np.testing.assert_allclose(raised.mean(axis=1), 0.4, atol=0.015)


def test_random_alerts_are_as_good_as_chance() -> None:
    # 100 groups, 5 alerts a month, all eligible: an emergence is hit with chance 1 - 0.95^12, whatever the model.
    deaths, emerged, origins = random_world(4, groups=100)
    eligible = np.ones((100, origins.size))
    summary = lead_time_summary({}, origins, emerged, eligible=eligible, budget=5, rng=np.random.default_rng(5))
    record = summary.of("random")
    chance = 1 - 0.95**12
    assert record.emergences > 50
    assert record.hit_share == pytest.approx(chance, abs=0.02)
    assert record.missed == pytest.approx(record.emergences * (1 - chance), rel=0.05)
    # The lead of the last alert is truncated geometric, runs adding 5%: its median by the same chance.
    tail = [1 - 0.95**lead for lead in range(13)]
    median = next(lead for lead, (_, to) in enumerate(pairwise(tail), start=1) if to >= chance / 2)
    assert record.lead_median == pytest.approx(median, abs=1)
    assert record.alerts == 5 * origins.size
    assert record.true_alerts + record.recrossings + record.false_alerts + record.undecided == pytest.approx(600)
    assert record.false_alerts_per_hit == pytest.approx(record.false_alerts / record.hits)
    assert record.ceiling == pytest.approx(np.mean(emerged.seen_before[within(emerged, origins, 12)]))
    assert deaths.sum() > 0


def within(emerged: Emergences, origins: np.ndarray, horizon: int) -> np.ndarray:
    return (emerged.month - horizon >= origins[0]) & (emerged.month - 1 <= origins[-1])


def test_a_seer_beats_recency_and_random() -> None:
    deaths, emerged, origins = random_world(6, groups=100)
    ahead = np.zeros(deaths.shape)
    ahead[emerged.group, emerged.month - FIRST] = 1
    place = origins - FIRST
    seer = np.stack([ahead[:, p + 1 : p + 7].sum(axis=1) for p in place], axis=1)
    recency = np.stack([-np.argmax(deaths[:, p::-1] > 0, axis=1) for p in place], axis=1)
    summary = lead_time_summary(
        {"seer": seer, "recency": recency},
        origins,
        emerged,
        eligible=~emerged.above[:, place],
        budget=8,
        repetitions=20,
        rng=np.random.default_rng(7),
    )
    best, chance = summary.of("seer"), summary.of("random")
    assert best.hit_share > 0.95
    assert best.hit_share > chance.hit_share + 0.2
    assert best.false_alerts_per_hit < chance.false_alerts_per_hit
    # It sees six months ahead; what it alerts beyond that is chance.
    assert 5 <= best.lead_median <= 8
    assert {r.ranking for r in summary.records} == {"seer", "recency", "random"}
    for name in ("seer", "recency", "random"):
        whole, again, new = (summary.of(name, p) for p in ("all", "previously_crossed", "first"))
        for count in ("emergences", "hits", "missed", "alerts", "true_alerts", "recrossings", "false_alerts"):
            assert getattr(whole, count) == pytest.approx(getattr(again, count) + getattr(new, count)), count
        assert again.emergences > 0
        assert new.emergences > 0
        assert again.ceiling == 1  # who crossed before was seen before
    frame = summary.to_polars()
    assert isinstance(frame, pl.DataFrame)
    assert frame.shape[0] == 9
    assert frame.filter(ranking="seer", population="all")["hit_share"].item() == best.hit_share


def test_rankings_do_not_disturb_each_other() -> None:
    deaths, emerged, origins = random_world(8)
    eligible = ~emerged.above[:, origins - FIRST]
    tied = np.round(deaths[:, origins - FIRST] / 20)

    def summary(rankings):
        rng = np.random.default_rng(9)
        return lead_time_summary(rankings, origins, emerged, eligible=eligible, budget=5, repetitions=10, rng=rng)

    alone, both = summary({"tied": tied}), summary({"other": -tied, "tied": tied})
    assert alone.of("tied") == both.of("tied")
    assert alone.of("random") == both.of("random")
    assert alone.of("tied").repetitions == 10


def test_a_ranking_without_ties_runs_once_and_is_its_own_lead_times() -> None:
    _, emerged, origins = random_world(10)
    rng = np.random.default_rng(11)
    scores, eligible = rng.random((60, origins.size)), rng.random((60, origins.size)) < 0.8
    summary = lead_time_summary({"model": scores}, origins, emerged, eligible=eligible, budget=6, rng=rng)
    record = summary.of("model")
    direct = lead_times(alerts_within_budget(scores, eligible, 6, rng=rng), origins, emerged)
    assert record.repetitions == 1
    assert record.hits == direct.hit.sum()
    assert record.lead_median == np.nanmedian(direct.lead)
    assert record.false_alerts == direct.alerts(FALSE)


def test_an_alert_belongs_to_the_list_its_group_was_on() -> None:
    # Group 0 was above in places 50-61: an alert at 40 is on a first-timer, one at 100 on a group that had crossed.
    deaths = np.zeros((2, 140))
    deaths[0, 50] = 40
    emerged = emergences(deaths, first_month=FIRST)
    origins = FIRST + np.arange(36, 128)
    eligible = alerts_at(2, origins, g0=[40, 100], g1=[90])
    summary = lead_time_summary({}, origins, emerged, eligible=eligible, budget=1, rng=np.random.default_rng(0))
    assert [summary.of("random", p).alerts for p in ("all", "previously_crossed", "first")] == [3, 1, 2]
    assert summary.of("random", "first").true_alerts == summary.of("random", "first").hits == 1
    assert summary.of("random", "previously_crossed").false_alerts == 1


def test_no_emergence_gives_no_figures() -> None:
    emerged = emergences(np.zeros((3, 80)), first_month=FIRST)
    assert np.isnan(emerged.ceiling)
    origins = FIRST + np.arange(40, 60)
    record = lead_time_summary(
        {}, origins, emerged, eligible=np.ones((3, 20)), budget=1, repetitions=3, rng=np.random.default_rng(0)
    ).of("random")
    assert record.emergences == record.hits == record.true_alerts == 0
    assert record.false_alerts == 20
    assert np.isnan([record.hit_share, record.lead_median, record.false_alerts_per_hit, record.ceiling]).all()


def test_errors() -> None:
    emerged, origins = world()
    rng = np.random.default_rng(0)
    none = np.zeros((2, origins.size))
    with pytest.raises(InputError, match="deaths: expected numbers of at least 0"):
        emergences([[-1.0]], first_month=1)
    with pytest.raises(InputError, match="deaths: expected 2 dimensions"):
        emergences([1.0], first_month=1)
    with pytest.raises(InputError, match="threshold"):
        emergences([[1.0]], first_month=1, threshold=0)
    with pytest.raises(InputError, match="quiet: expected a whole number of at least 1"):
        emergences([[1.0]], first_month=1, quiet=0)
    with pytest.raises(InputError, match="one row for each of 2 groups, got 3"):
        lead_times(np.zeros((3, origins.size)), origins, emerged)
    with pytest.raises(InputError, match="make alerts of scores with alerts_within_budget"):
        lead_times(none + 0.5, origins, emerged)
    with pytest.raises(InputError, match="consecutive months"):
        lead_times(none, origins[::-1], emerged)
    with pytest.raises(InputError, match="not within the record"):
        lead_times(none, origins + 100, emerged)
    with pytest.raises(InputError, match="horizon: expected a whole number of at least 1"):
        lead_times(none, origins, emerged, horizon=0)
    with pytest.raises(InputError, match="'random' is kept"):
        lead_time_summary({"random": none}, origins, emerged, eligible=none, rng=rng)
    with pytest.raises(InputError, match="model: expected scores of the shape of eligible"):
        lead_time_summary({"model": none[:, 1:]}, origins, emerged, eligible=none, rng=rng)
    with pytest.raises(InputError, match="model: scores of eligible groups are missing"):
        lead_time_summary({"model": none * np.nan}, origins, emerged, eligible=none + 1, rng=rng)
    with pytest.raises(InputError, match="eligible: expected one row for each of 2 groups"):
        lead_time_summary({}, origins, emerged, eligible=np.ones((3, origins.size)), rng=rng)
    with pytest.raises(InputError, match=r"budget: expected a whole number of at least 0, or one for each of 71"):
        alerts_within_budget(none, none + 1, 1.5, rng=rng)
    with pytest.raises(InputError, match="no record of 'model', 'all'; rankings: random"):
        lead_time_summary({}, origins, emerged, eligible=none + 1, rng=rng).of("model")


def test_real_record(shared_data: Path) -> None:
    # Afghanistan's `IS` in the located events: first deaths in 2015, an emergence within the year, seen or not.
    events = pl.read_parquet(shared_data / "ged211_precise.parquet").filter(
        (pl.col("country") == "Afghanistan") & ((pl.col("side_a") == "IS") | (pl.col("side_b") == "IS"))
    )
    day = pl.col("date_start").cast(pl.String).str.slice(0, 10).str.to_date()
    place = events.select((day.dt.year() - 1989) * 12 + day.dt.month() - 1).to_series().to_numpy()
    deaths = np.zeros((1, 384))
    np.add.at(deaths[0], place, events["best"].to_numpy())
    emerged = emergences(deaths, first_month=FIRST)
    assert emerged.group.size == 1
    assert FIRST + 12 * 26 <= emerged.month[0] < FIRST + 12 * 27
    assert not emerged.previously_crossed[0]
