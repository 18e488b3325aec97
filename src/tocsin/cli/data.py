"""`tocsin data`: bringing events in, seeing what is held, dropping a release."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app, say, say_json
from tocsin.errors import DataError, InputError, TocsinError
from tocsin.plain import printable

if TYPE_CHECKING:
    from tocsin.events import CheckedFile
    from tocsin.store import Added, Store, Vintage

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
    files: list[Path] = typer.Argument(..., metavar="FILE...", help="UCDP GED files: CSV, .csv.gz, .zip or Parquet."),
    release: str | None = typer.Option(None, help="The release, e.g. 24.1 or 24.0.3; by default from the file's name."),
    published: str | None = typer.Option(None, metavar="YYYY-MM-DD", help="The day the release was published."),
    place_precision_max: int | None = typer.Option(
        None, min=1, max=7, help="Coarsest place precision held; needed for a file without the column where_prec."
    ),
    covers: Covers | None = typer.Option(
        None, help="What the file speaks for: the world, or only the countries in it. By default told by their number."
    ),
    covers_until: int | None = typer.Option(
        None, metavar="YYYY", help="Last year a yearly file speaks for; by default that of its last event."
    ),
    strict: bool = typer.Option(False, "--strict", help="Refuse a file when any row is rejected or questioned."),
    format: Format = typer.Option(Format.table, help="How to print the result."),
) -> None:
    """Bring events of UCDP GED into the store, yearly or Candidate releases; all files of one command or none.

    Rows that cannot be are rejected and written beside the store with their reason; rows whose deaths are out of order
    are taken in as coded and listed as questioned. The same file again changes nothing.

    JSON: `store`, `files`: [`file, vintage, release, source, kind, published, published_assumed, unchanged, replaced,
    rows, rejected, questioned, countries ("world" or theatres), first_day, last_day, place_precisions, rejected_file,
    questioned_file, notes, findings`: [`verdict, reason, columns, count, examples`]].
    """
    from tocsin.sources.ucdp import read_ged
    from tocsin.store import Store

    when = _day(published)
    store = Store.open()
    checked: list[CheckedFile] = []
    refused: list[TocsinError] = []
    with _progress() as tell:
        for file in files:
            tell(f"Reading and checking {file.name}")
            try:
                checked.append(
                    read_ged(
                        file,
                        release=release,
                        published=when,
                        place_precision_max=place_precision_max,
                        covers=covers and covers.value,
                        covers_until=covers_until,
                        strict=strict,
                    )
                )
            except TocsinError as error:
                refused.append(error)
        if refused:
            _raise_all(refused, len(files))
        tell(f"Writing to the store at {store.folder}")
        added = store.add(*checked)
    if format is Format.json:
        entries = [_file_entry(store, good, one) for good, one in zip(checked, added, strict=True)]
        say_json(json.dumps({"store": str(store.folder), "files": entries}, indent=2, ensure_ascii=False))
        return
    for good, one in zip(checked, added, strict=True):
        _print_added(store, good, one)


def _raise_all(refused: list[TocsinError], given: int) -> None:
    """Say everything that is wrong at once; one error keeps its own kind."""
    nothing = " Nothing was imported." if given > 1 else ""
    if len(refused) == 1:
        raise type(refused[0])(f"{refused[0]}{nothing}")
    raise DataError(f"{len(refused)} of {given} files cannot be used.{nothing}" + "".join(f"\n  {e}" for e in refused))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--published is a day like 2024-06-30, got {text!r}") from None


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


def _file_entry(store: Store, file: CheckedFile, added: Added) -> dict[str, Any]:
    part = added.part
    return {
        "file": file.file,
        "vintage": part.release.vintage,
        "release": part.release.name,
        "source": part.release.source,
        "kind": part.release.kind,
        "published": part.release.published.isoformat(),
        "published_assumed": part.release.published_assumed,
        "unchanged": added.unchanged,
        "replaced": list(added.replaced),
        "rows": part.rows,
        "rejected": part.rejected,
        "questioned": part.questioned,
        "countries": _theatres(part.countries),
        "first_day": part.first_day.isoformat(),
        "last_day": part.last_day.isoformat(),
        "place_precisions": list(part.place_precisions),
        "rejected_file": part.rejected_file and str(store.folder / part.rejected_file),
        "questioned_file": part.questioned_file and str(store.folder / part.questioned_file),
        "notes": list(file.notes),
        "findings": [
            {
                "verdict": finding.verdict,
                "reason": finding.reason,
                "columns": list(finding.columns),
                "count": finding.count,
                "examples": list(finding.examples),
            }
            for finding in file.findings
        ],
    }


def _theatres(countries: tuple[str, ...] | None) -> str | list[str]:
    from tocsin.countries import theatre_of

    return "world" if countries is None else [theatre_of(iso3) for iso3 in countries]


def _print_added(store: Store, file: CheckedFile, added: Added) -> None:
    part = added.part
    if added.unchanged:
        say(f"{file.file}: already held as {part.release.vintage}, {part.rows:,} events; nothing changed")
        return
    theatres = _theatres(part.countries)
    where = "the world" if isinstance(theatres, str) else _shortened(theatres)
    say(
        f"{file.file}: {part.rows:,} events taken in as {part.release.vintage}, {part.rejected:,} rows rejected, "
        f"{part.questioned:,} questioned"
    )
    say(
        f"  speaks for {where}, {part.first_day} to {part.last_day}; "
        f"place precision 1-{max(part.place_precisions)}; published {_published(part.release)}"
    )
    for name in added.replaced:
        say(f"  replaces {name}")
    for note in file.notes:
        say(f"  note: {note}")
    for finding in file.findings:
        say(f"  {finding}")
    for label, path in (("rejected", part.rejected_file), ("questioned", part.questioned_file)):
        if path:
            say(f"  {label} rows: {store.folder / path}")


def _published(of: Any) -> str:
    return f"{of.published}{' (assumed; say --published)' if of.published_assumed else ''}"


def _shortened(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


@data_app.command("status")
def status(format: Format = typer.Option(Format.table, help="How to print the result.")) -> None:
    """Show the releases held; with none, the packaged figures that answer instead.

    JSON: `store, empty, packaged`: {`source, release, what, first_day, last_day, licence`}, `vintages`: [`vintage,
    release, source, kind, published, published_assumed, files`: [`name, sha256`], `rows, rejected, questioned,
    first_day, last_day, countries ("world" or theatres), place_precisions, licence, citation, redistributable,
    rejected_files, questioned_files`], `notes` (what would be said beside figures made from all of it).
    """
    from tocsin.store import Store

    store = Store.open()
    vintages = store.vintages()
    notes = list(store.events().notes) if vintages else [_packaged_note()]
    if format is Format.json:
        content = {
            "store": str(store.folder),
            "empty": not vintages,
            "packaged": PACKAGED,
            "vintages": [_vintage_entry(store, vintage) for vintage in vintages],
            "notes": notes,
        }
        say_json(json.dumps(content, indent=2, ensure_ascii=False))
        return
    say(f"Store: {store.folder}")
    if vintages:
        _print_vintages(vintages)
    for note in notes:
        say(note)


def _packaged_note() -> str:
    return (
        "Nothing is imported, so the packaged figures answer: UCDP GED 21.1, located events, 1989-2020. "
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
            v.countries if isinstance(v.countries, str) else _shortened(v.countries),
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
def remove(release: str = typer.Argument(..., help="The release to drop, e.g. 21.1.")) -> None:
    """Drop a release from the store: its events, and the lists of its rejected and questioned rows."""
    from tocsin.store import Store

    gone = Store.open().remove(release)
    say(f"Removed {gone.label}: {gone.rows:,} events from {len(gone.files)} file(s)")
