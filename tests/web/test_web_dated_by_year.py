"""Events dated by a whole year: what pages say of them is counted again, and theatres are told by their figures."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from planted_groups import Event, digest_of
from tocsin.actors import is_group
from tocsin.digest import packaged_digest
from tocsin.groups.theatres import Theatre
from tocsin.months import month_id
from tocsin.warn.theatre import first_week_share
from tocsin.web.pages.data import BIASES
from tocsin.web.pages.theatre_words import MUCH_IN_FIRST_WEEK
from tocsin.web.words import JANUARY_WORDS

LAST = month_id(date(2020, 12, 1))
MALI = Theatre("Mali", ("Mali",))


def test_a_share_by_hand() -> None:
    # Planted events stand on the first of their month; a clash of two groups counts once.
    events: list[Event] = [
        ("Mali", month_id(date(2011, 1, 1)), "nonstate", "A", "B", 30),
        ("Mali", month_id(date(2015, 7, 1)), "onesided", "A", "Civilians", 60),
        ("Mali", month_id(date(2020, 1, 1)), "onesided", "B", "Civilians", 10),
        ("Mali", month_id(date(2010, 1, 1)), "onesided", "B", "Civilians", 500),  # more than ten years ago
        ("Niger", month_id(date(2020, 1, 1)), "onesided", "C", "Civilians", 49),
    ]
    digest = digest_of(events, last=LAST)
    assert first_week_share(digest, MALI) == pytest.approx(0.4)
    assert first_week_share(digest, Theatre("Niger", ("Niger",))) is None  # too few
    both = Theatre("Both", ("Mali", "Niger"))
    assert first_week_share(digest, both) == pytest.approx(89 / 149)


def test_countries_dated_by_the_year_stand_out_in_the_packaged_figures() -> None:
    digest = packaged_digest()
    names = digest.monthly["theatre"].cast(pl.String).unique().to_list()
    shares = {name: first_week_share(digest, Theatre(name, (name,))) for name in names}
    assert {name for name, share in shares.items() if (share or 0) > MUCH_IN_FIRST_WEEK} == {
        "Mexico", "Brazil", "Honduras"
    }  # fmt: skip


def test_the_counts_are_those_of_the_file(shared_data: Path) -> None:
    events = pl.read_parquet(shared_data / "ged211_precise.parquet").with_columns(
        first=pl.col("date_start").dt.ordinal_day() == 1
    )
    mexico = events.filter(pl.col("country") == "Mexico")
    new_year = mexico.filter("first")
    deaths, at_new_year = mexico["best"].sum(), new_year["best"].sum()
    year = new_year.filter(pl.col("date_start").dt.year() == 2020)
    assert f"the {new_year.height} events dated 1 January hold {at_new_year:,} of {deaths:,} deaths" in JANUARY_WORDS
    assert f"({at_new_year / deaths:.0%}), one of them {year['best'].max():,} in 2020" in JANUARY_WORDS
    world = events.filter("first")["best"].sum() / events["best"].sum()
    assert f"Of the world's deaths {world:.1%} are dated 1 January" in JANUARY_WORDS


def test_the_shares_of_january_are_those_of_the_packaged_figures() -> None:
    groups = packaged_digest().monthly.filter(is_group(pl.col("actor")), pl.col("period").dt.year() >= 2005)

    def share(theatre: str) -> float:
        here = groups.filter(pl.col("theatre").cast(pl.String) == theatre)
        january = here.filter(pl.col("period").dt.month() == 1)
        return float(january["deaths_best"].sum() / here["deaths_best"].sum())

    assert f"{share('Mexico'):.0%} of the deaths of its groups fall in January" in JANUARY_WORDS
    assert f"In Brazil {share('Brazil'):.0%} fall in January" in JANUARY_WORDS


def test_every_place_that_tells_the_limits_tells_this_one() -> None:
    assert any(text == JANUARY_WORDS for _, text, _ in BIASES)
    root = Path(__file__).parents[2]
    for name in ("RESPONSIBLE_USE.md", "docs/assess.md"):
        text = " ".join(re.sub(r"\s+", " ", (root / name).read_text(encoding="utf-8")).split())
        assert "128 events dated 1 January hold 10,778 of 26,259 deaths (41%)" in text, name
