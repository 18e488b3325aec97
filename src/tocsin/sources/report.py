"""What is wrong with the rows of a file, put together from its pieces."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from tocsin.events import Finding, Verdict
from tocsin.sources.cells import Check
from tocsin.sources.findings import EXAMPLES, set_apart, torn_findings, torn_rows
from tocsin.sources.reading import ROW, Table

if TYPE_CHECKING:
    from tocsin.sources.layout import Layout

TAGS = "line of HXL hashtags passed over"

_VERDICTS: tuple[Verdict, ...] = ("rejected", "questioned")
_Key = tuple[Verdict, str, tuple[str, ...]]


_NAMED, _MOST_NAMES = 3, 10_000


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Rows of no concern, by what they are: how many, and of some what they name and how often."""

    counts: dict[str, int]
    named: dict[str, dict[str, int]]


@dataclass(frozen=True, eq=False)
class Report:
    """The report of one file while it is gone through."""

    raw: Table
    layout: Layout
    apart: dict[Verdict, list[pl.DataFrame]] = field(default_factory=lambda: {verdict: [] for verdict in _VERDICTS})
    left: Counter[str] = field(default_factory=Counter)
    named: dict[str, Counter[str]] = field(default_factory=dict)
    found: dict[_Key, Finding | None] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, checks: list[Check], left: LeftOut) -> pl.DataFrame:
        """Set the rows apart that keep no rule or should be looked at; gives the good ones, questioned or not.

        `left` are the rows left out.
        """
        self.left.update(left.counts)
        for what, names in left.named.items():
            met = self.named.setdefault(what, Counter())
            met.update(names)
            if len(met) > _MOST_NAMES:
                self.named[what] = Counter(dict(_commonest(met, _MOST_NAMES // 10)))
        for check in checks:  # also those that all rows keep, so that findings come in the order of the rules
            self.found.setdefault((check.verdict, check.reason, check.columns), None)
        flags = frame.select(check.holds.fill_null(True).alias(str(i)) for i, check in enumerate(checks))
        shown = [name for name in (*self.layout.required, *self.layout.checked) if name in frame.columns]
        for verdict in _VERDICTS:
            apart, findings = set_apart(frame, flags, checks, verdict, self.raw, shown)
            self.apart[verdict].append(apart)
            for finding in findings:
                self._add(finding)
            if verdict == "rejected" and apart.height:
                fine = ~frame[ROW].is_in(apart[ROW].implode())
                frame, flags = frame.filter(fine), flags.filter(fine)
        return frame

    def _add(self, finding: Finding) -> None:
        key = (finding.verdict, finding.reason, finding.columns)
        before = self.found.get(key)
        if before is not None:
            examples = (*before.examples, *finding.examples)[:EXAMPLES]
            finding = Finding(*key, before.count + finding.count, examples)
        self.found[key] = finding

    def findings(self) -> tuple[Finding, ...]:
        """One finding a rule: rejected rows first, by rule."""
        found = [finding for finding in self.found.values() if finding is not None]
        of = [finding for verdict in _VERDICTS for finding in found if finding.verdict == verdict]
        return (*torn_findings(self.raw), *of)

    def rejected(self) -> pl.DataFrame:
        """The rows rejected, in order, also those that are no rows."""
        rows = pl.concat(self.apart["rejected"])
        return pl.concat([torn_rows(self.raw, rows, self.layout.id_column), rows]).sort(ROW)

    def questioned(self) -> pl.DataFrame:
        """The rows questioned, in order."""
        return pl.concat(self.apart["questioned"])

    def left_out(self) -> list[str]:
        """Sentences on the rows that were passed over or left out."""
        return [
            f"{count} {what}" if what == TAGS else f"{count:,} rows left out: {what}{self._names(what)}"
            for what, count in self.left.items()
            if count
        ]

    def _names(self, what: str) -> str:
        met = self.named.get(what)
        if not met:
            return ""
        shown = ", ".join(f"{name} ({count:,})" for name, count in _commonest(met, _NAMED))
        return f" ({'the commonest: ' if len(met) > _NAMED else ''}{shown})"


def _commonest(met: Counter[str], most: int) -> list[tuple[str, int]]:
    """The names met most often, those met equally often in order."""
    return sorted(met.items(), key=lambda one: (-one[1], one[0]))[:most]
