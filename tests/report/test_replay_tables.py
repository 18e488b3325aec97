"""A replay as a table: every figure where it belongs, at 100 columns, and nothing that steers a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from tocsin.replay import Plan, Replay, Row
from tocsin.report.replay_tables import BLOCKS, WIDTH, figure, print_replay


def row(model: str, metric: str, value: float | None, **given: object) -> Row:
    base = Row("deaths", "seen", 12, model, metric, value, 0.0123, None, None, None, 12_345)
    return replace(base, **given)


def replay_of(rows: Iterable[Row], **told: object) -> Replay:
    manifest = {
        "vintage": "planted 1",
        "citation": "Planted (2024)",
        "licence": "CC0",
        "data_until": "2020-12-31",
    }
    plan = Plan(361, 486, ("climatology_12", "ours"), **told)  # type: ignore[arg-type]
    return Replay(plan, manifest, tuple(rows), (), ("A note.",), Path("somewhere"))


def printed(replay: Replay) -> str:
    out = io.StringIO()
    print_replay(replay, file=out)
    return out.getvalue()


ROWS = (
    row("climatology_12", "crps", 2.4178),
    row("ours", "crps", 2.2013, baseline="climatology_12", difference=-0.2167, difference_se=0.0456),
    row("ours", "coverage90", 0.9134),
    row("ours", "coverage90_expected", 0.9678),
    row("recency", "average_precision", 0.1398, target="deaths25", population="new_risk", horizon=6),
    row("ours", "average_precision", None, target="deaths25", population="new_risk", horizon=6),
    row("random", "lead_months_median", 5.0, target="deaths25", population="new_risk", se=None, n=575),
)


def test_values_errors_and_differences_stand_under_their_names() -> None:
    lines = printed(replay_of(ROWS)).splitlines()
    at = lines.index("Monthly deaths, mean over 12 months ahead")
    assert lines[at + 1].split("  ")[-1].strip() == "90% covers"
    assert [line.split() for line in lines[at + 2 : at + 6]] == [
        ["seen,", "n", "=", "12,345"],
        ["climatology_12", "2.418±0.012", "-"],
        ["ours", "2.201±0.012", "0.913", "(0.968)"],
        ["-", "climatology_12", "-0.217±0.046"],
    ]
    deaths25 = lines.index("25 deaths or more within 6 months")
    assert [line.split() for line in lines[deaths25 + 2 : deaths25 + 5]] == [
        ["new", "risk,", "n", "=", "12,345"],
        ["recency", "0.140±0.012"],
        ["ours", "-"],
    ]
    assert "A mass-casualty attack within 6 months" not in lines
    leads = next(i for i, line in enumerate(lines) if line.startswith("Emergences"))
    assert lines[leads + 3].split() == ["random", "5.00"]


def test_head_and_foot_say_what_it_rests_on() -> None:
    text = " ".join(printed(replay_of(ROWS, lag_days=30, as_of_mode="strict", refit="monthly", draws=1000)).split())
    assert "Replay of groups, origins 2010-01 to 2020-06, models fitted monthly, 1,000 draws." in text
    assert "Data: planted 1, to 2020-12-31 (strict, events known after 30 days)." in text
    assert "A note. Source: Planted (2024). Licence: CC0." in text
    assert text.endswith("Every figure, and every origin and unit: somewhere")


def test_no_line_is_wider_than_a_hundred_columns() -> None:
    rows = [
        row(
            "mixed_climatology_12",
            metric,
            123.4567,
            target=block.target,
            horizon=block.horizon,
            baseline="climatology_12",
            difference=-123.4,
            difference_se=12.3,
        )
        for block in BLOCKS
        for metric in block.metrics
    ]
    assert max(cell_len(line) for line in printed(replay_of(rows)).splitlines()) <= WIDTH


def test_no_name_steers_the_terminal() -> None:
    hostile = replay_of(ROWS)
    hostile = replace(hostile, notes=("A\x1b[2Jnote",), manifest=hostile.manifest | {"citation": "B\x1b[2J"})
    assert "\x1b" not in printed(hostile)


@pytest.mark.parametrize(
    ("value", "error", "signed", "said"),
    [
        (0.20613, 0.01234, False, "0.206±0.012"),
        (141.8, 11.4, False, "142±11"),
        (8.61, 0.94, True, "+8.61±0.94"),
        (0.0147123, 0.00086, False, "0.0147±0.0009"),
        (-0.00001, 0.0000012, True, "-0.0000±0.0000"),
        (0.0, 0.0, False, "0.00"),
        (36.31, None, False, "36.3"),
        (1234.5, 100.0, False, "1234±100"),
    ],
)
def test_a_figure_goes_as_far_as_its_error_supports(value: float, error: float | None, signed: bool, said: str) -> None:
    assert figure(value, error, signed=signed) == said
