"""The names of UCDP GED releases: what a file name says about the release, its period and its day of publication.

Yearly releases are called `YY.N` (24.1 appeared in 2024 and ends with 2023). Candidate releases are monthly, `YY.0.M`
(24.0.3 is March 2024), or cover several months, `YY.MM.YY.MM` (24.01.24.03 is January to March 2024, revised).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from tocsin.errors import InputError
from tocsin.events import FIRST_DAY, Release
from tocsin.months import first_day, last_day, month_id
from tocsin.sources.terms import terms_of

SOURCE = "ucdp-ged"
LICENCE = "CC BY 4.0"

_GED_PAPER = "Sundberg & Melander (2013), Journal of Peace Research 50(4), doi:10.1177/0022343313484347"
_CANDIDATE_PAPER = "Hegre et al. (2020), Research & Politics 7(3), doi:10.1177/2053168020935257"
_YEARLY_PAPERS = {
    "21.1": "Pettersson et al. (2021), Journal of Peace Research 58(4), doi:10.1177/00223433211026126",
    "22.1": "Davies et al. (2022), Journal of Peace Research 59(4), doi:10.1177/00223433221108428",
    "23.1": "Davies et al. (2023), Journal of Peace Research 60(4), doi:10.1177/00223433231185169",
}

_EXAMPLES = "24.1 (yearly), 24.0.3 (Candidate, March 2024) or 24.01.24.03 (Candidate, January to March 2024)"

# In file names the parts are joined by _ or a point, after a v; zips drop them ("ged241-csv.zip").
_IN_FILE_NAME = (
    r"v(\d{2})[_.](\d{2})[_.](\d{2})[_.](\d{2})(?!\d)",
    r"v(\d{2})[_.](0)[_.](\d{1,2})(?!\d)",
    r"v(\d{2})[_.]([1-9])(?!\d)",
    r"ged(\d{2})([1-9])(?!\d)",
)


def release_in_file_name(name: str) -> str | None:
    """The release a file name stands for, or None when it names none.

    >>> [release_in_file_name(f"GEDEvent_v{v}.csv") for v in ("24_1", "24_0_3", "24_01_24_03")]
    ['24.1', '24.0.3', '24.01.24.03']
    >>> [release_in_file_name(n) for n in ("ged241-csv.zip", "ged211_precise.parquet", "events.csv")]
    ['24.1', '21.1', None]
    """
    for pattern in _IN_FILE_NAME:
        found = re.search(pattern, name, flags=re.IGNORECASE)
        if found:
            parts = found.groups()
            return ".".join((*parts[:2], str(int(parts[2])))) if len(parts) == 3 else ".".join(parts)
    return None


def ged_release(name: str, published: date | None = None) -> Release:
    """The release called `name`, with the period it speaks for and the day it became available.

    Without `published` that day is assumed, late rather than early so that a strict as-of day never knows too much:
    a yearly release on 30 June of its year (31 December for a second one), a Candidate release on the last day of the
    month after the last it covers. Raises `InputError` for a name that is no release, or a day of publication before
    the release's own end.
    """
    kind_and_months = _parse(name)
    if kind_and_months is None:
        raise InputError(f"{name!r} is not the name of a UCDP GED release; expected one like {_EXAMPLES}")
    kind, begins, ends, rank = kind_and_months
    if kind == "yearly":
        year = ends.year + 1
        assumed = date(year, 6, 30) if name.endswith(".1") else date(year, 12, 31)
        papers = [_GED_PAPER, _YEARLY_PAPERS[name]] if name in _YEARLY_PAPERS else [_GED_PAPER]
        citation = f"UCDP GED, version {name}: {'; '.join(papers)}"
    else:
        assumed = last_day(month_id(ends) + 1)
        citation = f"UCDP Candidate Events Dataset, version {name}: {_CANDIDATE_PAPER}; {_GED_PAPER}"
    if published is not None and published <= ends:
        raise InputError(
            f"release {name} covers events to {ends}, so it cannot have been published on {published}; "
            "give --published a later day"
        )
    return Release(
        source=SOURCE,
        name=name,
        kind=kind,
        first_day=begins,
        last_day=ends,
        published=published or assumed,
        published_assumed=published is None,
        rank=rank,
        licence=LICENCE,
        citation=citation,
        redistributable=terms_of(SOURCE).open,
    )


def _parse(name: str) -> tuple[Literal["yearly", "candidate"], date, date, tuple[int, ...]] | None:
    """Kind, first and last day, and rank: a yearly release outranks any Candidate, a longer Candidate a shorter."""
    if found := re.fullmatch(r"(\d{2})\.([1-9])", name):
        year, number = 2000 + int(found[1]), int(found[2])
        return ("yearly", FIRST_DAY, date(year - 1, 12, 31), (1, year, number, 0)) if year >= 2017 else None
    if found := re.fullmatch(r"(\d{2})\.0\.(\d{1,2})", name):
        begins = ends = (2000 + int(found[1]), int(found[2]))
    elif found := re.fullmatch(r"(\d{2})\.(\d{2})\.(\d{2})\.(\d{2})", name):
        begins, ends = (2000 + int(found[1]), int(found[2])), (2000 + int(found[3]), int(found[4]))
    else:
        return None
    if not (1 <= begins[1] <= 12 and 1 <= ends[1] <= 12 and begins <= ends):
        return None
    first, last = month_id(date(*begins, 1)), month_id(date(*ends, 1))
    return "candidate", first_day(first), last_day(last), (0, *ends, last - first)
