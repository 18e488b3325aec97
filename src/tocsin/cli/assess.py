"""`tocsin assess`: which groups will do harm in the coming months."""

from __future__ import annotations

import enum
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tocsin.cli.app import app, say_json
from tocsin.cli.asked import check_output, day_of
from tocsin.cli.fitting import fitting
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.warn import Assessment


class Format(enum.StrEnum):
    """How an assessment is written."""

    table = "table"
    json = "json"
    csv = "csv"
    parquet = "parquet"


class Words(enum.StrEnum):
    """The table that the words of likelihood are from."""

    icd203 = "icd203"
    phia = "phia"


class Mode(enum.StrEnum):
    """What counts as known on a past day."""

    reconstructed = "reconstructed"
    strict = "strict"
    lagged = "lagged"


@app.command("assess")
def assess_command(
    as_of: str | None = typer.Option(
        None,
        metavar="YYYY-MM-DD",
        help="Use only what was known on this day. \\[default: end of the data]",
    ),
    theatre: str | None = typer.Option(None, help="A country, a named theatre, or countries joined by '+'."),
    horizon: int = typer.Option(6, help="Months ahead: 3, 6 or 12."),
    top: int = typer.Option(10, min=1, help="Lines per view; a group in the top of any view is in every export."),
    format: Format | None = typer.Option(
        None, help="How to write the result. \\[default: by the ending of --output, else table]"
    ),
    output: Path | None = typer.Option(None, "--output", "-o", help="Write to this file instead of standard output."),
    as_of_mode: Mode | None = typer.Option(
        None, help="reconstructed: newest release; strict: releases of that day; lagged: with estimated delays."
    ),
    lag_days: int | None = typer.Option(None, min=0, help="An event counts as known so many days after it happened."),
    wording: Words | None = typer.Option(
        None, help="Words of likelihood: icd203 (US) or phia (UK). \\[default: the setting, else icd203]"
    ),
) -> None:
    """Assess which armed groups will do harm in the coming months.

    Three views: new risk (fewer than 25 deaths in the past year) by the probability of 25 deaths or more, ongoing by
    expected deaths, and the risk of a mass-casualty attack across both. Probabilities come with a 90% interval of their
    estimate and the base rate; expected deaths with an 80% interval.
    """
    day = day_of(as_of)
    check_output(output)
    form = _form(format, output)
    from tocsin.settings import load_settings
    from tocsin.warn import assess

    given = {"as_of_mode": as_of_mode and as_of_mode.value, "lag_days": lag_days, "wording": wording and wording.value}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    with fitting() as progress:
        result = assess(
            as_of=day,
            theatre=theatre,
            horizon=horizon,
            settings=settings,
            progress=progress,
        )
    try:
        _write(result.top(top), result, top, form, output)
    except OSError as error:
        if output is None:
            raise
        raise InputError(f"--output {output} can not be written: {error.strerror or error}") from None


def _form(asked: Format | None, output: Path | None) -> Format:
    """The format asked for, or the one the file's ending names; refuses where the two differ."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    named = next((form for form in (Format.json, Format.csv, Format.parquet) if form.value == ending), None)
    if asked and named and asked is not named:
        raise InputError(f"--output {output} ends like a {named.value} file, but --format is {asked.value}")
    return asked or named or Format.table


def _write(result: Assessment, whole: Assessment, top: int, format: Format, output: Path | None) -> None:
    import json

    from tocsin.report.terminal import print_assessment

    if format is Format.parquet and output is None and sys.stdout.isatty():
        raise InputError("Parquet is not text: name a file with --output FILE, or pipe the output into one")
    if format is Format.table:
        if output is None:
            print_assessment(whole, top)
        else:
            with output.open("w", encoding="utf-8") as file:
                print_assessment(whole, top, file=file)
    elif format is Format.json:
        text = json.dumps(result.to_dict(), indent=2, ensure_ascii=False) + "\n"
        if output is None:
            say_json(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")
    else:
        frame = result.to_polars()
        if format is Format.csv:
            from tocsin.spreadsheet import csv_text

            text = csv_text(frame)
            if output is None:
                typer.echo(text, nl=False)
            else:
                output.write_text(text, encoding="utf-8")
        else:
            packed = io.BytesIO()
            frame.write_parquet(packed)
            if output is None:
                sys.stdout.buffer.write(packed.getvalue())
                sys.stdout.buffer.flush()
            else:
                output.write_bytes(packed.getvalue())
