"""The interface of UCDP: all its pages or none, and the token to no one else."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fault_server import Answer, Handler, Site, hang_up, page, redirect, running, status
from planted_downloads import EVENTS
from pull_command import DataCommand

from ged_files import PLANTED_NAME, dated
from tocsin.sources.pull.ucdp_api import HEADER
from tocsin.sources.ucdp_checks import GED_COLUMNS
from tocsin.store import Store

PLACE = "/api/gedevents/24.1"
TOKEN = "tok-9a8b7c-planted"
SIZE = 10
FILE = "GEDEvent_v24_1_api.csv"


def event(number: int) -> dict[str, Any]:
    """An event as the interface gives it: numbers as numbers, days with a T."""
    row: dict[str, Any] = dated(number, f"2023-04-{1 + number % 28:02d}T00:00:00", year=2023)
    for name in ("id", "year", "type_of_violence", "where_prec", "date_prec", "best", "high", "low", "event_clarity"):
        row[name] = int(row[name])
    return row | {"latitude": 18.441, "longitude": 1.407, "active_year": True, "adm_2": None}


EVENT_LIST = [event(n) for n in range(1, EVENTS + 1)]


@dataclass
class Api:
    """UCDP's interface, well or badly; `first` is the number of its first page."""

    events: list[dict[str, Any]] = field(default_factory=lambda: list(EVENT_LIST))
    first: int = 0
    next_host: str = "http://ucdpapi.example"
    total: Callable[[int], int] | None = None  # by request
    bad: dict[int, list[Answer]] = field(default_factory=dict)  # by page, each once
    change: Callable[[int, dict[str, Any]], dict[str, Any]] = lambda number, content: content
    requests: int = 0

    def __call__(self, handler: Handler) -> None:
        query = handler.site.asked[-1].query
        size = int(query["pagesize"])
        number = int(query.get("page", self.first)) - self.first
        self.requests += 1
        if handler.headers.get(HEADER) != TOKEN:
            status(401, {}, b"API token required")(handler)
            return
        if self.bad.get(number):
            self.bad[number].pop(0)(handler)
            return
        rows = self.events[number * size : (number + 1) * size]
        pages = -(-len(self.events) // size)
        following = f"{self.next_host}/api/gedevents/24.1?pagesize={size}&page={number + 1 + self.first}"
        content = {
            "TotalCount": self.total(self.requests) if self.total else len(self.events),
            "TotalPages": pages,
            "PreviousPageUrl": None,
            "NextPageUrl": following if number + 1 < pages else None,
            "Result": rows,
        }
        status(200, {}, json.dumps(self.change(number, content)).encode(), "application/json")(handler)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.sources.pull.ucdp_api.PAGE_SIZE", SIZE)
    monkeypatch.setenv("TOCSIN_UCDP_TOKEN", TOKEN)


@pytest.fixture
def pull(site: Site, data: DataCommand, home: Path) -> Callable[..., tuple[str, str]]:
    def run(api: Answer, code: int = 0) -> tuple[str, str]:
        site.put(PLACE, api)
        out, err = data("pull", "ucdp", "--release", "24.1", "--via", "api", code=code)
        assert TOKEN not in out + err
        assert "Traceback" not in out + err
        if code == 2:
            assert out == ""
            assert Store(home).is_empty()
            assert not (home / "downloads" / FILE).exists()
        else:
            assert Store(home).vintages()[0].rows == EVENTS
        return out, err

    return run


@pytest.mark.parametrize("first", [0, 1])
def test_all_pages_come_wherever_the_counting_begins(first: int, pull: Callable[..., Any], site: Site) -> None:
    pull(Api(first=first))
    assert [one.query.get("page") for one in site.gets(PLACE)] == [None, *(str(n + first) for n in (1, 2, 3))]
    assert all(one.headers[HEADER] == TOKEN for one in site.asked)
    assert all(TOKEN not in one.path for one in site.asked)


def test_the_file_is_laid_out_as_the_bulk_files_without_names_of_persons(pull: Callable[..., Any], home: Path) -> None:
    pull(Api())
    path = home / "downloads" / FILE
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == GED_COLUMNS
    assert len(rows) == EVENTS
    assert PLANTED_NAME not in path.read_text(encoding="utf-8")
    assert not (home / "downloads" / f"{FILE}.pages").exists()
    assert TOKEN not in "".join(p.read_text(encoding="utf-8") for p in (home / "downloads").iterdir() if p.suffix)


def test_what_is_here_already_is_not_asked_for_again(pull: Callable[..., Any], site: Site) -> None:
    api = Api()
    pull(api)
    out, _ = pull(api)
    assert api.requests == 4
    assert "here already" in out


def without(name: str) -> Callable[[int, dict[str, Any]], dict[str, Any]]:
    return lambda number, content: {k: v for k, v in content.items() if k != name}


def on_page(number: int, **changes: Any) -> Callable[[int, dict[str, Any]], dict[str, Any]]:
    return lambda n, content: {**content, **changes} if n == number else content


FAULTS: dict[str, tuple[Callable[[], Api], str]] = {
    "a page fails for a while": (lambda: Api(bad={2: [status(500), status(503, {"Retry-After": "3"})]}), "whole"),
    "too many requests on the way": (lambda: Api(bad={1: [status(429, {"Retry-After": "9"})]}), "whole"),
    "too many requests said as 400": (lambda: Api(bad={2: [status(400), status(400)]}), "whole"),
    "hangs up on a page": (lambda: Api(bad={1: [hang_up]}), "whole"),
    "broken JSON once": (lambda: Api(bad={1: [status(200, {}, b'{"TotalCount": 4')]}), "whole"),
    "broken JSON always": (lambda: Api(bad={1: [status(200, {}, b'{"Tot')] * 9}), "whole JSON"),
    "JSON of endless depth": (lambda: Api(bad={0: [status(200, {}, b"[" * 200_000)] * 9}), "whole JSON"),
    "a web page": (lambda: Api(bad={1: [page()]}), "web page"),
    "no Result": (lambda: Api(change=without("Result")), "the interface has changed"),
    "no TotalCount": (lambda: Api(change=without("TotalCount")), "the interface has changed"),
    "a count that is text": (lambda: Api(change=on_page(0, TotalCount="40")), "the interface has changed"),
    "a count below zero": (lambda: Api(change=on_page(0, TotalCount=-1)), "the interface has changed"),
    "a count beyond reason": (lambda: Api(change=on_page(0, TotalCount=10**12)), "the interface has changed"),
    "rows that are none": (lambda: Api(change=on_page(0, Result=[1, 2])), "the interface has changed"),
    "rows of rows": (lambda: Api(change=on_page(1, Result=[{**event(n), "best": [1]} for n in range(9)])), "changed"),
    "a list": (lambda: Api(bad={0: [status(200, {}, b"[]")]}), "the interface has changed"),
    "a column is gone": (
        lambda: Api(events=[{k: v for k, v in e.items() if k != "best"} for e in EVENT_LIST]),
        "lack best",
    ),
    "next page is no address": (lambda: Api(change=on_page(1, NextPageUrl="later")), "the interface has changed"),
    "next page is no number": (lambda: Api(change=on_page(1, NextPageUrl="http://x/?page=two")), "changed"),
    "next page is the same page": (lambda: Api(change=on_page(1, NextPageUrl="http://x/?page=1")), "as the next"),
    "next page is an earlier one": (lambda: Api(change=on_page(2, NextPageUrl="http://x/?page=1")), "as the next"),
    "a page is left out": (lambda: Api(change=on_page(1, NextPageUrl="http://x/?page=3")), "of 40 events 30 came"),
    "the last page is not named": (lambda: Api(change=on_page(2, NextPageUrl=None)), "of 40 events 30 came"),
    "a page is repeated": (lambda: Api(change=on_page(2, Result=EVENT_LIST[10:20])), "of them twice"),
    "a page shrinks": (lambda: Api(change=on_page(1, Result=EVENT_LIST[10:15])), "of 40 events 35 came"),
    "an empty page in between": (lambda: Api(change=on_page(1, Result=[])), "is empty, or names a next one"),
    "pages without end": (
        lambda: Api(change=lambda n, c: {**c, "Result": [event(1)], "NextPageUrl": f"http://x/?page={n + 1}"}),
        "is empty, or names a next one",
    ),
    "the number changes once": (lambda: Api(total=lambda request: EVENTS - 1 if request == 1 else EVENTS), "whole"),
    "the number changes always": (lambda: Api(total=lambda request: EVENTS + request), "twice"),
    "404": (lambda: Api(bad={0: [status(404)]}), "no release 24.1"),
    "400 at once": (lambda: Api(bad={0: [status(400)]}), "answered 400"),
    "403": (lambda: Api(bad={0: [status(403)]}), "refused the token (403)"),
    "401 on the way": (lambda: Api(bad={2: [status(401)]}), "refused the token (401)"),
    "always 500": (lambda: Api(bad={2: [status(500)] * 9}), "given up after 4 tries"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_all_events_come_or_none(name: str, pull: Callable[..., Any]) -> None:
    made, ends = FAULTS[name]
    api = made()
    if ends == "whole":
        pull(api)
        return
    _, err = pull(api, code=2)
    assert ends in err.splitlines()[-1]


def test_it_goes_on_at_the_page_where_it_stopped(pull: Callable[..., Any], site: Site) -> None:
    api = Api(bad={2: [status(500)] * 4})
    pull(api, code=2)
    before = len(site.asked)
    pull(api)
    assert [one.query.get("page") for one in site.asked[before:]] == ["2", "3"]


def test_kept_pages_that_were_tampered_with_are_not_used(pull: Callable[..., Any], site: Site, home: Path) -> None:
    api = Api(bad={2: [status(500)] * 4})
    pull(api, code=2)
    kept = home / "downloads" / f"{FILE}.pages"
    (kept / "00000.csv").write_bytes((kept / "00001.csv").read_bytes())
    pull(api)
    assert [one.query.get("page") for one in site.gets(PLACE)][-4:] == [None, "1", "2", "3"]


def test_the_next_page_is_asked_of_the_same_server_only(pull: Callable[..., Any], site: Site) -> None:
    with running() as other:
        other.put("*", status(200))
        pull(Api(next_host=other.url))
        assert other.asked == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_server_is_refused_and_it_never_sees_the_token(
    code: int, pull: Callable[..., Any]
) -> None:
    with running() as other:
        _, err = pull(redirect(f"{other.url}{PLACE}", code), code=2)
        assert "another server" in err
        assert other.asked == []


def test_a_redirect_on_the_same_server_is_followed(pull: Callable[..., Any], site: Site) -> None:
    site.put("/api/new", Api())
    pull(lambda handler: redirect(handler.path.replace("/gedevents/24.1", "/new"))(handler))


def test_a_token_that_is_missing_or_cannot_be_one_is_told_without_asking(
    site: Site, data: DataCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_UCDP_TOKEN")
    assert "keyring set tocsin ucdp_token" in data.refused("pull", "ucdp", "--via", "api")
    for bad in ("ab\r\nX-Evil: 1", "tökén-planted", "a\x00b"):
        monkeypatch.setattr("keyring.get_password", lambda service, entry, bad=bad: bad)
        said = data.refused("pull", "ucdp", "--via", "api")
        assert "characters that cannot be in it" in said
        assert "planted" not in said
    assert site.asked == []


def test_a_wrong_token_is_told(pull: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_UCDP_TOKEN", "tok-wrong-planted")
    _, err = pull(Api(), code=2)
    assert "refused the token (401)" in err
    assert "tok-wrong" not in err


class August(date):
    """The first of August 2024 is today."""

    @classmethod
    def today(cls) -> date:
        return date(2024, 8, 1)


def test_latest_is_asked_of_the_interface_too(site: Site, data: DataCommand, home: Path, monkeypatch: Any) -> None:
    api = Api()
    site.put("/api/gedevents/24.1", api)
    monkeypatch.setattr("tocsin.cli.pull.date", August)
    data("pull", "ucdp", "--via", "api")
    assert [v.release for v in Store(home).vintages()] == ["24.1"]
