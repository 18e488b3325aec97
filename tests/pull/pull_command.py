"""`tocsin data ...` run in this process, as if typed."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer

from command_line import CommandLine


@cache
def every_command() -> Any:
    """All of `tocsin`, put together once: that takes longer than most tests here."""
    from tocsin.cli import app, commands

    assert commands
    return typer.main.get_command(app)


class DataCommand(CommandLine):
    """Runs `tocsin data ...`."""

    command = "data"
