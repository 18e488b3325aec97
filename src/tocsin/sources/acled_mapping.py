"""What ACLED's codes and names stand for here: kinds of violence, sides, precision. docs/sources.md has the tables.

Follows the ACLED codebook (https://acleddata.com/methodology/acled-codebook). Expressions here look at one row alone,
at the cells that `acled.py` typed (`_event_type`, `_inter1`, ...).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from tocsin.actors import CIVILIANS, GOVERNMENT, is_government
from tocsin.countries import find_country

VIOLENT_TYPES = ("Battles", "Explosions/Remote violence", "Violence against civilians", "Remote violence")
"""Kept; the last is how exports of before 2019 call the second. Their battles are `Battle-...`."""
OTHER_TYPES = (
    "Protests", "Riots", "Strategic developments", "Riots/Protests", "Strategic development",
    "Headquarters or base established", "Non-violent transfer of territory",
)  # fmt: skip
FORCE_AGAINST_PROTESTERS = ("Excessive force against protesters", "Excessive force against protestors")
"""A kind of protest that is kept: unarmed people killed or badly hurt by an organised side, one-sided violence."""

# Numbers in older exports, words in newer ones, with or without the plural.
_TYPES_OF_ACTOR = {
    "state": ("1", "state forces", "state force"),
    "rebel": ("2", "rebel groups", "rebel group", "rebel forces"),
    "militia": ("3", "political militias", "political militia"),
    "communal": ("4", "identity militias", "identity militia", "communal militias"),
    "rioters": ("5", "rioters"),
    "protesters": ("6", "protesters"),
    "civilians": ("7", "civilians"),
    "other": ("8", "external/other forces", "external forces", "other forces"),
    "none": ("0", "none"),
}
TYPE_OF_ACTOR = {code: name for name, codes in _TYPES_OF_ACTOR.items() for code in codes}

DATE_PRECISION = {1: 1, 2: 3, 3: 4}
"""ACLED's time precision (the day; a week; a month) as UCDP's code of date precision."""
PLACE_PRECISION = {1: 1, 2: 3, 3: 4}
"""ACLED's geo precision (the town; a part of a region; a region) as UCDP's code of place precision."""

OUTSIDE_FORCES = f"{GOVERNMENT} outside forces"
"""Missions, coalitions and companies that name no country (ACLED's type 8), together: no group that competes."""

RAPID_SUPPORT_FORCES, AT_WAR_SINCE = "Rapid Support Forces", date(2023, 4, 15)
"""Part of Sudan's forces until that day, and a side of its own from then on."""
FACTIONS = {
    "Houthi Movement - Ansar Allah": (
        "Yemen", "Houthi|Ansar Allah|Supreme Political Council|Supreme Revolutionary Committee",
    ),
    "Southern Transitional Council": ("Yemen", "Southern Transitional Council"),
    "Forces of Libya - Haftar Faction": (
        "Libya", "Haftar|House of Representatives|Tobruk|Libyan National Army|Government of National Stability",
    ),
    "Forces of Libya - Government of National Salvation": ("Libya", "National Salvation"),
    "Forces of Palestine - Gaza Strip": ("Palestine", "Gaza"),
    "Forces of Syria - Salvation Government": ("Syria", "Salvation Government"),
    "Forces of Syria - Interim Government": ("Syria", "Interim Government"),
    "Forces of Syria - Autonomous Administration": ("Syria", "Autonomous Administration"),
    "Forces of Myanmar - National Unity Government": ("Myanmar", "National Unity Government"),
    "Forces of South Sudan - In Opposition": ("South Sudan", "In Opposition"),
    RAPID_SUPPORT_FORCES: ("Sudan", "Rapid Support Forces"),
}  # fmt: skip
"""Forces that ACLED counts among a state's and that fight it, or rule against it: the one group that they are, whatever
the years and the branch in their names. Of each the country and what stands behind it."""

# The same where no country is named, or several are: each a group as coded.
_NOT_THE_GOVERNMENT = r"^Mutiny of |Supreme Political Council|Haftar Faction|Gaza Strip"
_YEARS = r"\s*\(\d{4}-(?:\d{4})?\)"
_OF_COUNTRY = rf"^(?:[A-Z][\w/-]+ (?:and [A-Z]\w+ )?Forces|{GOVERNMENT[:-3]}) of (?:the )?(.+?)(?:{_YEARS}.*)?$"

_LONGEST_SHOWN = 80

Side = Literal["1", "2"]


def is_violent() -> pl.Expr:
    """Whether a row is of a kind of event that is kept."""
    kind = pl.col("_event_type")
    protest = kind.is_in(["Protests", "Riots/Protests"]) & pl.col("_sub_event_type").is_in(FORCE_AGAINST_PROTESTERS)
    return kind.is_in(VIOLENT_TYPES) | kind.str.starts_with("Battle-") | protest.fill_null(False)


def type_of_actor(side: Side, inter: pl.Expr, actor: pl.Expr) -> pl.Expr:
    """The type of a side: a name of `TYPE_OF_ACTOR`'s; null for a code that is none of ACLED's."""
    known = inter.str.to_lowercase().str.replace(r"\.0$", "")
    coded = known.replace_strict(TYPE_OF_ACTOR, default=None, return_dtype=pl.String)
    return pl.when(actor.is_null()).then(pl.lit("none")).otherwise(coded).alias(f"_type{side}")


def countries_of(names: pl.Series) -> dict[str, str]:
    """Of each name of state forces among these the country, as theatres call it; others are left out.

    >>> found = countries_of(pl.Series(["Military Forces of Mali (2020-2021)", "Police Forces of Iraq (2014-) Guards"]))
    >>> sorted(found.values())
    ['Iraq', 'Mali']
    """
    table = names.unique().drop_nulls().to_frame("name").with_columns(
        where=pl.col("name").str.extract(_OF_COUNTRY, 1)
    )  # fmt: skip
    return {name: _theatre(where) for name, where in table.drop_nulls().iter_rows()}


def factions_of(names: pl.Series) -> dict[str, str]:
    """Of each name among these that stands for one of `FACTIONS` which one; others are left out.

    >>> found = factions_of(pl.Series(["Police Forces of Yemen (2017-) Houthi", "Military Forces of Yemen (2012-)"]))
    >>> list(found.values())
    ['Houthi Movement - Ansar Allah']
    """
    name, of = pl.col("name"), r"(?i)\b(?:Forces|Government) of (?:the )?"
    which = pl.coalesce(
        pl.when(name.str.contains(rf"{of}{country}\b.*(?:{marks})")).then(pl.lit(own))
        for own, (country, marks) in FACTIONS.items()
    )
    table = names.unique().drop_nulls().cast(pl.String).to_frame("name").select(name, which.alias("faction"))
    return dict(table.drop_nulls().iter_rows())


def _theatre(name: str) -> str:
    country = find_country(name)
    return name if country is None else country.name


def party(side: Side, country_of: dict[str, str], faction_of: dict[str, str], theatre: pl.Expr) -> pl.Expr:
    """A side as it stands in the event table; null where there is none, or one that is no organised side."""
    name, kind = pl.col(f"_actor{side}"), pl.col(f"_type{side}")
    faction = name.replace_strict(faction_of, default=None, return_dtype=pl.String)
    at_war = (faction != RAPID_SUPPORT_FORCES) | (pl.col("_event_date") >= AT_WAR_SINCE)
    of_states = kind.is_in(["state", "other"])
    armed = kind.is_in(["rebel", "militia", "communal"])
    apart = name.str.contains(_NOT_THE_GOVERNMENT)
    state = pl.format(f"{GOVERNMENT} {{}}", name.replace_strict(country_of, default=None, return_dtype=pl.String))
    named = country_of.keys()
    of_country = name.is_in(list(named)) if named else pl.lit(value=False)
    # A comma in a name would be read as that of a coalition.
    group = name.str.replace_all(r"\s*,\s*", " ").str.replace_all(r"\s+", " ")
    return (
        pl.when((armed | of_states) & faction.is_not_null() & at_war)
        .then(faction)
        .when(armed | (of_states & apart))
        .then(group)
        .when(of_states & of_country)
        .then(state)
        .when(kind == "state")
        .then(pl.format(f"{GOVERNMENT} {{}}", theatre))
        .when(kind == "other")
        .then(pl.lit(OUTSIDE_FORCES))
        .when(kind.is_in(["civilians", "protesters"]))
        .then(pl.lit(CIVILIANS))
        .alias(f"_party{side}")
    )


def sides(one: pl.Expr, two: pl.Expr) -> list[pl.Expr]:
    """`_kind`, `_actor_a` and `_actor_b` of a row by its two parties; `_kind` is null where they make none.

    ACLED's order of actors says nothing. The government comes first against a group, as in UCDP; of one-sided violence
    the attacker, who is the side that is not the civilians.
    """
    # With no second side, what was shot at is known only where civilians were the main or only target.
    alone = pl.coalesce(
        pl.when(pl.col("_type2") == "none").then(one), pl.when(pl.col("_type1") == "none").then(two)
    )  # fmt: skip
    aimed = pl.col("_civilian_targeting").is_not_null()
    first = pl.when(alone.is_not_null() & aimed).then(alone).otherwise(one)
    second = pl.when(alone.is_not_null() & aimed).then(pl.lit(CIVILIANS)).otherwise(two)
    harmed_first, harmed_second = first == CIVILIANS, second == CIVILIANS
    state_first, state_second = is_government(first), is_government(second)
    there = first.is_not_null() & second.is_not_null() & (first != second)
    kind = (
        pl.when(~there)
        .then(pl.lit(None, pl.String))
        .when(harmed_first | harmed_second)
        .then(pl.lit("onesided"))
        .when(state_first | state_second)
        .then(pl.lit("state"))
        .otherwise(pl.lit("nonstate"))
    )
    turned = harmed_first | (state_second & ~state_first & ~harmed_second)
    return [
        kind.alias("_kind"),
        pl.when(turned).then(second).otherwise(first).alias("_actor_a"),
        pl.when(turned).then(first).otherwise(second).alias("_actor_b"),
    ]


ONE_SIDE = "both sides are forces of one government, or of one group"


def named_outside() -> dict[str, pl.Expr]:
    """Of rows of no concern, by the same words, whom they name: what is lost by a name unknown here is to be seen."""
    one, two = (pl.col(f"_actor{side}").str.slice(0, _LONGEST_SHOWN) for side in ("1", "2"))
    in_order = pl.when(one <= two).then(pl.format("{} against {}", one, two))
    return {ONE_SIDE: in_order.otherwise(pl.format("{} against {}", two, one))}


def outside() -> dict[str, pl.Expr]:
    """Rows of no concern here, by words for people."""
    sided = pl.col("_type1").is_not_null() & pl.col("_type2").is_not_null() & pl.col("_iso3").is_not_null()
    one, two = pl.col("_party1"), pl.col("_party2")
    types = (pl.col("_type1"), pl.col("_type2"))
    crowd = pl.any_horizontal(kind == "rioters" for kind in types)
    alone = (pl.col("_type1") == "none") | (pl.col("_type2") == "none")
    return {
        "protests, riots and strategic developments (excessive force against protesters is kept)": (
            pl.col("_event_type").is_in(OTHER_TYPES) & ~is_violent()
        ),
        "in a territory that is no theatre here": pl.col("_country").is_in(TERRITORIES),
        "rioters are a side": crowd,
        "only one side is recorded, and not that civilians were the target": sided & alone & pl.col("_kind").is_null(),
        ONE_SIDE: sided & (one == two) & (one != CIVILIANS),
        "no organised side": sided & pl.col("_kind").is_null(),
    }


TERRITORIES = (
    "Akrotiri and Dhekelia", "American Samoa", "Anguilla", "Antarctica", "Aruba", "Bailiwick of Guernsey",
    "Bailiwick of Jersey", "Bermuda", "British Indian Ocean Territory", "British Virgin Islands",
    "Caribbean Netherlands", "Cayman Islands", "Christmas Island", "Cocos (Keeling) Islands", "Cook Islands", "Curacao",
    "Falkland Islands", "Faroe Islands", "French Southern and Antarctic Lands", "Gibraltar", "Guam",
    "Heard Island and McDonald Islands", "Isle of Man", "Montserrat", "Niue", "Norfolk Island",
    "Northern Mariana Islands", "Pitcairn", "Saint Helena, Ascension and Tristan da Cunha",
    "Saint Pierre and Miquelon", "Saint-Barthelemy", "Saint-Martin", "Sint Maarten",
    "South Georgia and the South Sandwich Islands", "Tokelau", "Turks and Caicos Islands",
    "United States Minor Outlying Islands", "Virgin Islands, U.S.", "Wallis and Futuna",
)  # fmt: skip
"""Places that ACLED codes as countries and that are none of `data/countries.csv`."""
