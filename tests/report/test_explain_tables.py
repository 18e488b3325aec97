"""What `tocsin explain` prints: everything under its name and in order, nothing that steers, whole when narrow."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from rich.cells import cell_len

from planted_explanation import NOW, ON_MASS, REASONS, at_war, explanation
from planted_lines import line
from planted_rivalry import planted_rivalry
from tocsin.months import first_day
from tocsin.report.explain_tables import WIDTH, print_explanation
from tocsin.rivalry.result import NullCheck
from tocsin.warn.explanation import CellFigures, Explanation, MonthFigures


def lines(made: Explanation) -> list[str]:
    out = io.StringIO()
    print_explanation(made, file=out)
    return out.getvalue().splitlines()


def text(made: Explanation) -> str:
    return " ".join(" ".join(lines(made)).split())


def section(made: Explanation, title: str) -> list[str]:
    """The lines of a part, from its title to the next empty line."""
    found = lines(made)
    start = next(at for at, said in enumerate(found) if said.startswith(title))
    return found[start : found.index("", start) if "" in found[start:] else None]


def cells(found: list[str], start: str) -> list[str]:
    row = next(said for said in found if said.startswith(start) and "|" in said)
    return [cell.strip() for cell in row.split("|")]


def test_first_the_sentence_then_why_the_level() -> None:
    said = text(explanation())
    assert said.startswith(
        "As of 31 December 2020, JNIM @ Mali is on watch (new risk: fewer than 25 deaths in the last 12 months); "
        "within 6 months, 25 deaths or more: unlikely (20%, 90% interval 10% to 40%; base rate 1.5%); a mass-casualty "
        "attack: almost no chance (3.0%, 90% interval 1.0% to 8.0%; base rate 0.1%). Watch (prepare): number 7 by "
        "the probability"
    )


def test_parts_stand_in_their_order() -> None:
    said = text(explanation())
    parts = [
        "Watch (prepare)",
        "Probabilities within 6 months",
        "What moves the probability of 25 deaths or more",
        "What moves the probability of a mass-casualty attack",
        "What it did, month by month",
        "Deaths expected in the months ahead",
        "Past cases most like it",
        "Whom it has clashed with",
        "Who answers whom",
        "Possible off-shoots",
        "Where, over the last 12 months",
        "As of 2020-12-31 (reconstructed)",
        "Licence: CC BY 4.0.",
    ]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "on", [at_war(), line(level="warning", level_target="mass_casualty", **(REASONS | {"level_sentence": ON_MASS}))]
)
def test_what_the_level_is_of_comes_first(on: object) -> None:
    said = text(explanation(on))  # type: ignore[arg-type]
    assert said.index("What moves the probability of a mass") < said.index("What moves the probability of 25")
    assert said.index("a mass-casualty attack: ") < said.index("25 deaths or more: ")


def test_probabilities_with_all_that_weighs_them() -> None:
    found = section(explanation(), "Probabilities within 6 months")
    assert cells(found, "25 deaths")[1:] == [
        "20%", "10% to 40%", "1.5%", "unlikely", "22% of 143", "moderate",
    ]  # fmt: skip
    assert cells(found, "a mass")[5:] == ["none known by then", "low"]
    said = " ".join(" ".join(found).split())
    assert "25 deaths or more: 18% on the figures of a month earlier." in said
    assert "Expected deaths: 12 (80%: 0 to 1,234); 3 in the last 3 months, 1,020 in the last 12." in said
    assert "Confidence is low: A reason. Another." in said
    new = line(**(REASONS | {"p_deaths25_previous": None}))
    assert "25 deaths or more: first seen since." in text(explanation(new))


def test_drivers_with_odds_change_and_facts_and_that_they_are_no_causes() -> None:
    found = section(explanation(), "What moves the probability of 25")
    assert cells(found, "momentum") == ["momentum", "x2.3", "x1.9", "Deaths rose. Twice those of before."]
    assert cells(found, "rivals") == ["rivals", "x0.43", "none", "A rival's attack in May 2020."]
    # The other model's part is told however small it is.
    assert cells(found, "self-exciting")[:3] == ["self-exciting model", "x1.1", "x1.1"]
    said = " ".join(" ".join(found).split())
    assert "It is old." not in said
    assert "By less than a tenth: age." in said
    assert "from 6.0%, the average group" in said
    assert "last 12 months, to 20%." in said
    assert "72% of the score" in said
    assert "shares of a model's score, not causes" in said
    # A model of trees alone has nothing else to tell of.
    assert "self-exciting" not in " ".join(section(explanation(), "What moves the probability of a mass"))


def test_past_month_by_month() -> None:
    found = section(explanation(), "What it did, month by month")
    bars = found[1]
    assert len(bars) == 60
    assert [at for at, bar in enumerate(bars) if bar != "·"] == [19, 56]  # 40 and 3 months before the last
    assert [found[2].index(year) for year in ("2016", "2017", "2020")] == [0, 12, 48]
    assert "Deaths a month, 2016-01 to 2020-12; most: 8 in 2020-09." in " ".join(found)
    rows = [said for said in found if re.match(r"20\d\d-\d\d ", said)]
    assert len(rows) == 12
    assert cells(found, "2020-09") == ["2020-09", "0", "8", "0", "8", "1", "0"]


def test_months_ahead_beside_the_baseline() -> None:
    found = section(explanation(), "Deaths expected")
    assert cells(found, "2021-01") == ["2021-01", "3.2", "0 to 12", "1", "0.7", "0 to 8"]
    assert cells(found, "2021-06")[1] == "19"


def test_past_cases_and_what_came_of_them_beside_the_base_rate() -> None:
    found = section(explanation(), "Past cases")
    row = cells(found, "MNLM")
    assert row == ["MNLM @ Niger", "2009-06", "0.82", "·" * 12 + "█" * 12, "12", "█" + "·" * 11, "40", "1"]
    said = " ".join(" ".join(found).split())
    assert "of the 30 nearest cases, one per group: 25 deaths or more in 12 (40%; base rate 5.0%)" in said
    assert "a mass-casualty attack in 3 (10%; base rate 1.1%)" in said
    assert "groups with fewer than 25 deaths in the 12 months before, but some." in said
    none = line(**(REASONS | {"analogues": None}))
    assert "None: no past case can be compared" in text(explanation(none))


def test_opponents_allies_and_who_fights_the_same() -> None:
    found = section(explanation(), "Whom it has clashed with")
    assert cells(found, "IS") == ["IS", "1", "8", "2020-09"]
    assert cells(found, "a state") == ["a state", "1", "6", "2017-08"]
    said = " ".join(" ".join(found).split())
    assert "Beside it, in coalitions: AQIM (1 event, the last in 2020-11)." in said
    assert "Fights the same groups: AQIM (IS)." in said


def test_links_of_the_group_with_their_labels() -> None:
    found = section(explanation(), "Who answers whom")
    # Those that answer first; links of which the group is no side are not its own.
    assert cells(found, "JNIM") == ["JNIM", "IS", "+0.21 (+0.12 to +0.30)", "answers", "0"]
    rows = [said for said in found if said.count("|") == 4]
    assert len(rows) == 1 + 4
    said = " ".join(" ".join(found).split())
    assert "2015-01-05 to 2020-12-27" in said
    assert "predictive, not causal" in said
    assert "4.2% of links of this theatre pass the 5% test." in said


def test_links_that_cannot_be_had_or_trusted_are_said_so() -> None:
    assert "None: not asked for, or too few attacks in the theatre." in text(explanation(rivalry=None))
    others = planted_rivalry(("IS", "AQIM"), theatre="Mali")
    assert "None: too few attacks on civilians" in text(explanation(rivalry=others))
    names = ("JNIM", "IS")
    high = planted_rivalry(names, theatre="Mali", null_checks=(NullCheck("circular_shifts", 0.2, 100),))
    assert "too often to rely on single links" in text(explanation(rivalry=high))
    unchecked = planted_rivalry(names, theatre="Mali", null_checks=())
    assert "could not be checked here" in text(explanation(rivalry=unchecked))
    nothing = {"low": float("-inf"), "high": float("inf"), "minimum_detectable": float("inf")}
    empty = planted_rivalry(names, {(0, 1): nothing, (1, 0): nothing}, theatre="Mali")
    assert cells(section(explanation(rivalry=empty), "Who answers"), "IS")[2] == "-"


def test_off_shoots_both_ways() -> None:
    said = " ".join(" ".join(section(explanation(), "Possible off-shoots")).split())
    assert (
        "JNIM @ Mali (first event 2017-03) may have split from FLM @ Mali: 88% of its ground is on or beside the older "
        "group's; both have clashed with: IS, a state; no recorded clash of the two."
    ) in said
    assert "IS @ Mali (first event 2019-03) may have split from JNIM @ Mali: 50%" in said
    assert "the two have clashed with each other" in said
    assert section(explanation(offshoots=()), "Possible off-shoots")[1] == "none"


def test_cells_by_their_centres_the_deadliest_first_ten_at_most() -> None:
    found = section(explanation(), "Where, over")
    rows = [[cell.strip() for cell in said.split("|")] for said in found[3:]]
    assert rows == [["89.75 S 179.75 W", "3", "8"], ["0.25 N 0.25 E", "2", "1"]]
    many = tuple(CellFigures(1000 + k, 1, k) for k in range(12))
    found = section(explanation(cells=many), "Where, over")
    assert sum("|" in said for said in found) == 1 + 10
    assert found[-1] == "and 2 more: --format json"
    assert section(explanation(cells=()), "Where, over")[1] == "No located event."


def test_foot_says_what_it_rests_on() -> None:
    said = text(explanation())
    for part in (
        "Figures to 2020-12-31. Horizon 6 months. Data: ucdp-ged 21.1. Model: boosted-1, fitted on figures to 2020-12.",
        "A note.",
        "Events of the coalitions it is a member of are not in its own figures.",
        "Words of likelihood by",
        "Source: A source (2021). Licence: CC BY 4.0.",
    ):
        assert part in said, part


def test_a_short_past_and_nothing_ahead() -> None:
    short = (MonthFigures(first_day(NOW), 1, 0, 0, 1, 0),)
    found = section(explanation(history=short, ahead=()), "What it did")
    assert found[1:3] == ["█", "Deaths a month, 2020-12; most: 1 in 2020-12."]
    quiet = (MonthFigures(first_day(NOW), 0, 0, 0, 1, 0),)
    assert section(explanation(history=quiet), "What it did")[2] == "Deaths a month, 2020-12; none in any."
    assert "Deaths expected in the months" not in text(explanation(ahead=()))


def test_no_line_is_wider_than_the_page_and_no_name_steers_the_terminal() -> None:
    evil = "A\x1b[31m[bold]x[/bold]"
    on = line(f"{evil} @ Mali", **REASONS)
    made = explanation(
        on, rivalry=planted_rivalry((evil, "Front for the Liberation of the Far Provinces"), theatre="Mali")
    )
    made = replace(made, offshoots=(replace(made.offshoots[0], parent=evil, first_event=date(2017, 3, 1)),))
    found = lines(made)
    assert max(cell_len(said) for said in found) <= WIDTH
    assert not any("\x1b" in said for said in found)
    assert any("A[31m[bold]x[/bold]" in said for said in found)


def test_a_narrow_terminal_loses_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    print_explanation(explanation(), file=screen)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert max(cell_len(said) for said in plain.splitlines()) <= 80
    assert "\x1b" in screen.getvalue()
    assert "…" not in plain
    for figure in ("x0.43", "0.82", "+0.21", "89.75 S", "3.2"):
        assert figure in plain, figure
