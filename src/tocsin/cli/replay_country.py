"""The options of `tocsin replay` for countries: their file, whole years of them, and exports."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import say_json
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.forecast import Forecast
    from tocsin.panel import History, Panel
    from tocsin.replay.country import CountryYears


class Export(enum.StrEnum):
    """The formats that forecasts are written in."""

    views = "views"
    hubverse = "hubverse"


class OutputType(enum.StrEnum):
    """How a hubverse file describes a forecast."""

    quantile = "quantile"
    sample = "sample"
    pmf = "pmf"


def check_options(country: bool, given: Mapping[str, object]) -> None:
    """Refuse options that do not go together; `given` has each by its name on the command line, None where not given.

    `--country-data` belongs to countries; `--years` replaces what a replay of origins takes; exports belong to years.
    """

    def there(*names: str) -> list[str]:
        return [name for name in names if given.get(name) is not None]

    if not country:
        if wrong := there("--country-data", "--country-actuals", "--years", "--export", "--export-to", "--export-type"):
            raise InputError(f"{wrong[0]} goes with --unit country")
        return
    if not there("--country-data"):
        raise InputError("--unit country needs a file of country-months. Hint: --country-data FILE")
    if there("--years"):
        if wrong := there("--from", "--to", "--refit", "--as-of-mode", "--lag-days"):
            raise InputError(f"{wrong[0]} goes with a replay of every month, not with --years")
    elif wrong := there("--country-actuals", "--export", "--export-to", "--export-type"):
        raise InputError(f"{wrong[0]} goes with --years")
    if bool(there("--export")) != bool(there("--export-to")):
        raise InputError("--export FORMAT and --export-to DIR go together")
    if there("--export-type") and given["--export"] != Export.hubverse:
        raise InputError("--export-type is what a hubverse file holds; it goes with --export hubverse")


def years_of(text: str) -> list[int]:
    """`2018,2019` as years."""
    try:
        years = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        years = []
    if not years:
        raise InputError(f"--years are like 2018,2019,2020, got {text!r}")
    return years


def country_history(data: Path, actuals: Path | None = None) -> History:
    """The history of a country-month file."""
    from tocsin.panel import History, read_country_months

    return History(read_country_months(data, actuals=actuals))


def replay_years(
    data: Path,
    actuals: Path | None,
    years: list[int],
    *,
    export: Export | None,
    export_to: Path | None,
    export_types: list[OutputType] | None,
    draws: int | None = None,
    **options: Any,
) -> CountryYears:
    """Forecast and score whole years, writing each forecast out where an export is asked for."""
    from tocsin.doors.exports import CHALLENGE_DRAWS
    from tocsin.panel import read_country_actuals
    from tocsin.panel.country import actuals_of
    from tocsin.replay.country import replay_country_years

    draws = CHALLENGE_DRAWS if draws is None else draws
    if export is Export.views and draws != CHALLENGE_DRAWS:
        raise InputError(f"the challenge's files hold {CHALLENGE_DRAWS:,} draws. Hint: --draws {CHALLENGE_DRAWS}")
    history = country_history(data, actuals)
    truth = read_country_actuals(actuals) if actuals else actuals_of(history.panel)
    keep = _writer(export, export_to, export_types, history.panel) if export and export_to else None
    with _counting() as progress:
        return replay_country_years(history, truth, years=years, draws=draws, keep=keep, progress=progress, **options)


def print_years(result: CountryYears, *, as_json: bool) -> None:
    """Print whole years as JSON or as a table."""
    if as_json:
        say_json(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        from tocsin.report.country_tables import print_country_years

        print_country_years(result)


def _writer(
    export: Export, folder: Path, types: list[OutputType] | None, panel: Panel
) -> Callable[[int, Forecast], None]:
    from tocsin.doors.exports import country_codes, to_hubverse, to_views_challenge
    from tocsin.replay.country import FIRST_STEP

    if folder.exists() and not folder.is_dir():
        raise InputError(f"--export-to is a folder, got the file {folder}")
    if export is Export.views and not all(unit.isdigit() for unit in panel.groups):
        raise InputError("the challenge's files go by numbers: --export views needs a column country_id")
    told = panel.provenance

    def write(year: int, forecast: Forecast) -> None:
        if export is Export.views:
            path = to_views_challenge(forecast, folder, year=year, provenance=told)
        else:
            path = to_hubverse(
                forecast,
                folder,
                output_type=[one.value for one in types or [OutputType.quantile]],
                locations=country_codes(panel),
                first_step=FIRST_STEP,
                provenance=told,
            )
        typer.echo(f"tocsin: wrote {path}", err=True)

    return write


@contextmanager
def _counting() -> Iterator[Callable[[int, int, str], None]]:
    """Progress on standard error: a bar over years and models on a terminal, plain lines elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("years of each model", total=None)

    def advance(done: int, total: int, what: str) -> None:
        bar.update(task, total=total, completed=done)
        if not console.is_terminal and (done or what == "found"):
            typer.echo(
                f"tocsin: {done} of {total} years of each model {'were ' if what == 'found' else ''}done", err=True
            )

    with bar:
        yield advance
