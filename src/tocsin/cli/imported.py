"""What commands say of files that were brought in: `tocsin data import` and `tocsin data pull` alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tocsin.cli.app import say
from tocsin.errors import DataError, TocsinError

if TYPE_CHECKING:
    from tocsin.events import CheckedFile
    from tocsin.store import Added, Store


def before_use(store: Store, sources: set[str]) -> list[str]:
    """What is still to be done before events of these sources answer."""
    from tocsin.settings import load_settings
    from tocsin.sources.acknowledged import is_acknowledged

    used = load_settings().source
    lines = [
        f"Before events of {source} are used their terms are to be acknowledged: tocsin data acknowledge {source}"
        for source in sorted(sources)
        if not is_acknowledged(store.home, source)
    ]
    lines += [
        f"Events of {source} are held beside those in use ({used}); to use them: TOCSIN_SOURCE={source}, or source = "
        f'"{source}" in tocsin.toml'
        for source in sorted(sources - {used})
    ]
    return lines


def raise_all(refused: list[TocsinError], given: int) -> None:
    """Say everything that is wrong at once; one error keeps its own kind."""
    nothing = " Nothing was imported." if given > 1 else ""
    if len(refused) == 1:
        raise type(refused[0])(f"{refused[0]}{nothing}")
    raise DataError(f"{len(refused)} of {given} files cannot be used.{nothing}" + "".join(f"\n  {e}" for e in refused))


def file_entry(store: Store, file: CheckedFile, added: Added) -> dict[str, Any]:
    """A file as it stands under `files` in the JSON of an import."""
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
        "countries": theatres_of(part.countries),
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


def theatres_of(countries: tuple[str, ...] | None) -> str | list[str]:
    """The theatres that ISO codes stand for, or "world"."""
    from tocsin.countries import theatre_of

    return "world" if countries is None else [theatre_of(iso3) for iso3 in countries]


def print_added(store: Store, file: CheckedFile, added: Added) -> None:
    """Say in lines what became of a file, and all that was wrong with its rows."""
    part = added.part
    if added.unchanged:
        say(f"{file.file}: already held as {part.release.vintage}, {part.rows:,} events; nothing changed")
        return
    theatres = theatres_of(part.countries)
    where = "the world" if isinstance(theatres, str) else shortened(theatres)
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


def shortened(names: list[str] | tuple[str, ...]) -> str:
    """The first three names and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
