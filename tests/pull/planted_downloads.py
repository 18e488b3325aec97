"""Made-up releases as UCDP publishes them: zips and CSVs with a handful of events."""

from __future__ import annotations

import io
import zipfile

from ged_files import dated, ged_text

PLACE = "/downloads/ged/ged241-csv.zip"
EVENTS = 40


def zipped(content: bytes, name: str = "GEDEvent_v24_1.csv", method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of one file; stored as it is, so that its size is that of the content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2024, 6, 1, 0, 0, 0)), content, method)
    return out.getvalue()


def yearly_text(events: int = EVENTS, year: int = 2023) -> bytes:
    """A yearly release as CSV."""
    return ged_text(dated(n, f"{year}-03-{1 + n % 28:02d}") for n in range(1, events + 1)).encode()


def yearly(events: int = EVENTS) -> bytes:
    """Release 24.1 as its zip."""
    return zipped(yearly_text(events))


def month_text(year: int, month: int, events: int = 5, first: int = 1000) -> bytes:
    """A Candidate release of one month as CSV."""
    rows = (dated(first + n, f"{year}-{month:02d}-{1 + n:02d}") for n in range(events))
    return ged_text(rows).encode()
