"""The head of an answer that rests on figures alone, without a model."""

from __future__ import annotations

from typing import Any

from tocsin.web.page_sources import with_deaths
from tocsin.web.questions.coverage import Covered


def head_of(covered: Covered) -> dict[str, Any]:
    """The keys of `shapes.Head`."""
    origin = covered.provenance
    return {
        "as_of": covered.as_of,
        "as_of_mode": covered.as_of_mode,
        "data_until": covered.data_until,
        "vintage": origin.vintage,
        "licence": origin.licence,
        "citation": origin.citation,
        "notes": with_deaths(origin.notes),
    }
