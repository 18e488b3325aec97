"""Made-up files in the layout of the Global Terrorism Database, by its codebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

GTD_COLUMNS = (
    "eventid", "iyear", "imonth", "iday", "approxdate", "extended", "country", "country_txt", "region_txt", "provstate",
    "city", "latitude", "longitude", "specificity", "vicinity", "summary", "crit1", "crit2", "crit3", "doubtterr",
    "success", "suicide", "attacktype1", "targtype1", "corp1", "target1", "gname", "gsubname", "gname2", "gname3",
    "individual", "nkill", "nkillter", "nwound", "dbsource",
)  # fmt: skip
PLANTED_NAME = "Zebulon Quistgaard-Planted"
"""A person's name where real files have them; it must turn up nowhere."""


def gtd_row(number: int = 1, **changes: object) -> dict[str, str]:
    """A sound row of an attack on a market; `changes` override cells."""
    row = dict.fromkeys(GTD_COLUMNS, "")
    row |= {
        "eventid": f"20150315{number:04}", "iyear": "2015", "imonth": "3", "iday": "15", "extended": "0",
        "country_txt": "Nigeria", "provstate": "Borno", "city": PLANTED_NAME, "latitude": "11.83",
        "longitude": "13.15", "specificity": "1", "vicinity": "0", "summary": f"{PLANTED_NAME}, and others.",
        "crit1": "1", "doubtterr": "0", "success": "1", "attacktype1": "3", "targtype1": "14", "corp1": PLANTED_NAME,
        "target1": PLANTED_NAME, "gname": "Boko Haram", "individual": "0", "nkill": "5", "nkillter": "1",
        "nwound": "9", "dbsource": "START Primary Collection",
    }  # fmt: skip
    return row | {name: str(value) for name, value in changes.items()}


def write_gtd(path: Path, rows: Iterable[dict[str, str]], *, encoding: str = "utf-8") -> Path:
    """The rows as CSV, in the GTD's order of columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, GTD_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
