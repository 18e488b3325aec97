"""How a replay's time grows with its origins, and what it goes into: `python benchmarks/replay_speed.py`.

Baselines only, on the packaged figures, in one process. Ratios of two timings of the same run say more than seconds:
twice the origins must take about twice the time, and scoring must not outweigh making the forecasts by far. Exits with
1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tocsin.forecast.registry import models_named
from tocsin.replay import load_figures, make_plan, replay
from tocsin.replay import score as scoring
from tocsin.replay.score import Work, replay_fit_month
from tocsin.settings import load_settings

MODELS = ("climatology_12", "recency", "hurdle_lognormal", "mixed_climatology_12")
# Groups are seen later and never unseen, so that the later half of the origins holds more cells than the first.
MOST_GROWTH = 2.6
MOST_SCORING = 0.6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--origins", type=int, default=12, help="the smaller number of origins")
    parser.add_argument("--first", default="2005-12", help="the first origin")
    parser.add_argument("--draws", type=int, default=1000)
    options = parser.parse_args()
    figures = load_figures(load_settings())
    seconds = {"scoring": 0.0}
    cell_scores = scoring.cell_scores

    def timed(*given: object, **named: object) -> object:
        start = time.perf_counter()
        try:
            return cell_scores(*given, **named)  # type: ignore[arg-type]
        finally:
            seconds["scoring"] += time.perf_counter() - start

    scoring.cell_scores = timed  # type: ignore[assignment]

    def walk(origins: int) -> tuple[float, float, int]:
        first = make_plan(figures.truth.last_month, first=options.first).first
        plan = make_plan(
            figures.truth.last_month, first=first, last=first + origins - 1, models=MODELS, draws=options.draws
        )
        work = Work(plan, models_named(plan.models), figures)
        seconds["scoring"], start = 0.0, time.perf_counter()
        cells = sum(replay_fit_month(work, task).height for task in plan.tasks().items())
        return time.perf_counter() - start, seconds["scoring"], cells

    walk(1)  # what is loaded once
    short, _, few = walk(options.origins)
    long, scored, many = walk(2 * options.origins)
    growth, share = long / short, scored / long
    print(f"{len(MODELS)} models, {options.draws:,} draws, one process; seconds")
    print(
        f"  {options.origins} origins ({few:,} cells): {short:.1f}; {2 * options.origins} ({many:,} cells): {long:.1f}"
    )
    print(
        f"  ratio {growth:.2f} for {many / few:.2f} times the cells (limit {MOST_GROWTH}); "
        f"per origin {long / 2 / options.origins:.2f}"
    )
    print(f"  of the longer one, scoring samples: {scored:.1f} = {share:.0%} (limit {MOST_SCORING:.0%})")
    scoring.cell_scores = cell_scores
    with tempfile.TemporaryDirectory() as folder:
        told: dict[str, float] = {}
        start = time.perf_counter()
        last = make_plan(figures.truth.last_month, first=options.first).first + 2 * options.origins - 1
        replay(
            first=options.first,
            last=last,
            models=MODELS,
            draws=options.draws,
            directory=Path(folder) / "replay",
            workers=2,
            progress=lambda done, total, what: told.__setitem__(what, time.perf_counter() - start),
        )
        whole = time.perf_counter() - start
    print(f"  the same as a whole replay with two workers: {whole:.1f}, of it summing up {whole - told['scores']:.1f}")
    return int(growth > MOST_GROWTH or share > MOST_SCORING)


if __name__ == "__main__":
    sys.exit(main())
