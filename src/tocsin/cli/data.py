"""`tocsin data`: bringing events in, acknowledging a source's terms, seeing what is held, dropping a release."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app, say, say_json
from tocsin.cli.asked import day_of
from tocsin.cli.imported import before_use, file_entry, print_added, raise_all, shortened
from tocsin.errors import TocsinError
from tocsin.plain import printable

if TYPE_CHECKING:
    from tocsin.events import CheckedFile
    from tocsin.settings import Settings
    from tocsin.store import Store, Vintage

data_app = typer.Typer(no_args_is_help=True, help="Bring events in, see what is held, drop a release.")
app.add_typer(data_app, name="data")

PACKAGED = {
    "source": "ucdp-ged",
    "release": "21.1",
    "what": "aggregate figures of located events (place precision 1-2), worldwide",
    "first_day": "1989-01-01",
    "last_day": "2020-12-31",
    "licence": "CC BY 4.0",
}
"""The figures that answer while nothing is imported."""


class Covers(StrEnum):
    """What a file speaks for."""

    world = "world"
    file = "file"


class Format(StrEnum):
    """How a command prints."""

    table = "table"
    json = "json"


@data_app.command("import")
def import_files(
    files: list[Path] = typer.Argument(..., metavar="FILE...", help="Files of events: CSV, .csv.gz, .zip or Parquet."),
    source: str | None = typer.Option(
        None, metavar="NAME", help="Whose events: ucdp-ged, acled, gtd or another package's; by default by the columns."
    ),
    release: str | None = typer.Option(
        None, help="The release, e.g. 24.1 (UCDP), 2022-05 (GTD), a name of yours (ACLED); by default told by the file."
    ),
    published: str | None = typer.Option(None, metavar="YYYY-MM-DD", help="The day it was published, or taken."),
    place_precision_max: int | None = typer.Option(
        None, min=1, max=7, help="Coarsest place precision held; needed for a file without the column where_prec."
    ),
    covers: Covers | None = typer.Option(
        None, help="What the file speaks for: the world, or only the countries in it. By default told by their number."
    ),
    covers_until: int | None = typer.Option(
        None, metavar="YYYY", help="Last year the file speaks for whole; by default it ends with its last event."
    ),
    strict: bool = typer.Option(False, "--strict", help="Refuse a file when any row is rejected or questioned."),
    format: Format = typer.Option(Format.table, help="How to print the result."),
) -> None:
    """Bring events of UCDP GED, ACLED or the GTD into the store; all files of one command or none.

    Rows that cannot be are rejected and written beside the store with their reason; rows whose deaths are out of order
    are taken in as coded and listed as questioned. The same file again changes nothing.

    JSON: `store`, `files`: [`file, vintage, release, source, kind, published, published_assumed, unchanged, replaced,
    rows, rejected, questioned, countries ("world" or theatres), first_day, last_day, place_precisions, rejected_file,
    questioned_file, notes, findings`: [`verdict, reason, columns, count, examples`]].
    """
    from tocsin.sources.registry import ReadOptions, read_file
    from tocsin.store import Store

    when = day_of(published, "--published")
    options = ReadOptions(
        release=release,
        published=when,
        place_precision_max=place_precision_max,
        covers=covers and covers.value,
        covers_until=covers_until,
        strict=strict,
    )
    store = Store.open()
    checked: list[CheckedFile] = []
    refused: list[TocsinError] = []
    with _progress() as tell:
        for file in files:
            tell(f"Reading and checking {file.name}")
            try:
                checked.append(read_file(file, options, source))
            except TocsinError as error:
                refused.append(error)
        if refused:
            raise_all(refused, len(files))
        tell(f"Writing to the store at {store.folder}")
        added = store.add(*checked)
    if format is Format.json:
        entries = [file_entry(store, good, one) for good, one in zip(checked, added, strict=True)]
        say_json(json.dumps({"store": str(store.folder), "files": entries}, indent=2, ensure_ascii=False))
        return
    for good, one in zip(checked, added, strict=True):
        print_added(store, good, one)
    for line in before_use(store, {one.part.release.source for one in added}):
        say(line)


@contextmanager
def _progress() -> Iterator[Any]:
    """A way to say what is being done: a spinner on a terminal, plain lines on standard error elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status("") as status:
            # A name between brackets is no markup.
            yield lambda text: status.update(Text(printable(text)))
    else:
        yield lambda text: say(f"{text} ...", err=True)


@data_app.command("status")
def status(format: Format = typer.Option(Format.table, help="How to print the result.")) -> None:
    """Show the releases held and the source in use; with none of it, the packaged figures that answer instead.

    JSON: `store, empty, source` (the one in use), `sources`: [`name, title, known, in_use, held, acknowledgement` ("not
    asked for", "given" or "missing"), `acknowledged_on`], `packaged`: {`source, release, what, first_day, last_day,
    licence`}, `vintages`: [`vintage, release, source, kind, published, published_assumed, files`: [`name, sha256`],
    `rows, rejected, questioned, first_day, last_day, countries ("world" or theatres), place_precisions, licence,
    citation, redistributable, rejected_files, questioned_files`], `notes` (what would be said beside figures made from
    all of the source in use, and which source of a package cannot be used).
    """
    from tocsin.settings import load_settings
    from tocsin.sources.registry import broken_sources
    from tocsin.store import Store

    settings = load_settings()
    store = Store.open()
    vintages = store.vintages()
    sources = _sources(store, settings)
    notes = [*_status_notes(store, settings), *broken_sources()]
    if format is Format.json:
        content = {
            "store": str(store.folder),
            "empty": not vintages,
            "source": settings.source,
            "sources": sources,
            "packaged": PACKAGED,
            "vintages": [_vintage_entry(store, vintage) for vintage in vintages],
            "notes": notes,
        }
        say_json(json.dumps(content, indent=2, ensure_ascii=False))
        return
    say(f"Store: {store.folder}")
    if vintages:
        _print_vintages(vintages)
    if any(one["held"] or one["in_use"] for one in sources if one["name"] != PACKAGED["source"]):
        say(_sources_line(sources))
    for note in notes:
        say(note)


def _sources(store: Store, settings: Settings) -> list[dict[str, Any]]:
    """Every source that is installed or held: whether it is in use, and whether its terms are acknowledged."""
    from tocsin.sources.acknowledged import acknowledged_on, is_acknowledged
    from tocsin.sources.registry import sources

    known, held = sources(), store.sources()
    entries = []
    for name in dict.fromkeys((*known, *held, settings.source)):
        on = acknowledged_on(store.home, name)
        asks = name not in known or bool(known[name].statement)
        given = is_acknowledged(store.home, name)
        entries.append(
            {
                "name": name,
                "title": known[name].title if name in known else name,
                "known": name in known or name in held,
                "in_use": name == settings.source,
                "held": name in held,
                "acknowledgement": "missing" if not given else "given" if asks and on else "not asked for",
                "acknowledged_on": on and on.isoformat(),
            }
        )
    return entries


def _sources_line(sources: list[dict[str, Any]]) -> str:
    used = next(one for one in sources if one["in_use"])
    beside = [one for one in sources if one["held"] and not one["in_use"]]
    lines = [f"In use: {used['name']}" + ("" if used["held"] else ", of which nothing is imported")]
    if beside:
        lines.append(f"held beside it: {', '.join(one['name'] for one in beside)}")
    missing = [
        one["name"]
        for one in sources
        if one["acknowledgement"] == "missing" and (one["held"] or (one["in_use"] and one["known"]))
    ]
    if missing:
        lines.append(f"terms not acknowledged: {', '.join(missing)} (tocsin data acknowledge)")
    return "; ".join(lines) + "."


def _status_notes(store: Store, settings: Settings) -> list[str]:
    """What would be said beside figures of the source in use."""
    from tocsin.digest.used import unknown_source

    if settings.source in store.sources():
        return list(store.ask(lambda held: held.notes, source=settings.source, release=settings.release or None))
    if settings.source == PACKAGED["source"]:
        return [_packaged_note(nothing_else=store.is_empty())]
    unknown = unknown_source(settings.source, store.sources())
    return [
        f"Nothing can be computed: {unknown}"
        if unknown
        else f"Nothing of {settings.source} is imported, and no packaged figures answer for it."
    ]


def _packaged_note(*, nothing_else: bool) -> str:
    what = "Nothing" if nothing_else else "Nothing of UCDP GED"
    return (
        f"{what} is imported, so the packaged figures answer: UCDP GED 21.1, located events, 1989-2020. "
        "Bring in a newer release with: tocsin data import FILE"
    )


def _vintage_entry(store: Store, vintage: Vintage) -> dict[str, Any]:
    return {
        "vintage": vintage.label,
        "release": vintage.release,
        "source": vintage.source,
        "kind": vintage.kind,
        "published": vintage.published.isoformat(),
        "published_assumed": vintage.published_assumed,
        "files": [{"name": file.name, "sha256": file.sha256} for file in vintage.files],
        "rows": vintage.rows,
        "rejected": vintage.rejected,
        "questioned": vintage.questioned,
        "first_day": vintage.first_day.isoformat(),
        "last_day": vintage.last_day.isoformat(),
        "countries": vintage.countries if isinstance(vintage.countries, str) else list(vintage.countries),
        "place_precisions": list(vintage.place_precisions),
        "licence": vintage.licence,
        "citation": vintage.citation,
        "redistributable": vintage.redistributable,
        "rejected_files": [str(store.folder / name) for name in vintage.rejected_files],
        "questioned_files": [str(store.folder / name) for name in vintage.questioned_files],
    }


def _print_vintages(vintages: tuple[Vintage, ...]) -> None:
    """A rich table on a terminal; tab-separated lines elsewhere."""
    columns = ("vintage", "kind", "events", "rejected", "questioned", "from", "to", "countries", "place", "published")
    rows = [
        (
            v.label,
            v.kind,
            f"{v.rows:,}",
            f"{v.rejected:,}",
            f"{v.questioned:,}",
            str(v.first_day),
            str(v.last_day),
            v.countries if isinstance(v.countries, str) else shortened(v.countries),
            f"1-{max(v.place_precisions)}",
            f"{v.published}{' (assumed)' if v.published_assumed else ''}",
        )
        for v in vintages
    ]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, box=None, header_style="bold")
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        Console().print(table)
    else:
        for line in (columns, *rows):
            typer.echo("\t".join(map(printable, line)))


@data_app.command("remove")
def remove(release: str = typer.Argument(..., help="The release to drop: 21.1, or 'acled 2024-04-02'.")) -> None:
    """Drop a release from the store: its events, and the lists of its rejected and questioned rows.

    Files stay where they are, your own and those that `tocsin data pull` downloaded; the latter are named.
    """
    from tocsin.sources.pull.folder import files_left
    from tocsin.store import Store

    store = Store.open()
    gone = store.remove(release)
    say(f"Removed {gone.label}: {gone.rows:,} events from {len(gone.files)} file(s)")
    left = files_left(store.home, gone.source, [file.name for file in gone.files])
    if left:
        say(f"Downloaded files of {gone.source} are still on disk; delete them to hold nothing of it:")
        for path in left:
            say(f"  {path}")
