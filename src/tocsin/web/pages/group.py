"""The page of one group: its level and why, its past and outlook, cases like it, its rivals, its ground, its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import Any

import polars as pl

from tocsin.actors import AGAINST_CIVILIANS, STATE, names_nobody
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError
from tocsin.groups import group_name
from tocsin.report.brief.figures import centre
from tocsin.report.brief.words import change, sentence, whole_day, whole_month
from tocsin.report.explain_json import explanation_dict
from tocsin.report.explain_text import Outcome, analogues_words, drivers_words, matters, offshoot_words, opening
from tocsin.report.explain_text import outcomes as outcomes_of
from tocsin.rivalry.result import PREDICTIVE, Link, Rivalry
from tocsin.rivalry.series import KIND_WORDS
from tocsin.rivalry.words import in_order, label_words
from tocsin.warn import percent
from tocsin.warn.drivers import LEAST_FACTOR
from tocsin.warn.explanation import Explanation
from tocsin.warn.headline import counted, factor
from tocsin.web.asked import Asked
from tocsin.web.links import Links
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import of_assessment
from tocsin.web.pages.group_charts import fan_chart, ground_chart, history_chart
from tocsin.web.questions.events import EventRow, EventsOfGroup, GroupEvents
from tocsin.web.questions.group import GroupAnswer, OneGroup
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.words import EXPECTED_WORDS

NAME = "group"
LONGEST_NAME = 200
LONGEST_TEXT = 140
EVENTS_SHOWN = 50
ROWS_SHOWN = 12
ELSEWHERE_SHOWN = 6
KINDS = {"state": "clash with a state", "nonstate": "fight between groups", "onesided": "attack on civilians"}
OWN_MACHINE = (
    "Events one by one are shown only by the application on your own machine, from your own import, and never in pages "
    "that are passed on."
)


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The page of the group `name`. Raises `InputError` where no name, or none that can be, is given."""
    name = given.get("name", "").strip()
    if not name:
        raise InputError("say which group: name=IS @ Afghanistan. Hint: the search finds groups by any of their names")
    if len(name) > LONGEST_NAME:
        raise InputError(f"a name of a group has {LONGEST_NAME} letters at most, got {len(name)}")
    one, events = OneGroup(asked, name), EventsOfGroup(asked, name)
    # Only a name with its theatre says whose links to look for before the group itself is known.
    theatre = name.rpartition("@")[2].strip() if "@" in name else ""
    links = TheatreLinks(asked, theatre) if theatre else None
    return Page(
        name=NAME,
        path="/group",
        title=name,
        template="group.html",
        asked=asked,
        context=partial(_context, one, events, links),
        given={"name": name},
        needs=(one, events),
        own_rows=True,
        wants=(links,) if links else (),
        downloads=(
            Download(
                "explanation",
                "All that is on this page",
                document=partial(_document, one, links),
                also=(links,) if links else (),
            ),
            Download("history", "Deaths and events by month", table=partial(_history_table, one)),
            Download(
                "events",
                "Events of the last 12 months, from your own import",
                table=partial(_event_table, events),
                offered=lambda found: bool(found[events].events),
            ),
        ),
    )


def _context(
    one: OneGroup, events: EventsOfGroup, links: TheatreLinks | None, found: Found, to: Links
) -> dict[str, Any]:
    told: GroupAnswer = found[one]
    explanation, listed = told.explanation, found[events]
    line, facts = explanation.line, explanation.facts
    sources = of_assessment(explanation.assessment)
    sources = replace(sources, notes=tuple(dict.fromkeys((*sources.notes, *facts.notes()))))
    rivalry: Rivalry | None = found.get(links) if links else None
    return {
        "title": line.group,
        "sources": sources,
        "scripts": ("charts/group.js",),
        "told": told,
        "line": line,
        "facts": facts,
        "opening": opening(explanation),
        "span": explanation.assessment.span,
        "outcomes": outcomes_of(explanation),
        "change": change(line),
        "reasons": [sentence(reason) for reason in line.confidence_reasons],
        "drivers": [_drivers(outcome, told.held_back) for outcome in outcomes_of(explanation)],
        "history": history_chart(explanation, sources.line),
        "ahead": fan_chart(explanation, sources.line),
        "analogues": line.analogues,
        "analogues_words": analogues_words(line.analogues) if line.analogues and line.analogues.n else "",
        "who": _who(explanation),
        "rivals": _rivals(explanation),
        "expected_words": EXPECTED_WORDS,
        "answers": {
            "question": links,
            "there": links in found if links else False,
            "rivalry": rivalry,
            "rows": _link_rows(explanation, rivalry) if rivalry else [],
            "words": _links_words(rivalry) if rivalry else "",
        },
        "offshoots": [(o, sentence(offshoot_words(o))) for o in explanation.offshoots],
        "ground": ground_chart(explanation, sources.line),
        "events": _events(listed, to),
    }


def _drivers(outcome: Outcome, held_back: str) -> dict[str, Any]:
    """The themes that move a probability by a tenth of its odds or more, each with what is behind it."""
    return {
        "name": outcome.name,
        "words": drivers_words(outcome, before=not held_back),
        "rows": [
            {
                "theme": driver.theme,
                "odds": factor(driver.odds).replace("x", "×"),
                "pull": "hardly moves it" if _near(driver.odds) else "raises" if driver.odds > 1 else "lowers",
                "before": ("not shown" if held_back else "none")
                if driver.odds_previous is None
                else factor(driver.odds_previous).replace("x", "×"),
                "facts": " ".join(sentence(fact) for fact in driver.facts),
            }
            for driver in outcome.drivers
            if matters(driver)
        ],
    }


def _near(odds: float) -> bool:
    """Whether a factor is less than a tenth from one, as that of the second model may be."""
    return max(odds, 1 / odds) < LEAST_FACTOR


def _who(explanation: Explanation) -> dict[str, Any]:
    """Who it is: names, sums, coalition, where else the actor is; each a sentence or a list of groups to link."""
    line, facts = explanation.line, explanation.facts
    said = []
    if facts.also_called:
        said.append(f"Also called {', '.join(facts.also_called[:6])}.")
    if facts.members:
        said.append(f"A coalition of {', '.join(facts.members)}.")
    if facts.first_seen and facts.last_seen:
        said.append(
            f"First recorded death in {whole_month(facts.first_seen)}, last in {whole_month(facts.last_seen)}: "
            f"{counted(facts.deaths, 'death')} in {counted(facts.events, 'event')} in all ({facts.deaths_low:,} to "
            f"{facts.deaths_high:,} by the low and high estimates), with "
            f"{counted(facts.mass_casualty_events, 'mass-casualty attack')}."
        )
    if line.deaths_last_12m is None:
        said.append("How many events and deaths are recorded of it, and when, is not shown.")
    else:
        said.append(
            f"{counted(line.deaths_last_12m, 'death')} in the last 12 months, {line.deaths_last_3m:,} of them in the "
            "last 3."
        )
    if not (facts.active if line.deaths_last_12m is None else line.deaths_last_12m):
        said.append("It is silent: no recorded death in a year, which is not the same as gone.")
    if line.resurgent:
        said.append("Resurgent: well above its own recent level after a decline.")
    if line.list == "new_risk":
        crossed = "It had 25 deaths in some earlier 12 months."
        said.append(crossed if line.previously_crossed else "It has never had 25 deaths in 12 months.")
    return {
        "sentences": said,
        "elsewhere": (facts.elsewhere or ())[:ELSEWHERE_SHOWN],
        "further": (facts.elsewhere or ())[ELSEWHERE_SHOWN:],
        "coalitions": [(group_name(c.actor, facts.theatre.name), c) for c in facts.coalitions[:ROWS_SHOWN]],
        "more_coalitions": max(0, len(facts.coalitions) - ROWS_SHOWN),
        "members": [(group_name(member, facts.theatre.name), member) for member in facts.members],
    }


def _rivals(explanation: Explanation) -> dict[str, Any]:
    """Whom it has clashed with, who stands beside it, who fights the same enemies."""
    facts = explanation.facts
    place = facts.theatre.name
    return {
        "opponents": [
            (None if o.actor == STATE or names_nobody(o.actor) else group_name(o.actor, place), o)
            for o in facts.opponents[:ROWS_SHOWN]
        ],
        "more": max(0, len(facts.opponents) - ROWS_SHOWN),
        "allies": [(group_name(a.actor, place), a) for a in facts.allies[:ROWS_SHOWN]],
        "more_allies": max(0, len(facts.allies) - ROWS_SHOWN),
        "alike": [(group_name(s.actor, place), s) for s in facts.shared_enemies[:ROWS_SHOWN]],
        "more_alike": max(0, len(facts.shared_enemies) - ROWS_SHOWN),
    }


def _link_rows(explanation: Explanation, rivalry: Rivalry) -> list[dict[str, Any]]:
    group = explanation.line.group
    own = [link for link in in_order(rivalry.links) if group in (link.source, link.target)]
    return [_link(link) for link in own[:ROWS_SHOWN]]


def _link(link: Link) -> dict[str, Any]:
    told = isfinite(link.low) and isfinite(link.high)
    return {
        "source": link.source,
        "target": link.target,
        "label": label_words(link),
        "estimate": f"{link.estimate:+.2f} ({link.low:+.2f} to {link.high:+.2f})" if told else "cannot be told",
        "attacks": f"{link.source_attacks:,} and {link.target_attacks:,}",
        "clashes": f"{link.clashes:,}",
    }


def _links_words(rivalry: Rivalry) -> str:
    rate = rivalry.null_false_positive_rate
    checked = (
        "How often a link shows where there is none could not be checked here."
        if rate is None
        else f"Where there is nothing to find, {percent(rate)} of links of this theatre pass the 5% test."
    )
    span = f"{whole_day(rivalry.first)} to {whole_day(rivalry.last)}"
    return f"By {KIND_WORDS[rivalry.kind]}, {span}. {PREDICTIVE} {checked}"


def _events(listed: GroupEvents, to: Links) -> dict[str, Any]:
    shown = () if to.static_site else listed.events[:EVENTS_SHOWN]
    return {
        "first": listed.first,
        "until": listed.until,
        "why_none": OWN_MACHINE if to.static_site else listed.why_none,
        "rows": [_event(row) for row in shown],
        "more": 0 if to.static_site else len(listed.events) - len(shown),
        "total": 0 if to.static_site else len(listed.events),
    }


def _event(row: EventRow) -> dict[str, Any]:
    return {
        "month": row.month,
        "country": row.country,
        "place": "placed to a province at best" if row.cell is None else centre(row.cell),
        "kind": KINDS[row.kind],
        "opponent": "" if row.opponent in (STATE, AGAINST_CIVILIANS) else row.opponent,
        "deaths": f"{row.deaths_best:,}",
        "range": f"{row.deaths_low:,} to {row.deaths_high:,}",
        "preliminary": row.preliminary,
        "reported": _cut(_listed(row.source_office or "")),
        "id": f"{row.vintage}, {row.event_id}",
    }


def _listed(text: str) -> str:
    """Several entries of one cell of the source, parted so that they can break into lines.

    >>> _listed("Reuters;AP; AFP")
    'Reuters; AP; AFP'
    """
    return "; ".join(part.strip() for part in text.split(";") if part.strip())


def _cut(text: str) -> str:
    """A text short enough for a row: the whole of it is in the download."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1].rstrip(" ;,") + "…"


# --- to take away -----------------------------------------------------------------------------------------------------


def _document(one: OneGroup, links: TheatreLinks | None, found: Found) -> dict[str, Any]:
    told: GroupAnswer = found[one]
    rivalry = found.get(links) if links else None
    return explanation_dict(replace(told.explanation, rivalry=rivalry)) | {"held_back": told.held_back or None}


def _history_table(one: OneGroup, found: Found) -> pl.DataFrame:
    explanation: Explanation = found[one].explanation
    whole = explanation.assessment
    schema = {
        "group": pl.String,
        "month": pl.Date,
        "deaths": pl.Int64,
        "deaths_state": pl.Int64,
        "deaths_nonstate": pl.Int64,
        "deaths_onesided": pl.Int64,
        "events": pl.Int64,
        "mass_casualty_events": pl.Int64,
    }
    rows = [
        (
            explanation.line.group,
            m.month,
            m.deaths,
            m.deaths_state,
            m.deaths_nonstate,
            m.deaths_onesided,
            m.events,
            m.mass_casualty_events,
        )
        for m in explanation.history
    ]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        as_of=pl.lit(whole.as_of), vintage=pl.lit(whole.vintage), licence=pl.lit(whole.licence),
        citation=pl.lit(whole.citation),
    )  # fmt: skip


_CENTRE = ("cell_lat", "cell_lon")


def _event_table(events: EventsOfGroup, found: Found) -> pl.DataFrame:
    listed: GroupEvents = found[events]
    schema: dict[str, Any] = {
        "group": pl.String,
        "event_id": pl.String,
        "vintage": pl.String,
        "month": pl.Date,
        "country": pl.String,
        "cell": pl.Int64,
        "cell_lat": pl.Float64,
        "cell_lon": pl.Float64,
        "kind": pl.String,
        "opponent": pl.String,
        "deaths_low": pl.Int64,
        "deaths_best": pl.Int64,
        "deaths_high": pl.Int64,
        "preliminary": pl.Boolean,
        "source_office": pl.String,
    }
    rows = [
        {"group": listed.group}
        | {name: getattr(row, name) for name in schema if name not in ("group", *_CENTRE)}
        | dict(zip(_CENTRE, cell_centre(row.cell) if row.cell else (None, None), strict=True))
        for row in listed.events
    ]
    return pl.DataFrame(rows, schema=schema)
