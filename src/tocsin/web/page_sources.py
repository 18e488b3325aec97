"""What stands at the foot of every page: where its figures come from, and where they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tocsin.digest import Provenance
from tocsin.months import last_day
from tocsin.warn.assessment import Assessment


@dataclass(frozen=True)
class PageSources:
    """The as-of day, the last day of the figures (None where there are none), and whose figures they are.

    `model` is None where no model had a part in the page. `notes` say what must be known to weigh the figures.
    `own_day` is whether the as-of day is the page's own, as a scenario's is, and not the one that travels.
    """

    as_of: date
    data_until: date | None
    as_of_mode: str
    vintage: str
    licence: str
    citation: str
    model: str | None = None
    notes: tuple[str, ...] = ()
    own_day: bool = False

    @property
    def line(self) -> str:
        """One line, for a drawing that leaves the page."""
        until = f"; figures to {self.data_until}" if self.data_until else ""
        model = f"; model {self.model}" if self.model else ""
        return f"tocsin, as of {self.as_of}{until}; {self.vintage}{model}. {self.citation} ({self.licence})"


def of_assessment(assessment: Assessment) -> PageSources:
    """The sources of an assessment."""
    return PageSources(
        as_of=assessment.as_of,
        data_until=assessment.data_until,
        as_of_mode=assessment.as_of_mode,
        vintage=assessment.vintage,
        licence=assessment.licence,
        citation=assessment.citation,
        model=assessment.model,
        notes=assessment.notes,
    )


def of_provenance(provenance: Provenance, as_of: date | None, as_of_mode: str) -> PageSources:
    """The sources of figures alone; without an as-of day it is their last."""
    end = last_day(provenance.last_month)
    return PageSources(
        as_of=as_of or end,
        data_until=end,
        as_of_mode=as_of_mode,
        vintage=provenance.vintage,
        licence=provenance.licence,
        citation=provenance.citation,
        notes=provenance.notes,
    )
