"""One small result of each kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from planted_comparison import planted_comparison
from planted_explanation import explanation
from planted_groups import digest_of, panel_of
from planted_lines import assessment, line, war
from planted_rivalry import ANSWERS, planted_rivalry, planted_world
from tocsin.forecast import Climatology, Forecast
from tocsin.months import month_id
from tocsin.panel import History
from tocsin.replay import country, make_plan
from tocsin.replay.calibration import ReliabilityRow
from tocsin.replay.country_rows import YearRow
from tocsin.replay.result import Replay
from tocsin.replay.summary import Row
from tocsin.results import Result


def planted_forecast(units: int = 2, draws: int = 9) -> Forecast:
    """Climatology of made-up groups."""
    rng = np.random.default_rng(3)
    panel = panel_of(rng.poisson(2.0, (units, 18)))
    made = Climatology().fit(History(panel)).outlook(History(panel), draws=draws, rng=rng).forecast
    assert made is not None
    return made


def planted_replay_result() -> Replay:
    """A replay whose figures are given."""
    from datetime import date

    plan = make_plan(month_id(date(2020, 12, 1)), models=("recency", "trees"), first=480, last=485)
    names = ("deaths25", "new_risk", 6)
    rows = (
        Row(*names, "recency", "average_precision", 0.14, 0.013, None, None, None, 900),
        Row(*names, "trees", "average_precision", 0.203, 0.016, "recency", 0.063, 0.009, 900),
    )
    classes = (ReliabilityRow("trees", "deaths25", 6, "new_risk", 0.0, 0.1, 90, 0.05, 5, 0.055, 0.02, 0.1),)
    manifest = {
        "vintage": "planted 1",
        "models": {"recency": "1", "trees": "2"},
        "citation": "Made up for a test",
        "licence": "CC0",
        "data_until": "2020-12-31",
    }
    return Replay(plan, manifest, rows, classes, ("A note.",), Path(mkdtemp()))


def planted_years() -> country.CountryYears:
    """Whole years of countries whose figures are given."""
    plan = {"years": [2018, 2019], "models": ["trees", "climatology_12"], "draws": 10, "seed": 1}
    told = {"vintage": "planted 1", "licence": "CC0", "citation": "Made up for a test", "data_until": "2020-12-31"}
    rows = tuple(
        YearRow("deaths", "all", 12, model, "crps", value, 0.5, None, None, None, 191, year)
        for model, value in (("trees", 10.3), ("climatology_12", 10.7))
        for year in (2018, None)
    )
    return country.CountryYears(plan, told, rows, ("A note.",), None)


@cache
def planted_results() -> dict[str, Result]:
    """A result of each kind by the name of its class."""
    some = [
        assessment(line(), war()),
        explanation(),
        planted_rivalry(("A", "B", "C"), {(0, 1): ANSWERS}),
        planted_comparison(),
        panel_of([[3, 0, 5] * 6, [0, 0, 1] * 6]),
        planted_forecast(),
        digest_of([("Mali", 400, "onesided", "JNIM", "Civilians", 30)], last=410),
        planted_replay_result(),
        planted_world(planted_rivalry(("A", "B", "C"), {(0, 1): ANSWERS})),
        planted_years(),
    ]
    return {type(one).__name__: one for one in some}


KINDS = (
    "WorldRivalry",
    "CountryYears",
    "Assessment",
    "Explanation",
    "Rivalry",
    "Comparison",
    "Panel",
    "Forecast",
    "Digest",
    "Replay",
)
