"""The API with answers made by hand, asked in this process: no store, no model, no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import FastAPI

from planted_comparison import planted_comparison
from planted_explanation import EVENTS, NOW, explanation
from planted_groups import digest_of
from planted_lines import assessment, line, war
from planted_rivalry import ANSWERS, planted_rivalry
from tocsin.digest import Digest
from tocsin.errors import NotHeldError
from tocsin.groups.theatres import Theatre
from tocsin.months import last_day
from tocsin.settings import Settings
from tocsin.warn import NewEntrant
from tocsin.warn.level_record import packaged_level_record
from tocsin.warn.past import lead_curve
from tocsin.warn.record import packaged_record
from tocsin.warn.skill_record import packaged_skill_record
from tocsin.warn.theatre import theatre_past
from tocsin.warn.warning_record import packaged_warning_record
from tocsin.web.answers import Answers
from tocsin.web.api import api_router
from tocsin.web.question import Question
from tocsin.web.questions.assessed import Assessed, WorldAnswer
from tocsin.web.questions.coverage import Coverage, Covered, TheatreYears, VintageHeld
from tocsin.web.questions.directory import Directory, DirectoryAnswer, Listed, TheatreListed
from tocsin.web.questions.events import NOTHING_IMPORTED, EventRow, EventsOfGroup, GroupEvents
from tocsin.web.questions.group import GroupAnswer, OneGroup
from tocsin.web.questions.record import Track, TrackAnswer
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.theatre import OneTheatre, TheatreAnswer
from tocsin.web.questions.whatif import WhatIf

Told = Callable[[str, int, int], None]
API = "/api/v1"
DAY = date(2020, 12, 31)


def planted_digest() -> Digest:
    """A few events in Mali up to the end of 2020."""
    return digest_of(EVENTS, last=NOW)


def world(question: Assessed) -> WorldAnswer:
    """Nine groups, a new risk and two on a level among them, and two theatres where a group may come up."""
    groups = [line(f"Front {k} @ Mali", rank_new_risk=k + 1, rank_mass_casualty=k + 3) for k in range(6)]
    on_level = [line("JNIM @ Mali", level="watch", level_target="deaths25", rank_new_risk=7, rank_mass_casualty=9)]
    wars = [
        war(level="warning", level_target="mass_casualty"),
        war("AS @ Somalia", rank_ongoing=2, rank_mass_casualty=1),
    ]
    entrants = (
        NewEntrant("Iraq", 12, 0.1, 0.05, 0.2, 0.05, ()),
        NewEntrant("Mali", 12, 0.2, 0.1, 0.3, 0.05, ("Two new groups in ten years.",)),
    )
    found = assessment(*groups, *on_level, *wars, new_entrants=entrants, theatre=question.theatre)
    return WorldAnswer(found, (), ("Mali", "Iraq", "Somalia"), None, redistributable=True)


def covered(question: Coverage) -> Covered:
    """One release, of the packaged kind."""
    held = VintageHeld(
        label="planted 1", source="planted", release="1", kind="yearly", packaged=True, in_use=True, published=DAY,
        published_assumed=True, files=(), rows=None, rejected=None, questioned=None, first_day=date(1989, 1, 1),
        last_day=DAY, countries="world", place_precision_max=2, licence="CC0", citation="Made up for a test",
        redistributable=True, terms="It may be passed on.",
    )  # fmt: skip
    years = (TheatreYears("Mali", "Africa", (3, 4)),)
    origin = planted_digest().provenance
    as_of = question.asked.as_of or DAY
    return Covered(as_of, "reconstructed", date(1989, 1, 1), DAY, origin, (held,), (2019, 2020), years, ("Peru",))


def directory(question: Directory) -> DirectoryAnswer:
    """Two groups of Mali, one without a recorded death."""
    jnim = Listed(
        group="JNIM @ Mali", actor="JNIM", theatre="Mali", also_called=("Group for Support of Islam",), members=(),
        assessed=True, list="new_risk", level="watch", deaths_last_12m=8, deaths=14, events=3,
        last_event=date(2020, 9, 1),
    )  # fmt: skip
    quiet = replace(jnim, group="FLM @ Mali", actor="FLM", assessed=False, list=None, level="none", also_called=())
    return DirectoryAnswer(
        groups=(quiet, jnim),
        theatres=(TheatreListed("Mali", 2, 1, 4, 8, 6, date(2020, 11, 1)),),
        views=(Theatre("Sahel", ("Mali", "Niger")),),
        own_theatres={},
        as_of=DAY,
        data_until=DAY,
        as_of_mode="reconstructed",
        vintage="planted 1",
        licence="CC0",
        citation="Made up for a test",
    )


def one_group(question: OneGroup) -> GroupAnswer:
    """JNIM, whatever the name, but for names that begin with a question mark."""
    if question.name.startswith("?"):
        raise NotHeldError(f"no group is called {question.name!r}")
    return GroupAnswer(explanation(rivalry=None), question.name, "", "")


def one_theatre(question: OneTheatre) -> TheatreAnswer:
    """Mali, whatever the name."""
    place = Theatre("Mali", ("Mali",))
    told = explanation()
    return TheatreAnswer(
        theatre=place,
        wider=("Sahel",),
        deaths_last_12m=16,
        deaths_12m_before=None,
        state_deaths_last_12m=0,
        past=theatre_past(planted_digest(), place),
        cells=told.cells,
        offshoots=told.offshoots,
        government_changes=(),
        held_back="",
    )


def events(question: EventsOfGroup) -> GroupEvents:
    """One event of a group whose name begins with a J; no import otherwise."""
    if not question.name.startswith("J"):
        return GroupEvents(question.name, date(2020, 1, 1), DAY, (), NOTHING_IMPORTED)
    row = EventRow(
        "MLI-1", "planted 1", DAY.replace(day=1), "Mali", None, "state", "state", 1, 2, 3, False, "An office"
    )
    return GroupEvents("JNIM @ Mali", date(2020, 1, 1), DAY, (row,), "")


def track(question: Track) -> TrackAnswer:
    """What is known of the packaged record at the end of 2015."""
    until, horizon = NOW - 60, question.asked.horizon
    replay, levels = packaged_warning_record(), packaged_level_record().known_by(NOW - 60)
    return TrackAnswer(
        as_of=last_day(until),
        as_of_mode="reconstructed",
        until=until,
        data_until=last_day(until),
        model=replay.model,
        first=replay.first,
        last=replay.last,
        watch_budget=replay.watch_budget,
        warning_budget=replay.warning_budget,
        classes=packaged_record().known_by(until, horizon),
        skill=packaged_skill_record().known_by(until, horizon),
        levels=levels,
        curve=lead_curve(levels),
        warnings=replay.known_by(until),
        provenance=planted_digest().provenance,
    )


def links(question: TheatreLinks) -> Any:
    """Three groups of Mali; nothing can be told of one link, so that it has bounds that are no JSON numbers."""
    nothing = {"estimate": 0.0, "low": float("-inf"), "high": float("inf"), "minimum_detectable": float("inf")}
    return planted_rivalry(("JNIM", "IS", "AQIM"), {(1, 0): ANSWERS, (0, 1): nothing}, theatre="Mali")


KNOWN: dict[type, Callable[[Any], Any]] = {
    Assessed: world,
    Coverage: covered,
    Directory: directory,
    EventsOfGroup: events,
    OneGroup: one_group,
    OneTheatre: one_theatre,
    TheatreLinks: links,
    Track: track,
    WhatIf: lambda question: planted_comparison(),
}


class PlantedLane:
    """Answers by the kind of question."""

    def __init__(self, known: Mapping[type, Callable[[Any], Any]]) -> None:
        self._known = known
        self.asked: list[Question] = []

    def ask(self, question: Question, stamp: str, told: Told) -> Any:
        """See `tocsin.web.answers.Asks`."""
        self.asked.append(question)
        return self._known[type(question)](question)

    def end(self) -> None:
        """Nothing is to be ended."""


def planted_app(home: Path, lane: PlantedLane | None = None, *, source: str = "ucdp-ged") -> FastAPI:
    """The API alone, mounted as the server does."""
    settings = Settings(home=home, source=source)
    answers = Answers(settings, lane=lambda _: lane or PlantedLane(KNOWN))
    app = FastAPI(openapi_url=None)
    app.include_router(api_router(answers, settings), prefix=API)
    app.state.answers = answers
    return app


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The content; numbers that JSON has no word for are an error."""
        return json.loads(self.content, parse_constant=_no_such_number)


def _no_such_number(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def ask(app: FastAPI, target: str, *, method: str = "GET", **headers: str) -> Reply:
    """One request to `target` (below /api/v1 where it has no /api of its own), header names with underscores."""
    return asyncio.run(_ask(app, target if target.startswith("/api") else f"{API}{target}", method, headers))


async def _ask(app: FastAPI, target: str, method: str, headers: dict[str, str]) -> Reply:
    parts = urlsplit(target)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    start = sent[0]
    names = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], names, b"".join(part.get("body", b"") for part in sent[1:]))
