"""What a reader sees: plain when piped, whole on a narrow terminal, and nothing that steers the terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted_lines import assessment, line, war
from tocsin.report.terminal import print_assessment, safe, sparkline
from tocsin.warn import Assessment


class Screen(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def printed(made: Assessment, top: int = 10) -> str:
    out = io.StringIO()
    print_assessment(made, top, file=out)
    return out.getvalue()


def on_screen(made: Assessment, columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = Screen()
    print_assessment(made, 10, file=out)
    return out.getvalue()


def without_codes(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_line_holds_every_figure_with_its_interval() -> None:
    text = printed(assessment(line(level="warning", resurgent=True)))
    row = next(row for row in text.splitlines() if row.startswith("1 |"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells == [
        "1",
        "JNIM @ Mali resurgent",
        "warning",
        "20% (10%-40%)",
        "+2 pts",
        "3.0% (1.0%-8.0%)",
        "12 (0-1,234)",
        "3 / 1,020",
        "·▁█",
    ]
    assert "base rates on this list: 25 deaths 1.5%, mass-casualty attack 0.1%" in text


def test_above_and_below_the_tables_stands_what_a_reader_must_know() -> None:
    text = " ".join(printed(assessment(line(), war(), lag_days=30)).split())
    assert text.startswith("The most important thing.")
    for said in (
        "As of 2020-12-31 (reconstructed, events known after 30 days).",
        "Figures to 2020-12-31.",
        "ucdp-ged 21.1",
        "boosted-1, fitted on figures to 2020-12",
        "A note.",
        "Source: A source (2021). Licence: CC BY 4.0.",
    ):
        assert said in text
    assert printed(assessment(line())).count("events known after") == 0


def test_the_three_views_in_order_each_with_its_rank() -> None:
    text = printed(assessment(line(rank_new_risk=17, rank_mass_casualty=23), war(rank_ongoing=19)))
    new, ongoing, mass = (text.index(title) for title in ("New risk:", "Ongoing:", "Mass-casualty risk:"))
    assert new < ongoing < mass
    ranks = re.findall(r"^ ?(\d+) \|", text, flags=re.MULTILINE)
    assert ranks == ["17", "19", "2", "23"]
    assert text.count("within 6 months") == 3
    assert "base rate of a mass-casualty attack: new risk 0.1%, ongoing 5.8%" in text


def test_an_empty_view_says_none() -> None:
    assert printed(assessment(line())).count("\n  none\n") == 1
    assert printed(assessment()).count("\n  none\n") == 3


def test_at_most_top_lines_a_view() -> None:
    many = [line(f"g{i} @ Mali", rank_new_risk=i, rank_mass_casualty=i) for i in range(1, 8)]
    assert len(re.findall(r"g\d @ Mali", printed(assessment(*many), top=3))) == 6


def test_piped_output_has_no_escape_codes() -> None:
    assert "\x1b" not in printed(assessment(line(level="warning", resurgent=True), war(level="watch")))


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 129, 130, 200])
def test_on_a_terminal_no_column_is_lost_at_any_width(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_screen(assessment(line(level="watch"), war(level="warning")), columns, monkeypatch)
    assert "\x1b[" in shown
    text = without_codes(shown)
    assert max(len(row) for row in text.splitlines()) <= columns
    if columns >= 80:
        for whole in ("JNIM", "watch", "warning", "20%", "(10%-40%)", "+2 pts", "(1.0%-8.0%)", "1,020"):
            assert whole in text, whole
        assert "…" not in text
    assert ("▁█" in text) == (columns >= 130)


ESCAPES = "A\x1b[31mB\x07\x9b2J\u202eC\r\nD"


def test_names_from_a_file_cannot_steer_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = assessment(
        line(f"{ESCAPES} @ Mali"), headline=f"Beware of {ESCAPES}", notes=(ESCAPES,), vintage=ESCAPES, citation=ESCAPES
    )
    piped = printed(bad)
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(piped)
    assert "A[31mB2JC D @ Mali" in piped
    shown = on_screen(bad, 150, monkeypatch)
    assert "\x1b[31mB" not in shown
    assert not {"\x07", "\x9b", "\u202e", "\r"} & set(shown)


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert "[red]Front[/red] @ Mali" in printed(assessment(line("[red]Front[/red] @ Mali")))


def test_words_and_confidence_stand_under_each_table_on_lines_of_their_own() -> None:
    words = ("likely", "unlikely", "unlikely", "very unlikely")
    sure = ("low", "high", "low", "low")
    lines = [
        line(
            f"g{i} @ Mali",
            rank_new_risk=i + 1,
            rank_mass_casualty=5 - i,
            p_deaths25=0.6 - 0.15 * i,
            words_deaths25=words[i],
            confidence_deaths25=sure[i],
        )
        for i in range(4)
    ]
    text = printed(assessment(*lines)).splitlines()
    assert "P(>=25 deaths) in words: likely #1; unlikely #2-3; very unlikely #4" in text
    assert "confidence in P(>=25 deaths): high #2; low #1, #3-4" in text
    # The mass-casualty view goes by its own ranks and its own probability.
    assert "P(mass casualty) in words: almost no chance #2-5" in text
    assert "confidence in P(mass casualty): low #2-5" in text


def test_an_ongoing_view_names_the_likeliest_first_whatever_its_order() -> None:
    lines = [
        war(p_deaths25=0.7, words_deaths25="likely"),
        war("b @ Iraq", rank_ongoing=2, p_deaths25=0.98, words_deaths25="almost certain"),
    ]
    assert "P(>=25 deaths) in words: almost certain #2; likely #1" in printed(assessment(*lines))


def test_the_table_of_words_is_told_below() -> None:
    text = " ".join(printed(assessment(line())).split())
    assert "Words of likelihood by ICD 203: almost no chance 1-5%, very unlikely 5-20%" in text
    assert "Words of likelihood by PHIA: remote chance 0-5%" in " ".join(
        printed(assessment(line(), wording="phia")).split()
    )


@pytest.mark.parametrize(
    ("previous", "said"),
    [(None, "new"), (0.2, "="), (0.1951, "="), (0.19, "+1 pts"), (0.3, "-10 pts")],
)
def test_change_since_last_month(previous: float | None, said: str) -> None:
    row = next(r for r in printed(assessment(line(p_deaths25_previous=previous))).splitlines() if r.startswith("1 |"))
    assert row.split("|")[4].strip() == said


@pytest.mark.parametrize("count", range(1, 20))
def test_a_change_is_never_said_to_be_of_no_points(count: int) -> None:
    text = printed(assessment(line(p_deaths25=count / 200, p_deaths25_previous=(count - 1) / 200)))
    assert "+0 pts" not in text
    assert "-0 pts" not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((), ""),
        ((0, 0), "··"),
        ((1,), "█"),
        ((8, 7, 6, 5, 4, 3, 2, 1, 0), "█▇▆▅▄▃▂▁·"),
        ((1000, 1, 125, 126), "█▁▁▂"),
    ],
)
def test_sparkline_by_hand(values: tuple[int, ...], said: str) -> None:
    assert sparkline(values) == said


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=24).map(tuple))
def test_sparkline_keeps_length_order_and_marks_silence(values: tuple[int, ...]) -> None:
    bars = sparkline(values)
    assert len(bars) == len(values)
    assert all((bar == "·") == (value == 0) for bar, value in zip(bars, values, strict=True))
    height = {bar: k for k, bar in enumerate("·▁▂▃▄▅▆▇█")}
    ordered = sorted(zip(values, bars, strict=True))
    assert [height[bar] for _, bar in ordered] == sorted(height[bar] for bar in bars)


@given(st.text())
def test_safe_names_hold_no_control_character_and_lose_nothing_else(name: str) -> None:
    kept = safe(name)
    assert kept.isprintable() or not any(c < " " or "\x7f" <= c <= "\x9f" for c in kept)
    assert safe(kept) == kept
    if name.isprintable():
        assert kept == name
