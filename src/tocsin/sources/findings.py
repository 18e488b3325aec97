"""Rows set apart: which failed what, and the report of it."""

from __future__ import annotations

import polars as pl

from tocsin.events import Finding, Verdict
from tocsin.sources.cells import Check
from tocsin.sources.reading import ROW, Table

EXAMPLES = 3
"""So many rows stand with a finding."""

_LONGEST_SHOWN = 80


def set_apart(
    frame: pl.DataFrame, flags: pl.DataFrame, checks: list[Check], verdict: Verdict, raw: Table, shown: list[str]
) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows that fail a check of this verdict, as found, with all their reasons; and one finding per check.

    `shown` are the raw columns that stand with a row.
    """
    mine = [i for i, check in enumerate(checks) if check.verdict == verdict]
    cells = [_as_found(frame, name).cast(pl.String).str.slice(0, _LONGEST_SHOWN) for name in shown]
    if not mine:
        return frame.clear().select(pl.col(ROW), pl.lit(None, pl.String).alias("reason"), *cells), []
    reasons = pl.concat_str(
        [pl.when(~pl.col(str(i))).then(pl.lit(checks[i].reason)) for i in mine], separator="; ", ignore_nulls=True
    )
    bad = ~flags.select(pl.all_horizontal(str(i) for i in mine)).to_series()
    rows = frame.filter(bad).select(pl.col(ROW), *cells)
    rows.insert_column(1, flags.filter(bad).select(reasons.alias("reason")).to_series())
    findings = []
    for i in mine:
        if not flags[str(i)].all():
            failing = frame.select(ROW, *checks[i].columns).filter(~flags[str(i)])
            examples = tuple(
                f"{raw.row_word} {row:,}: {_cells(checks[i].columns, values)}"
                for row, *values in failing.head(3)
                .select(ROW, *(_as_found(frame, name) for name in checks[i].columns))
                .iter_rows()
            )
            findings.append(Finding(verdict, checks[i].reason, checks[i].columns, failing.height, examples))
    return rows, findings


def _as_found(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column's cells, but for words where numbers, days or codes belong: a shifted cell may hold a person's name."""
    cell = pl.col(name)
    is_text = frame.schema[name] in (pl.String, pl.Categorical, pl.Enum)
    if not is_text or frame.schema.get(f"_{name}") == pl.String:
        return cell
    words = cell.cast(pl.String).str.contains(r"\pL\S*\s+\S*\pL")
    return pl.when(words).then(pl.lit("(text)")).otherwise(cell.cast(pl.String)).alias(name)


def _cells(columns: tuple[str, ...], values: list[object]) -> str:
    return ", ".join(f"{column}={_short(value)}" for column, value in zip(columns, values, strict=True))


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return repr(text[:30] + "..." if len(text) > 30 else text) if isinstance(value, str) or value is None else text


def torn_rows(raw: Table, like: pl.DataFrame, id_column: str) -> pl.DataFrame:
    """Rows that are no rows: their cells are not shown, since a shifted cell may hold anything, a name included."""
    blank = [pl.lit(None, pl.String).alias(name) for name in like.columns if name not in (ROW, "reason", id_column)]
    number = pl.when(pl.col("first_field").str.contains(r"^\d+$")).then("first_field").alias(id_column)
    return raw.torn.select(ROW, "reason", number, *blank).select(like.columns)


def torn_findings(raw: Table) -> list[Finding]:
    """What to report of rows that are no rows."""
    if raw.torn.is_empty():
        return []
    examples = tuple(f"{raw.row_word} {row:,}: {reason}" for row, reason, _ in raw.torn.head(EXAMPLES).iter_rows())
    return [Finding("rejected", "torn or misshapen row", ("the whole row",), raw.torn.height, examples)]


def said(findings: tuple[Finding, ...]) -> str:
    """All findings on one line."""
    return " | ".join(map(str, findings))
