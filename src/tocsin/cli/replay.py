"""`tocsin replay`: forecast again from the past, and score it by what came."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app, say_json
from tocsin.cli.replay_country import (
    Export,
    OutputType,
    check_options,
    country_history,
    print_years,
    replay_years,
    years_of,
)
from tocsin.cli.working import cores
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.replay import Replay

replay_app = typer.Typer(invoke_without_command=True)
app.add_typer(replay_app, name="replay")


class Unit(enum.StrEnum):
    """What is forecast: a line for each group, or each country."""

    group = "group"
    country = "country"


class Refit(enum.StrEnum):
    """How often the models are fitted anew."""

    yearly = "yearly"
    quarterly = "quarterly"
    monthly = "monthly"


class Mode(enum.StrEnum):
    """What counts as known on a past day."""

    reconstructed = "reconstructed"
    strict = "strict"
    lagged = "lagged"


class Format(enum.StrEnum):
    """How the summary is printed."""

    table = "table"
    json = "json"


@replay_app.callback()
def replay_command(
    context: typer.Context,
    unit: Unit = typer.Option(Unit.group, help="What is forecast."),
    first: str | None = typer.Option(None, "--from", metavar="YYYY-MM", help="First origin. \\[default: 2010-01]"),
    last: str | None = typer.Option(
        None, "--to", metavar="YYYY-MM", help="Last origin. \\[default: the last with 6 months of what came after]"
    ),
    models: str | None = typer.Option(
        None, metavar="A,B,...", help="Models by name. \\[default: the main baselines and every learned model]"
    ),
    refit: Refit | None = typer.Option(None, help="How often the models are fitted anew. \\[default: yearly]"),
    draws: int | None = typer.Option(None, min=1, help="Samples of each forecast. \\[default: 200; with --years 1000]"),
    seed: int = typer.Option(1, min=0, help="What all randomness comes from."),
    workers: int | None = typer.Option(
        None, min=1, help="Processes that share the work; the result is the same. \\[default: one a core]"
    ),
    cluster: str | None = typer.Option(
        None, metavar="tcp://HOST:PORT", help="A Dask scheduler whose workers do the work instead."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", metavar="DIR", help="Folder of the replay. \\[default: one in the store's folder]"
    ),
    as_of_mode: Mode | None = typer.Option(
        None, help="reconstructed: newest release; strict: releases of that day; lagged: with estimated delays."
    ),
    lag_days: int | None = typer.Option(None, min=0, help="An event counts as known so many days after it happened."),
    country_data: Path | None = typer.Option(
        None, metavar="FILE", help="Deaths per country and month, for --unit country: CSV or Parquet."
    ),
    country_actuals: Path | None = typer.Option(
        None, metavar="FILE", help="What happened in the years, where it is of another vintage; with --years."
    ),
    years: str | None = typer.Option(
        None, metavar="YYYY,YYYY,...", help="Whole years of countries, each from the October before, not every month."
    ),
    export: Export | None = typer.Option(None, help="Write the forecasts of --years in this format."),
    export_to: Path | None = typer.Option(None, metavar="DIR", help="The folder that exports go to."),
    export_type: list[OutputType] | None = typer.Option(
        None, help="What a hubverse file holds; may be given several times. \\[default: quantile]"
    ),
    format: Format = typer.Option(Format.table, help="How to print the summary."),
) -> None:
    """Forecast again from every month of the past with what was known then, and score it by what came.

    All models are scored on the same cells: samples of monthly deaths, the chance of 25 deaths or more, and of a
    mass-casualty attack, within 3, 6 and 12 months; by list, with standard errors and the difference to a baseline.

    The result is saved as a folder: the same command goes on with one that was interrupted, and `tocsin replay show`
    prints it again.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    check_options(
        unit is Unit.country,
        {
            "--country-data": country_data,
            "--country-actuals": country_actuals,
            "--years": years,
            "--export": export,
            "--export-to": export_to,
            "--export-type": export_type or None,
            "--from": first,
            "--to": last,
            "--refit": refit,
            "--as-of-mode": as_of_mode,
            "--lag-days": lag_days,
        },
    )
    given = {"as_of_mode": as_of_mode and as_of_mode.value, "lag_days": lag_days}
    from tocsin.settings import load_settings

    options: dict[str, Any] = {
        "models": models and [name.strip() for name in models.split(",") if name.strip()],
        **({} if draws is None else {"draws": draws}),
        "seed": seed,
        "settings": load_settings(**{name: value for name, value in given.items() if value is not None}),
        "directory": output,
        "workers": workers or cores(),
        "cluster": cluster,
    }
    try:
        if country_data and years is not None:
            spans = years_of(years)
            exports: dict[str, Any] = {"export": export, "export_to": export_to, "export_types": export_type}
            print_years(
                replay_years(country_data, country_actuals, spans, **exports, **options), as_json=format is Format.json
            )
            return
        from tocsin.replay import replay

        options |= {"first": first, "last": last, "refit": (refit or Refit.yearly).value}
        history = country_history(country_data) if country_data else None
        with _walking() as progress:
            result = replay(history=history, progress=progress, **options)
            _draw(result)
    except KeyboardInterrupt:
        typer.echo("tocsin: interrupted; the same command goes on where it stopped", err=True)
        raise typer.Exit(130) from None
    _print(result, format)


@replay_app.command("show")
def show_command(
    directory: Path = typer.Argument(..., metavar="DIR", help="The folder of a finished replay."),
    format: Format = typer.Option(Format.table, help="How to print the summary."),
) -> None:
    """Print a finished replay again, of origins or of whole years.

    JSON: `unit, from, to, vintage, as_of_mode, lag_days, refit, draws, seed, models, data_until, citation, licence,
    notes, rows`: [`target, population, horizon, model, metric, value, se, baseline, difference, difference_se, n`].
    """
    from tocsin.replay import read_replay
    from tocsin.replay.country import holds_country_years, read_country_years

    if holds_country_years(directory):
        print_years(read_country_years(directory), as_json=format is Format.json)
    else:
        _print(read_replay(directory), format)


def _refuse_options(context: typer.Context) -> None:
    """What is said before `show` would be of no effect there."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            word = context.invoked_subcommand
            raise InputError(
                f"{parameter.opts[0]} is of a run and not of {word}. Hint: options of {word} come after it"
            )


def _draw(result: Replay) -> None:
    path = result.directory / "reliability.png"
    if result.reliability and not path.exists():
        from tocsin.report.reliability_figure import draw_reliability

        draw_reliability(result, path)


def _print(result: Replay, format: Format) -> None:
    if format is Format.json:
        say_json(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        from tocsin.report.replay_tables import print_replay

        print_replay(result)


@contextmanager
def _walking() -> Iterator[Callable[[int, int, str], None]]:
    """Progress on standard error: a bar over the origins on a terminal, a line for each fit month elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("origins", total=None)

    def advance(done: int, total: int, what: str) -> None:
        bar.update(task, total=total, completed=done, description="scoring" if what == "scores" else "origins")
        if not console.is_terminal:
            before = f", {done} of them done before" if done else ""
            begin = f"replaying {total} origins{before} ..."
            told = {"begin": begin, "origins": f"{done} of {total} origins done", "scores": "scoring ..."}
            typer.echo(f"tocsin: {told[what]}", err=True)

    with bar:
        yield advance
