"""A made-up file in the layout of an ACLED export, as large as wanted: 31 columns, long notes with commas and quotes.

No row of it is real. The same seed gives the same bytes.

    python benchmarks/acled_like.py big.csv --rows 3000000
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.countries import countries

COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso",
    "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
# Type, its finer kind, who is on each side (s: state, g: a group, c: civilians, p: protesters, r: rioters, n: none,
# e: forces of another state), and the share of rows.
KINDS = (
    ("Battles", "Armed clash", "sg", 0.28),
    ("Battles", "Armed clash", "gg", 0.06),
    ("Explosions/Remote violence", "Shelling/artillery/missile attack", "sg", 0.14),
    ("Explosions/Remote violence", "Air/drone strike", "eg", 0.06),
    ("Explosions/Remote violence", "Remote explosive/landmine/IED", "gn", 0.04),
    ("Violence against civilians", "Attack", "gc", 0.13),
    ("Violence against civilians", "Attack", "sc", 0.05),
    ("Protests", "Peaceful protest", "pn", 0.16),
    ("Riots", "Mob violence", "rn", 0.04),
    ("Strategic developments", "Looting/property destruction", "gn", 0.04),
)
WORDS = {
    "s": "State forces", "g": "Rebel group", "c": "Civilians", "p": "Protesters", "r": "Rioters", "n": None,
    "e": "External/Other forces",
}  # fmt: skip
GROUPS = 25  # per country
COUNTRIES = 80
FIRST, LAST = date(1997, 1, 1), date(2024, 12, 31)
BATCH = 250_000

Numbers = NDArray[np.int64]


def write_rows(path: Path, rows: int, seed: int) -> None:
    """Rows in the order of days, as an export has them."""
    rng = np.random.default_rng(seed)
    first = FIRST.toordinal()
    span = LAST.toordinal() - first
    # Three times as many a day at the end as at the beginning.
    days = np.sort((rng.beta(2.0, 1.0, rows) * span).astype(np.int64)) - (date(1970, 1, 1).toordinal() - first)
    with path.open("wb") as out:
        for at in range(0, rows, BATCH):
            batch = _batch(rng, at, days[at : at + BATCH])
            out.write(batch.write_csv(include_header=at == 0, quote_style="necessary").encode())


def _batch(rng: np.random.Generator, at: int, days: Numbers) -> pl.DataFrame:
    size = days.size
    names = [country for country in countries() if len(country.iso3) == 3][:COUNTRIES]
    shares = 1 / np.arange(1, COUNTRIES + 1)
    where = rng.choice(COUNTRIES, size, p=shares / shares.sum())
    kind = rng.choice(len(KINDS), size, p=[share for *_, share in KINDS])
    # Places lie around a few towns of each country.
    town = rng.integers(0, 40, size)
    lat = ((where * 7) % 60 - 25) + (town % 8) * 0.37 + rng.normal(0, 0.02, size)
    lon = ((where * 13) % 150 - 70) + (town // 8) * 0.41 + rng.normal(0, 0.02, size)
    killed = np.where(rng.random(size) < 0.55, 0, rng.geometric(0.3, size))
    killed = np.where(rng.random(size) < 0.004, 20 + rng.geometric(0.03, size), killed)
    killed = np.where(np.isin(kind, [7, 8, 9]), 0, killed)
    frame = pl.DataFrame(
        {
            "number": np.arange(at + 1, at + size + 1),
            "day": days,
            "country": np.array([country.name for country in names])[where],
            "iso3": np.array([country.iso3 for country in names])[where],
            "iso": where + 4,
            "other": np.array([country.name for country in names])[(where + 17) % COUNTRIES],
            "kind": kind,
            "group1": _skewed(rng, size),
            "group2": _skewed(rng, size),
            "town": town,
            "latitude": lat.round(4),
            "longitude": lon.round(4),
            "fatalities": killed,
            "time_precision": rng.choice([1, 2, 3], size, p=[0.9, 0.08, 0.02]),
            "geo_precision": rng.choice([1, 2, 3], size, p=[0.6, 0.33, 0.07]),
            "story": rng.integers(0, len(STORIES), size),
        }
    )
    return _written_out(frame)


def _skewed(rng: np.random.Generator, size: int) -> Numbers:
    return (GROUPS * rng.random(size) ** 2).astype(np.int64)


STORIES = (
    'On {day}, {one} clashed with {two} near "{place}", {country}, after an ambush on a convoy that was on its way to '
    "the market; both sides claimed victory. Local sources, citing residents, spoke of {killed} killed and several "
    "wounded, among them bystanders. Houses and shops were burned.",
    "Around {day} (as reported), {one} attacked {two} in the area of {place} ({country}) with mortars and small arms. "
    "Fighting went on for hours, and the road was closed. {killed} fatalities coded; other reports give between "
    '3 and 30, "which could not be verified".\nMarket traders fled, and returned two days later.',
    "{day}: {one}, {two}. At least {killed} people died in {place}, according to a statement; a spokesman, who did not "
    "want to be named, said the toll may rise. The army sent reinforcements from the district's capital, 40 km away, "
    "and imposed a curfew from dusk to dawn. No group claimed responsibility.",
    "On {day}, members of {one} stopped vehicles at {place}, {country}, and took goods, money and phones; {two} was "
    "said to be involved. {killed} killed.",
)


def _written_out(frame: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind")

    def of_kind(values: list[str | None]) -> pl.Expr:
        return kind.replace_strict(dict(enumerate(values)), return_dtype=pl.String)

    def side(place: int) -> tuple[pl.Expr, pl.Expr]:
        who = of_kind([sides[place] for *_, sides, _ in KINDS])
        group = pl.format("{} Front, Wing {}", pl.col("country"), pl.col(f"group{place + 1}"))
        name = (
            pl.when(who == "s").then(pl.format("Military Forces of {} (2000-)", "country"))
            .when(who == "g").then(group)
            .when(who == "c").then(pl.format("Civilians ({})", "country"))
            .when(who == "p").then(pl.format("Protesters ({})", "country"))
            .when(who == "r").then(pl.format("Rioters ({})", "country"))
            .when(who == "e").then(pl.format("Military Forces of {} (2010-)", "other"))
        )  # fmt: skip
        return name, who.replace_strict(WORDS, return_dtype=pl.String)

    (one, inter1), (two, inter2) = side(0), side(1)
    day = pl.col("day").cast(pl.Int32).cast(pl.Date)
    place = pl.format("{} Town {}", "country", "town")
    story = pl.col("story").replace_strict(dict(enumerate(STORIES)), return_dtype=pl.String)
    frame = frame.with_columns(
        event_id_cnty=pl.format("{}{}", "iso3", "number"),
        event_date=day,
        actor1=one,
        actor2=two,
        inter1=inter1,
        inter2=inter2,
        event_type=of_kind([name for name, *_ in KINDS]),
        sub_event_type=of_kind([name for _, name, *_ in KINDS]),
        location=place,
    )
    notes = story
    for mark, value in {
        "{day}": pl.col("event_date").dt.to_string("%d %B %Y"),
        "{one}": pl.col("actor1"),
        "{two}": pl.col("actor2").fill_null("an unknown group"),
        "{place}": pl.col("location"),
        "{country}": pl.col("country"),
        "{killed}": pl.col("fatalities").cast(pl.String),
    }.items():
        notes = notes.str.replace(mark, value, literal=True)
    return frame.with_columns(
        year=pl.col("event_date").dt.year(),
        disorder_type=pl.lit("Political violence"),
        assoc_actor_1=pl.when(pl.col("town") % 5 == 0).then(pl.format("Clan {}; Farmers ({})", "town", "country")),
        assoc_actor_2=pl.lit(None, pl.String),
        interaction=pl.format("{}-{}", "inter1", pl.col("inter2").fill_null("only")),
        civilian_targeting=pl.when(kind.is_in([5, 6])).then(pl.lit("Civilian targeting")),
        region=pl.lit("Region of the World"),
        admin1=pl.format("Province {}", pl.col("town") // 8),
        admin2=pl.format("District {}", pl.col("town") // 4),
        admin3=pl.lit(None, pl.String),
        source=pl.lit("Daily Paper; Radio One, Morning News"),
        source_scale=pl.lit("National-International"),
        notes=notes,
        tags=pl.when(kind == 7).then(pl.lit("crowd size=no report")),
        timestamp=1_736_000_000 + pl.col("number"),
    ).select(COLUMNS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.file is None:
        print("skipped: it makes a file for big_import.py; name one, python benchmarks/acled_like.py FILE.csv")
        return
    write_rows(given.file, given.rows, given.seed)
    print(f"{given.file}: {given.rows:,} rows, {given.file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
