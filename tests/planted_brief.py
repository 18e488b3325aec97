"""A brief made by hand, for the tests of how it is laid out and written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from planted_lines import assessment, line, war
from tocsin.groups.facts import Group, KindFigures
from tocsin.groups.offshoots import Offshoot
from tocsin.groups.relations import Opponent
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, month_id
from tocsin.warn import Assessment, GroupAssessment, NewEntrant
from tocsin.warn.analogues import Analogue, Analogues
from tocsin.warn.brief import Brief
from tocsin.warn.drivers import Driver
from tocsin.warn.explanation import CellFigures, Explanation, MonthAhead, MonthFigures
from tocsin.warn.level_record import EmergenceRow, LevelCount, LevelRecord
from tocsin.warn.past import PastLine, PastPeriod

AS_OF = date(2020, 12, 31)
MOMENTUM = Driver("momentum", 3.2, 1.4, ("14 deaths in the last 3 months, 2 in the 3 before.",))
RIVALS = Driver("rivals", 0.6, None, ("No rival has had a recorded death since May 2020.",))
SPREAD = Driver("spread", 1.5, 1.5, ("Events in 4 new cells since August 2020.",))
CASES = Analogues(
    nearest=(
        Analogue("A front @ Niger", date(2011, 3, 31), 0.81, (0,) * 12 + (2,) * 12, (5,) * 12, 1),
        Analogue("B front @ Chad", date(2008, 7, 31), 0.74, (0,) * 24, (0,) * 12, 0),
    ),
    n=30,
    came_deaths25=9,
    came_mass_casualty=2,
    base_rate_deaths25=0.05,
    base_rate_mass_casualty=0.01,
    pool="new_risk",
)
REASONS: dict[str, Any] = {
    "reference_deaths25": 0.032,
    "reference_mass_casualty": 0.004,
    "drivers_deaths25": (MOMENTUM, RIVALS),
    "drivers_mass_casualty": (RIVALS, SPREAD),
    "analogues": CASES,
}


def warned(group: str = "JNIM @ Mali", **changes: Any) -> GroupAssessment:
    """A new risk on warning, with reasons."""
    given = {
        "level": "warning",
        "level_sentence": "Warning (act): number 1 by the probability.",
        **REASONS,
        "record_deaths25_n": 40,
        "record_deaths25_share": 0.25,
    }
    return line(group, **(given | changes))


def facts(group: str, **changes: Any) -> Group:
    """Who a group is."""
    actor, _, theatre = group.rpartition(" @ ")
    given: dict[str, Any] = {
        "group": group,
        "actor": actor,
        "theatre": Theatre(theatre, (theatre,)),
        "as_of_month": month_id(AS_OF),
        "also_called": ("The front",),
        "active": True,
        "first_event": date(2015, 2, 1),
        "last_event": date(2020, 11, 1),
        "first_seen": date(2015, 3, 1),
        "last_seen": date(2020, 11, 1),
        "events": 41,
        "events_last_12m": 9,
        "deaths": 212,
        "deaths_low": 200,
        "deaths_high": 260,
        "deaths_last_12m": 20,
        "largest_event_deaths": 31,
        "mass_casualty_events": 2,
        "by_kind": (KindFigures("state", 20, 100, 10),),
        "members": (),
        "opponents": (
            Opponent("state", (), 20, 100, date(2015, 3, 1), date(2020, 11, 1)),
            Opponent("The rivals", (), 7, 30, date(2017, 3, 1), date(2019, 11, 1)),
        ),
        "allies": (),
        "coalitions": (),
        "shared_enemies": (),
        "elsewhere": (),
        "other_organisations": (),
        "government_changes": (),
    }
    return Group(**(given | changes))


def explained(told: GroupAssessment, whole: Assessment) -> Explanation:
    """Everything about one line of an assessment; 120 months of history, of which every third has events."""
    last = month_id(AS_OF)
    months = [first_day(last - 119 + k) for k in range(120)]
    return Explanation(
        assessment=replace(whole, groups=(told,)),
        facts=facts(told.group),
        history=tuple(
            MonthFigures(month, *((k % 7, k % 5, k % 11, 3, int(k == 90)) if k % 3 == 0 else (0, 0, 0, 0, 0)))
            for k, month in enumerate(months)
        ),
        ahead=tuple(
            MonthAhead(first_day(last + 1 + k), 4.5 + k, 0.0, 2.0, 12.0 + k, 3.3, 0.0, 9.0)
            for k in range(whole.horizon_months)
        ),
        cells=(CellFigures(150_475, 3, 12),),
        offshoots=(Offshoot("Splinter @ Mali", told.group, date(2020, 2, 1), 0.7, ("state", "The rivals"), False),),
        rivalry=None,
    )


def brief(*groups: GroupAssessment, **changes: Any) -> Brief:
    """A brief of the world, or with `changes` of the assessment; every group on warning has an explanation."""
    lines = groups or (
        warned(),
        warned("The other front @ Niger", level="watch", rank_new_risk=2, rank_mass_casualty=3),
        war(**REASONS, level="warning", level_sentence="Warning (act): it is so.", p_mass_casualty=0.6, resurgent=True),
    )
    whole = assessment(
        *lines,
        **{
            "headline": "As of 31 December 2020 the most important thing is this.",
            "new_entrants": (
                NewEntrant("Ethiopia", 12, 0.12, 0.08, 0.2, 0.02, ("Many groups are active next door.",)),
            ),
            "tree_share_deaths25": 0.8,
            "tree_share_mass_casualty": 0.8,
            "record": "replay of boosted, origins 2010-01 to 2020-06",
        }
        | changes,
    )
    past = PastPeriod(
        as_of=date(2020, 6, 30),
        until=AS_OF,
        horizon_months=6,
        model="boosted-1, fitted on figures to 2019-12",
        missed=(PastLine("Missed front @ Sudan", "new_risk", "none", "deaths25", 0.021, 0.015, 88, 57, 0),),
        came=(PastLine("JNIM @ Mali", "new_risk", "watch", "deaths25", 0.4, 0.015, 3, 41, 1),),
        did_not_come=(PastLine("Quiet front @ Peru", "ongoing", "warning", "mass_casualty", 0.3, 0.058, 5, 4, 0),),
        unseen=(("Unheard-of front @ Ethiopia", 91),),
    )
    shares = tuple(0.2 - 0.01 * k for k in range(12))
    levels = LevelRecord(
        model="boosted (boosted-1)",
        vintage="ucdp-ged 21.1",
        first=361,
        last=486,
        watch_budget=20,
        warning_budget=5,
        counts=(LevelCount(378, "warning", "deaths25", 100, 40), LevelCount(378, "watch", "mass_casualty", 300, 45)),
        # Of four emergences one came out of nowhere, one was on watch half a year before, one on warning two months.
        emergences=(
            EmergenceRow(380, False, None, None, shares),
            EmergenceRow(390, True, 6, None, shares),
            EmergenceRow(400, True, 3, 2, shares),
            EmergenceRow(410, True, None, None, shares),
        ),
    )
    return Brief(
        assessment=whole,
        explanations=tuple(explained(told, whole) for told in lines if told.level == "warning"),
        past=past,
        levels=levels,
        cells=tuple(CellFigures(150_475 + k, 2 + k, 5 * k) for k in range(70)),
        covered=("Mali", "Niger", "Iraq", "Sudan"),
    )
