"""A theatre: its groups and what is expected of them, their past, who answers whom, and new groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tocsin.countries import find_country
from tocsin.errors import InputError
from tocsin.rivalry.result import PREDICTIVE, Rivalry
from tocsin.warn.assessment import Assessment
from tocsin.warn.headline import headline
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import of_assessment
from tocsin.web.pages import theatre_links
from tocsin.web.pages.theatre_charts import YEARS, ground_chart, months_chart
from tocsin.web.pages.theatre_tables import links_table, months_table
from tocsin.web.pages.theatre_words import facts, january_words, lists_of
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.theatre import OneTheatre, TheatreAnswer
from tocsin.web.tables import plain_rows
from tocsin.web.words import EXPECTED_WORDS

NAME = "theatre"
SCALES = {"own": "each on its own scale", "same": "all on one scale"}
_YEARS_WORDS = {"5": "5 years", "10": "10 years", "all": "all years"}
_USUAL = {"years": "10", "scale": "own"}


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The page of the theatre `given["name"]`: a country, a named theatre, or countries joined by `+`.

    `years` (5, 10 or all) is how much of the past is drawn, `scale` (own or same) how. Raises `InputError` for a
    missing name and for other values.
    """
    name = " ".join(given.get("name", "").split())
    if not name:
        raise InputError("which theatre? Hint: /theatre?name=Afghanistan, or /theatre?name=Sahel; /theatres lists them")
    years, scale = _choice(given, "years", YEARS), _choice(given, "scale", SCALES)
    country = find_country(name) if "+" not in name else None
    name = country.name if country else name
    # A country's lines are those of the world's lists; a view of several countries has lists of its own.
    assessed = Assessed(asked) if country else Assessed(asked, name)
    one, links_of = OneTheatre(asked, name), TheatreLinks(asked, name)
    chosen = {"years": years, "scale": scale}

    def context(found: Found, links: Links) -> dict[str, Any]:
        answer: TheatreAnswer = found[one]
        told = told_of(found[assessed], answer)
        sources = of_assessment(told)
        past = answer.past

        def choices(parameter: str, words: Mapping[str, str]) -> tuple[tuple[str, str | None, bool], ...]:
            """Words, address and whether it is chosen, for each value of a parameter."""
            out = []
            for value, said in words.items():
                address = links.to(NAME, name=name, **_unusual(chosen | {parameter: value}))
                out.append((said, address, value == chosen[parameter]))
            return tuple(out)

        return {
            "title": answer.theatre.name,
            "told": told,
            "answer": answer,
            "facts": facts(told, answer),
            "lists": lists_of(told),
            "january": january_words(answer),
            "expected_words": EXPECTED_WORDS,
            "entrant": told.new_entrants[0] if told.new_entrants else None,
            "months": months_chart(past, years, sources.line, same_scale=scale == "same") if past else None,
            "years": choices("years", _YEARS_WORDS),
            "scales": choices("scale", SCALES),
            "ground": ground_chart(answer, told.data_until, sources.line) if answer.cells else None,
            "links_known": links_of in found,
            "rivalry": _rivalry(found.get(links_of), sources.line),
            "too_few": theatre_links.TOO_FEW,
            "sources": sources,
            "scripts": ("charts/theatre.js",),
        }

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title=name,
        template="theatre.html",
        asked=asked,
        context=context,
        given={"name": name} | _unusual(chosen),
        needs=(assessed, one),
        wants=(links_of,),
        downloads=(
            Download(
                "lines",
                "Its groups: probabilities, levels, figures",
                table=lambda found: told_of(found[assessed], found[one]).to_polars(),
                document=lambda found: told_of(found[assessed], found[one]).to_dict(),
            ),
            Download(
                "months",
                "Deaths a month by group",
                table=lambda found: months_table(found[one]),
                document=lambda found: {
                    "held_back": found[one].held_back,
                    "months": plain_rows(months_table(found[one])),
                },
            ),
            Download(
                "links",
                "Who answers whom",
                table=lambda found: links_table(found[links_of]),
                document=lambda found: {
                    "reading": PREDICTIVE,
                    "rivalry": r.to_dict() if (r := found[links_of]) else None,
                },
                also=(links_of,),
            ),
        ),
    )


def _choice(given: Mapping[str, str], name: str, values: Mapping[str, Any]) -> str:
    value = given.get(name, "").strip() or _USUAL[name]
    if value not in values:
        raise InputError(f"{name} is {' or '.join(values)}, got {value[:20]!r}")
    return value


def _unusual(chosen: Mapping[str, str]) -> dict[str, str]:
    """What is not as usual, which alone stands in an address."""
    return {name: value for name, value in chosen.items() if value != _USUAL[name]}


def told_of(world: WorldAnswer, answer: TheatreAnswer) -> Assessment:
    """The assessment with the theatre's groups and chance of new ones alone, and its headline."""
    told, where = world.assessment, answer.theatre.name
    own = replace(
        told,
        theatre=where,
        groups=tuple(line for line in told.groups if line.theatre == where),
        new_entrants=tuple(entrant for entrant in told.new_entrants if entrant.theatre == where),
    )
    return replace(own, headline=headline(own))


def _rivalry(rivalry: Rivalry | None, source: str) -> dict[str, Any] | None:
    """What the section on who answers whom shows; None without a fit."""
    if rivalry is None:
        return None
    first, rest = theatre_links.links_tables(rivalry)
    return {
        "verdict": theatre_links.verdict(rivalry),
        "by_chance": theatre_links.by_chance(rivalry),
        "chart": theatre_links.network_chart(rivalry, source),
        "meanings": theatre_links.meanings(rivalry),
        "checks": theatre_links.checks(rivalry),
        "notes": theatre_links.notes(rivalry),
        "first": first,
        "rest": rest,
    }
