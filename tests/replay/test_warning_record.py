"""A replay's warnings and missed emergences, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from planted_groups import FIRST, Event, digest_of, panel_of
from tocsin.forecast.model import Target
from tocsin.panel import Panel, build_panel
from tocsin.replay.level_record import Rates, ReplayLevels
from tocsin.replay.warning_record import came_in, miss_rows, warning_rows
from tocsin.warn.level_record import packaged_level_record
from tocsin.warn.warning_record import packaged_warning_record

BEGIN = 100


@pytest.mark.parametrize(
    ("figures", "first", "last", "target", "came"),
    [
        # 10 and 15 deaths in the two months after the first on warning make 25 in the second of them.
        ({101: 10, 102: 15}, 100, 100, "deaths25", 102),
        # Deaths of the month itself were known when the warning was given.
        ({100: 90}, 100, 100, "deaths25", None),
        # Within 6 months of the only month on warning: the sixth counts, the seventh does not.
        ({106: 25}, 100, 100, "deaths25", 106),
        ({107: 25}, 100, 100, "deaths25", None),
        ({107: 25}, 100, 101, "deaths25", 107),
        # 12 and 13 deaths, seven months apart: no month on warning speaks of both.
        ({101: 12, 108: 13}, 100, 103, "deaths25", None),
        # Six months apart the first month on warning does.
        ({101: 12, 106: 13}, 100, 103, "deaths25", 106),
        # 12 deaths before the last months on warning and 13 after: the earlier month on warning speaks of both.
        ({103: 12, 108: 13}, 100, 103, "deaths25", 108),
        ({103: 1}, 100, 100, "mass_casualty", 103),
        ({107: 1}, 100, 100, "mass_casualty", None),
        ({107: 1}, 100, 104, "mass_casualty", 107),
    ],
)
def test_the_month_in_which_it_came(
    figures: dict[int, int], first: int, last: int, target: Target, came: int | None
) -> None:
    months = np.zeros(24, np.int64)
    for month, count in figures.items():
        months[month - BEGIN] = count
    assert came_in(months, BEGIN, first, last, target) == came


def test_nothing_is_said_of_months_after_the_figures() -> None:
    assert came_in(np.zeros(3, np.int64), BEGIN, 100, 101, "deaths25") is None


ORIGINS = range(FIRST + 60, FIRST + 84)
RATES: dict[int, Rates] = {origin: {"deaths25": (0.02, 0.4), "mass_casualty": (0.01, 0.05)} for origin in ORIGINS}


def levels_of(panel: Panel, on: dict[int, dict[int, int]], by: int = 0) -> ReplayLevels:
    """Levels by row of the panel and place of the origin; everybody else is on none, and at new risk."""
    level = np.zeros((len(panel.groups), len(ORIGINS)), np.int8)
    for g, row in on.items():
        for t, value in row.items():
            level[g, t] = value
    everybody = np.ones(level.shape, np.bool_)
    return ReplayLevels(
        panel.groups, ORIGINS, level, np.where(level > 0, by, -1).astype(np.int8), everybody, everybody, {}
    )


def said_of(panel: Panel) -> dict[tuple[str, int], dict[Target, float]]:
    return {
        (name, origin): {"deaths25": 0.3 + g / 10, "mass_casualty": 0.2}
        for g, name in enumerate(panel.groups)
        for origin in ORIGINS
        if panel.seen[g, origin - panel.first_month]
    }


def quiet_then(**deaths: int) -> list[int]:
    """Deaths by month after the first origin's (`m3=30`), one death at the very start."""
    row = [1] + [0] * 95
    for name, count in deaths.items():
        row[60 + int(name[1:])] = count
    return row


def test_warnings_are_unbroken_runs_with_what_was_said_at_their_start() -> None:
    panel = panel_of([quiet_then(m5=30), quiet_then()])
    # Group 0: watch, then warning for three months, a gap, warning to the end. Group 1: warning in one month.
    on = {0: {1: 1, 2: 2, 3: 2, 4: 2, 20: 2, 21: 2, 22: 2, 23: 2}, 1: {10: 2}}
    rows = warning_rows(levels_of(panel, on), said_of(panel), RATES, panel)
    start = ORIGINS[0]
    assert [(r.group, r.first - start, r.last - start, r.came and r.came - start) for r in rows] == [
        ("g0 @ Mali", 2, 4, 5),
        ("g1 @ Mali", 10, 10, None),
        ("g0 @ Mali", 20, 23, None),
    ]
    assert {(r.theatre, r.list, r.target, r.base_rate) for r in rows} == {("Mali", "new_risk", "deaths25", 0.02)}
    assert [r.p for r in rows] == pytest.approx([0.3, 0.4, 0.3])


def test_a_warning_of_an_attack_waits_for_an_attack() -> None:
    events: list[Event] = [
        ("Mali", FIRST, "state", "Front", "Government of Mali", 1),
        ("Mali", FIRST + 62, "state", "Front", "Government of Mali", 60),
        ("Mali", FIRST + 64, "onesided", "Front", "Civilians", 20),
    ]
    panel = build_panel(digest_of(events, last=FIRST + 95))
    (row,) = warning_rows(levels_of(panel, {0: {1: 2}}, by=1), said_of(panel), RATES, panel)
    assert (row.target, row.came, row.p, row.base_rate) == ("mass_casualty", FIRST + 64, 0.2, 0.01)


def test_misses_are_emergences_without_a_warning_in_the_year_before() -> None:
    months = 96
    unseen = [0] * months
    unseen[60 + 15] = 40
    panel = panel_of(
        [
            quiet_then(m14=20, m15=9),  # emerges in month 15, on watch two months before
            quiet_then(m15=30),  # on warning four months before
            quiet_then(m15=30),  # on warning, but 13 months before
            unseen,  # the first recorded death is of its emergence
            quiet_then(m5=30),  # the 12 months before are not all origins
        ]
    )
    on = {0: {12: 1, 13: 1, 14: 1}, 1: {11: 2}, 2: {2: 2}}
    rows = {row.group: row for row in miss_rows(levels_of(panel, on), said_of(panel), RATES, panel)}
    assert set(rows) == {"g0 @ Mali", "g2 @ Mali", "g3 @ Mali"}
    start = ORIGINS[0]
    assert {row.month - start for row in rows.values()} == {15}
    first = rows["g0 @ Mali"]
    assert (first.deaths, first.watch, first.p, first.base_rate) == (29, 3, pytest.approx(0.3), 0.02)
    assert (rows["g2 @ Mali"].watch, rows["g2 @ Mali"].p) == (None, pytest.approx(0.5))
    never = rows["g3 @ Mali"]
    assert (never.deaths, never.watch, never.p, never.base_rate) == (40, None, None, None)


def test_the_packaged_warnings_agree_with_the_packaged_levels() -> None:
    warned, levels = packaged_warning_record(), packaged_level_record()
    assert (warned.model, warned.vintage, warned.first, warned.last) == (
        levels.model,
        levels.vintage,
        levels.first,
        levels.last,
    )
    assert (warned.watch_budget, warned.warning_budget) == (levels.watch_budget, levels.warning_budget)
    # Every group-month on warning is in one spell. What is not known of the last origins is not counted in levels.
    months = sum(row.last - row.first + 1 for row in warned.warnings)
    assert months == levels.of("warning")[1]
    missed = [row for row in levels.emergences if row.warning is None]
    assert sorted((row.month, row.watch) for row in warned.misses if row.watch) == sorted(
        (row.month, row.level) for row in missed if row.level
    )
    assert sorted(row.month for row in warned.misses) == sorted(row.month for row in missed)
    assert sum(row.p is None for row in warned.misses) == sum(not row.seen_before for row in missed)
