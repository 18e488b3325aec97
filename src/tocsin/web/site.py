"""The pages as files: a folder that opens from disk and from any web server, made by the templates that are served.

Pages are those of the groups on a level or high in a view, their theatres, the record, what-if with each shipped
scenario, data, method, and the list of all groups; what is not there is plain text where it would be a link. The same
figures and version give the same files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from tocsin.errors import InputError
from tocsin.settings import Settings, load_settings
from tocsin.warn.assessment import VIEWS, Assessment
from tocsin.web.asked import HORIZONS, Asked
from tocsin.web.filed import Address, Filed, address_of, file_of, slug_of, slugs_of
from tocsin.web.gate import answer
from tocsin.web.page import Page
from tocsin.web.pages import page_makers
from tocsin.web.question import Question, Tell, silent
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.events import GroupEvents
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.render import render_page
from tocsin.web.site_folder import Marker, check_folder, put_in_place
from tocsin.web.static_files import static_files
from tocsin.web.tables import write_download
from tocsin.whatif.files.reading import packaged_scenarios

TOP = 10
# Of a table there are several forms: one that is larger, as JSON of the world is, would be most of the site.
MOST_BYTES = 5_000_000
NO_EVENTS = (
    "Events one by one are shown by 'tocsin serve' on the machine that holds them, never in a copy of the pages."
)
# One page each, without parameters of their own.
SINGLE = ("overview", "theatres", "record", "whatif", "data", "method", "search")
# Pages that go on over further pages, and the one parameter that says which.
FURTHER = {"record": "page", "overview": "top"}


@dataclass(frozen=True)
class Written:
    """What was written: pages, files in all with those of downloads and of `static/`, and bytes."""

    folder: Path
    pages: int
    files: int
    bytes: int


def write_site(
    folder: Path,
    *,
    asked: Asked | None = None,
    top: int = TOP,
    rivalry: bool = True,
    force: bool = False,
    settings: Settings | None = None,
    tell: Tell = silent,
) -> Written:
    """Write the site of a day into `folder`; what was there stays as it was until all of it is made.

    Groups with a page are those on a level and the first `top` of each view. Without `rivalry` nobody is asked who
    answers whom, which takes some seconds a theatre. Raises `InputError` for a folder that holds other things (unless
    `force`) or an option that cannot be, and as `tocsin.assess`.
    """
    asked = asked or Asked()
    if asked.horizon not in HORIZONS:
        raise InputError(f"a horizon is 3, 6 or 12 months, got {asked.horizon}")
    if top < 0:
        raise InputError(f"the groups of a view with a page are 0 or more, got {top}")
    target = check_folder(folder, force=force)
    made = _Site(settings or load_settings(), rivalry, tell)
    made.make(asked, top)
    files = {**made.files, **{f"static/{path}": file.content for path, file in static_files().items()}}
    put_in_place(target, files, Marker.of(files, made.said), force=force)
    return Written(target, sum(file.endswith(".html") for file in files), len(files), sum(map(len, files.values())))


def planned(world: Assessment, top: int) -> Iterator[tuple[str, dict[str, str], str]]:
    """Every page by name, parameters and slug: the theatres and groups, each theatre before its groups."""
    for name in SINGLE:
        yield name, {}, ""
    for scenario in packaged_scenarios():
        yield "whatif", {"scenario": scenario, "run": "1"}, slug_of(scenario)
    ranked = [line.group for view in VIEWS for line in world.view(view, top)] if top else []
    chosen = {line.group for line in world.groups if line.level != "none"} | set(ranked)
    lines = sorted((line for line in world.groups if line.group in chosen), key=lambda line: (line.theatre, line.group))
    groups, theatres = slugs_of(line.group for line in lines), slugs_of(line.theatre for line in lines)
    for theatre, held in groupby(lines, key=lambda line: line.theatre):
        yield "theatre", {"name": theatre}, theatres[theatre]
        for line in held:
            yield "group", {"name": line.group}, groups[line.group]


@dataclass
class _Site:
    """A site in the making: `pages` by every address they are known by, `files`, and the answers they rest on."""

    settings: Settings
    rivalry: bool
    tell: Tell
    pages: dict[Address, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    _made: dict[Address, Page] = field(default_factory=dict)
    _answers: dict[Question, Any] = field(default_factory=dict)
    _downloads: dict[tuple[Address, str, str], str] = field(default_factory=dict)
    _contents: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def make(self, asked: Asked, top: int) -> None:
        """Make every page."""
        world = self._answer(Assessed(asked)).assessment
        self.said = {"as_of": world.as_of.isoformat(), "vintage": world.vintage, "model": world.model}
        for name, given, slug in planned(world, top):
            self._plan(asked, name, given, slug)
        waiting = list(self._made)
        while waiting:
            address = waiting.pop(0)
            self.tell("writing pages", len(self._made) - len(waiting) - 1, len(self._made))
            further = sorted(one for one in self._write(address) if _is_further(one))
            for name, own in further:
                self._plan(asked, name, dict(own), "-".join(slug_of(word) for pair in own for word in pair))
                waiting.append((name, own))
            if further:  # its links to them lead somewhere now
                self._write(address)
        self.tell("writing pages", len(self._made), len(self._made))

    def _plan(self, asked: Asked, name: str, given: Mapping[str, str], slug: str) -> None:
        page = page_makers()[name](asked, given)
        file = file_of(name, slug)
        self._made[address_of(name, given)] = page
        # What a page calls itself may be a tidier form of what it was asked by.
        known = [dict(given), dict(page.given)]
        if name == "whatif":  # who asks for a scenario alone gets its usual run: here nobody can start one
            known.append({key: value for key, value in given.items() if key != "run"})
        self.pages |= {address_of(name, own): file for own in known}

    def _write(self, address: Address) -> set[Address]:
        """Make a page and its downloads; gives the addresses that it has no link to."""
        page, here = self._made[address], self.pages[address]
        wants = (want for want in page.wants if self.rivalry or not isinstance(want, TheatreLinks))
        found = {question: self._answer(question) for question in (*page.needs, *wants)}
        links = Filed(here, self.pages, self._downloads)
        downloads = tuple(one for one in page.downloads if one.has(found))
        if downloads:
            sources = page.context(found, links).get("sources")
            for one in downloads:
                for form in one.forms:
                    content = write_download(one, form, found, sources)
                    if one.table is None or len(content) <= MOST_BYTES:
                        self._keep(page, one.name, form, content, here)
        self.files[here] = render_page(replace(page, downloads=downloads), found, links).encode()
        return links.missed

    def _keep(self, page: Page, name: str, form: str, content: bytes, here: str) -> None:
        """A download as a file, which is another's where both have the same content: pages of one list share it."""
        alike = (page.name, f"{name}.{form}", sha256(content).hexdigest())
        stem = here.removesuffix(".html").replace("/", "-")
        file = self._contents.setdefault(alike, f"data/{stem}-{name}.{form}")
        self.files[file] = content
        self._downloads[(address_of(page.name, page.given), name, form)] = file

    def _answer(self, question: Question) -> Any:
        if question not in self._answers:
            found = answer(question, self.settings, self.tell)
            if isinstance(found, GroupEvents) and found.events:
                found = replace(found, events=(), why_none=NO_EVENTS)
            self._answers[question] = found
        return self._answers[question]


def _is_further(address: Address) -> bool:
    name, given = address
    return name in FURTHER and [parameter for parameter, _ in given] == [FURTHER[name]]
