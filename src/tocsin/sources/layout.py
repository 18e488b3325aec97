"""From the rows of a file to events: the one way for every source, given its layout.

A `Layout` says which columns a source's files have, what their cells mean, which rules a row must keep, and how good
rows become events. What is the same for all of them is here: reading the cells, setting bad rows apart with all their
reasons, rows that share an id, the report. It is done piece by piece, so that a file of any size needs little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from tocsin.errors import DataError, InputError, did_you_mean
from tocsin.event_rows import EventRows, gathered
from tocsin.events import EVENT_SCHEMA, Finding, Release, validate_events
from tocsin.sources.cells import Check
from tocsin.sources.findings import said
from tocsin.sources.reading import Table
from tocsin.sources.report import TAGS, LeftOut, Report
from tocsin.sources.shared_ids import SeenIds, compared, id_checks
from tocsin.sources.unpacking import first_line


def _nothing_outside(frame: pl.DataFrame) -> Mapping[str, pl.Expr]:
    return {}


def _nothing_derived(frame: pl.DataFrame) -> list[pl.Expr]:
    return []


@dataclass(frozen=True, eq=False)
class Layout:
    """How the files of one source are laid out, and how their rows become events.

    `required` columns must be there, `checked` ones are read and checked where they are, `kept` ones are taken over
    unseen and never shown with a rejected row. None may hold names of persons. `values` gives beside each raw column
    its value as `_name`, null where the cell holds none (`tocsin.sources.cells`); the value of `id_column` must be
    `_id`. `mapped` gives what needs the different values of a column (countries by their spellings), `derived` what
    follows from those. `checks` are the rules of a row, all about that row alone. `outside` says, by words for people,
    which rows are of no concern here (true for those): they are left out and counted, and no rule looks at them;
    `named` gives by the same words a text of each such row, the commonest of which stand in the note. `events` gives,
    by its name, each column of the event table that the source codes, from good rows: source, vintage and whether it is
    preliminary are told by the release, and any other column is null. Each function is handed one piece of the file
    after the other.
    """

    title: str  # as in "is not a GED file"
    id_column: str
    required: tuple[str, ...]
    checked: tuple[str, ...]
    kept: tuple[str, ...]
    values: Callable[[pl.DataFrame], list[pl.Expr]]
    mapped: Callable[[pl.DataFrame], list[pl.Expr]]
    checks: Callable[[pl.DataFrame, Release], list[Check]]
    events: Callable[[pl.DataFrame, Release], Mapping[str, pl.Expr]]
    derived: Callable[[pl.DataFrame], list[pl.Expr]] = _nothing_derived
    outside: Callable[[pl.DataFrame], Mapping[str, pl.Expr]] = _nothing_outside
    named: Callable[[pl.DataFrame], Mapping[str, pl.Expr]] = _nothing_outside
    standard_header: tuple[str, ...] = ()  # of files published without a header line

    @property
    def read(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (*self.required, *self.checked, *self.kept)


@dataclass(frozen=True, eq=False)
class CheckedRows:
    """What came of the rows of a file: see `CheckedFile`, which takes `rows` as its events."""

    rows: EventRows
    rejected: pl.DataFrame
    questioned: pl.DataFrame
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def events(self) -> pl.DataFrame:
        """All events as one table; of a very large file `rows.lazy()` is better asked."""
        return self.rows.frame()


def check_columns(raw: Table, layout: Layout) -> None:
    """Raises `DataError` naming all needed columns that a file lacks."""
    missing = [name for name in layout.required if name not in raw.columns]
    if missing:
        hints = "".join(did_you_mean(name, raw.columns, most=1).replace("Did you mean", f"For {name} did you mean")
                        for name in missing)  # fmt: skip
        raise DataError(
            f"{raw.file} is not {_with_article(layout.title)} file: {len(missing)} of {len(layout.required)} "
            f"needed columns are missing ({', '.join(missing)}); it has {len(raw.columns)}: "
            f"{', '.join(raw.columns[:12])}{', ...' if len(raw.columns) > 12 else ''}.{hints}"
        )


def _with_article(title: str) -> str:
    """`a GED`, `an ACLED`; `a UCDP`, since U is spoken as you."""
    return f"{'an' if title[:1].upper() in ('A', 'E', 'I', 'O') else 'a'} {title}"


def check_rows(raw: Table, layout: Layout, release: Release, *, strict: bool = False) -> CheckedRows:
    """The rows of a table as events, and all that was wrong with the others.

    The table is gone through piece by piece; good events wait on disk where they are many. Where rows share an id it is
    gone through again, since what becomes of them depends on all of them.

    Raises `DataError` when columns are missing, a column has a type it cannot have, no row can be used, or, if
    `strict`, any row is rejected or questioned.
    """
    check_columns(raw, layout)
    if not raw.height and raw.torn.is_empty():
        raise DataError(f"{raw.file} has a header and no rows")
    ids = SeenIds()
    report = Report(raw, layout)
    rows = gathered(_checked_pieces(raw, layout, release, report, ids=ids))
    if (shared := ids.shared()) is not None:
        among = compared(shared, (frame for frame, _ in _typed_pieces(raw, layout)))
        report = Report(raw, layout)
        rows = gathered(_checked_pieces(raw, layout, release, report, further=id_checks(among, layout.id_column)))
    findings = report.findings()
    left_out = report.left_out()
    if not rows.height:
        words = "; ".join([*left_out, *([said(findings)] if findings else [])])
        raise DataError(f"{raw.file}: none of its {raw.height + raw.torn.height:,} rows can be used. {words}")
    if strict and findings:
        raise DataError(f"{raw.file} refused by --strict. {said(findings)}")
    return CheckedRows(rows, report.rejected(), report.questioned(), findings, tuple(left_out))


def _typed_pieces(raw: Table, layout: Layout) -> Iterator[tuple[pl.DataFrame, LeftOut]]:
    """The rows that are of concern with their values, and which of each piece are left out, by what they are."""
    for piece in raw.pieces():
        frame, tags = _without_tags(piece, layout)
        with _telling_types(raw, layout):
            frame = frame.with_columns(layout.values(frame)).with_columns(layout.mapped(frame))
            frame = frame.with_columns(layout.derived(frame))
        frame, left = _inside(frame, layout)
        yield frame, LeftOut({TAGS: tags, **left.counts}, left.named)


def _checked_pieces(
    raw: Table,
    layout: Layout,
    release: Release,
    report: Report,
    *,
    ids: SeenIds | None = None,
    further: Sequence[Check] = (),
) -> Iterator[pl.DataFrame]:
    """The good events of each piece; what is wrong with the others goes to the report."""
    for frame, left in _typed_pieces(raw, layout):
        if ids is not None and ids.see(frame):
            continue
        with _telling_types(raw, layout):
            good = report.add(frame, [*layout.checks(frame, release), *further], left)
            events = _event_table(good, layout.events(good, release), release)
        yield validate_events(events)


def _event_table(good: pl.DataFrame, made: Mapping[str, pl.Expr], release: Release) -> pl.DataFrame:
    """Rows as events, in their order, with all columns of the event table. Raises `InputError` for any other."""
    unknown = [name for name in made if name not in EVENT_SCHEMA]
    if unknown:
        raise InputError(f"the source {release.source!r} gives columns that no event has: {', '.join(unknown)}")
    told = {
        "source": pl.lit(release.source),
        "vintage": pl.lit(release.vintage),
        "preliminary": pl.lit(release.kind == "candidate"),
        **made,
    }
    return good.select(told.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in EVENT_SCHEMA.items())


@contextmanager
def _telling_types(raw: Table, layout: Layout) -> Iterator[None]:
    """Parquet may hold anything in a column: what no cell of this source can be ends in a clear error."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(
            f"{raw.file} has a column of a type that {layout.title} does not have ({first_line(error)})"
        ) from None


def _without_tags(frame: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, int]:
    """The rows without a line of HXL hashtags, which some redistributors put below the header."""
    if frame.schema[layout.id_column] != pl.String:
        return frame, 0
    tags = frame[layout.id_column].str.starts_with("#").fill_null(False)
    count = int(tags.sum())
    return frame.filter(~tags) if count else frame, count


def _inside(frame: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, LeftOut]:
    """The rows that are of concern, and which are not; a row is counted under the first that fits."""
    left = LeftOut({}, {})
    named = layout.named(frame)
    for what, is_outside in layout.outside(frame).items():
        kept = frame.filter(~is_outside.fill_null(False))
        left.counts[what] = frame.height - kept.height
        if what in named and left.counts[what]:
            gone = frame.filter(is_outside.fill_null(False)).select(named[what].alias("name"))
            left.named[what] = dict(gone.group_by("name").len().drop_nulls().sort("name").iter_rows())
        frame = kept
    return frame, left
