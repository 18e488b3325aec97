"""Signs of life while a command works, on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from tocsin.cli.app import say
from tocsin.plain import printable

QUIET_SECONDS = 3.0


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def working(words: str, how_long: str = "") -> Iterator[None]:
    """Say what is done: a spinner on a terminal; elsewhere a line, with `how_long`, once it takes some seconds."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(Text(printable(f"{words} ..."))):
            yield
    else:
        with told_when_long(f"{words}{how_long and ' '}{how_long} ..."):
            yield


@contextmanager
def walking(what: str, lines: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """A function to call with how many of how many `what` are done: it moves a bar, or says a line.

    Where lines are said, they are at most so many; without `lines` one for each call.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(what, total=None)

    def advance(done: int, total: int) -> None:
        bar.update(task, total=total, completed=done)
        if not console.is_terminal and (lines is None or done * lines // total > (done - 1) * lines // total):
            typer.echo(f"tocsin: {done} of {total} {what} done", err=True)

    with bar:
        yield advance


@contextmanager
def told_when_long(words: str) -> Iterator[None]:
    """Say a line once something has taken a few seconds; what is refused at once stays one line."""
    timer = threading.Timer(QUIET_SECONDS, lambda: say(f"tocsin: {words}", err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
