"""ACLED's interface: every event of what was asked for or none, and password and token to ACLED only."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from fault_server import Answer, Handler, Site, hang_up, nonsense, page, redirect, running, status
from pull_command import DataCommand

from tocsin.sources.acknowledged import acknowledge
from tocsin.store import Store

USER, PASSWORD = "someone+planted@example.org", "pä&ss=wörd-planted"
COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso",
    "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
SIZE = 5
READ = "/api/acled/read"
TODAY = date(2024, 5, 20)


class FixedDay(date):
    @classmethod
    def today(cls) -> date:
        return TODAY


def event(number: int, country: str = "Mali", **changes: object) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "event_id_cnty": f"{country[:3].upper()}{number}",
        "event_date": f"2023-03-{31 - number:02d}",
        "year": "2023",
        "time_precision": "1",
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "actor1": f"Military Forces of {country}",
        "inter1": "State forces",
        "actor2": "JNIM: Group for Support of Islam and Muslims",
        "inter2": "Rebel group",
        "country": country,
        "latitude": "16.5",
        "longitude": "-3.1",
        "geo_precision": "1",
        "notes": 'A commander, "Planted Person", was hit,\nit is said.',
        "fatalities": "2",
        "timestamp": "1700000000",
    }
    return row | {name: str(value) for name, value in changes.items()}


def as_csv(rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue().encode()


@dataclass
class Acled:
    """ACLED, well or badly. Tokens are numbered; only the newest is taken."""

    events: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {
            "Mali": [event(n) for n in range(1, 13)],
            "Niger": [event(n, "Niger") for n in range(1, 5)],
        }
    )
    logins: list[Answer] = field(default_factory=list)  # in place of a login, each once
    bad: dict[tuple[str, int], list[Answer]] = field(default_factory=dict)  # by country and page, each once
    columns: tuple[str, ...] = COLUMNS
    tokens: int = 0
    expires_at: tuple[int, ...] = ()  # requests for data that find the token expired
    reads: int = 0
    refreshes: bool = True
    change: Callable[[str, int, list[dict[str, str]]], list[dict[str, str]]] = lambda country, number, rows: rows
    total: Callable[[int], object] = lambda count: count  # what it says that there is
    totals: int = 0

    def login(self, handler: Handler) -> None:
        form = {k: v[0] for k, v in parse_qs(handler.site.asked[-1].body.decode()).items()}
        if self.logins:
            self.logins.pop(0)(handler)
            return
        if form["grant_type"] == "refresh_token":
            fine = self.refreshes and form["refresh_token"] == f"ref-{self.tokens}-planted"
        else:
            fine = (form["username"], form["password"]) == (USER, PASSWORD) and form["scope"] == "authenticated"
        if not fine or form["client_id"] != "acled":
            status(400, {}, b'{"error": "invalid_grant"}', "application/json")(handler)
            return
        self.tokens += 1
        answer = {
            "token_type": "Bearer",
            "expires_in": 86400,
            "access_token": f"acc-{self.tokens}-planted",
            "refresh_token": f"ref-{self.tokens}-planted",
        }
        status(200, {}, json.dumps(answer).encode(), "application/json")(handler)

    def read(self, handler: Handler) -> None:
        query = handler.site.asked[-1].query
        if query.get("with_total") == "true":
            self.totals += 1
            total = self.total(len(self.events.get(query["country"], [])))
            content = {"status": 200, "count": 1, "total_count": total} if total is not None else {"status": 200}
            status(200, {}, json.dumps(content).encode(), "application/json")(handler)
            return
        self.reads += 1
        assert query["_format"] == "csv"
        assert query["event_date_where"] == "BETWEEN"
        if handler.headers.get("Authorization") != f"Bearer acc-{self.tokens}-planted" or self.reads in self.expires_at:
            status(401)(handler)
            return
        country, number, size = query["country"], int(query["page"]), int(query["limit"])
        if self.bad.get((country, number)):
            self.bad[country, number].pop(0)(handler)
            return
        first, last = query["event_date"].split("|")
        rows = [e for e in self.events.get(country, []) if first <= e["event_date"] <= last]
        rows = self.change(country, number, rows[(number - 1) * size : number * size])
        body = as_csv(rows, self.columns) if rows else b""
        status(200, {}, body, "text/csv; charset=utf-8")(handler)


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("TOCSIN_ACLED_USER", USER)
    monkeypatch.setenv("TOCSIN_ACLED_PASSWORD", PASSWORD)
    monkeypatch.setattr("tocsin.cli.pull.date", FixedDay)
    monkeypatch.setattr("tocsin.sources.pull.acled.PAGE_SIZE", SIZE)
    acknowledge(home, "acled", on=TODAY)


WORDS = ("pull", "acled", "--country", "Mali", "--country", "Niger", "--from", "2023-03-01", "--to", "2023-03-31")


@pytest.fixture
def pull(site: Site, data: DataCommand, home: Path) -> Callable[..., tuple[str, str]]:
    def run(acled: Acled, *words: str, code: int = 0) -> tuple[str, str]:
        site.put("/oauth/token", acled.login)
        site.put(READ, acled.read)
        out, err = data(*(words or WORDS), code=code)
        assert "planted" not in (out + err).lower()
        assert "Traceback" not in out + err
        if code == 2:
            assert out == ""
            assert Store(home).is_empty()
            assert not list((home / "downloads").glob("*.csv"))
        return out, err

    return run


def pages_asked(site: Site) -> list[tuple[str, str]]:
    """Countries and pages, in the order they were asked for."""
    return [(one.query["country"], one.query["page"]) for one in site.gets(READ) if "page" in one.query]


def test_events_of_all_countries_come_into_the_store(pull: Callable[..., Any], site: Site, home: Path) -> None:
    pull(Acled())
    (vintage,) = Store(home).vintages()
    assert (vintage.source, vintage.rows) == ("acled", 16)
    assert vintage.published == TODAY
    asked = pages_asked(site)
    # Only an empty page is the end.
    assert asked == [*(("Mali", str(n)) for n in (1, 2, 3, 4)), ("Niger", "1"), ("Niger", "2")]
    assert all("planted" not in one.path for one in site.asked)


def test_the_file_has_all_columns_but_the_notes_and_no_secret(pull: Callable[..., Any], home: Path) -> None:
    pull(Acled())
    (path,) = (home / "downloads").glob("*.csv")
    assert path.name == "acled-mali-niger-2023-03-01-2023-03-31-pulled-2024-05-20.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [name for name in COLUMNS if name != "notes"]
    assert len(rows) == 16
    for kept in (home / "downloads").iterdir():
        assert "planted" not in kept.read_text(encoding="utf-8").lower(), kept


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_only_their_owner_can_read_the_events_wherever_they_are_kept(pull: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o755)
    (tmp_path / "mine" / "acled-mali-niger-2023-03-01-2023-03-31-pulled-2024-05-20.csv.part").write_text("old")
    before = os.umask(0o022)
    try:
        pull(Acled(), *WORDS, "--no-import", "--output", str(tmp_path / "mine"))
    finally:
        os.umask(before)
    (path,) = (tmp_path / "mine").glob("*.csv")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_question_on_the_same_day_is_not_asked_again(pull: Callable[..., Any]) -> None:
    acled = Acled()
    pull(acled)
    pull(acled)
    assert acled.reads == 6


def test_nothing_is_asked_before_the_terms_are_acknowledged(site: Site, data: DataCommand, home: Path) -> None:
    (home / "acknowledged.json").unlink()
    assert "so nothing is downloaded of its events. Read them" in data.refused(*WORDS)
    assert "tocsin data acknowledge acled" in data.refused(*WORDS, "--no-import")
    assert site.asked == []


@pytest.mark.parametrize("missing", ["USER", "PASSWORD"])
def test_an_account_that_is_missing_is_told(
    missing: str, site: Site, data: DataCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"TOCSIN_ACLED_{missing}")
    assert f"TOCSIN_ACLED_{missing} not set" in data.refused(*WORDS)
    assert site.asked == []


@pytest.mark.parametrize("taken", [True, False])
def test_a_token_that_expires_is_renewed(taken: bool, pull: Callable[..., Any], site: Site, home: Path) -> None:
    acled = Acled(expires_at=(3,), refreshes=taken)
    pull(acled)
    assert Store(home).vintages()[0].rows == 16
    grants = [parse_qs(one.body.decode())["grant_type"][0] for one in site.asked if one.method == "POST"]
    assert grants == ["password", "refresh_token", *([] if taken else ["password"])]


def changed(number: int, **changes: object) -> Callable[[str, int, list[dict[str, str]]], list[dict[str, str]]]:
    """Every event of a page of Mali with other cells."""

    def change(country: str, page_number: int, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        if (country, page_number) != ("Mali", number):
            return rows
        return [{**row, **{k: str(v) for k, v in changes.items()}} for row in rows]

    return change


FAULTS: dict[str, tuple[Callable[[], Acled], str | int]] = {
    "login fails for a while": (lambda: Acled(logins=[status(500), hang_up]), 16),
    "login is told to wait": (lambda: Acled(logins=[status(429, {"Retry-After": "5"})]), 16),
    "a page fails for a while": (lambda: Acled(bad={("Mali", 2): [status(503), hang_up]}), 16),
    "a page is told to wait": (lambda: Acled(bad={("Mali", 2): [status(429, {"Retry-After": "5"})]}), 16),
    "a page is cut off in quotes": (lambda: Acled(bad={("Mali", 2): [status(200, {}, as_csv([event(1)])[:-70])]}), 16),
    "a page with a torn row": (lambda: Acled(bad={("Mali", 2): [status(200, {}, as_csv([event(1)])[:-20])]}), 16),
    "events come on two pages": (
        lambda: Acled(change=lambda c, n, rows: [event(5), *rows] if (c, n) == ("Mali", 2) else rows),
        16,
    ),
    "login refused": (lambda: Acled(logins=[status(401)]), "refused the login (401)"),
    "login gone": (lambda: Acled(logins=[status(404)]), "answered 404"),
    "login always fails": (lambda: Acled(logins=[status(500)] * 9), "given up after 4 tries"),
    "login gives a page": (lambda: Acled(logins=[page()] * 9), "whole JSON"),
    "login gives nothing of use": (lambda: Acled(logins=[status(200, {}, b'{"a": 1}')]), "gave no token"),
    "login gives a list": (lambda: Acled(logins=[status(200, {}, b"[1]")]), "gave no token"),
    "login gives a trick": (
        lambda: Acled(logins=[status(200, {}, json.dumps({"access_token": "a\r\nX-Evil: 1"}).encode())]),
        "gave no token",
    ),
    "login is redirected": (lambda: Acled(logins=[redirect("/elsewhere")]), "redirects a login"),
    "login does not speak HTTP": (lambda: Acled(logins=[nonsense] * 9), "given up after"),
    "no right": (lambda: Acled(bad={("Mali", 1): [status(403)]}), "lack the right"),
    "token never taken": (lambda: Acled(expires_at=tuple(range(1, 99))), "lack the right"),
    "a page never comes": (lambda: Acled(bad={("Mali", 3): [status(500)] * 9}), "given up after 4 tries"),
    "429 for a day": (lambda: Acled(bad={("Mali", 3): [status(429, {"Retry-After": "86400"})]}), "24 hours"),
    "a web page": (lambda: Acled(bad={("Niger", 1): [page()]}), "web page"),
    "a web page said to be CSV": (lambda: Acled(bad={("Niger", 1): [page(kind="text/csv")]}), "web page"),
    "a message": (
        lambda: Acled(bad={("Mali", 1): [status(200, {}, b'{"status": 403, "message": "no \\u001b[2Jaccess"}')]}),
        "a message in place of data: no ?[2Jaccess",
    ),
    "not UTF-8": (lambda: Acled(bad={("Mali", 1): [status(200, {}, b"\xff\xfe\x00")]}), "UTF-8"),
    "columns gone": (lambda: Acled(columns=COLUMNS[:-4]), "lack fatalities"),
    "another country": (lambda: Acled(change=changed(2, country="Chad")), "gave events of Chad"),
    "other days": (lambda: Acled(change=changed(2, event_date="2022-03-03")), "gave an event of 2022-03-03"),
    "days in another form": (lambda: Acled(change=changed(2, event_date="03 March 2023")), "gave an event of"),
    "the same page again and again": (lambda: Acled(change=lambda c, n, rows: [event(1)]), "same page"),
    "an event in two forms": (
        lambda: Acled(change=lambda c, n, rows: [event(5, fatalities=9), *rows] if (c, n) == ("Mali", 2) else rows),
        "an event changed",
    ),
    "a country that is none": (lambda: Acled(events={"Mali": [event(1)]}), "gave no events of 'Niger'"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_all_events_come_or_none(name: str, pull: Callable[..., Any], home: Path) -> None:
    made, ends = FAULTS[name]
    if isinstance(ends, int):
        pull(made())
        assert Store(home).vintages()[0].rows == ends
        return
    _, err = pull(made(), code=2)
    assert ends in err.splitlines()[-1]


def test_short_pages_lose_nothing(pull: Callable[..., Any], home: Path) -> None:
    """A server that gives three events where five were asked for is asked until it has no more."""
    acled = Acled()
    every = acled.events
    acled.change = lambda c, n, rows: every[c][(n - 1) * 3 : n * 3]
    pull(acled)
    assert Store(home).vintages()[0].rows == 16


def test_it_goes_on_at_the_page_where_it_stopped(pull: Callable[..., Any], site: Site, home: Path) -> None:
    acled = Acled(bad={("Mali", 3): [status(500)] * 4})
    pull(acled, code=2)
    before = len(pages_asked(site))
    pull(acled)
    assert pages_asked(site)[before:] == [
        ("Mali", "3"),
        ("Mali", "4"),
        ("Niger", "1"),
        ("Niger", "2"),
    ]
    assert Store(home).vintages()[0].rows == 16


@pytest.mark.parametrize("total", [lambda n: n, str, lambda n: None, lambda n: "many", lambda n: [n]])
def test_where_acled_says_how_many_there_are_it_is_compared(
    total: Callable[[int], object], pull: Callable[..., Any]
) -> None:
    acled = Acled(total=total)
    assert "pull again" not in pull(acled)[0]
    assert 1 <= acled.totals <= 2


def test_where_acled_says_that_there_are_more_that_is_told(pull: Callable[..., Any]) -> None:
    out, _ = pull(Acled(total=lambda count: count + 1))
    assert "ACLED says that there are 18 events, and 16 came; pull again" in out


def test_secrets_never_go_to_another_server(pull: Callable[..., Any]) -> None:
    with running() as other:
        _, err = pull(Acled(bad={("Mali", 1): [redirect(f"{other.url}{READ}")]}), code=2)
        assert "another server" in err
        pull(Acled(logins=[redirect(f"{other.url}/oauth/token", 307)]), code=2)
        assert other.asked == []


def test_where_the_events_end_before_the_days_asked_for_it_is_said(pull: Callable[..., Any]) -> None:
    out, _ = pull(Acled(), *WORDS[:-1], "2023-12-31")
    assert "the newest event of Mali is of 2023-03-30; your access may end there" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2023-03-31", "--to", "2023-03-01"), "is before"),
        (("--from", "March", "--to", "2023-03-01"), "--from is a day"),
        (("--from", "2023-03-01", "--to", "2023-02-30"), "--to is a day"),
        (("--country", "Mali|Niger", "--from", "2023-03-01", "--to", "2023-03-02"), "once for each"),
        (("--country", "\x1b[2J", "--from", "2023-03-01", "--to", "2023-03-02"), "once for each"),
    ],
)
def test_a_question_that_cannot_be_is_refused(words: tuple[str, ...], said: str, site: Site, data: DataCommand) -> None:
    assert said in data.refused("pull", "acled", "--country", "Mali", *words)
    assert site.asked == []
