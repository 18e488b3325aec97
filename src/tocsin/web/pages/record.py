"""The record: what probabilities and warnings came to, as far as it was known on the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.months import first_day
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.warn.headline import observed
from tocsin.warn.levels import VIEW_WORDS
from tocsin.warn.past import LeadCurve
from tocsin.warn.skill_record import LISTS as SKILL_LISTS
from tocsin.warn.skill_record import Score
from tocsin.web.asked import Asked
from tocsin.web.chart import Chart
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Found, Page
from tocsin.web.page_sources import PageSources
from tocsin.web.pages.record_downloads import downloads
from tocsin.web.pages.record_reliability import class_rows, reliability_charts, said_and_came
from tocsin.web.pages.record_skill import CHOICES, LISTS, SCORES, models_told, skill_parts
from tocsin.web.pages.record_warnings import (
    OUTCOME_WORDS,
    Choice,
    counts,
    cut,
    one_of,
    read_choice,
    warning_line,
)
from tocsin.web.questions.record import Track, TrackAnswer

NAME = "record"
NOTES = (
    "The record is a replay of the figures that ship with tocsin: at every month's end the models said what they could "
    "have said then, fitted the December before, and levels follow the default budgets.",
    "Later corrections by the source are in what counted as known, and the source lists a group's early small events "
    "because it grew later, so that a record kept at the time would look somewhat worse.",
)


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The record as of a day.

    Parameters: `list` and `score` of the skill; `year`, `theatre`, `view` and `outcome` of the warnings; `page` and
    `missed_page`. Raises `InputError` for what none of them can be.
    """
    choice = read_choice(given)
    among = one_of(given, "list", SKILL_LISTS) or "new_risk"
    score: Score = one_of(given, "score", CHOICES) or "average_precision"
    track = Track(asked)
    of_skill = {"list": among, "score": score}
    usual = {"list": "new_risk", "score": "average_precision"}
    own = {name: value for name, value in of_skill.items() if value != usual[name]} | choice.given

    def context(found: Found, links: Links) -> dict[str, Any]:
        return _context(found[track], asked.horizon, choice, among, score, own, links)

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title="Record: what was said, and what came",
        template="record.html",
        asked=asked,
        context=context,
        given=own,
        needs=(track,),
        downloads=downloads(track, choice),
    )


def _context(
    track: TrackAnswer,
    horizon: int,
    choice: Choice,
    among: str,
    score: Score,
    own: Mapping[str, str],
    links: Links,
) -> dict[str, Any]:
    sources = sources_of(track)
    rows = class_rows(track, horizon)
    chosen, missed = choice.warnings(track.warnings), choice.misses(track.warnings)
    shown, warnings_cut = cut(chosen, choice.page)
    # Files of a static site go on by `page` alone, so that all misses stand on its first page.
    missed_shown, missed_cut = cut(missed, choice.missed_page, *([max(1, len(missed))] if links.static_site else []))

    def address(anchor: str, **changed: str | int) -> str | None:
        kept = {name: str(value) for name, value in {**own, **changed}.items()}
        given = {name: value for name, value in kept.items() if value and value != _USUAL.get(name)}
        to = links.to(NAME, **given)
        return to and f"{to}#{anchor}"

    return {
        "sources": sources,
        "scripts": ("charts/record.js",),
        "track": track,
        "horizon": horizon,
        "begin": first_day(track.first),
        "end": first_day(min(track.last, track.until) if track.until else track.last),
        "until": track.data_until,
        "nothing": not (rows or track.warnings.warnings),
        "whole": counts(track.warnings.warnings, track.until),
        "high": said_and_came([row for row in rows if row.target == "deaths25"], 0.5),
        "reliability": reliability_charts(rows, track, horizon, sources.line),
        "skill": skill_parts(track, among, score, horizon, sources.line),
        "models": models_told(track),
        "lists": LISTS,
        "scores": {name: SCORES[name] for name in CHOICES},
        "among": among,
        "score": score,
        "lead": None if track.curve is None else lead_chart(track.curve, sources.line),
        "curve": track.curve,
        "choice": choice,
        "years": sorted({first_day(m).year for m in _months(track)}, reverse=True),
        "theatres": sorted({w.theatre for w in track.warnings.warnings} | {m.theatre for m in track.warnings.misses}),
        "views": VIEW_WORDS,
        "outcomes": OUTCOME_WORDS,
        "counts": counts(chosen, track.until),
        "warnings": tuple(map(warning_line, shown)),
        "warnings_cut": warnings_cut,
        "missed": tuple({"row": row, "month": first_day(row.month)} for row in missed_shown),
        "missed_cut": missed_cut,
        "missed_here": choice.page == 1 or not links.static_site,
        "emergences": len(track.levels.emergences),
        "address": address,
    }


_USUAL = {"list": "new_risk", "score": "average_precision", "page": "1", "missed_page": "1"}


def _months(track: TrackAnswer) -> list[int]:
    return [w.first for w in track.warnings.warnings] + [m.month for m in track.warnings.misses]


def sources_of(track: TrackAnswer) -> PageSources:
    """The sources of the record: the packaged figures, whatever else is held."""
    held = track.provenance
    return PageSources(
        as_of=track.as_of,
        data_until=track.data_until,
        as_of_mode=track.as_of_mode,
        vintage=held.vintage,
        licence=held.licence,
        citation=held.citation,
        model=track.model,
        notes=(*NOTES, *held.notes),
    )


def lead_chart(curve: LeadCurve, source: str) -> Chart:
    """How early emergences were on a level, beside as much attention given at random."""
    lines = (
        ("watch or warning", "headline", curve.on_level),
        ("warning", "warning", curve.on_warning),
        ("at random", "baseline", curve.random),
    )
    three = ", ".join(f"{name} {observed(shares[2])}" for name, _, shares in lines)
    one = ", ".join(f"{name} {observed(shares[0])}" for name, _, shares in lines)
    columns = (Column("Months before or more"), *(Column(name.capitalize(), "right") for name, _, _ in lines))
    months = range(1, len(curve.on_level) + 1)
    return Chart(
        kind="record-lead",
        name="lead-time",
        figures={
            "series": [
                {"name": name, "slot": slot, "kind": kind, "points": list(zip(months, shares, strict=True))}
                for slot, (name, kind, shares) in enumerate(lines)
            ],
        },
        alt=f"Share of {curve.emergences:,} emergences on a level so many months before or more. One month: {one}. "
        f"Three months: {three}.",
        caption=f"Share of the {curve.emergences:,} emergences from {curve.first:%B %Y} to {curve.last:%B %Y} that "
        "were on watch or warning, on warning, or picked at random with the same number of groups, so many months "
        "before or more.",
        data=Table(
            "Share of emergences on a level, by months before",
            columns,
            tuple(
                (Cell(str(month)), *(Cell(observed(shares[month - 1])) for _, _, shares in lines)) for month in months
            ),
        ),
        source=source,
    )
