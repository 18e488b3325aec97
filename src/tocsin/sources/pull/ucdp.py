"""UCDP's bulk files: where a release lies, which releases there are, and getting one.

    {base}/ged/ged241-csv.zip                          yearly releases
    {base}/candidateged/GEDEvent_v24_0_3.csv           Candidate releases of a month
    {base}/candidateged/GEDEvent_v24_01_24_06.csv      and of the first months of a year, which replace those

UCDP has no list for programs, so which releases are out is found by asking for each that could be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx2

from tocsin.errors import DataError, NotHeldError
from tocsin.sources.pull.errors import DownloadError, Refused
from tocsin.sources.pull.fetch import Fetched, fetch, version_of
from tocsin.sources.pull.patience import Patience
from tocsin.sources.pull.telling import QUIET, Telling
from tocsin.sources.pull.wrong_file import check_ged_csv, check_ged_zip
from tocsin.sources.ucdp_release import ged_release

PAGE = "https://ucdp.uu.se/downloads/"
YEARS_BACK = 3
"""No yearly release is older than so many years; where none is found in them, the site has changed."""

_MOST_CANDIDATE_BYTES = 512 * 2**20
_BY_HAND = f"Look at {PAGE}, download the file with a browser and bring it in with `tocsin data import FILE`"

Exists = Callable[[str], bool]


@dataclass(frozen=True)
class Wanted:
    """The releases to get, in the order to bring them in, and what should be said of the choice."""

    releases: tuple[str, ...]
    notes: tuple[str, ...] = ()


def bulk_file(release: str) -> str:
    """Where the file of a release lies below the base address. Raises `InputError` for a name that is no release.

    >>> [bulk_file(name) for name in ("24.1", "24.0.3", "24.01.24.06")]
    ['ged/ged241-csv.zip', 'candidateged/GEDEvent_v24_0_3.csv', 'candidateged/GEDEvent_v24_01_24_06.csv']
    """
    if ged_release(release).kind == "yearly":
        return f"ged/ged{release.replace('.', '')}-csv.zip"
    return f"candidateged/GEDEvent_v{release.replace('.', '_')}.csv"


def bulk_exists(client: httpx2.Client, base: str, patience: Patience, telling: Telling = QUIET) -> Exists:
    """A function that asks whether UCDP has the file of a release. It raises `DownloadError` when that is not known."""

    def exists(release: str) -> bool:
        try:
            version_of(client, f"{base}/{bulk_file(release)}", patience, telling)
        except Refused as refused:
            if refused.status in (404, 410):
                return False
            raise
        except DataError:  # a page that says that there is nothing
            return False
        return True

    return exists


def wanted(asked: str, today: date, exists: Exists) -> Wanted:
    """The releases that `asked` means: a release by its name, `latest` (the newest yearly one), or `candidate` (all
    Candidate releases since then, those of several months in place of single ones).

    Raises `InputError` for what is no release, `NotHeldError` where no Candidate release is out yet, `DownloadError`
    where the site must have changed.
    """
    if asked == "latest":
        return Wanted((newest_yearly(today, exists),))
    if asked == "candidate":
        return _candidates(newest_yearly(today, exists), today, exists)
    ged_release(asked)
    return Wanted((asked,))


def newest_yearly(today: date, exists: Exists) -> str:
    """The newest yearly release there is. Raises `DownloadError` where there is none of the last years."""
    names = [f"{year % 100}.{edition}" for year in range(today.year, today.year - YEARS_BACK, -1) for edition in (2, 1)]
    found = next((name for name in names if exists(name)), None)
    if found is None:
        raise DownloadError(
            f"none of the yearly releases {', '.join(names)} is where UCDP has had them: the site has changed. "
            f"{_BY_HAND}"
        )
    return found


def _candidates(yearly: str, today: date, exists: Exists) -> Wanted:
    """Those after the end of `yearly`. A month that is missing before one that is there is said."""
    releases: list[str] = []
    missing: list[str] = []
    months_over = 0
    for year in range(2000 + int(yearly[:2]), today.year + 1):
        short, last = year % 100, 12 if year < today.year else today.month - 1
        months_over += last
        done = next(
            (m for m in (12, 9, 6, 3) if m <= last and exists(f"{short}.01.{short}.{m:02d}")),
            0,
        )
        if done:
            releases.append(f"{short}.01.{short}.{done:02d}")
        for month in range(done + 1, last + 1):
            name = f"{short}.0.{month}"
            (releases if exists(name) else missing).append(name)
    if not releases and months_over > 3:
        raise DownloadError(
            f"no Candidate release since {yearly} is where UCDP has had them, though {months_over} months are over: "
            f"the site has changed. {_BY_HAND}"
        )
    if not releases:
        raise NotHeldError(f"UCDP has no Candidate release since {yearly} yet; try again when a month is over")
    newest = ged_release(releases[-1]).last_day
    between = [name for name in missing if ged_release(name).last_day < newest]
    notes = (f"UCDP has no file of {', '.join(between)}: those months are missing",) if between else ()
    return Wanted(tuple(releases), (*notes, f"the newest Candidate release ends on {newest}"))


def pull_bulk(
    client: httpx2.Client, base: str, release: str, folder: Path, patience: Patience, telling: Telling = QUIET
) -> Fetched:
    """The bulk file of a release in `folder`. Raises `DownloadError`, `DataError`, `InputError`."""
    below = bulk_file(release)
    path = folder / below.rpartition("/")[2]
    try:
        if below.endswith(".zip"):
            return fetch(client, f"{base}/{below}", path, lambda part: check_ged_zip(part, release), patience, telling)
        return fetch(client, f"{base}/{below}", path, check_ged_csv, patience, telling, _MOST_CANDIDATE_BYTES)
    except Refused as refused:
        if refused.status in (404, 410):
            raise Refused(
                f"UCDP has no file of release {release} at {base}/{below} ({refused.status}): it is not out yet, or "
                f"the site has changed. {_BY_HAND}",
                refused.status,
            ) from None
        raise Refused(f"{refused}. {_BY_HAND}", refused.status) from None
