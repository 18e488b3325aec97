"""What commands show while models are fitted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer


@contextmanager
def fitting() -> Iterator[Callable[[str], None]]:
    """Progress of a fit, on standard error: a bar on a terminal, a plain line elsewhere; nothing when it is cached."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from tocsin.forecast.boosters import EARLY_REPLICATES, REPLICATES
    from tocsin.forecast.model import HORIZONS, TARGETS

    console = Console(stderr=True)
    total = (EARLY_REPLICATES + REPLICATES) * len(HORIZONS) * len(TARGETS)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = None
    lock = threading.Lock()  # members end on several threads

    def advance(_: str) -> None:
        nonlocal task
        with lock:
            if task is None:
                if not console.is_terminal:
                    typer.echo(
                        "tocsin: fitting the models (once for this data and day; half a minute or so) ...", err=True
                    )
                task = bar.add_task("fitting (once for this data and day)", total=total)
        if bar.tasks[task].completed == bar.tasks[task].total:  # a brief may fit the models of an earlier day as well
            bar.update(task, total=bar.tasks[task].completed + total)
        bar.advance(task)

    with bar:
        yield advance
