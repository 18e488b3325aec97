"""How steady warnings are in a replay: levels that flip and flip back, first reasons without the last month of data.

.venv/bin/python benchmarks/warning_stability.py [FROM TO]

The months are by default 2010-01 and 2020-06, which takes a quarter of an hour.

Each month is assessed as `tocsin assess` would have done: by the models of the last December, on the packaged figures
up to that month, 6 months ahead. Two figures come out.

- Of the group-months on a level in that month or the one before: the share in which the level changed and was back at
  what it had been within two months.
- Of the warnings, the share whose first theme is the same when the last month of data is dropped (the same model, the
  figures of a month before).
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from tocsin.forecast.model import Target
from tocsin.forecast.risk import RiskModel
from tocsin.months import last_day, month_id, month_label
from tocsin.settings import load_settings
from tocsin.warn.drivers import find_drivers, leading
from tocsin.warn.levels import LEVELS
from tocsin.warn.lines import AtMonth, read_months, standing_levels
from tocsin.warn.situation import Situation, fit_month_for, load_situation

HORIZON = 6


def month(text: str) -> int:
    """A month given as `YYYY-MM`."""
    return month_id(date.fromisoformat(f"{text}-01"))


def themes(situation: Situation, at: AtMonth, groups: list[str]) -> list[dict[Target, str | None]]:
    """The first theme of each group's probabilities at a month; None where it was not there, or nothing moves it."""
    rows = [at.history.panel.row(group) for group in groups]
    there = np.array([row for row in rows if row is not None], np.intp)
    found = iter(find_drivers(situation.models, at.history, None, there, HORIZON))
    out: list[dict[Target, str | None]] = []
    for row in rows:
        drivers = next(found) if row is not None else {}
        out.append({target: next((one.theme for one in leading(d.drivers, 1)), None) for target, d in drivers.items()})
    return out


def flips(level: np.ndarray) -> tuple[int, int]:
    """Changes undone within two months, and group-months that could have one, of levels (group, month)."""
    undone = n = 0
    for row in level:
        for t in range(1, len(row) - 2):
            if row[t] or row[t - 1]:
                n += 1
                undone += row[t] != row[t - 1] and row[t - 1] in (row[t + 1], row[t + 2])
    return undone, n


def main(first: int, last: int, home: Path) -> None:
    """Walk the months and print the figures."""
    whole = load_situation(None, None, load_settings(home=home))
    place = {group: g for g, group in enumerate(whole.history.panel.groups)}
    level = np.zeros((len(place), last - first + 1), np.int8)
    same: dict[Target, list[bool]] = {"deaths25": [], "mass_casualty": []}
    models: dict[int, dict[Target, RiskModel]] = {}
    for t in range(first, last + 1):
        fit = fit_month_for(t)
        now = replace(whole, as_of=last_day(t), history=whole.history.up_to(t), past=whole.history.up_to(fit))
        if fit not in models:
            models = {fit: now.models}
        now.__dict__["models"] = models[fit]  # as cached as if this month had asked for them first
        at, *earlier = read_months(now, HORIZON)
        stands = standing_levels(at, earlier)
        names = [at.history.panel.groups[g] for g in at.seen]
        warned = []
        for name, stand in zip(names, stands, strict=True):
            if stand is not None:
                level[place[name], t - first] = LEVELS.index(stand.level)
                if stand.level == "warning":
                    warned.append((name, stand.target))
        groups = [name for name, _ in warned]
        pairs = zip(warned, themes(now, at, groups), themes(now, earlier[0], groups), strict=True)
        for (_, target), one, other in pairs:
            same[target].append(one.get(target) == other.get(target))
        if t % 12 == 0:
            print(f"{month_label(t)}: {(level[:, t - first] > 0).sum()} groups on a level", flush=True)
    undone, n = flips(level)
    everyone = [*same["deaths25"], *same["mass_casualty"]]
    print(f"origins {month_label(first)} to {month_label(last)}, model and data: {whole.digest.provenance.vintage}")
    print(f"on a level {(level > 0).sum(0).mean():.1f} groups a month, on warning {(level == 2).sum(0).mean():.1f}")
    print(f"flipped and flipped back within two months: {undone:,} of {n:,} group-months, {undone / n:.1%}")
    print(f"first theme the same without the last month: {np.mean(everyone):.1%} of {len(everyone):,} warnings")
    for target, found in same.items():
        print(f"  by {target}: {np.mean(found):.1%} of {len(found):,}")


if __name__ == "__main__":
    start, end = sys.argv[1:3] if len(sys.argv) > 2 else ("2010-01", "2020-06")
    with tempfile.TemporaryDirectory() as folder:
        main(month(start), month(end), Path(folder))
