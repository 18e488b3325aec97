"""`tocsin site`: the pages as a folder of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tocsin.cli.app import app, say
from tocsin.cli.asked import day_of
from tocsin.cli.assess import Mode
from tocsin.plain import printable

if TYPE_CHECKING:
    from tocsin.web.question import Tell

LINES = 5  # said of what can be counted, where there is no bar


@app.command("site")
def site_command(
    folder: Path = typer.Argument(..., metavar="DIR", help="Folder to write; an earlier site's files are replaced."),
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="Use only what was known on this day. \\[default: end of the data]"
    ),
    horizon: int = typer.Option(6, help="Months ahead: 3, 6 or 12."),
    as_of_mode: Mode | None = typer.Option(
        None, help="reconstructed: newest release; strict: releases of that day; lagged: with estimated delays."
    ),
    top: int = typer.Option(
        10, min=0, metavar="N", help="Groups of each view that get a page; all on a level get one always."
    ),
    rivalry: bool = typer.Option(
        True, "--rivalry/--no-rivalry", help="Estimate who answers whom in each theatre with a page."
    ),
    force: bool = typer.Option(
        False, "--force", help="Write into a folder of other things: files of the same names are replaced, others kept."
    ),
) -> None:
    """Write the pages of a day as a folder that opens from disk (index.html) and from any web server.

    What needs an answer while you wait is left out: other days, what-if with other numbers. The folder is replaced
    only once all of it is made.
    """
    day = day_of(as_of)
    from tocsin.digest.used import check_used
    from tocsin.settings import load_settings
    from tocsin.web.asked import Asked
    from tocsin.web.site import write_site

    settings = load_settings()
    check_used(settings)
    asked = Asked(day, horizon, as_of_mode.value if as_of_mode else None)
    with _telling() as tell:
        made = write_site(folder, asked=asked, top=top, rivalry=rivalry, force=force, settings=settings, tell=tell)
    size = f"{made.pages} pages, {made.files} files, {made.bytes / 1e6:.1f} MB"
    say(f"tocsin: wrote {size}; open {folder / 'index.html'}", err=True)


@contextmanager
def _telling() -> Iterator[Tell]:
    """Says on standard error how far it is: a bar on a terminal; elsewhere each step in a line, and its fifths."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("assessing the groups", total=None)
    said: set[tuple[str, int]] = set()

    def tell(words: str, done: int = 0, total: int = 0) -> None:
        bar.update(task, description=printable(words), completed=done, total=total or None)
        # The words may count as well.
        step = (re.sub(r"(?<![\w-])\d[\d,]*(?![\w-])", "", words), done * LINES // total if total else 0)
        if not console.is_terminal and step not in said:
            said.add(step)
            say(f"tocsin: {words}{f' ({done} of {total})' if total else ''} ...", err=True)

    with bar:
        yield tell
