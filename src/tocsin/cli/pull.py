"""`tocsin data pull`: events downloaded from their source, then brought in as `tocsin data import` does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import say, say_json
from tocsin.cli.asked import day_named, day_of
from tocsin.cli.data import Format, data_app
from tocsin.cli.imported import before_use, file_entry, print_added, raise_all
from tocsin.errors import InputError, TocsinError

if TYPE_CHECKING:
    from tocsin.events import CheckedFile
    from tocsin.settings import Settings
    from tocsin.sources.pull import Fetched, Patience, Telling
    from tocsin.sources.source import ReadOptions
    from tocsin.store import Added

pull_app = typer.Typer(no_args_is_help=True, help="Download events from their source and bring them in.")
data_app.add_typer(pull_app, name="pull")

_LINE_SECONDS = 10.0


class Via(StrEnum):
    """Which way the events of UCDP come."""

    bulk = "bulk"
    api = "api"


_OUTPUT = typer.Option(
    None, "--output", "-o", metavar="FOLDER", help="Keep the files in this folder; by default in the store's folder."
)
_NO_IMPORT = typer.Option(False, "--no-import", help="Download only; bring nothing into the store.")
_PUBLISHED = typer.Option(None, metavar="YYYY-MM-DD", help="The day the release was published.")
_STRICT = typer.Option(False, "--strict", help="Refuse a file when any row is rejected or questioned.")
_FORMAT = typer.Option(Format.table, help="How to print the result.")


@pull_app.command("ucdp")
def pull_ucdp(
    release: list[str] = typer.Option(
        ["latest"],
        help="A release (24.1, 24.0.3), latest (the newest yearly one) or candidate (all months since); may be given "
        "more than once.",
    ),
    via: Via = typer.Option(Via.bulk, help="Bulk files, or the interface, which needs a token."),
    output: Path | None = _OUTPUT,
    no_import: bool = _NO_IMPORT,
    published: str | None = _PUBLISHED,
    strict: bool = _STRICT,
    format: Format = _FORMAT,
) -> None:
    """Download releases of UCDP GED and bring them into the store; all files of one command or none.

    What is there already and unchanged is not downloaded again; what was cut off goes on where it stopped.

    JSON: `pulled`: [`release, url, file, bytes, sha256, last_modified` (the server's word, null where it gave none),
    `already_here, notes`], `notes`, `imported` (null with --no-import): `store, files` as of `tocsin data import`.
    """
    from tocsin.settings import load_settings
    from tocsin.sources.pull import (
        api_exists,
        bulk_exists,
        checked_base,
        connected,
        download_folder,
        pull_api,
        pull_bulk,
        ucdp_token,
        wanted,
    )
    from tocsin.sources.source import ReadOptions

    settings, when, patience = load_settings(), day_of(published, "--published"), _patience()
    base = checked_base(settings.ucdp_url, "ucdp_url")
    api = checked_base(settings.ucdp_api_url, "ucdp_api_url")
    token = ucdp_token() if via is Via.api else None
    _check_names(release)
    names: list[str] = []
    notes: list[str] = []
    with (
        _resumable(),
        _telling() as telling,
        download_folder(settings.home, output) as folder,
        connected(patience) as client,
    ):
        if token is None:
            exists = bulk_exists(client, base, patience, telling)
        else:
            exists = api_exists(client, api, token, patience, telling)
        for asked in release:
            found = wanted(asked, date.today(), exists)
            names += [name for name in found.releases if name not in names]
            notes += found.notes
        if when is not None and len(names) > 1:
            raise InputError(f"--published is the day of one release, and these are {len(names)}: {', '.join(names)}")
        pulled = [
            pull_bulk(client, base, name, folder, patience, telling)
            if token is None
            else pull_api(client, api, name, token, folder, patience, telling)
            for name in names
        ]
    options = [ReadOptions(release=name, published=when, strict=strict) for name in names]
    _finish("ucdp-ged", settings, names, pulled, notes, None if no_import else options, format)


@pull_app.command("acled")
def pull_acled(
    country: list[str] = typer.Option(..., help="A country as ACLED spells it; may be given more than once."),
    from_: str = typer.Option(..., "--from", metavar="YYYY-MM-DD", help="The first day."),
    to: str = typer.Option(..., "--to", metavar="YYYY-MM-DD", help="The last day."),
    output: Path | None = _OUTPUT,
    no_import: bool = _NO_IMPORT,
    strict: bool = _STRICT,
    format: Format = _FORMAT,
) -> None:
    """Download events of ACLED with your own account and bring them into the store.

    ACLED's terms must have been acknowledged first. What was cut off goes on where it stopped, on the same day.

    JSON: as `tocsin data pull ucdp`; `release` is null.
    """
    from tocsin.settings import load_settings
    from tocsin.sources.acknowledged import check_acknowledged
    from tocsin.sources.pull import acled_login, checked_base, connected, download_folder
    from tocsin.sources.pull import pull_acled as pull
    from tocsin.sources.source import ReadOptions

    settings, patience = load_settings(), _patience()
    check_acknowledged(settings.home, "acled", done="downloaded of")
    base = checked_base(settings.acled_url, "acled_url")
    first, last = day_named(from_, "--from"), day_named(to, "--to")
    if last < first:
        raise InputError(f"--to {last} is before --from {first}")
    countries = list(dict.fromkeys(country))
    if not all(name.strip() and name.isprintable() and "|" not in name for name in countries):
        raise InputError("--country is the name of a country as ACLED spells it; give --country once for each")
    login, today = acled_login(), date.today()
    with (
        _resumable(),
        _telling() as telling,
        download_folder(settings.home, output) as folder,
        connected(patience) as client,
    ):
        pulled = pull(client, base, login, countries, first, last, folder, today, patience, telling)
    options = None if no_import else [ReadOptions(published=today, strict=strict)]
    _finish("acled", settings, [None], [pulled], [], options, format)


def _patience() -> Patience:
    from tocsin.sources.pull import Patience

    return Patience()


def _check_names(releases: list[str]) -> None:
    """Raises `InputError` for a name that is none before anything is asked."""
    from tocsin.sources.ucdp_release import ged_release

    for name in releases:
        if name not in ("latest", "candidate"):
            ged_release(name)


@contextmanager
def _resumable() -> Iterator[None]:
    """Ctrl-C ends it with a line, and what has come is kept."""
    try:
        yield
    except KeyboardInterrupt:
        say("tocsin: interrupted; what has come is kept, and the same command goes on from there", err=True)
        raise typer.Exit(130) from None


@contextmanager
def _telling() -> Iterator[Telling]:
    """A bar with bytes and speed on a terminal, a line every ten seconds elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn

    from tocsin.sources.pull import Telling

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Telling(lambda text: say(f"tocsin: {text}", err=True), _lines())
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def step(name: str, came: int, of: int | None, unit: str) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, said="")
            speed = bars.tasks[bars.task_ids.index(tasks[name])].speed
            said = _amount(came, of, unit) + (f", {speed / 1e6:.1f} MB/s" if speed and unit == "bytes" else "")
            bars.update(tasks[name], completed=came, total=of, said=said)

        yield Telling(lambda text: console.print(f"tocsin: {text}", markup=False, highlight=False), step)


def _lines() -> Any:
    said_at: dict[str, float] = {}

    def step(name: str, came: int, of: int | None, unit: str) -> None:
        now = time.monotonic()
        if (came == of or now - said_at.get(name, 0.0) >= _LINE_SECONDS) and came:
            said_at[name] = now
            say(f"tocsin: {name}: {_amount(came, of, unit)}", err=True)

    return step


def _amount(came: int, of: int | None, unit: str) -> str:
    if unit == "bytes":
        return _size(came) if of is None else f"{_size(came)} of {_size(of)}"
    return f"{came} {unit}" if of is None else f"{came} of {of} {unit}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def _finish(
    source: str,
    settings: Settings,
    releases: list[str] | list[None],
    pulled: list[Fetched],
    notes: list[str],
    options: list[ReadOptions] | None,
    format: Format,
) -> None:
    """Bring the files in, unless `options` is None, and say what came."""
    from tocsin.store import Store

    store = Store(settings.home, settings.lock_seconds)
    taken = _taken_in(source, store, pulled, options) if options is not None else None
    if format is Format.json:
        content = {
            "pulled": [_entry(name, one) for name, one in zip(releases, pulled, strict=True)],
            "notes": notes,
            "imported": None
            if taken is None
            else {"store": str(store.folder), "files": [file_entry(store, *one) for one in taken]},
        }
        say_json(json.dumps(content, indent=2, ensure_ascii=False))
        return
    for one in pulled:
        how = "here already, unchanged" if one.kept else f"{_size(one.bytes)} from {one.url}"
        say(f"{one.path}: {how}")
        if one.last_modified and not one.kept:
            say(f"  note: last changed on the server {_shown(one.last_modified)}")
        for note in one.notes:
            say(f"  note: {note}")
    for note in notes:
        say(f"note: {note}")
    for file, added in taken or ():
        print_added(store, file, added)
    for line in before_use(store, {source}) if taken else ():
        say(line)


def _taken_in(
    source: str, store: Any, pulled: list[Fetched], options: list[ReadOptions]
) -> list[tuple[CheckedFile, Added]]:
    from tocsin.cli.working import working
    from tocsin.sources.registry import read_file

    checked: list[CheckedFile] = []
    refused: list[TocsinError] = []
    with working("Reading and checking what came"):
        for one, asked in zip(pulled, options, strict=True):
            try:
                checked.append(read_file(one.path, asked, source))
            except TocsinError as error:
                refused.append(error)
        if refused:
            raise_all(refused, len(pulled))
        return list(zip(checked, store.add(*checked), strict=True))


def _entry(release: str | None, one: Fetched) -> dict[str, Any]:
    return {
        "release": release,
        "url": one.url,
        "file": str(one.path),
        "bytes": one.bytes,
        "sha256": one.sha256,
        "last_modified": one.last_modified,
        "already_here": one.kept,
        "notes": list(one.notes),
    }


def _shown(text: str) -> str:
    from tocsin.sources.pull.addresses import plain

    return plain(text)[:60]
