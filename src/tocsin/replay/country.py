"""A year of the VIEWS prediction challenge: history to October, every country forecast from January to December.

The forecast has 14 steps; the third is January. It is scored on the challenge's own truth, whose vintage may differ
from that of the history, by the mean over all countries and months of each score.

Hegre et al. 2025, doi:10.1177/00223433241300862.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from tocsin import __version__
from tocsin.errors import DataError, InputError, NotHeldError
from tocsin.forecast.forecast import Forecast
from tocsin.forecast.model import Model
from tocsin.forecast.registry import learned_for, models_named
from tocsin.months import last_day, month_label
from tocsin.panel import CountryActuals, History
from tocsin.replay.country_rows import MONTHS, YearRow, year_rows
from tocsin.replay.known import Figures
from tocsin.replay.record import FORMAT, MANIFEST, PARTS, SUMMARY, opened, read_json, write_json, write_whole
from tocsin.replay.score import cell_scores
from tocsin.results import Card, Result, Traced, rows_of
from tocsin.scale import run_tasks
from tocsin.settings import Settings, load_settings

STEPS = 14
FIRST_STEP = 3
DRAWS = 1000
_BASELINES = ("climatology_12", "mixed_climatology_12", "hurdle_lognormal", "last_value")


@dataclass(frozen=True)
class CountryYears(Result):
    """Forecasts of whole years, scored: `plan` (years, models, draws, seed) and the rows of each year and their mean.

    `manifest` says what the figures are, `notes` what a reader must know; `directory` holds every cell, or is None
    where nothing was saved.
    """

    plan: dict[str, Any]
    manifest: dict[str, Any]
    rows: tuple[YearRow, ...]
    notes: tuple[str, ...]
    directory: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values under the documented keys, those of a replay of origins and `years`, `actuals`."""
        years = self.plan["years"]
        told = ("vintage", "actuals", "data_until", "citation", "licence")
        return {
            "unit": "country",
            "from": month_label(_origin(years[0])),
            "to": month_label(_origin(years[-1])),
            "years": years,
            "as_of_mode": "reconstructed",
            "lag_days": 0,
            "refit": "yearly",
            "draws": self.plan["draws"],
            "seed": self.plan["seed"],
            "models": self.plan["models"],
            **{name: self.manifest[name] for name in told},
            "notes": list(self.notes),
            "rows": [asdict(row) for row in self.rows],
        }

    PARTS: ClassVar[tuple[str, ...]] = ("rows",)

    @property
    def comes_from(self) -> Traced:
        """The data and models; as of the last day of the figures that the outcomes are of."""
        told, years = self.manifest, self.plan["years"]
        end = date.fromisoformat(told["data_until"])
        return Traced(
            f"Forecasts of countries for {', '.join(map(str, years))}, scored",
            told["vintage"],
            model=", ".join(self.plan["models"]),
            as_of=end,
            data_until=end,
            licence=told["licence"],
            citation=told["citation"],
            horizon=f"months {FIRST_STEP} to {STEPS} after October",
        )

    def _table(self, part: str) -> pl.DataFrame:
        """One row per figure."""
        return rows_of(YearRow, self.rows)

    def _card(self) -> Card:
        from tocsin.replay.card import country_years_card

        return country_years_card(self)


@dataclass(frozen=True, eq=False)
class YearWork:
    """What the forecasts of all years share."""

    history: History
    truth: CountryActuals
    models: tuple[Model, ...]
    draws: int
    seed: int
    keep: bool


def replay_country_years(
    history: History,
    truth: CountryActuals,
    *,
    years: Sequence[int],
    models: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
    settings: Settings | None = None,
    directory: Path | None = None,
    keep: Callable[[int, Forecast], None] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> CountryYears:
    """Forecast each year from the October before and score it on the truth, for every country of the truth.

    Each model is fitted anew on the history to that October; by default the baselines that give samples and every
    learned model. One without samples is left out, and a note says so. `draws` is 1,000 in the challenge, and its
    ignorance scores compare only at that. All is saved in `directory` (by default one of its own in the store's
    folder); where the same was interrupted it goes on. `keep` is handed each forecast with its year, for exports;
    forecasts are not saved, so with it all are made again. `workers` and `cluster` as in `tocsin.scale`; the result is
    the same for any.

    Raises `InputError` for what cannot be done (no model with samples, a country without history), `NotHeldError` for a
    year that history or truth do not reach.
    """
    names = list(standard_year_models() if models is None else models)
    chosen, spans = models_named(names), sorted(set(years))
    plan = {"unit": "country", "years": spans, "models": names, "draws": draws, "seed": seed}
    _check(history, truth, plan, chosen)
    settings = settings or load_settings()
    manifest = _manifest(Figures(history, settings, ""), truth, plan, chosen)
    directory = directory or _default_directory(settings.home, manifest)
    say = progress or (lambda done, total, what: None)
    with opened(directory, manifest):
        tasks = [(year, name) for year in spans for name in names]
        held = {} if keep else {task: part for task in tasks if (part := _read_part(directory, *task)) is not None}
        waiting = [task for task in tasks if task not in held]
        say(len(held), len(tasks), "found" if held else "begin")
        work = YearWork(history, truth, chosen, draws, seed, keep is not None)
        for place, (cells, forecast) in run_tasks(forecast_year, waiting, work, workers=workers, cluster=cluster):
            year, name = waiting[place]
            held[year, name] = cells
            _write_part(directory, year, name, cells)
            if keep and forecast:
                keep(year, forecast)
            say(len(held), len(tasks), "years")
        scored = [name for name in names if held[spans[0], name].height]
        if not scored:
            raise InputError(f"{', '.join(names)}: no samples of deaths, which are what the challenge scores")
        rows = year_rows(held, spans, scored)
        notes = _notes(history, truth, plan, scored)
        write_json(directory / SUMMARY, {"notes": list(notes), "rows": [asdict(row) for row in rows]})
    return CountryYears(plan, manifest, rows, notes, directory)


def read_country_years(directory: Path) -> CountryYears:
    """The finished years in a directory. Raises as `read_replay` does."""
    manifest = read_json(directory / MANIFEST)
    if not (directory / SUMMARY).exists():
        raise NotHeldError(
            f"the replay in {directory} is not finished. Hint: the command that began it goes on with it"
        )
    summary = read_json(directory / SUMMARY)
    try:
        rows = tuple(YearRow(**row) for row in summary["rows"])
        return CountryYears(manifest["plan"], manifest, rows, tuple(summary["notes"]), directory)
    except (KeyError, TypeError) as error:
        raise DataError(f"{directory}: does not hold what a replay writes ({error!r})") from None


def holds_country_years(directory: Path) -> bool:
    """Whether a directory holds whole years rather than a replay of origins."""
    plan = read_json(directory / MANIFEST).get("plan")
    return isinstance(plan, dict) and "years" in plan


def standard_year_models() -> tuple[str, ...]:
    """The baselines that give samples, and every learned model of the registry."""
    return (*_BASELINES, *learned_for("country"))


def forecast_year(work: YearWork, task: tuple[int, str]) -> tuple[pl.DataFrame, Forecast | None]:
    """One year by one model: a row per country and month with its scores, and the forecast if it is kept.

    No rows, and no forecast, from a model without samples.
    """
    year, name = task
    origin = _origin(year)
    history = work.history.up_to(origin)
    model = next(model for model in work.models if model.name == name)
    rng = np.random.default_rng([work.seed, origin, zlib.crc32(name.encode())])
    forecast = model.fit(history).outlook(history, draws=work.draws, rng=rng, steps=STEPS).forecast
    if forecast is None:
        return pl.DataFrame(schema={"unit": pl.String}), None
    panel, truth = history.panel, work.truth
    place = {unit: g for g, unit in enumerate(panel.groups)}
    rows = np.array([place[unit] for unit in truth.units], np.intp)
    begin = origin + FIRST_STEP - truth.first_month
    came = np.full((len(rows), STEPS), np.nan)
    came[:, FIRST_STEP - 1 :] = truth.deaths[:, begin : begin + MONTHS]
    scores = cell_scores(forecast, rows, came)
    cells = {
        "unit": np.repeat(np.array(truth.units, dtype=object), MONTHS).tolist(),
        "month": np.tile(np.arange(origin + FIRST_STEP, origin + STEPS + 1, dtype=np.int32), len(rows)),
        "deaths": truth.deaths[:, begin : begin + MONTHS].ravel(),
        "active": np.repeat(panel.trailing_deaths(12)[rows, -1] > 0, MONTHS),
        **{metric: values[:, FIRST_STEP - 1 :].ravel() for metric, values in scores.items()},
    }
    return pl.DataFrame(cells, schema_overrides={"unit": pl.String}), forecast if work.keep else None


def _origin(year: int) -> int:
    """October of the year before."""
    return 12 * (year - 1981) + 10


def _check(history: History, truth: CountryActuals, plan: dict[str, Any], models: tuple[Model, ...]) -> None:
    panel, years = history.panel, plan["years"]
    if panel.unit != "country":
        raise InputError("years of the challenge are of countries; the history is of groups")
    if not models or not years:
        raise InputError("at least one model and one year are needed")
    if plan["draws"] < 1 or plan["seed"] < 0:
        raise InputError(f"at least one draw and a seed of at least 0; got {plan['draws']} draws, seed {plan['seed']}")
    if absent := [unit for unit in truth.units if unit not in set(panel.groups)]:
        raise InputError(f"{len(absent)} countries of the actuals have no history, the first {absent[0]}")
    reach = f"{month_label(truth.first_month)} to {month_label(truth.last_month)}"
    for year in years:
        if not (truth.first_month <= _origin(year) + FIRST_STEP and _origin(year) + STEPS <= truth.last_month):
            raise NotHeldError(f"what happened is known for {reach}, not for all of {year}")
        if not panel.first_month <= _origin(year) <= panel.last_month:
            raise NotHeldError(
                f"to forecast {year} the history must reach {month_label(_origin(year))}; it covers "
                f"{month_label(panel.first_month)} to {month_label(panel.last_month)}"
            )


def _manifest(
    figures: Figures, truth: CountryActuals, plan: dict[str, Any], models: tuple[Model, ...]
) -> dict[str, Any]:
    panel = figures.truth
    seen = hashlib.sha256(figures.sha256().encode())
    seen.update(json.dumps([truth.units, truth.first_month]).encode())
    seen.update(np.ascontiguousarray(truth.deaths).tobytes())
    return {
        "format": FORMAT,
        "tocsin": __version__,
        "plan": plan,
        "sha256": seen.hexdigest(),
        "models": {model.name: str(getattr(model, "version", model)) for model in models},
        "vintage": panel.provenance.vintage,
        "actuals": truth.vintage,
        "citation": panel.provenance.citation,
        "licence": panel.provenance.licence,
        "redistributable": panel.provenance.redistributable,
        "data_until": last_day(panel.last_month).isoformat(),
    }


def _default_directory(home: Path, manifest: dict[str, Any]) -> Path:
    told = json.dumps([manifest[name] for name in ("format", "tocsin", "plan", "sha256", "models")], sort_keys=True)
    years = manifest["plan"]["years"]
    key = hashlib.sha256(told.encode()).hexdigest()[:10]
    return home / "replays" / f"country-years-{years[0]}-to-{years[-1]}-{key}"


def _part_path(directory: Path, year: int, model: str) -> Path:
    return directory / PARTS / f"{year}-{model}.parquet"


def _read_part(directory: Path, year: int, model: str) -> pl.DataFrame | None:
    try:
        return pl.read_parquet(_part_path(directory, year, model))
    except (OSError, pl.exceptions.PolarsError):
        return None


def _write_part(directory: Path, year: int, model: str, cells: pl.DataFrame) -> None:
    packed = io.BytesIO()
    cells.write_parquet(packed, compression="zstd")
    write_whole(_part_path(directory, year, model), packed.getvalue())


def _notes(history: History, truth: CountryActuals, plan: dict[str, Any], scored: list[str]) -> tuple[str, ...]:
    provenance = history.panel.provenance
    draws, without = plan["draws"], [name for name in plan["models"] if name not in scored]
    return (
        f"Figures: {provenance.place_precision}, to {last_day(history.panel.last_month)}.",
        *provenance.notes,
        f"Scored on {len(truth.units)} countries, vintage {truth.vintage}.",
        "Each year is forecast from the end of October of the year before: January to December are 3 to 14 months "
        "ahead. Scores are means over countries and months; a row without a year is the mean of the years' means.",
        "Standard errors are over countries: the months and years of one country may depend on each other in any way, "
        "countries are taken as independent. They say nothing of how other years would have gone.",
        "active: countries with a death in the 12 months before the forecast.",
        f"Ignorance and log score go by {draws:,} draws and compare only with the same number, in the challenge 1,000.",
        "coverage90 is to be read beside coverage90_expected: on counts an honest 90% interval covers more.",
        *([f"Without samples of deaths, and so left out: {', '.join(without)}."] if without else []),
    )
