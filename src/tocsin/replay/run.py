"""The replay itself: walks the origins, saves what each fit month gives, and sums it up when all are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.errors import InputError
from tocsin.forecast.model import Model
from tocsin.forecast.registry import models_named
from tocsin.months import last_day
from tocsin.panel import History
from tocsin.replay.calibration import reliability_rows
from tocsin.replay.known import Figures, load_figures, settings_of
from tocsin.replay.leads import lead_rows
from tocsin.replay.notes import alt_text, notes_of
from tocsin.replay.plan import UNITS, Plan, make_plan
from tocsin.replay.record import (
    FORMAT,
    MANIFEST,
    SUMMARY,
    default_directory,
    opened,
    read_json,
    read_part,
    write_json,
    write_part,
)
from tocsin.replay.result import Replay, read_replay
from tocsin.replay.score import Work, replay_fit_month
from tocsin.replay.summary import summarise
from tocsin.scale import run_tasks
from tocsin.settings import Settings, load_settings

Progress = Callable[[int, int, str], None]


def replay(
    plan: Plan | None = None,
    *,
    settings: Settings | None = None,
    history: History | None = None,
    directory: Path | None = None,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Replay:
    """Forecast again from each origin of the past with what was known then, and score it by what came.

    `plan` says what to do; without one it is made of `options`, which are those of `make_plan` (`first`, `last`,
    `models`, `refit`, `draws`, `seed`, `as_of_mode`, `lag_days`). Figures are those of the store, or the packaged ones,
    unless a `history` (of groups or countries, reaching to the newest month held) is given. All is saved in `directory`
    (by default one of its own in the store's folder): where the same plan on the same figures was interrupted, it goes
    on; where it was finished, it is read. `workers` and `cluster` as in `tocsin.scale`; the result is the same for any.
    `progress` is told how many origins of how many are done, and what is at hand: `begin`, `origins`, then `scores`.

    Raises `InputError` for what cannot be done and for a directory of another replay, `NotHeldError` where an origin
    has no figures.
    """
    settings = settings or load_settings()
    figures = load_figures(settings, history)
    truth = figures.truth
    if plan is None:
        as_of = {"as_of_mode": settings.as_of_mode, "lag_days": settings.lag_days}
        plan = make_plan(truth.last_month, **(as_of | {"unit": truth.unit} | options))
    elif options:
        raise InputError(f"give a plan or options for one, not both; got {', '.join(options)}")
    if plan.unit != truth.unit:
        raise InputError(f"the plan is for a {plan.unit} replay and the figures are of {UNITS[truth.unit]}")
    if history is not None and plan.as_of_mode != "reconstructed":
        raise InputError(
            f"{plan.as_of_mode} mode reads the store's releases, so it cannot go by a history that is given"
        )
    figures = replace(figures, settings=settings_of(plan, settings))
    manifest = _manifest(plan, figures)
    directory = directory or default_directory(settings.home, manifest)
    with opened(directory, manifest):
        if not (directory / SUMMARY).exists():
            _run(plan, figures, directory, workers, cluster, progress or (lambda done, total, what: None))
            _sum_up(plan, figures, directory)
    return read_replay(directory)


def _manifest(plan: Plan, figures: Figures) -> dict[str, Any]:
    provenance = figures.truth.provenance
    return {
        "format": FORMAT,
        "tocsin": __version__,
        "plan": plan.to_dict(),
        "sha256": figures.sha256(),
        "models": {model.name: _version(model) for model in models_named(plan.models)},
        "vintage": provenance.vintage,
        "citation": provenance.citation,
        "licence": provenance.licence,
        "redistributable": provenance.redistributable,
        "data_until": last_day(figures.truth.last_month).isoformat(),
        **({"delays": figures.delays(plan)} if plan.as_of_mode == "lagged" else {}),
    }


def _version(model: Model) -> str:
    """What tells a model from a later one of its name: its own version, else its parameters."""
    version = getattr(model, "version", None)
    if version is None:
        # Any other object's words for itself hold its address, which no second run has again.
        return str(model) if is_dataclass(model) else type(model).__qualname__
    return str(version)


def _run(plan: Plan, figures: Figures, directory: Path, workers: int, cluster: str | None, progress: Progress) -> None:
    waiting = {
        month: origins for month, origins in plan.tasks().items() if read_part(directory, month, origins) is None
    }
    total = len(plan.origins)
    done = total - sum(map(len, waiting.values()))
    progress(done, total, "begin")
    work = Work(plan, models_named(plan.models), figures)
    tasks = list(waiting.items())
    for place, cells in run_tasks(replay_fit_month, tasks, work, workers=workers, cluster=cluster):
        month, origins = tasks[place]
        write_part(directory, month, cells)
        done += len(origins)
        progress(done, total, "origins")
    progress(total, total, "scores")


def _sum_up(plan: Plan, figures: Figures, directory: Path) -> None:
    manifest = read_json(directory / MANIFEST)
    cells = Replay(plan, manifest, (), (), (), directory).cells()
    reliability = reliability_rows(cells, plan)
    rows = (*summarise(cells, plan), *lead_rows(cells, plan, figures.truth))
    content = {
        "notes": list(notes_of(cells, plan, figures.truth, manifest["models"], manifest.get("delays"))),
        "rows": [asdict(row) for row in rows],
        "reliability": [asdict(row) for row in reliability],
        "reliability_alt": alt_text(reliability, plan),
    }
    write_json(directory / SUMMARY, content)
