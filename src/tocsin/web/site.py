"""The pages as files: a folder that opens from disk and from any web server, made by the templates that are served.

Pages are those of the groups on a level or high in a view, their theatres, the record, what-if with each shipped
scenario, data, method, and the list of all groups; what is not there is plain text where it would be a link. The same
figures and version give the same files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tocsin.errors import InputError
from tocsin.settings import Settings, load_settings
from tocsin.web.asked import HORIZONS, Asked
from tocsin.web.filed import Address, Filed, address_of, file_of, slugs_of
from tocsin.web.page import Page
from tocsin.web.pages import page_makers
from tocsin.web.question import Question, Tell, silent
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.render import render_page
from tocsin.web.site_folder import Marker, check_folder, put_in_place
from tocsin.web.static_files import static_files
from tocsin.web.tables import write_download

TOP = 10
# One page each, without parameters of their own.
SINGLE = ("overview", "theatres", "record", "whatif", "data", "method", "search")
# Pages that go on over further pages, and the one parameter that says which.
FURTHER = {"record": "page"}


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
    return Written(target, len(made.pages), len(files), sum(map(len, files.values())))


@dataclass
class _Site:
    """A site in the making: `pages` by address, their `files`, and the answers they rest on."""

    settings: Settings
    rivalry: bool
    tell: Tell
    pages: dict[Address, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    _asked: dict[Address, Page] = field(default_factory=dict)
    _answers: dict[Question, Any] = field(default_factory=dict)
    _downloads: dict[tuple[Address, str, str], str] = field(default_factory=dict)
    _contents: dict[tuple[str, str], str] = field(default_factory=dict)

    def make(self, asked: Asked, top: int) -> None:
        """Make every page."""
        world = self._answer(Assessed(asked)).assessment
        self.said = {"as_of": world.as_of.isoformat(), "vintage": world.vintage, "model": world.model}
        for name, given, slug in planned(world, top):
            self._plan(asked, name, given, slug)
        waiting = list(self.pages)
        done = 0
        while waiting:
            address = waiting.pop(0)
            self.tell("writing the pages", done, len(self.pages))
            missed = self._write(address)
            done += 1
            further = [one for one in sorted(missed, key=str) if _is_further(one)]
            for name, given in further:
                [(parameter, value)] = given
                self._plan(asked, name, {parameter: value}, f"{parameter}-{value}")
                waiting.append((name, given))
            if further:  # its links to them are there now
                self._write(address)
        self.tell("writing the pages", done, len(self.pages))

    def _plan(self, asked: Asked, name: str, given: Mapping[str, str], slug: str) -> None:
        page = page_makers()[name](asked, given)
        address = address_of(name, given)
        self._asked[address] = page
        self.pages[address] = file_of(name, slug)
        # What a page calls itself may be a tidier form of what it was asked by.
        self.pages.setdefault(address_of(name, page.given), file_of(name, slug))

    def _write(self, address: Address) -> set[Address]:
        """Make a page and its downloads; gives the addresses it would have linked to."""
        page, here = self._asked[address], self.pages[address]
        questions = [*page.needs, *(want for want in page.wants if self.rivalry or not isinstance(want, TheatreLinks))]
        found = {question: self._answer(question) for question in questions}
        links = Filed(here, self.pages, self._downloads)
        sources = page.context(found, links).get("sources")
        for one in page.downloads:
            for form in one.forms:
                content = write_download(one, form, found, sources.line if sources else "")
                name = f"data/{here.removesuffix('.html').replace('/', '-')}-{one.name}.{form}"
                # The further pages of a record share their downloads.
                name = self._contents.setdefault((f"{page.name} {one.name}.{form}", sha256(content).hexdigest()), name)
                self.files[name] = content
                self._downloads[(address_of(page.name, page.given), one.name, form)] = name
        links = replace(links, missed=set())
        self.files[here] = render_page(page, found, links).encode()
        return links.missed

    def _answer(self, question: Question) -> Any:
        if question not in self._answers:
            self._answers[question] = question.answer(self.settings, self.tell)
        return self._answers[question]
