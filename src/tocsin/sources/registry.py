"""The sources there are: those that come with tocsin, and those of packages that name theirs.

A package adds a source by an entry point of the group `tocsin.sources` that gives a `Source`:

    [project.entry-points."tocsin.sources"]
    mine = "my_package:SOURCE"

Its code runs in this process, as any package does that is imported: install only those you trust.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from tocsin.errors import InputError, TocsinError, did_you_mean
from tocsin.events import CheckedFile
from tocsin.sources import statements
from tocsin.sources.source import ReadOptions, Source
from tocsin.sources.terms import packaged_terms

GROUP = "tocsin.sources"


def _ged() -> Source:
    return Source(
        name="ucdp-ged",
        title="UCDP GED",
        terms=packaged_terms("ucdp-ged"),
        read=_read_ged,
        recognises=_is_ged,
    )


def _acled() -> Source:
    return Source(
        name="acled",
        title="ACLED",
        terms=packaged_terms("acled"),
        read=_read_acled,
        recognises=lambda name, columns: {"event_id_cnty", "event_date", "event_type"} <= set(columns),
        statement=statements.ACLED,
    )


def _gtd() -> Source:
    return Source(
        name="gtd",
        title="Global Terrorism Database",
        terms=packaged_terms("gtd"),
        read=_read_gtd,
        recognises=lambda name, columns: {"eventid", "iyear", "gname"} <= set(columns),
        statement=statements.GTD,
    )


# The readers load polars and are looked up only when a file is read.


def _read_ged(path: Path, options: ReadOptions) -> CheckedFile:
    from tocsin.sources.ucdp import read_ged

    return read_ged(
        path,
        release=options.release,
        published=options.published,
        place_precision_max=options.place_precision_max,
        covers=options.covers,
        covers_until=options.covers_until,
        strict=options.strict,
    )


def _read_acled(path: Path, options: ReadOptions) -> CheckedFile:
    from tocsin.sources.acled import read_acled

    return read_acled(path, options)


def _read_gtd(path: Path, options: ReadOptions) -> CheckedFile:
    from tocsin.sources.gtd import read_gtd

    return read_gtd(path, options)


def _is_ged(name: str, columns: tuple[str, ...]) -> bool:
    from tocsin.sources.ucdp_checks import GED_COLUMNS, REQUIRED
    from tocsin.sources.ucdp_release import release_in_file_name

    without_header = len(columns) == len(GED_COLUMNS) and columns[0].isdigit()
    return set(REQUIRED) <= set(columns) or without_header or release_in_file_name(name) is not None


@cache
def packaged_sources() -> dict[str, Source]:
    """The sources that come with tocsin, by name; nobody else's code is asked for them."""
    return {source.name: source for source in (_ged(), _acled(), _gtd())}


@cache
def installed() -> tuple[dict[str, Source], tuple[str, ...]]:
    """The sources by name, and for each of a package's that cannot be used a sentence that says why."""
    found, broken = dict(packaged_sources()), []
    for point in entry_points(group=GROUP):
        try:
            source = point.load()
        except Exception as error:
            broken.append(
                f"The source {point.name!r} of {point.value} cannot be loaded ({error}); mend or remove that package."
            )
            continue
        if not isinstance(source, Source):
            broken.append(f"The entry point {point.value} of {GROUP} is no Source but a {type(source).__name__}.")
        elif not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source.name) or source.name.startswith("own-"):
            broken.append(
                f"The source {source.name!r} of {point.value} needs a name of small letters, digits and single "
                f"hyphens that does not begin with own-, as lists of a user's own do."
            )
        elif source.name in found:
            broken.append(f"Two sources are called {source.name!r}; {point.value} must have a name of its own.")
        else:
            found[source.name] = source
    return found, tuple(broken)


def sources() -> dict[str, Source]:
    """All sources that can be used, by name. What is wrong with one of a package does not concern the others."""
    return installed()[0]


def broken_sources() -> tuple[str, ...]:
    """What is wrong with sources of packages that cannot be used, a sentence each."""
    return installed()[1]


def find_source(name: str) -> Source | None:
    """The source of a name, if there is one."""
    return packaged_sources().get(name) or sources().get(name)


def source_named(name: str) -> Source:
    """The source of a name. Raises `InputError` for a name that none has."""
    found = find_source(name)
    if found is None:
        known = sources()
        hint = " ".join(["", *broken_sources()])
        raise InputError(
            f"no source is called {name!r}; there are {', '.join(known)}.{did_you_mean(name, known)}{hint}"
        )
    return found


def source_of_file(path: Path, named: str | None = None) -> Source:
    """The source to read a file with: the one named, or the only one that knows it by its name and columns.

    A file that is no table at all is left to UCDP GED's reader, which says what is wrong with it. Raises `InputError`
    when none or several know the file, and as `check_file` for what is none.
    """
    from tocsin.sources.header import columns_of
    from tocsin.sources.unpacking import check_file

    check_file(path)
    if named is not None:
        return source_named(named)
    columns = columns_of(path)
    if len(columns) < 2:
        return packaged_sources()["ucdp-ged"]
    known, broken = sources(), list(broken_sources())
    fitting = [source for source in known.values() if _recognises(source, path.name, columns, broken)]
    # A file that has the columns of a source is not one of another that only bears its file's name.
    if len(fitting) > 1 and fitting[0].name == "ucdp-ged" and not _is_ged("", columns):
        fitting = fitting[1:]
    if len(fitting) == 1:
        return fitting[0]
    those = ", ".join(source.name for source in (fitting or known.values()))
    shown = f"{', '.join(columns[:8])}{', ...' if len(columns) > 8 else ''}"
    if fitting:
        raise InputError(f"{path.name} may be of several sources ({those}); say which with --source")
    raise InputError(
        f"{path.name} is of none of the sources known here ({those}): its columns are {shown}. If it should be, say "
        "which with --source, and what it lacks is named" + (f". {' '.join(broken)}" if broken else "")
    )


def _recognises(source: Source, name: str, columns: tuple[str, ...], broken: list[str]) -> bool:
    try:
        return source.recognises(name, columns)
    except Exception as error:
        if source.name in packaged_sources():
            raise
        broken.append(f"The source {source.name!r} failed to look at it ({type(error).__name__}: {error}).")
        return False


def read_file(path: Path, options: ReadOptions, named: str | None = None) -> CheckedFile:
    """A file as checked events, read by the source named or by the one that knows it.

    Raises what the source's `read` does, and `InputError` when a source gives events of another one than itself.
    """
    source = source_of_file(path, named)
    try:
        checked = source.read(path, options)
    except TocsinError:
        raise
    except Exception as error:
        if source.name in packaged_sources():
            raise
        raise InputError(
            f"the source {source.name!r} failed on {path.name} ({type(error).__name__}: {error}); that is a fault of "
            "the package it is from"
        ) from error
    said = checked.rows.lazy().select("source").unique().collect()["source"].to_list()
    if checked.release.source != source.name or said not in ([], [source.name]):
        raise InputError(f"the source {source.name!r} gives events that it says are of {checked.release.source!r}")
    return checked


__all__ = [
    "GROUP",
    "ReadOptions",
    "Source",
    "broken_sources",
    "find_source",
    "installed",
    "packaged_sources",
    "read_file",
    "source_named",
    "source_of_file",
    "sources",
]
