"""The root of the command and how its errors end: one line, exit code 2."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from types import FrameType

import typer

from tocsin import __version__
from tocsin.errors import TocsinError
from tocsin.plain import escaped_json, printable_lines

app = typer.Typer(
    name="tocsin",
    help="Early warning and what-if analysis for competing armed groups, from public conflict event data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tocsin {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Early warning and what-if analysis for competing armed groups, from public conflict event data."""


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text that may quote data: its own line ends stay, nothing in it steers the terminal."""
    typer.echo(printable_lines(text), err=err, nl=nl)


def say_json(text: str, *, nl: bool = True) -> None:
    """Print JSON text; in its strings, what would steer the terminal stands as escapes."""
    typer.echo(escaped_json(text), nl=nl)


def _end_in_order() -> None:
    """Asked to end (`kill`, a closed terminal), remove temporary files on the way out; asked again, end at once."""

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        return  # called from another program, whose signals are its own affair
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # `nohup` ignores one of them
            signal.signal(number, end)


def main() -> None:
    """Run the command; a `TocsinError` ends it with one line on standard error and exit code 2."""
    # Imported here: the command modules register themselves on `app`.
    from tocsin.cli import commands  # noqa: F401

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a letter gets a '?', not a traceback
    _end_in_order()
    try:
        app()
    except TocsinError as error:
        say(f"tocsin: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); point standard output elsewhere so that closing it is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        say(f"tocsin: {error.filename or 'standard output'}: {error.strerror or error}", err=True)
        sys.exit(2)
