"""The static site of planted figures: the same files for the same figures, whole, and nothing in it that may not be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from posixpath import dirname, normpath
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import polars as pl
import pytest
from planted_store import DEATHS, HEADLINE, MARKED, OFFICE, fill

import tocsin.web.site
from planted_groups import use_small_models
from planted_lines import line
from tocsin.errors import InputError
from tocsin.settings import Settings
from tocsin.web.pages import whatif_form
from tocsin.web.pages.group import OWN_MACHINE
from tocsin.web.question import Question, Tell
from tocsin.web.questions import situations
from tocsin.web.questions.rivalry import TheatreLinks
from tocsin.web.questions.whatif import WhatIf
from tocsin.web.site import SINGLE, Written, planned, write_site
from tocsin.web.site_folder import MARKER


@pytest.fixture(scope="module")
def few() -> Iterator[None]:
    """Small models, and scenarios that are run once with few draws: they have nothing to do with the figures."""
    runs: dict[WhatIf, Any] = {}
    real = tocsin.web.site.answer

    def answer(question: Question, settings: Settings, tell: Tell) -> Any:
        if not isinstance(question, WhatIf):
            return real(question, settings, tell)
        if question not in runs:
            runs[question] = real(question, settings, tell)
        return runs[question]

    with pytest.MonkeyPatch.context() as patched:
        use_small_models(patched, members=2, early=1, rounds=5)
        patched.setattr(whatif_form, "USUAL_DRAWS", 100)
        patched.setattr(tocsin.web.site, "answer", answer)
        yield
    situations._kept.clear()


@pytest.fixture(scope="module")
def free(few: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose sources allow all."""
    home = tmp_path_factory.mktemp("free")
    fill(home, free=True)
    return home


@pytest.fixture(scope="module")
def held(few: None, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store with the same events, from a source whose terms forbid to pass them on."""
    return fill(tmp_path_factory.mktemp("held"))


def written(home: Path | Settings, folder: Path, **given: Any) -> dict[str, bytes]:
    """Write a site and read it back."""
    situations._kept.clear()
    settings = home if isinstance(home, Settings) else Settings(home=home)
    made = write_site(folder, settings=settings, top=2, rivalry=False, **given)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert made == Written(
        folder,
        sum(name.endswith(".html") for name in files),
        len(files) - 1,  # the marker
        sum(len(content) for name, content in files.items() if name != MARKER),
    )
    return files


@pytest.fixture(scope="module")
def site(free: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the site of the store that allows all."""
    return written(free, tmp_path_factory.mktemp("sites") / "free")


def texts(files: dict[str, bytes]) -> dict[str, str]:
    """What people read, and tables and documents; scripts and styles are the same in every site."""
    read = {
        name: content.decode()
        for name, content in files.items()
        if name.endswith((".html", ".csv", ".json")) and not name.startswith("static/")
    }
    tables = {name: content for name, content in files.items() if name.endswith(".parquet")}
    return read | {name: pl.read_parquet(content).write_json() for name, content in tables.items()}


def test_the_same_figures_give_the_same_files(free: Path, site: dict[str, bytes], tmp_path: Path) -> None:
    again = written(free, tmp_path / "again")
    assert again.keys() == site.keys()
    assert [name for name in site if again[name] != site[name]] == []


def test_nothing_in_it_tells_of_today(site: dict[str, bytes]) -> None:
    today = date.today()
    for name, text in texts(site).items():
        assert today.isoformat() not in text, name
        assert f"{today.day} {today:%B %Y}" not in text, name


def test_it_is_whole(site: dict[str, bytes]) -> None:
    pages = {name: content.decode() for name, content in site.items() if name.endswith(".html")}
    assert {"index.html", "theatres.html", "record.html", "what-if.html", "data.html", "method.html"} <= set(pages)
    assert any(name.startswith("group/") for name in pages)
    assert any(name.startswith("theatre/") for name in pages)
    for name, text in pages.items():
        for address in re.findall(r'(?:href|src)="([^"#]+)', text):
            parts = urlsplit(unescape(address))
            if not parts.scheme:
                target = normpath(f"{dirname(name)}/{unquote(parts.path)}").lstrip("/")
                assert target in site, f"{name} links to {address}"
                assert not parts.query


def test_events_one_by_one_are_never_in_it(site: dict[str, bytes]) -> None:
    # Their source allows it: they are on pages that are served on the machine that holds them.
    for name, text in texts(site).items():
        assert OFFICE not in text, name
        assert HEADLINE not in text, name
    assert OWN_MACHINE in unescape(site["group/marked-front-peru.html"].decode())


def test_figures_that_may_not_be_passed_on_are_in_no_file(
    held: Settings, site: dict[str, bytes], tmp_path: Path
) -> None:
    closed, open_ = texts(written(held, tmp_path / "held")), texts(site)
    for deaths in DEATHS:
        number = re.compile(rf"(?<![\d.,])({deaths}|{deaths:,})(?!\d)")
        # Where they may be shown they are, so that the test would see them.
        assert any(map(number.search, open_.values())), deaths
        found = [name for name, text in closed.items() if number.search(text)]
        # Scenarios come with the package: their figures may be the same by chance.
        assert [name for name in found if not name.startswith(("what-if/", "data/what-if-"))] == []
    assert any(MARKED in text for text in closed.values())


def test_without_rivalry_nobody_is_asked_who_answers_whom(
    free: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    real = tocsin.web.site.answer

    def answer(question: Any, *given: Any) -> Any:
        asked.append(question)
        return None if isinstance(question, TheatreLinks) else real(question, *given)

    monkeypatch.setattr(tocsin.web.site, "answer", answer)
    write_site(tmp_path / "without", settings=Settings(home=free), top=0, rivalry=False)
    assert not any(isinstance(question, TheatreLinks) for question in asked)
    assert len(asked) == len(set(asked))  # each question once
    made = [path for kind in ("group", "theatre") for path in (tmp_path / "without" / kind).iterdir()]
    assert made
    for path in made:
        said = path.read_text(encoding="utf-8")
        assert "Who answers whom was not estimated for these pages." in said, path
        assert "still being worked out" not in said, path
    write_site(tmp_path / "with", settings=Settings(home=free), top=0)
    links = [question for question in asked if isinstance(question, TheatreLinks)]
    assert links
    assert len(links) == len(set(links))


def test_interrupted_the_earlier_site_stays(free: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    before = written(free, folder)

    def interrupted(*_: Any, **__: Any) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(tocsin.web.site, "render_page", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_site(folder, settings=Settings(home=free))
    after = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("given", [{"top": -1}, {"asked": tocsin.web.site.Asked(None, 7)}])
def test_what_cannot_be_is_refused(given: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_site(tmp_path / "site", **given)


# --- which pages -----------------------------------------------------------------------------------------------------


def world(*lines: Any) -> Any:
    """An assessment as far as the plan looks at it: each view in the order of the lines."""
    return SimpleNamespace(groups=lines, view=lambda name, top: lines[:top])


def things(told: Any, top: int) -> set[tuple[str, str]]:
    """The groups and theatres with a page."""
    return {(name, given["name"]) for name, given, _ in planned(told, top) if "name" in given}


def test_groups_on_a_level_and_the_first_of_each_view_have_a_page_and_so_have_their_theatres() -> None:
    told = world(line("B @ Mali"), line("A @ Mali"), line("C @ Peru", level="watch"), line("D @ Iraq"))
    assert things(told, 1) == {
        ("theatre", "Mali"),
        ("group", "B @ Mali"),
        ("theatre", "Peru"),
        ("group", "C @ Peru"),
    }
    assert things(told, 0) == {("theatre", "Peru"), ("group", "C @ Peru")}
    assert {name for name, given, _ in planned(told, 0) if not given} == set(SINGLE)


def test_each_page_has_a_file_of_its_own_whatever_groups_are_called() -> None:
    told = world(*(line(f"{name} @ Mali", level="watch") for name in ("Front A", "Front, A", "Front (A)", "front a")))
    slugs = [slug for name, _, slug in planned(told, 0) if name == "group"]
    assert len(set(slugs)) == 4
