"""What stands at the foot of every page, and in every file of it: where its figures are from, and where they end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tocsin.digest import Provenance
from tocsin.groups import DEATHS_ARE
from tocsin.months import last_day
from tocsin.warn.assessment import Assessment
from tocsin.whatif.scenario import NOT_A_FORECAST

OWN_DEAD = "its own dead included"  # by this a note is known to say what deaths are


@dataclass(frozen=True)
class PageSources:
    """The as-of day, the last day of the figures (None where there are none), and whose figures they are.

    `model` is None where no model had a part in the page. `notes` say what must be known to weigh the figures.
    `own_day` is whether the page is of a scenario: its as-of day is its own, and not the one that travels.
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
        """One line, for a drawing or a file that leaves the page."""
        what = f"{NOT_A_FORECAST.capitalize()}; " if self.own_day else ""
        until = f"; figures to {self.data_until}" if self.data_until else ""
        model = f"; model {self.model}" if self.model else ""
        return f"{what}tocsin, as of {self.as_of}{until}; {self.vintage}{model}. {self.citation} ({self.licence})"

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, with what deaths are of where figures are of groups and no note says it."""
        return self.notes if self.own_day else with_deaths(self.notes)


def with_deaths(notes: Iterable[str]) -> tuple[str, ...]:
    """Notes of which one says what the deaths of a group are.

    >>> with_deaths(["Located events only."])[1]
    "A group's deaths are deaths in events with the group as a side, its own dead included (best estimate)."
    """
    held = tuple(notes)
    return held if any(OWN_DEAD in note for note in held) else (*held, f"A group's deaths are {DEATHS_ARE}.")


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
