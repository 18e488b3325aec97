"""The sentences of a group's figures, each against a small history counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from planted_groups import Event, digest_of
from tocsin.months import month_id
from tocsin.panel import build_panel
from tocsin.warn.statements import STATEMENTS, GroupMonth

LAST = month_id(date(2004, 12, 1))
MAY, OCTOBER, DECEMBER = LAST - 7, LAST - 2, LAST
EVENTS: list[Event] = [
    # The group: 40 deaths in one attack of 2000, 6 in two clashes of May 2004, 9 in October, 21 in December.
    ("Mali", LAST - 50, "onesided", "Front", "Civilians", 40),
    ("Mali", MAY, "state", "Front", "Government of Mali", 4),
    ("Mali", MAY, "nonstate", "Front", "League", 2),
    ("Mali", OCTOBER, "state", "Front", "Government of Mali", 9),
    ("Mali", DECEMBER, "onesided", "Front", "Civilians", 21),
    # Others: a rival with a mass-casualty attack in October, a newcomer, the same actor elsewhere, the state.
    ("Mali", OCTOBER, "onesided", "League", "Civilians", 25),
    ("Mali", LAST - 20, "state", "Young band", "Government of Mali", 3),
    ("Mali", LAST - 3, "onesided", "Government of Mali", "Civilians", 8),
    ("Niger", LAST - 4, "state", "Front", "Government of Niger", 11),
    ("Niger", LAST - 60, "state", "Others", "Government of Niger", 100),
]
# What each statement says of Front @ Mali, by the first feature that it speaks for.
SAID = {
    "deaths_1m": "30 deaths in 2 events in the last 3 months, 30 in the last 6 and 36 in the last 12, after 0 in the "
    "12 months before.",
    "deaths_24m": "36 deaths in the last 12 months, against 9 a year over 4 years.",
    "active_months_12m": "Deaths in 3 of the last 12 months, the last of them in December 2004.",
    "deaths_onesided_1m": "1 attack on civilians with 21 deaths in the last 12 months; 1 attack in the last 36.",
    "mass_casualty_3m": "1 mass-casualty attack in the last 36 months, 2 ever; the last was in December 2004.",
    "deaths_per_onesided_24m": "Its largest attack on civilians of the last 12 months killed 21 (December 2004), the "
    "largest ever 40 (October 2000).",
    "largest_12m": "The deadliest event of the last 12 months, of any kind, had 21 deaths, the deadliest ever 40 "
    "(October 2000).",
    "cells_3m": "Events in 0.2 half-degree cells in an average month of the last 12; no cells used for the first time "
    "since July 2004.",
    "urban_share": "0% of its events of the last 12 months were in cells with a city (0% in the last 6, 0% in the last "
    "24).",
    "share_onesided": "58% of the deaths of the last 24 months were in attacks on civilians, 70% of those of the last "
    "6.",
    "rivals": "Active groups it has clashed with: League; they had 25 deaths in the last 3 months and 27 in the last "
    "12.",
    "rival_mass_casualty_12m": "1 mass-casualty attack by groups it has clashed with in the last 12 months, the last "
    "in October 2004.",
    "theatre_groups_12m": "1 other active group in Mali, with 25 deaths in the last 3 months and 27 in the last 12.",
    "theatre_new_groups_24m": "2 other groups came up in Mali in the last 24 months.",
    "theatre_mass_casualty_12m": "1 mass-casualty attack by other groups of Mali in the last 12 months.",
    "share_nonstate": "2 deaths in clashes between groups of Mali in the last 12 months; 6% of its own of the last 24 "
    "were.",
    # All events lie in one cell: League 25 and the state 9; over the year League 27, Front @ Niger 11, states 32.
    "nearby_deaths_3m": "34 deaths in others' events near its cells in the last 3 months and 70 in the last 12 (its "
    "opponents' part of its own clashes too).",
    "state_events_3m": "1 recorded clash with a state in the last 3 months and 2 in the last 12.",
    "state_onesided_12m": "8 deaths in attacks on civilians by states in Mali in the last 12 months.",
    "elsewhere_deaths_3m": "Front in 1 other theatre: 11 deaths and no mass-casualty attacks in the last 12 months.",
    "region_deaths_12m": "11 deaths of groups elsewhere in Africa in the last 12 months.",
    "age": "First recorded event in October 2000; 76 deaths since.",
    "peak_12m": "Its deadliest 12 months, to October 2000, had 40 deaths; the last 12 had 36.",
    "since_ongoing": "The last 12 months hold 25 deaths or more.",
    "members": None,
}


def of(group: str, events: list[Event] = EVENTS, last: int = LAST) -> GroupMonth:
    panel = build_panel(digest_of(events, last=last))
    return GroupMonth(panel, panel.index_of(group))


def say(group: GroupMonth, feature: str) -> str | None:
    return next(statement.say(group) for statement in STATEMENTS if statement.features[0] == feature)


@pytest.mark.parametrize("feature", SAID)
def test_each_sentence_by_hand(feature: str) -> None:
    assert say(of("Front @ Mali"), feature) == SAID[feature]


def test_the_table_has_every_statement() -> None:
    assert [statement.features[0] for statement in STATEMENTS] == list(SAID)


@pytest.mark.parametrize(
    ("group", "feature", "said"),
    [
        ("Others @ Niger", "active_months_12m", "No death in the last 12 months; the last was in December 1999."),
        ("Others @ Niger", "deaths_onesided_1m", "No attack on civilians on record."),
        ("Others @ Niger", "mass_casualty_3m", "No mass-casualty attack on record."),
        ("Others @ Niger", "deaths_per_onesided_24m", None),
        ("Others @ Niger", "cells_3m", "No located event in the last 12 months."),
        ("Others @ Niger", "urban_share", None),
        ("Others @ Niger", "share_onesided", None),
        ("Others @ Niger", "rivals", "It has no recorded clash with another group."),
        ("Others @ Niger", "rival_mass_casualty_12m", None),
        (
            "Others @ Niger",
            "state_events_3m",
            "No recorded clash with a state in the last 12 months; the last was in December 1999.",
        ),
        ("Others @ Niger", "elsewhere_deaths_3m", "No death of Others in any other theatre in the last 12 months."),
        ("Others @ Niger", "since_ongoing", "It last had 25 deaths in 12 months in the year to November 2000."),
        ("League @ Mali", "state_events_3m", "No clash with a state on record."),
        ("League @ Mali", "since_ongoing", "The last 12 months hold 25 deaths or more."),
        ("League @ Mali", "peak_12m", "The last 12 months, with 27 deaths, are its deadliest."),
        ("Young band @ Mali", "since_ongoing", "It never had 25 deaths in 12 months."),
        (
            "Front @ Niger",
            "state_events_3m",
            "1 recorded clash with a state in the last 12 months, none since August 2004.",
        ),
        ("Front @ Niger", "deaths_24m", None),
    ],
)
def test_what_is_said_where_there_is_little_to_say(group: str, feature: str, said: str | None) -> None:
    assert say(of(group), feature) == said


def test_coalitions_are_said_to_be_such() -> None:
    events: list[Event] = [("Mali", LAST, "state", "A, B, C", "Government of Mali", 3)]
    assert say(of("A, B, C @ Mali", events), "members") == "A coalition of 3 named groups."


def test_nothing_later_changes_a_sentence() -> None:
    later = [
        *EVENTS,
        ("Mali", LAST + 1, "onesided", "Front", "Civilians", 99),
        ("Mali", LAST + 1, "nonstate", "Front", "X", 5),
    ]
    whole = build_panel(digest_of(later, last=LAST + 1)).up_to(LAST)
    again = GroupMonth(whole, whole.index_of("Front @ Mali"))
    assert {f: say(again, f) for f in SAID} == SAID
