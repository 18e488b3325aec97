"""A scenario written from the figures: the groups of a theatre as they were known on a day, and the usual options.

What event data hold is estimated, with intervals; what they do not hold (members, ideology, who talks) is assumed, in
wide ranges, by rules that every number names. No story is told: a new scenario has no shocks, its user adds them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tocsin.digest import Digest, packaged_digest
from tocsin.digest.load import PACKAGED_PUBLISHED
from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.groups.names import members
from tocsin.groups.theatres import Theatre
from tocsin.months import last_day, last_known_month, month_id, month_words
from tocsin.rivalry import Rivalry
from tocsin.whatif.catalogue import LEVER_DEFAULTS, VARIANT_NAMES, Lever
from tocsin.whatif.parameters import THEATRE, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Option, Scenario
from tocsin.whatif.start.figures import ACTIVE_MONTHS, Figures, active_groups, figures_of
from tocsin.whatif.start.numbers import quantity
from tocsin.whatif.start.sides import links_of, relations_of, rivalry_of, sides_of
from tocsin.whatif.start.tail import tail_numbers

MOST_GROUPS = 8
LEAST_EVENTS, LEAST_DEATHS = 5, 25
HORIZONS = (6, 12, 36)
# The defaults that are estimates are of figures up to here.
DEFAULTS_UNTIL = month_id(date(2020, 12, 1))


def start_scenario(
    digest: Digest,
    theatre: Theatre,
    *,
    as_of: date,
    groups: Sequence[str] | None = None,
    months: int = 36,
    draws: int = 10_000,
    seed: int = 1,
) -> Scenario:
    """A scenario of a theatre from the figures known on the day `as_of`; it begins with the month after.

    `groups` are actors as coded, taken instead of the most active ones. `months` are simulated, `draws` runs made.
    Nothing after `as_of` is used. Raises `InputError` for impossible options, `NotHeldError` where no group was active
    or one asked for is in no figures.
    """
    if months < 1 or draws < 1:
        raise InputError(f"months and draws are 1 or more, got {months} and {draws}")
    last = min(last_known_month(as_of), digest.provenance.last_month)
    if last < digest.provenance.first_month:
        raise NotHeldError(f"nothing was known on {as_of}: the figures begin later")
    figures = figures_of(digest, theatre, last)
    chosen, left_out = _chosen(figures, groups)
    rivalry = rivalry_of(digest.up_to(last), theatre)
    sides = sides_of(figures, chosen, rivalry)
    first = month_id(as_of) + 1
    return Scenario(
        name=f"{_slug(theatre.name)}-{as_of:%Y-%m}",
        title=f"{theatre.name}, as of {as_of.day} {as_of:%B %Y}",
        about=f"Written from the figures known on {as_of}. A scenario, not a forecast.",
        theatre=theatre.name,
        as_of=as_of,
        first=first,
        months=months,
        horizons=tuple(h for h in HORIZONS if h <= months) or (months,),
        draws=draws,
        seed=seed,
        ruler=sides[-1].name,
        foreign_presence=False,
        sides=sides,
        relations=relations_of(figures, chosen, sides[-1].name),
        links=links_of(rivalry, chosen),
        quantities=_theatre_numbers(figures, rivalry),
        levers=dict(LEVER_DEFAULTS),
        shocks=(),
        options=usual_options(first, months),
        variants=VARIANT_NAMES,
        data_until=last_day(last),
        vintage=digest.provenance.vintage,
        citation=digest.provenance.citation,
        notes=_notes(digest, figures, as_of, left_out, rivalry),
    )


def usual_options(first: int, months: int) -> tuple[Option, ...]:
    """The choices governments and mediators openly debate, for all the months simulated; the first is doing nothing."""
    last = first + months - 1
    rows: tuple[tuple[str, str, Mapping[Lever, float], str], ...] = (
        (DO_NOTHING, "Do nothing", {}, "Everything stays as the scenario has it."),
        (
            "share_intelligence",
            "Share intelligence with the ruling side",
            {"strikes": 1.0, "intelligence": 1.0},
            "Strikes on the ruling side's enemies, with intelligence shared both ways.",
        ),
        (
            "strikes_without",
            "Strikes without the ruling side",
            {"strikes": 1.0},
            "The same strikes from over the horizon, with nothing shared.",
        ),
        (
            "policing_and_prisons",
            "Support policing and prisons",
            {"policing": 1.0, "prisons": 1.0},
            "Help with the policing of cities and the holding of prisoners.",
        ),
        (
            "reintegration",
            "Amnesty and reintegration",
            {"reintegration": 1.0},
            "A programme for members who give up arms.",
        ),
        ("mediation", "Mediation", {"mediation": 1.0}, "Talks between the ruling side and the groups that would talk."),
    )
    return tuple(Option(name, title, dict(levers), first, last, about) for name, title, levers, about in rows)


@dataclass(frozen=True)
class _LeftOut:
    """Active groups that are no sides: the less active ones, and coalitions that the source names by their members."""

    groups: tuple[str, ...]
    coalitions: tuple[str, ...]


def _chosen(figures: Figures, groups: Sequence[str] | None) -> tuple[list[str], _LeftOut]:
    active = active_groups(figures, LEAST_EVENTS, LEAST_DEATHS)
    coded = figures.since(ACTIVE_MONTHS)["actor"].unique().to_list()
    if groups is None:
        chosen = active[:MOST_GROUPS]
        if not chosen:
            raise NotHeldError(
                f"no armed group had {LEAST_EVENTS} events or {LEAST_DEATHS} deaths in {figures.theatre.name} in the "
                f"{ACTIVE_MONTHS} months to {month_words(figures.last)}. Hint: name the groups, or take a wider theatre"
            )
    else:
        chosen = list(dict.fromkeys(groups))
        if not chosen:
            raise InputError("a scenario needs a group at least")
        known = figures.world["actor"].unique().to_list()
        for actor in chosen:
            if actor not in known:
                raise NotHeldError(f"no actor {actor!r} in the figures.{did_you_mean(actor, known)}")
    coalitions = sorted(name for name in coded if members(name) and set(members(name)) & set(chosen))
    return chosen, _LeftOut(tuple(actor for actor in active if actor not in chosen), tuple(coalitions))


def _theatre_numbers(figures: Figures, rivalry: Rivalry | None) -> dict[str, Quantity]:
    """The defaults, but for what the theatre's own figures (and the world's, of the tail) tell."""
    found = {
        parameter.name: _as_known(parameter.default, figures.last)
        for parameter in THEATRE
        if parameter.default is not None
    }
    found |= tail_numbers(figures.world, figures.theatre, month_words(figures.last))
    if rivalry is not None:
        weeks = rivalry.response_half_life_weeks
        source = "rivalry fit of the theatre, the best of a few; no interval is given by the fit"
        found["response_half_life"] = quantity(weeks, weeks, "estimated", source)
        told = rivalry.severity
        if told.label != "cannot_tell" and told.low is not None and told.high is not None:
            source = f"rivalry fit of the theatre: {told.mass_casualty} of {told.attacks} attacks"
            found["severity_link"] = quantity(told.low, told.high, "estimated", source)
    return found


def _as_known(default: Quantity, last: int) -> Quantity:
    """A default; one that is an estimate from figures that go on after `last` is no estimate as of then."""
    if default.evidence != "estimated" or last >= DEFAULTS_UNTIL:
        return default
    why = (
        f"the range that figures to {month_words(DEFAULTS_UNTIL)} give ({default.source}); those to "
        f"{month_words(last)} cannot hold it, so here it is an assumption"
    )
    return replace(default, evidence="assumed", source=why)


def _notes(
    digest: Digest, figures: Figures, as_of: date, left_out: _LeftOut, rivalry: Rivalry | None
) -> tuple[str, ...]:
    until = last_day(figures.last)
    gap = month_id(as_of) - figures.last
    ends = f"Figures end on {until}"
    if gap > 1:
        ends += f", {gap} months before the month of the as-of day: what is estimated is as of then"
    notes = [f"{ends}."]
    if as_of < PACKAGED_PUBLISHED and digest.provenance.vintage == packaged_digest().provenance.vintage:
        notes.append(
            f"The figures are of a release that came out in {month_words(month_id(PACKAGED_PUBLISHED))}, after the "
            "as-of day: they tell of no later day, but were not yet to be had."
        )
    notes += [
        "Assumed, since event data do not hold them: members, prisoners, ideology (nearer to global where the actor "
        "was in events in three or more other countries), and who would talk (those not global). No group attacks "
        "abroad unless the file says so: event data file every branch under one name.",
        "The state stands for all governments of the theatre's own countries; its clashes are counted with the groups "
        "it clashed with. Governments from elsewhere are no side.",
        "No shocks: dated events (withdrawal, take-over, jail break, amnesty, leader lost) are the user's to add.",
    ]
    if left_out.groups:
        notes.append(f"Active but left out: {', '.join(left_out.groups)}.")
    if left_out.coalitions:
        notes.append(f"Events of coalitions count for none of their members: {'; '.join(left_out.coalitions)}.")
    if rivalry is None:
        notes.append("Fewer than two groups had enough attacks for the rivalry fit: no group answers another.")
    if rivalry is None or rivalry.severity.label == "cannot_tell":
        notes.append(
            "Whether mass-casualty attacks answer each other cannot be told from this theatre: the value pooled over "
            f"the world (figures to {month_words(DEFAULTS_UNTIL)}) stands in"
            + (", as an assumption, since it rests on what came later." if figures.last < DEFAULTS_UNTIL else ".")
        )
    return (*notes, *digest.provenance.notes)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
