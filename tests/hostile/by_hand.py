"""What a GED file says, read by Python's own csv module and cell by cell: another implementation to hold ours to."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from calendar import monthrange
from datetime import date


def unpacked(content: bytes) -> bytes:
    """The CSV in a file, itself or packed."""
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(archive.namelist()[0])
    return content


def records(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV that have as many cells as its header, which is stripped of blanks; strings all."""
    # A carriage return alone ends a line for csv; here it is one of a cell's characters.
    text = re.sub("\r(?!\n)", " ", content.decode("utf-8-sig"))
    usual = csv.field_size_limit(10**7)
    try:
        found = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    finally:
        csv.field_size_limit(usual)
    header = [cell.strip() for cell in found[0]]
    return [dict(zip(header, row, strict=True)) for row in found[1:] if len(row) == len(header)]


def event_values(row: dict[str, str]) -> tuple[object, ...]:
    """What must stand in an event made of this row: id, days, place, deaths. Raises `ValueError` where none can."""
    start = date.fromisoformat(row["date_start"].strip()[:10])
    end = date.fromisoformat(row["date_end"].strip()[:10]) if "date_end" in row else _untold_end(start, row)
    deaths = tuple(_whole(row[name]) for name in ("low", "best", "high"))
    return (str(_whole(row["id"])), start, end, float(row["latitude"]), float(row["longitude"]), *deaths)


def _untold_end(start: date, row: dict[str, str]) -> date:
    """The end of the month or year where a date is known no better, by the code of UCDP's date precision."""
    code = row.get("date_prec", "").strip()
    known_to = float(code) if re.fullmatch(r"\d+(\.0*)?", code) else 0
    if known_to == 5:
        return date(start.year, 12, 31)
    return date(start.year, start.month, monthrange(start.year, start.month)[1]) if known_to == 4 else start


EVENT_COLUMNS = ("event_id", "date", "date_end", "lat", "lon", "deaths_low", "deaths_best", "deaths_high")


def _whole(cell: str) -> int:
    value = float(cell)
    if value != int(value):
        raise ValueError(cell)
    return int(value)
