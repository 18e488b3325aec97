"""Made-up files in the layout of ACLED's exports, by its codebook, for the tests of sources, store and commands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tocsin.countries import iso3_of

# The export tool's columns, in its order; the API's are the same without the last but one.
ACLED_COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso",
    "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
PLANTED_NAME = "Zebulon Quistgaard-Planted"
"""A person's name where real files have them; it must turn up nowhere."""
TAKEN = date(2024, 4, 2)


def stamp(day: date) -> str:
    """Seconds since 1970 at noon of a day, as ACLED's timestamps are."""
    return str(int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()))


def acled_row(number: int = 1, **changes: object) -> dict[str, str]:
    """A sound row of a clash, as the API gives it; `changes` override cells."""
    row = dict.fromkeys(ACLED_COLUMNS, "")
    row |= {
        "event_id_cnty": f"MLI{number}",
        "event_date": "2024-03-15",
        "year": "2024",
        "time_precision": "1",
        "disorder_type": "Political violence",
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "actor1": "Military Forces of Mali (2021-)",
        "assoc_actor_1": PLANTED_NAME,
        "inter1": "State forces",
        "actor2": "JNIM: Group for Support of Islam and Muslims",
        "inter2": "Rebel group",
        "interaction": "State forces-Rebel group",
        "iso": "466",
        "region": "Western Africa",
        "country": "Mali",
        "admin1": "Mopti",
        "location": PLANTED_NAME,
        "latitude": "14.35",
        "longitude": "-3.61",
        "geo_precision": "1",
        "source": f"AFP; {PLANTED_NAME}",
        "source_scale": "International",
        "notes": f"On 15 March 2024, {PLANTED_NAME} was there, with a quote and a, comma.",
        "fatalities": "3",
        "timestamp": stamp(TAKEN),
    }
    row |= {name: str(value) for name, value in changes.items()}
    if "event_date" in changes and "year" not in changes:
        row["year"] = next((part for part in row["event_date"].replace("-", " ").split() if len(part) == 4), "")
    return row


def attack(number: int = 1, **changes: object) -> dict[str, str]:
    """A sound row of violence against civilians by JNIM."""
    given = {
        "event_type": "Violence against civilians", "sub_event_type": "Attack",
        "actor1": "JNIM: Group for Support of Islam and Muslims", "inter1": "Rebel group",
        "actor2": "Civilians (Mali)", "inter2": "Civilians", "interaction": "Rebel group-Civilians",
        "civilian_targeting": "Civilian targeting",
    }  # fmt: skip
    return acled_row(number, **(given | changes))


def write_acled(path: Path, rows: Iterable[dict[str, str]], *, leave_out: Iterable[str] = ()) -> Path:
    """The rows as CSV, in ACLED's order of columns."""
    columns = [name for name in ACLED_COLUMNS if name not in set(leave_out)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def ten_years(*, first: int = 2011, last: int = 2020, taken: date = date(2021, 1, 20)) -> list[dict[str, str]]:
    """Rows of rivals in four countries over whole years, some ebbing and some rising, all of it made up.

    In each country one rebel group fights the army and attacks civilians, a second joins it after some years, and they
    fight each other now and then; four fronts come and go; beside them go protests. Rows are the same every time.
    """
    places = {
        "Mali": (14.3, -3.6), "Nigeria": (11.8, 13.1), "Afghanistan": (34.4, 70.4),
        "Democratic Republic of Congo": (1.5, 29.4),
    }  # fmt: skip
    rows: list[dict[str, str]] = []
    for at, (country, (lat, lon)) in enumerate(places.items()):
        names = _NAMES[country]
        day, end, k = date(first, 1, 2), date(last, 12, 31), 0
        while day <= end:
            age = (day - date(first, 1, 1)).days / 365.25
            second = k % 3 == 1 and age > 2 + at
            rebel = names[1] if second else names[0]
            deaths = (k * 7 + at * 5) % 11 + (25 if k % 37 == 11 + at else 0) + (3 if second and age > 6 else 0)
            common = {
                "event_date": day.isoformat(), "country": country, "latitude": lat + k % 5 / 10,
                "longitude": lon + k % 3 / 10,
                "fatalities": deaths, "timestamp": stamp(taken), "time_precision": 1 + (k % 9 == 0),
                "geo_precision": 1 + k % 3,
            }  # fmt: skip
            number = f"{iso3_of(country)}{k}"
            army = f"Military Forces of {country} ({first - 3}-)"
            if k % 5 == 2:
                row = attack(actor1=rebel, actor2=f"Civilians ({country})", **common)
            elif k % 11 == 5 and age > 2 + at:
                row = acled_row(actor1=names[0], inter1="Rebel group", actor2=names[1], inter2="Rebel group", **common)
            elif k % 13 == 7:
                row = acled_row(
                    event_type="Protests", sub_event_type="Peaceful protest", actor1=f"Protesters ({country})",
                    inter1="Protesters", actor2="", inter2="", **(common | {"fatalities": 0}),
                )  # fmt: skip
            else:
                row = acled_row(actor1=army, actor2=rebel, **common)
            rows.append(row | {"event_id_cnty": number})
            day, k = day + timedelta(days=5 + (k * 3 + at) % 6), k + 1
        rows += _fronts(country, at, first, last, stamp(taken), lat, lon)
    return rows


def _fronts(country: str, at: int, first: int, last: int, stamped: str, lat: float, lon: float) -> list[dict[str, str]]:
    """Rows of four fronts, each of them there in every third year or so, now with many deaths and now with few."""
    rows = []
    for front in range(4):
        for year in range(first, last + 1):
            if (year + front + at) % 3 != 0:
                continue
            for month in range(1 + front, 13, 2):
                deaths = (year * 3 + front * 5 + month) % 7 * (2 if (year + at) % 2 else 1)
                common = {
                    "event_date": f"{year}-{month:02}-{10 + front}", "country": country, "latitude": lat + 0.3,
                    "longitude": lon + front / 10, "fatalities": deaths + 20 * (month == 7 and front == at),
                    "timestamp": stamped, "actor1": f"Front {front + 1} ({country})", "inter1": "Political militia",
                }  # fmt: skip
                number = {"event_id_cnty": f"{iso3_of(country)}F{front}{year}{month:02}"}
                if month % 4 == 3:
                    rows.append(attack(**(common | {"actor2": f"Civilians ({country})"})) | number)
                else:
                    army = {"actor2": f"Military Forces of {country} ({first - 3}-)", "inter2": "State forces"}
                    rows.append(acled_row(**(common | army)) | number)
    return rows


_NAMES = {
    "Mali": ("JNIM: Group for Support of Islam and Muslims", "Islamic State Sahel Province (ISSP)"),
    "Nigeria": (
        "Boko Haram - Jamatu Ahli is-Sunnah lid-Dawatai wal-Jihad",
        "Islamic State West Africa Province (ISWAP) and/or Boko Haram - Jamatu Ahli is-Sunnah lid-Dawatai wal-Jihad",
    ),
    "Afghanistan": ("Taliban", "Islamic State Khorasan Province (ISKP)"),
    "Democratic Republic of Congo": ("ADF: Allied Democratic Forces", "M23: March 23 Movement"),
}
