"""From the rows of a file to events: the one way for every source, given its layout.

A `Layout` says which columns a source's files have, what their cells mean, which rules a row must keep, and how good
rows become events. What is the same for all of them is here: reading the cells, setting bad rows apart with all their
reasons, rows that share an id, the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from tocsin.errors import DataError, did_you_mean
from tocsin.events import Finding, Release, validate_events
from tocsin.sources.cells import Check
from tocsin.sources.findings import said, set_apart, torn_findings, torn_rows
from tocsin.sources.reading import ROW, RawTable
from tocsin.sources.unpacking import first_line


def _nothing_outside(frame: pl.DataFrame) -> Mapping[str, pl.Expr]:
    return {}


@dataclass(frozen=True, eq=False)
class Layout:
    """How the files of one source are laid out, and how their rows become events.

    `required` columns must be there, `checked` ones are read and checked where they are, `kept` ones are taken over
    unseen and never shown with a rejected row. None may hold names of persons. `values` gives beside each raw column
    its value as `_name`, null where the cell holds none (`tocsin.sources.cells`); the value of `id_column` must be
    `_id`. `mapped` gives what needs the values of the whole column (countries by their spellings). `checks` are the
    rules of a row, all about that row alone. `outside` says, by words for people, which rows are of no concern here
    (true for those): they are left out and counted, and no rule looks at them. `events` makes an event table of good
    rows, column by column, in their order.
    """

    title: str  # as in "is not a GED file"
    id_column: str
    required: tuple[str, ...]
    checked: tuple[str, ...]
    kept: tuple[str, ...]
    values: Callable[[pl.DataFrame], list[pl.Expr]]
    mapped: Callable[[pl.DataFrame], list[pl.Expr]]
    checks: Callable[[pl.DataFrame, Release], list[Check]]
    events: Callable[[pl.DataFrame, Release], pl.DataFrame]
    outside: Callable[[pl.DataFrame], Mapping[str, pl.Expr]] = _nothing_outside
    standard_header: tuple[str, ...] = ()  # of files published without a header line

    @property
    def read(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (*self.required, *self.checked, *self.kept)


@dataclass(frozen=True, eq=False)
class CheckedRows:
    """What came of the rows of a file: see `CheckedFile`."""

    events: pl.DataFrame
    rejected: pl.DataFrame
    questioned: pl.DataFrame
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def check_columns(raw: RawTable, layout: Layout) -> None:
    """Raises `DataError` naming all needed columns that a file lacks."""
    missing = [name for name in layout.required if name not in raw.columns]
    if missing:
        hints = "".join(did_you_mean(name, raw.columns, most=1).replace("Did you mean", f"For {name} did you mean")
                        for name in missing)  # fmt: skip
        raise DataError(
            f"{raw.file} is not a {layout.title} file: {len(missing)} of {len(layout.required)} needed columns are "
            f"missing ({', '.join(missing)}); it has {len(raw.columns)}: {', '.join(raw.columns[:12])}"
            f"{', ...' if len(raw.columns) > 12 else ''}.{hints}"
        )


def check_rows(raw: RawTable, layout: Layout, release: Release, *, strict: bool = False) -> CheckedRows:
    """The rows of a table as events, and all that was wrong with the others.

    Raises `DataError` when columns are missing, a column has a type it cannot have, no row can be used, or, if
    `strict`, any row is rejected or questioned.
    """
    check_columns(raw, layout)
    frame, notes = _without_tags(raw, layout)
    if frame.is_empty() and raw.torn.is_empty():
        raise DataError(f"{raw.file} has a header and no rows")
    try:
        frame = frame.with_columns(layout.values(frame)).with_columns(layout.mapped(frame))
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{raw.file} has a column of a type that {layout.title} does not have ({first_line(error)})"
        ) from None
    frame, left_out = _inside(frame, layout)
    checks = [*layout.checks(frame, release), *_id_checks(frame, layout)]
    flags = frame.select(check.holds.fill_null(True).alias(str(i)) for i, check in enumerate(checks))
    shown = [name for name in (*layout.required, *layout.checked) if name in frame.columns]
    rejected, found_rejected = set_apart(frame, flags, checks, "rejected", raw, shown)
    fine = ~frame[ROW].is_in(rejected[ROW].implode())
    good = frame.filter(fine)
    questioned, found_questioned = set_apart(good, flags.filter(fine), checks, "questioned", raw, shown)
    findings = (*torn_findings(raw), *found_rejected, *found_questioned)
    rejected = pl.concat([torn_rows(raw, rejected, layout.id_column), rejected]).sort(ROW)
    if good.is_empty():
        words = "; ".join([*left_out, *([said(findings)] if findings else [])])
        raise DataError(f"{raw.file}: none of its {raw.frame.height + raw.torn.height:,} rows can be used. {words}")
    if strict and findings:
        raise DataError(f"{raw.file} refused by --strict. {said(findings)}")
    return CheckedRows(
        events=validate_events(layout.events(good, release)),
        rejected=rejected,
        questioned=questioned,
        findings=findings,
        notes=(*notes, *left_out),
    )


def _without_tags(raw: RawTable, layout: Layout) -> tuple[pl.DataFrame, list[str]]:
    """The rows without a line of HXL hashtags, which some redistributors put below the header."""
    if raw.frame.schema[layout.id_column] != pl.String:
        return raw.frame, []
    tags = raw.frame[layout.id_column].str.starts_with("#").fill_null(False)
    count = int(tags.sum())
    return (raw.frame.filter(~tags), [f"{count} line of HXL hashtags passed over"]) if count else (raw.frame, [])


def _inside(frame: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[str]]:
    """The rows that are of concern, and sentences on those left out; a row is counted under the first that fits."""
    notes = []
    for what, is_outside in layout.outside(frame).items():
        kept = frame.filter(~is_outside.fill_null(False))
        if left := frame.height - kept.height:
            notes.append(f"{left:,} rows left out: {what}")
        frame = kept
    return frame, notes


def _id_checks(frame: pl.DataFrame, layout: Layout) -> list[Check]:
    """Rows that share an id, told apart by whether they agree in every column read."""
    cells = [name for name in frame.columns if name != ROW and not name.startswith("_")]
    shared = frame.filter(pl.col("_id").is_not_null() & pl.col("_id").is_duplicated())
    if shared.is_empty():
        return []
    variants = shared.unique(cells).group_by("_id").len()
    same_id = variants.filter(pl.col("len") == 1)["_id"].implode()
    differing = variants.filter(pl.col("len") > 1)["_id"].implode()
    first_rows = shared.group_by("_id").agg(pl.col(ROW).min())[ROW].implode()
    repeated = pl.col("_id").is_in(same_id) & ~pl.col(ROW).is_in(first_rows)
    column = (layout.id_column,)
    return [
        Check("repeats an earlier row; the first one is kept", column, ~repeated),
        Check("id shared by rows that differ; none is kept", column, ~pl.col("_id").is_in(differing)),
    ]
