"""The first page of a brief, which says the most on one sheet, and the full lists behind it."""

from __future__ import annotations

from typing import Literal

from tocsin.forecast.model import Target
from tocsin.report.brief.document import (
    Block,
    Cell,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    SideBySide,
    Table,
)
from tocsin.report.brief.figures import map_figure
from tocsin.report.brief.past import all_of_the_past, misses
from tocsin.report.brief.words import (
    change,
    drivers_of,
    group_name,
    in_words,
    interval,
    level,
    main_driver,
    probability,
    raising,
)
from tocsin.warn import percent
from tocsin.warn.assessment import Assessment, GroupAssessment
from tocsin.warn.brief import Brief
from tocsin.warn.explanation import Explanation
from tocsin.warn.headline import counted
from tocsin.warn.levels import WATCH_RATIO

ON_FIRST_PAGE = 4
ONGOING_ON_FIRST_PAGE, ONGOING = 3, 15
ENTRANTS = 5


def first_page(brief: Brief) -> list[Block]:
    """Sentence, the lists cut short, the map beside the last period's misses, the chance of new groups."""
    told = brief.assessment
    new, mass = on_level(told, "new_risk"), on_level(told, "mass_casualty")
    return [
        Paragraph(told.headline, style="lead"),
        Heading(2, "New risk"),
        _new_risk(told, new),
        Heading(2, "Mass-casualty risk"),
        _mass_casualty(told, mass),
        Heading(2, "Ongoing"),
        _ongoing(told, ONGOING_ON_FIRST_PAGE),
        SideBySide(
            left=(Heading(2, "Where"), map_figure(brief)),
            right=(
                *_numbers(brief.explanations),
                Heading(2, "What we missed"),
                *misses(brief.past, told),
                *_entrants_in_short(told),
            ),
            share=0.6,
        ),
    ]


def full_lists(brief: Brief) -> list[Block]:
    """Every group on a level, the deadliest wars, the chance of new groups with reasons, the whole last period."""
    told = brief.assessment
    new, mass = on_level(told, "new_risk"), on_level(told, "mass_casualty")
    blocks: list[Block] = [PageBreak()]
    if len(new) > ON_FIRST_PAGE:
        blocks += [Heading(2, "New risk: every group on a level"), _new_risk(told, new, whole=True)]
    if len(mass) > ON_FIRST_PAGE:
        blocks += [Heading(2, "Mass-casualty risk: every group on a level"), _mass_casualty(told, mass, whole=True)]
    if len(told.view("ongoing")) > ONGOING_ON_FIRST_PAGE:
        blocks += [Heading(2, "Ongoing: the most deaths expected"), _ongoing(told, ONGOING)]
    blocks += _entrants(told)
    blocks += all_of_the_past(brief.past)
    return blocks if len(blocks) > 1 else []


def on_level(told: Assessment, view: Literal["new_risk", "mass_casualty"]) -> tuple[GroupAssessment, ...]:
    """The groups on a level in the order of a view: those that got it there, and those whose probability would do.

    A level is held for some months, so that the probability it was got by may be low by now.
    """
    target: Target = "deaths25" if view == "new_risk" else "mass_casualty"
    return tuple(g for g in told.view(view) if g.level != "none" and (g.level_target == target or _speaks(g, target)))


def _speaks(line: GroupAssessment, target: Target) -> bool:
    if target == "mass_casualty":
        return line.p_mass_casualty >= WATCH_RATIO * line.base_rate_mass_casualty
    return line.p_deaths25 >= WATCH_RATIO * line.base_rate_deaths25


def _new_risk(told: Assessment, lines: tuple[GroupAssessment, ...], *, whole: bool = False) -> Block:
    if not lines:
        return Paragraph("No group with fewer than 25 deaths in the past 12 months is on a level.")
    most = len(lines) if whole else ON_FIRST_PAGE
    columns = (
        Column("Group", width=2.5),
        Column("Level", width=1.2),
        Column("P(≥25 deaths)", width=1.75 if whole else 2.3),
        Column("Base rate", "right", 1.1),
        Column("Change", "right", 1.1),
        Column("Main driver (times the odds)", width=3.7 if whole else 2.9),
    )
    rows = tuple(
        (
            group_name(g),
            level(g.level),
            in_words(g.p_deaths25, g.p_deaths25_low, g.p_deaths25_high, g.words_deaths25),
            Cell(percent(g.base_rate_deaths25)),
            Cell(change(g)),
            main_driver(drivers_of(g, "deaths25")) if whole else raising(drivers_of(g, "deaths25")),
        )
        for g in lines[:most]
    )
    caption = (
        f"Fewer than 25 deaths in the past 12 months, by the probability of 25 or more {told.span}; 90% intervals; "
        f"change since last month{_of(most, lines)}."
    )
    return Table(caption, columns, rows)


def _mass_casualty(told: Assessment, lines: tuple[GroupAssessment, ...], *, whole: bool = False) -> Block:
    if not lines:
        return Paragraph("No group is on a level for its risk of a mass-casualty attack.")
    most = len(lines) if whole else ON_FIRST_PAGE
    columns = (
        Column("Group", width=2.5),
        Column("Level", width=1.2),
        Column("P(mass casualty)", width=1.75 if whole else 2.3),
        Column("Base rate", "right", 1.1),
        Column("Past deaths", "right", 1.25),
        Column("Main driver (times the odds)", width=3.7 if whole else 2.9),
    )
    rows = tuple(
        (
            group_name(g, listed=True),
            level(g.level),
            in_words(g.p_mass_casualty, g.p_mass_casualty_low, g.p_mass_casualty_high, g.words_mass_casualty),
            Cell(percent(g.base_rate_mass_casualty)),
            Cell(f"{g.deaths_last_12m:,}"),
            main_driver(drivers_of(g, "mass_casualty")) if whole else raising(drivers_of(g, "mass_casualty")),
        )
        for g in lines[:most]
    )
    caption = (
        f"By the probability of one attack on civilians with 20 deaths or more {told.span}; 90% intervals; past deaths "
        f"are of 12 months{_of(most, lines)}."
    )
    return Table(caption, columns, rows)


def _ongoing(told: Assessment, most: int) -> Block:
    lines = told.view("ongoing")
    if not lines:
        return Paragraph("No group had 25 deaths or more in the past 12 months.")
    columns = (
        Column("Group", width=2.5),
        Column("Level", width=1.2),
        Column("Expected deaths", width=1.75),
        Column("Past deaths", "right", 1.25),
        Column("P(≥25 deaths)", width=2.3),
        Column("P(mass casualty)", width=2.4),
    )
    rows = tuple(
        (
            group_name(g),
            level(g.level),
            Cell(f"{g.expected_deaths:,.0f}", f"{g.expected_deaths_low:,.0f} to {g.expected_deaths_high:,.0f}"),
            Cell(f"{g.deaths_last_12m:,}"),
            in_words(g.p_deaths25, g.p_deaths25_low, g.p_deaths25_high, g.words_deaths25),
            in_words(g.p_mass_casualty, g.p_mass_casualty_low, g.p_mass_casualty_high, g.words_mass_casualty),
        )
        for g in lines[:most]
    )
    rates = f"base rates {percent(lines[0].base_rate_deaths25)} and {percent(lines[0].base_rate_mass_casualty)}"
    caption = (
        f"25 deaths or more in the past 12 months, by the deaths expected {told.span} (80% interval); {rates}; levels "
        f"go by P(mass casualty) only{_of(most, lines)}."
    )
    return Table(caption, columns, rows)


def _of(most: int, lines: tuple[GroupAssessment, ...]) -> str:
    return f"; the first {most} of {len(lines)}" if len(lines) > most else ""


def _numbers(explanations: tuple[Explanation, ...]) -> list[Block]:
    """What the map's numbers stand for."""
    if not explanations:
        return [Heading(2, "On warning"), Paragraph("No group is on warning.")]
    named = "; ".join(f"{k} {explanation.line.group}" for k, explanation in enumerate(explanations, 1))
    return [Heading(2, "On warning, by number on the map"), Paragraph(f"{named}.", style="small")]


def _entrants_in_short(told: Assessment) -> list[Block]:
    found = told.new_entrants[:ENTRANTS]
    if not found:
        return []
    said = "; ".join(
        f"{one.theatre} {percent(one.p_new_group)} ({interval(one.p_new_group_low, one.p_new_group_high)})"
        for one in found
    )
    return [
        Heading(2, "New groups"),
        Paragraph(
            f"Chance that a group not seen there so far has 25 deaths or more within {found[0].horizon_months} months: "
            f"{said}; base rate {percent(found[0].base_rate)}.",
        ),
    ]


def _entrants(told: Assessment) -> list[Block]:
    found = told.new_entrants[:ENTRANTS]
    if not found:
        return []
    columns = (
        Column("Theatre", width=1.4),
        Column("Probability", "right"),
        Column("Base rate", "right", 0.7),
        Column("Reasons", width=4),
    )
    rows = tuple(
        (
            Cell(entrant.theatre),
            probability(entrant.p_new_group, entrant.p_new_group_low, entrant.p_new_group_high),
            Cell(percent(entrant.base_rate)),
            Cell(" ".join(entrant.reasons) or "none given"),
        )
        for entrant in found
    )
    shown = f"; the highest {len(found)} of {counted(len(told.new_entrants), 'theatre')}"
    caption = (
        f"Chance that a group not seen in the theatre so far has 25 deaths or more there within "
        f"{found[0].horizon_months} months; 90% intervals{shown if len(told.new_entrants) > len(found) else ''}."
    )
    return [Heading(2, "New groups"), Table(caption, columns, rows)]
