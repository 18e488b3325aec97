"""How a result with several tables leaves a command: as a document, or as one of its tables in a file."""

from __future__ import annotations

import dataclasses
import enum
import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.asked import print_json
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.results import Result


class OutFormat(enum.StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"
    csv = "csv"
    parquet = "parquet"


def form_of(asked: OutFormat | None, output: Path | None) -> OutFormat:
    """The format asked for, or the one the file's ending names. Raises `InputError` where they differ."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    named = next((form for form in OutFormat if form.value == ending), None)
    if asked and named and asked is not named:
        raise InputError(f"--output {output} ends like a {named.value} file, but --format is {asked.value}")
    form = asked or named or OutFormat.table
    if output is not None:
        if form is OutFormat.table:
            raise InputError(
                f"--output {output} does not end with .json, .csv or .parquet; name a format with --format"
            )
        if output.is_dir() or not output.parent.is_dir():
            raise InputError(f"--output {output} can not be written: it is a folder, or there is no folder for it")
    elif form is OutFormat.parquet and sys.stdout.isatty():
        raise InputError("Parquet is not text: name a file with --output FILE, or pipe the output into one")
    return form


def document_of(result: Result) -> dict[str, Any]:
    """A result as plain values: its single facts, then each of its tables as a list of rows."""
    from tocsin.results import TRACE

    facts = {
        field.name: value
        for field in dataclasses.fields(result)  # type: ignore[arg-type]
        if _is_fact(value := getattr(result, field.name)) and field.name not in result.PARTS
    }
    tables = {
        part: [
            {name: value for name, value in row.items() if name not in TRACE}
            for row in result.to_polars(part).to_dicts()
        ]
        for part in result.PARTS
    }
    return {name: _plain(value) for name, value in (facts | tables).items()}


def _is_fact(value: Any) -> bool:
    """A single value, or several; not a row or rows of a table."""
    single = str | int | float | date | None
    return isinstance(value, single) or (isinstance(value, tuple) and all(isinstance(part, single) for part in value))


def write_result(result: Result, part: str | None, form: OutFormat, output: Path | None) -> None:
    """Write a document, or one table (by default the first), to a file or standard output."""
    try:
        if form is OutFormat.json:
            if output is None:
                print_json(document_of(result))
            else:
                import json

                output.write_text(
                    json.dumps(document_of(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
                )
            return
        table = result.to_polars(part)
        if form is OutFormat.csv:
            from tocsin.spreadsheet import csv_text

            if output is None:
                typer.echo(csv_text(table), nl=False)
            else:
                output.write_text(csv_text(table), encoding="utf-8")
            return
        packed = io.BytesIO()
        table.write_parquet(packed)
        if output is None:
            sys.stdout.buffer.write(packed.getvalue())
            sys.stdout.buffer.flush()
        else:
            output.write_bytes(packed.getvalue())
    except OSError as error:
        if output is None:
            raise
        raise InputError(f"--output {output} can not be written: {error.strerror or error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
