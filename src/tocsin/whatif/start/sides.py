"""The sides of a new scenario: their numbers, how they stand to each other, and who answers whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tocsin.actors import AGAINST_CIVILIANS, STATE
from tocsin.digest import Digest
from tocsin.errors import InputError, NotHeldError
from tocsin.groups.names import members
from tocsin.groups.theatres import Theatre
from tocsin.months import month_words
from tocsin.rivalry import Rivalry, fit_rivalry
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.scenario import Kind, Link, Relation, Side
from tocsin.whatif.start.figures import (
    RATE_MONTHS,
    Counts,
    Figures,
    count,
    countries_elsewhere,
    governments,
    mass_casualty_share,
)
from tocsin.whatif.start.numbers import Competition, counted, drawn_share, log_middle, numbers_of, quantity

MOST_LINK = 0.5
USUAL_SHARE = 0.07  # of attacks by groups, worldwide, with 20 deaths or more: for figures that hold next to none
GLOBAL_COUNTRIES = 3  # an actor in events in so many other countries is taken for a global one
GLOBAL, NOT_KNOWN = (0.8, 0.5), (0.5, 0.5)
# As the state is named in a theatre of several countries.
_OF_SEVERAL = "Governments of"


def rivalry_of(digest: Digest, theatre: Theatre) -> Rivalry | None:
    """The rivalry fit of a theatre; None where fewer than two groups have enough attacks for one."""
    try:
        return fit_rivalry(digest, theatre, held_apart=False)
    except (InputError, NotHeldError):
        return None


def sides_of(figures: Figures, chosen: Sequence[str], rivalry: Rivalry | None) -> tuple[Side, ...]:
    """The groups in order, then the state."""
    world = drawn_share(*mass_casualty_share(figures.world), prior=USUAL_SHARE)
    share = drawn_share(*mass_casualty_share(figures.since(RATE_MONTHS)), prior=world)
    counts = {actor: count(figures, [actor], chosen, is_state=False) for actor in chosen}
    located = sum(c.located_events for c in counts.values())
    urban = sum(c.urban_events for c in counts.values()) / located if located else 0.5
    means = {actor: c.attacks / c.months for actor, c in counts.items()}

    def side(name: str, kind: Kind, of: Counts, competition: Competition, extra: dict[str, Quantity]) -> Side:
        numbers = numbers_of(
            of,
            last=figures.last,
            share_here=share,
            urban_here=urban,
            competition=competition,
            is_state=kind == "state",
        )
        far = kind == "group" and countries_elsewhere(figures, name) >= GLOBAL_COUNTRIES
        return Side(
            name,
            kind,
            ideology=GLOBAL if far else NOT_KNOWN,
            external=False,
            talks=kind == "group" and not far,
            numbers=numbers | extra,
        )

    sides = [side(actor, "group", counts[actor], _competition(actor, rivalry, means), {}) for actor in chosen]
    armed = sum(log_middle(group.numbers["members"]) for group in sides)
    own = governments(figures)
    strength = quantity(armed, 10.0 * armed, "assumed", "as many as all groups together, to ten times as many", "log")
    name = _state_name(figures.theatre, own)
    state = side(
        name, "state", count(figures, own, chosen, is_state=True), Competition(None, 0.0), {"members": strength}
    )
    return (*sides, state)


def _competition(actor: str, rivalry: Rivalry | None, means: Mapping[str, float]) -> Competition:
    if rivalry is None:
        return Competition(None, 0.0)
    own = {_actor(fit.group): fit.own for fit in rivalry.group_fits}.get(actor)
    answered = sum(
        _within(link.pooled) * means.get(_actor(link.source), 0.0)
        for link in rivalry.links
        if _actor(link.target) == actor
    )
    return Competition(own, answered)


def links_of(rivalry: Rivalry | None, chosen: Sequence[str]) -> tuple[Link, ...]:
    """Who answers whom among the groups chosen, from the pooled estimates, half an attack per attack at most."""
    if rivalry is None:
        return ()
    source = f"rivalry fit, weeks from {rivalry.first} to {rivalry.last}, drawn to what all links of the theatre show"
    return tuple(
        Link(
            _actor(link.source),
            _actor(link.target),
            quantity(_within(link.pooled_low), _within(link.pooled_high), "estimated", source),
        )
        for link in rivalry.links
        if _actor(link.source) in chosen and _actor(link.target) in chosen
    )


def _within(response: float) -> float:
    return min(max(response, -MOST_LINK), MOST_LINK)


def _actor(group: str) -> str:
    return group.rpartition(" @ ")[0]


def relations_of(figures: Figures, chosen: Sequence[str], state: str) -> tuple[Relation, ...]:
    """Enemies clashed with each other in the last three years; allies stood in a coalition then, and did not."""
    rows = figures.since(RATE_MONTHS)
    span = f"in the {RATE_MONTHS} months to {month_words(figures.last)}"
    clashes = (
        rows.filter(pl.col("opponent") != AGAINST_CIVILIANS)
        .group_by("actor", "opponent")
        .agg(pl.col("events").sum())
        .rows()
    )
    fought: dict[tuple[str, str], int] = {}
    for actor, opponent, events in clashes:
        for one in members(actor) or (actor,):
            for other in members(opponent) or (opponent,):
                fought[one, other] = fought.get((one, other), 0) + events
    together = [set(members(name)) for name in rows["actor"].unique().to_list() if members(name)]
    found = []
    for place, one in enumerate(chosen):
        for other in chosen[place + 1 :]:
            if events := max(fought.get((one, other), 0), fought.get((other, one), 0)):
                found.append(Relation((one, other), "enemies", f"{counted(events, 'clash')} {span}"))
            elif any({one, other} <= coalition for coalition in together):
                found.append(Relation((one, other), "allies", f"in a coalition {span}"))
        if events := fought.get((one, STATE), 0):
            found.append(Relation((one, state), "enemies", f"{counted(events, 'clash')} with states {span}"))
    return tuple(found)


def _state_name(theatre: Theatre, coded: Sequence[str]) -> str:
    if not theatre.is_view:
        return coded[0] if len(coded) == 1 else f"Government of {theatre.name}"
    if "+" in theatre.name:
        return f"{_OF_SEVERAL} {' and '.join(theatre.countries)}"
    return f"{_OF_SEVERAL} the {theatre.name}"
