"""Made-up files in the layout of UCDP GED, for the tests of sources, store and commands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from tocsin.sources.ucdp_checks import GED_COLUMNS

PLANTED_NAME = "Zebulon Quistgaard-Planted"
"""A person's name put where real files have them; it must turn up nowhere."""


def ged_row(number: int = 1, **changes: object) -> dict[str, str]:
    """A sound row of a yearly release, all 49 columns; `changes` override cells."""
    row = dict.fromkeys(GED_COLUMNS, "")
    row |= {
        "id": str(number),
        "relid": f"XXX-2015-1-{number}",
        "year": "2015",
        "active_year": "True",
        "code_status": "Clear",
        "type_of_violence": "1",
        "conflict_name": "Mali: Government",
        "dyad_name": "Government of Mali - JNIM",
        "side_a": "Government of Mali",
        "side_b": "JNIM",
        "number_of_sources": "2",
        "source_article": f"Reuters, {PLANTED_NAME}",
        "source_office": "Reuters",
        "source_date": "2015-03-05",
        "source_headline": "Clash in the north, several dead",
        "source_original": f"Colonel {PLANTED_NAME}",
        "where_prec": "1",
        "where_coordinates": "Kidal town",
        "latitude": "18.441",
        "longitude": "1.407",
        "country": "Mali",
        "region": "Africa",
        "event_clarity": "1",
        "date_prec": "1",
        "date_start": "2015-03-04 00:00:00.000",
        "date_end": "2015-03-04 00:00:00.000",
        "deaths_a": "1",
        "deaths_b": "2",
        "deaths_civilians": "0",
        "deaths_unknown": "0",
        "best": "3",
        "high": "5",
        "low": "2",
        "gwnoa": "432.0",
    }
    return row | {name: str(value) for name, value in changes.items()}


def dated(number: int, day: str, **changes: object) -> dict[str, str]:
    """A sound row on a day, YYYY-MM-DD."""
    return ged_row(number, **{"year": day[:4], "date_start": day, "date_end": day} | changes)


def ged_text(rows: Iterable[dict[str, str]], columns: Sequence[str] = GED_COLUMNS) -> str:
    """The rows as CSV with a header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return out.getvalue()


def write_ged(path: Path, rows: Iterable[dict[str, str]], columns: Sequence[str] = GED_COLUMNS) -> Path:
    """The rows as a CSV file; gives the path back."""
    path.write_bytes(ged_text(rows, columns).encode())
    return path
