"""`tocsin explain`: everything about one group at a day."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tocsin.cli.app import app, say_json
from tocsin.cli.asked import check_output, day_of
from tocsin.cli.assess import Mode, Words
from tocsin.cli.fitting import fitting
from tocsin.cli.working import told_when_long
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.warn.explanation import Explanation


class Format(enum.StrEnum):
    """How an explanation is written."""

    table = "table"
    json = "json"


@app.command("explain")
def explain_command(
    group: str = typer.Argument(help="'IS @ Afghanistan', 'ISIS-K', 'Islamic State in Mali', 'Taliban', ..."),
    as_of: str | None = typer.Option(
        None,
        metavar="YYYY-MM-DD",
        help="Use only what was known on this day. \\[default: end of the data]",
    ),
    horizon: int = typer.Option(6, help="Months ahead: 3, 6 or 12."),
    rivalry: bool = typer.Option(
        True, "--rivalry/--no-rivalry", help="Estimate who answers whom in its theatre; takes up to two minutes."
    ),
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
    """Explain one group: why it is on its level, what moves its probabilities, past cases like it, rivals, where it is.

    Everything is from what was known on the day. Probabilities stand with interval, base rate, record and confidence.
    """
    day = day_of(as_of)
    check_output(output)
    form = _form(format, output)
    from tocsin.settings import load_settings
    from tocsin.warn.explain import explain

    given = {"as_of_mode": as_of_mode and as_of_mode.value, "lag_days": lag_days, "wording": wording and wording.value}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    long = "up to two minutes; --no-rivalry leaves out who answers whom" if rivalry else "some seconds"
    with fitting() as progress, told_when_long(f"explaining {group} ({long}) ..."):
        result = explain(group, as_of=day, horizon=horizon, rivalry=rivalry, settings=settings, progress=progress)
    try:
        _write(result, form, output)
    except OSError as error:
        if output is None:
            raise
        raise InputError(f"--output {output} can not be written: {error.strerror or error}") from None


def _form(asked: Format | None, output: Path | None) -> Format:
    """The format asked for, or the one the file's ending names; refuses where the two differ."""
    json_file = output is not None and output.suffix.lower() == ".json"
    if json_file and asked is Format.table:
        raise InputError(f"--output {output} ends like a json file, but --format is table")
    return asked or (Format.json if json_file else Format.table)


def _write(explanation: Explanation, form: Format, output: Path | None) -> None:
    if form is Format.json:
        from tocsin.report.explain_json import explanation_dict

        text = json.dumps(explanation_dict(explanation), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        if output is None:
            say_json(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")
        return
    from tocsin.report.explain_tables import print_explanation

    if output is None:
        print_explanation(explanation)
    else:
        with output.open("w", encoding="utf-8") as file:
            print_explanation(explanation, file=file)
