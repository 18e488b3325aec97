"""`tocsin data acknowledge`: the terms of a source shown, and recorded as read."""

from __future__ import annotations

import json
import sys
from datetime import date

import typer

from tocsin.cli.app import say, say_json
from tocsin.cli.data import Format, data_app
from tocsin.errors import InputError


@data_app.command("acknowledge")
def acknowledge_terms(
    source: str = typer.Argument(..., help="The source whose terms you have read, e.g. acled."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask; needed where no one can be asked."),
    format: Format = typer.Option(Format.table, help="How to print the result."),
) -> None:
    """Say that you have read the terms of a source and keep to them; before that nothing is computed from its events.

    What it says is shown first, and the day is recorded. When it changes it is asked for again.

    JSON: `source, title, statement, acknowledged_on, already` (whether it had been before).
    """
    from tocsin.settings import load_settings
    from tocsin.sources.acknowledged import acknowledge, acknowledged_on
    from tocsin.sources.registry import source_named

    found, home = source_named(source), load_settings().home
    if not found.statement:
        raise InputError(f"{source} asks for no acknowledgement; its events can be used at once")
    before = acknowledged_on(home, source)
    if format is Format.table:
        for line in (*found.statement.splitlines(), ""):
            say(line)
    if before is None:
        if not yes and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise InputError(
                f"nobody can be asked here, so nothing was recorded; read what {source} asks for and say --yes"
            )
        if not yes and not typer.confirm("Do you acknowledge this?", default=False, err=True):
            raise InputError(f"the terms of {source} were not acknowledged; nothing is computed from its events")
        acknowledge(home, source, on=date.today())
    on = acknowledged_on(home, source)
    assert on is not None
    if format is Format.json:
        content = {
            "source": source,
            "title": found.title,
            "statement": found.statement,
            "acknowledged_on": on.isoformat(),
            "already": before is not None,
        }
        say_json(json.dumps(content, indent=2, ensure_ascii=False))
        return
    say(f"Acknowledged on {on}{' already' if before else ''}. To use its events: TOCSIN_SOURCE={source}, or source = "
        f'"{source}" in tocsin.toml')  # fmt: skip
