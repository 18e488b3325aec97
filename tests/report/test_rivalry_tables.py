"""A fit of rivalry as text: every figure under its name, the words that the figures call for, nothing that steers."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

from planted_rivalry import ANSWERS, NO_ANSWER, planted_fit, planted_rivalry, planted_world
from tocsin.report.rivalry_tables import WIDTH, failed_checks, held_apart, print_rivalry, print_world
from tocsin.rivalry.result import NullCheck, Rivalry, Severity

LINKS = {(0, 1): {**ANSWERS, "clashes": 1173}, (1, 0): {"clashes": 1173}, (0, 2): {**NO_ANSWER, "allied": True}}


def lines(*rivalries: Rivalry, top: int = 20) -> list[str]:
    out = io.StringIO()
    if len(rivalries) == 1:
        print_rivalry(rivalries[0], top, file=out)
    else:
        print_world(planted_world(*rivalries), file=out)
    return out.getvalue().splitlines()


def text(*rivalries: Rivalry, top: int = 20) -> str:
    return " ".join(" ".join(lines(*rivalries, top=top)).split())


def cells(found: list[str], start: str) -> list[str]:
    """The cells of the first table row that begins with a word."""
    row = next(line for line in found if line.startswith(start) and "|" in line)
    return [cell.strip() for cell in row.split("|")]


def test_links_stand_with_their_figures_those_that_answer_first() -> None:
    found = lines(planted_rivalry(("A", "B", "C"), LINKS))
    at = found.index("Links, those that answer first")
    rows = [[cell.strip() for cell in line.split("|")] for line in found[at + 4 : at + 10]]
    assert rows[0] == ["B", "A", "+0.21 (+0.12 to +0.30)", "18%", "0.005", "answers", "1,173", "20%"]
    assert ["A", "B", "+0.04 (-0.11 to +0.19)", "5%", "0.34", "cannot tell", "1,173", "20%"] in rows
    assert rows[5][:3] == ["C", "A", "+0.01 (-0.03 to +0.05)"]
    assert rows[5][5] == "does not answer"
    assert rows[5][7] == "20%, allied"


def test_head_says_what_was_found_and_whether_it_helps() -> None:
    found = lines(planted_rivalry(("A", "B", "C"), LINKS))
    assert found[1].startswith("Planted, attacks on civilians, 2015-01-05 to 2020-12-27: 1 of 6 links answers")
    said = text(planted_rivalry(("A", "B", "C"), LINKS))
    assert "Out of sample: cross terms help to predict (+0.021±0.008 log score a month, 36 months held apart)." in said


@pytest.mark.parametrize(
    ("gain", "se", "words"),
    [
        (-0.03, 0.01, "cross terms do not help to predict (-0.030±0.010"),
        (0.01, 0.01, "whether cross terms help cannot be told (+0.010±0.010"),
        (None, None, "too short to hold months apart"),
    ],
)
def test_out_of_sample_gain_in_words(gain: float | None, se: float | None, words: str) -> None:
    assert words in held_apart(planted_rivalry(oos_log_score_gain=gain, oos_se=se))


def test_long_lists_are_cut_but_not_what_answers() -> None:
    found = {(0, 1): ANSWERS, (1, 0): ANSWERS, (0, 2): NO_ANSWER}
    said = text(planted_rivalry(("A", "B", "C"), found), top=1)
    assert said.count("| answers |") == 2
    assert "4 more links are not shown (1 do not answer, 3 cannot be told); --top shows them." in said
    assert "not shown" not in text(planted_rivalry(("A", "B", "C"), found), top=6)


def test_groups_with_their_fit_and_failed_checks_in_words() -> None:
    poor = planted_fit(
        "B @ Planted", 77, residual_p=0.0004, residual_sd=1.3, zeros=230, largest_month=40, group_clashes=-0.1
    )
    good = planted_fit("A @ Planted", 1234)
    result = planted_rivalry(("A", "B"), group_fits=(good, poor))
    found = lines(result)
    groups = found[found.index("Groups, and how well each is fitted") :]
    # exp(0.12) - 1 is 13%
    assert cells(groups, "A") == ["A", "1,234", "2015-02 to 2020-12", "+0.41", "+13% / -", "pass"]
    assert cells(groups, "B")[4] == "+13% / -10%"
    assert failed_checks(good) == ()
    assert failed_checks(poor) == (
        "counts are not distributed as modelled (p <0.001, more spread out)",
        "more quiet weeks than modelled (230; 190-215)",
        "busiest month above what is modelled (40; 9-22 attacks)",
    )
    assert failed_checks(planted_fit("A", zeros=100, largest_month=3), "days") == (
        "fewer quiet days than modelled (100; 190-215)",
        "busiest month below what is modelled (3; 9-22 attacks)",
    )


def test_null_checks_with_their_rate_and_a_warning_where_it_is_high() -> None:
    said = text(planted_rivalry())
    # (0.04 * 398 + 0.06 * 50) / 448 = 0.042; permuted labels were not possible, so they are not named.
    assert "where there is nothing to find, 4% of links pass the 5% test (sources moved in time 4% of 398" in said
    assert "sources of a distant theatre 6% of 50)" in said
    assert "another group of the theatre" not in said
    assert "not to be relied on" not in said
    high = planted_rivalry(null_checks=(NullCheck("circular_shifts", 0.2, 100),))
    assert "single links of this theatre are not to be relied on" in text(high)
    assert "none could be made" in text(planted_rivalry(null_checks=()))


def test_severity_in_words() -> None:
    # exp(0.5) = 1.65, exp(-0.2) = 0.82, exp(1.2) = 3.32
    assert "cannot be told (odds x1.6 per such attack, 90% 0.82 to 3.3" in text(planted_rivalry())
    few = planted_rivalry(severity=Severity(None, None, None, None, 500, 3, 4.0, "cannot_tell"))
    assert "too few to tell whether mass-casualty attacks answer each other; 3 of 500 attacks" in text(few)
    rising = planted_rivalry(severity=Severity(0.7, 0.2, 1.2, 0.004, 500, 40, 4.0, "answers"))
    assert "the chance that an attack is mass-casualty rises after" in text(rising)


def test_driver_and_response_in_words() -> None:
    said = text(planted_rivalry())
    assert "a factor between 0.5 and 2 on every rate, that changes by about 6% from week to week" in said
    assert "a half-life of 2 weeks, one for all links; attacks count n + 0.5 log(1 + deaths)" in said
    assert "attacks count alike, whatever their deaths." in text(planted_rivalry(shock=0.0))


def test_foot_says_what_it_rests_on() -> None:
    said = text(planted_rivalry())
    for part in (
        "Links are predictive, not causal",
        "Unreported attacks draw estimates to zero",
        "Small Band @ Planted (4)",
        "A note on the figures.",
        "Data: planted 1, located events only; from 2015-01-05 to 2020-12-27",
        "figures to 2020-12-31",
        "seed 1",
        "Planted (2024). Licence: CC0.",
    ):
        assert part in said, part


def test_theatres_have_a_line_each() -> None:
    one = planted_rivalry(("A", "B", "C"), LINKS, theatre="Eastland")
    two = replace(planted_rivalry(theatre="Westland"), oos_log_score_gain=None, oos_se=None, null_checks=())
    found = lines(one, two)
    assert cells(found, "Eastland") == ["Eastland", "3", "1", "1", "4", "4%", "+0.021±0.008", "helps"]
    assert cells(found, "Westland") == ["Westland", "2", "0", "0", "2", "-", "-", "-"]
    said = text(one, two)
    assert "2 theatres: 1 of 8 links answers, 1 does not beyond what would be seen, the data cannot tell for 6" in said
    assert "cross terms help in 1 of 1 theatres and do not in 0. Predictive, not causal." in said
    assert said.count("A note on the figures.") == 1
    assert said.count("5% test by chance alone") == 1  # of all, not of each
    assert "Small Band" not in said


def test_theatres_together_in_words() -> None:
    said = text(planted_rivalry(theatre="Eastland"), planted_rivalry(theatre="Westland"))
    for part in (
        "Together (8 links in 2 theatres)",
        "+0.03 (+0.01 to +0.05) an average link",
        "-0.02 (-0.09 to +0.05) more where all ground is shared",
        "mass-casualty x1.11 per mass-casualty attack of others (90% 0.95 to 1.28)",  # exp(0.1), exp(-0.05), exp(0.25)
        "where there is nothing to find (sources moved in time 4% of 800); with another group of the theatre as the "
        "source each year, 8% of 100.",
    ):
        assert part in said, part
    out = io.StringIO()
    print_world(replace(planted_world(planted_rivalry()), pooled=(), severity=None, null_checks=()), file=out)
    assert "too few theatres to pool links" in out.getvalue()
    assert "Severity, over" not in out.getvalue()
    unknown = {"oos_log_score_gain": None, "oos_se": None}
    assert "too short to hold months apart." in text(*(planted_rivalry(**unknown) for _ in range(2)))


def test_a_link_of_which_nothing_is_told_has_no_figures() -> None:
    nothing = {"estimate": 0.0, "low": -np.inf, "high": np.inf, "p_shift": np.nan, "minimum_detectable": np.inf}
    found = lines(planted_rivalry(("A", "B"), {(0, 1): {**nothing, "share": 0.0}}))
    row = next(line for line in found if line.startswith("B") and "| A" in line)
    assert [cell.strip() for cell in row.split("|")][2:6] == ["-", "0%", "-", "cannot tell"]


def test_no_line_is_wider_than_the_page_and_no_name_steers_the_terminal() -> None:
    names = ("A\x1b[31m[bold]x[/bold]", "Front for the Liberation of the Far and the Near Provinces", "C")
    found = lines(planted_rivalry(names, LINKS))
    assert max(cell_len(line) for line in found) <= WIDTH
    assert not any("\x1b" in line for line in found)
    assert any("A[31m[bold]x" in line for line in found)  # shown as written, not taken for a style
