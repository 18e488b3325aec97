"""Whole years of countries as a table: every model's scores, of each year and their mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rich.console import Console
from rich.text import Text

from tocsin.replay.country import CountryYears
from tocsin.replay.country_rows import YearRow
from tocsin.report.replay_tables import WIDTH
from tocsin.report.terminal import safe

_NAME_WIDTH, _COLUMN_WIDTH = 26, 18
# The three scores of the challenge, and the one that a few wars do not decide, with the decimals they are given in:
# a few wars make the errors wide, while models on the same cells differ by little.
_HEADS = {"crps": "CRPS", "ignorance": "ignorance", "interval_score": "interval score", "crps_log1p": "CRPS of logs"}
_DECIMALS = {"crps": 2, "ignorance": 3, "interval_score": 1, "crps_log1p": 3}
_POPULATIONS = {"all": "all countries", "active": "countries with a death in the 12 months before"}


def print_country_years(result: CountryYears, *, file: IO[str] | None = None) -> None:
    """Print the scores of the challenge, for each model, of each year and their mean; the rest is in its JSON."""
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console = Console(file=file, highlight=False, width=WIDTH, no_color=True)
    told = result.to_dict()
    console.print()
    console.print(
        Text(
            safe(
                f"Countries, {_listed(told['years'])} forecast from the October before, {told['draws']:,} draws. "
                f"Data: {told['vintage']}, to {told['data_until']}. Scored on: {told['actuals']}."
            ),
            style="bold",
        )
    )
    for population, words in _POPULATIONS.items():
        rows = [row for row in result.rows if row.population == population and row.metric in _HEADS]
        console.print()
        console.print(Text(f"Monthly deaths, 3 to 14 months ahead, {words}", style="bold cyan"))
        for line in _lines(rows, told["years"]):
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
    console.print()
    for note in _foot(result):
        console.print(Text(safe(note), style="dim"))


def _listed(years: list[int]) -> str:
    return ", ".join(map(str, years))


def _lines(rows: list[YearRow], years: list[int]) -> Iterator[Text]:
    at = {(row.model, row.metric, row.year): row for row in rows}
    models = list(dict.fromkeys(row.model for row in rows))
    yield _line("", list(_HEADS.values()), "bold")
    spans: list[int | None] = list(years)
    for year in [*spans, None] if len(years) > 1 else spans:
        words = f"mean of {_listed(years)}" if year is None else str(year)
        cells = {row.n for row in rows if row.year == year}
        yield Text(f"{words}, n = {max(cells):,}", style="bold")
        for model in models:
            here = [at[model, metric, year] for metric in _HEADS]
            yield _line(f"  {model}", [_value(row.metric, row.value, row.se) for row in here], "")
            # What the models differ by is said once, where most is known of it.
            if here[0].baseline and (year is None or len(years) == 1):
                told = [_value(row.metric, row.difference, row.difference_se, sign="+") for row in here]
                yield _line(f"    - {here[0].baseline}", told, "dim")


def _line(name: str, figures: list[str], style: str) -> Text:
    return Text(name.ljust(_NAME_WIDTH) + "".join(f.rjust(_COLUMN_WIDTH) for f in figures), style=style)


def _value(metric: str, value: float | None, error: float | None, *, sign: str = "") -> str:
    if value is None:
        return "-"
    decimals = _DECIMALS[metric]
    return f"{value:{sign}.{decimals}f}" + ("" if error is None else f"±{error:.{decimals}f}")


def _foot(result: CountryYears) -> Iterator[str]:
    yield "value±standard error; below it the difference to a baseline, with its own. Smaller is better."
    yield from result.notes
    yield f"Source: {result.manifest['citation']}. Licence: {result.manifest['licence']}."
    if result.directory is not None:
        yield f"Every figure, and every country and month: {result.directory}"
