"""A small made-up world to replay, and a model whose say is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from planted_groups import FIRST, Event, digest_of, rivals
from tocsin.forecast.forecast import Forecast
from tocsin.forecast.model import Outlook
from tocsin.forecast.registry import models_named
from tocsin.panel import History, build_panel
from tocsin.replay import Replay, load_figures, make_plan, replay
from tocsin.replay.score import Work, replay_fit_month
from tocsin.settings import load_settings

LAST = FIRST + 95
EVENTS = rivals(months=96, pairs=6, seed=3)
MODELS = ("climatology_12", "recency", "hurdle_lognormal")


def history_of(events: list[Event] = EVENTS, *, last: int = LAST) -> History:
    """The history of made-up events."""
    return History(build_panel(digest_of(events, last=last)))


def small(directory: Path, *, history: History | None = None, **options: Any) -> Replay:
    """A replay of the planted world, by default of its last months and with few draws."""
    running = {name: options.pop(name) for name in ("workers", "cluster", "progress") if name in options}
    options = {"first": LAST - 40, "last": LAST - 6, "models": MODELS, "draws": 20} | options
    return replay(history=history or history_of(), directory=directory, **running, **options)


def cells_of(history: History, **options: Any) -> pl.DataFrame:
    """The cells of a replay on a history, without saving anything."""
    plan = make_plan(history.month, **({"models": MODELS, "draws": 20, "unit": history.panel.unit} | options))
    figures = load_figures(load_settings(lag_days=plan.lag_days), history)
    work = Work(plan, models_named(plan.models), figures)
    return pl.concat([replay_fit_month(work, task) for task in plan.tasks().items()])


@dataclass(frozen=True)
class Told:
    """A model that says the same of every unit: so many deaths in each draw and month, and these probabilities."""

    name: str = "told"
    deaths: float = 4.0
    p: float = 0.25

    def fit(self, history: History) -> Told:
        """Nothing to fit."""
        return self

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = 12) -> Outlook:
        """What it was made to say."""
        units = history.panel.groups
        samples = np.full((len(units), steps, draws), self.deaths, np.float32)
        chance = np.full(len(units), self.p)
        return Outlook(
            self.name,
            Forecast(samples, units, history.month, self.name, "planted"),
            {("mass_casualty", 6): chance, ("deaths25", 3): chance},
            {"deaths25": np.arange(len(units), dtype=float)},
        )
