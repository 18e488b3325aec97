"""Addresses, headers, errors, tags and downloads of the application, with a page of the test's own."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient
from planted_web import Asking, PlantedLane

from tocsin.errors import InputError
from tocsin.groups import DEATHS_ARE
from tocsin.settings import Settings
from tocsin.web import app as web_app
from tocsin.web import routes
from tocsin.web.answers import Answered, Answers, Failed
from tocsin.web.asked import Asked, read_asked
from tocsin.web.headers import content_policy
from tocsin.web.lane import AnswerFailed, Outdated
from tocsin.web.page import Download, Page
from tocsin.web.page_sources import PageSources

SOURCES = PageSources(date(2020, 12, 31), date(2020, 12, 31), "reconstructed", "v 1", "CC BY 4.0", "A citation.")


def make(asked: Asked, given: Mapping[str, str]) -> Page:
    """A page that needs its word, and wants one more where it is asked."""
    word = Asking(given.get("word", "hello"))
    more = (Asking(given["more"]),) if "more" in given else ()
    frame = pl.DataFrame({"name": ["=1+1", "b"], "n": [1, 2]})
    return Page(
        name="method",
        path="/method",
        title="A word",
        template="error.html",
        asked=asked,
        context=lambda found, links: {
            "detail": " ".join(str(found.get(one, "-")) for one in (word, *more)),
            "sources": SOURCES,
        },
        given=given,
        needs=(word,),
        wants=more,
        downloads=(
            Download(
                "words",
                "Words",
                table=lambda found: frame,
                document=lambda found: {"word": found[word]},
                text=lambda found: f"word = {found[word]!r}\n",
            ),
        ),
        status=400 if "wrong" in given else 200,
    )


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> list[PlantedLane]:
    monkeypatch.setattr(routes, "page_makers", lambda: {"method": make})
    monkeypatch.setattr(routes, "PATIENCE", 0.2)
    return []


@pytest.fixture
def client(tmp_path: Path, lanes: list[PlantedLane]) -> Iterator[TestClient]:
    with client_of(tmp_path, lanes) as one:
        yield one


def client_of(home: Path, lanes: list[PlantedLane], **given: Any) -> TestClient:
    def lane(settings: Settings) -> PlantedLane:
        lanes.append(PlantedLane(settings, **given))
        return lanes[-1]

    app = web_app.create_app(Settings(home=home), lane=lane, warm=False)
    return TestClient(app, "http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False)


def until_answered(client: TestClient, word: str) -> None:
    answers = client.app.state.answers  # type: ignore[attr-defined]
    (found,) = asyncio.run(answers.wait_all([Asking(word)], 10.0)).values()
    assert found == Answered(word.upper())


def test_a_page_is_written_once_and_sent_with_its_tag(client: TestClient, lanes: list[PlantedLane]) -> None:
    first = client.get("/method?word=salt")
    assert first.status_code == 200
    assert "SALT" in first.text
    assert first.headers["content-encoding"] == "gzip"
    again = client.get("/method?word=salt", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/method?word=pepper").headers["etag"] != first.headers["etag"]
    plain = client.get("/method?word=salt", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text
    assert client.head("/method?word=salt").headers["etag"] == first.headers["etag"]
    assert len(lanes[0].asked) == 2


def test_every_answer_keeps_to_this_machine(client: TestClient) -> None:
    for path in ("/method", "/nothing", "/static/tocsin.css", "/method?horizon=5", "/api/v1/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == content_policy()
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert "unsafe" not in content_policy()
    assert "http" not in content_policy()
    for host in ("example.org", "example.org:8765", "127.0.0.1.example.org", ""):
        assert client.get("/method", headers={"Host": host}).status_code == 421
    for host in ("127.0.0.1:8765", "localhost", "localhost:80", "[::1]:8765", "[::1]"):
        assert client.get("/method", headers={"Host": host}).status_code == 200


def test_pages_of_other_sites_may_link_here_but_not_ask(client: TestClient) -> None:
    followed = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1"}
    for site in ("cross-site", "same-site"):  # the latter is another server of this machine
        for said, status in (
            (followed, 200),
            (followed | {"Sec-Fetch-Dest": "iframe"}, 403),
            ({name: value for name, value in followed.items() if name != "Sec-Fetch-User"}, 403),  # it opened itself
            ({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
            ({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ):
            assert client.get("/method", headers={"Sec-Fetch-Site": site, **said}).status_code == status, (site, said)
        for path in ("/download/method/words.csv", "/api/v1/openapi.json"):
            assert client.get(path, headers={"Sec-Fetch-Site": site, **followed}).status_code == 403
    for site in ("same-origin", "none"):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        assert client.get("/download/method/words.csv", headers=headers).status_code == 200


def test_what_can_not_be_asked_is_told_in_a_page(client: TestClient) -> None:
    for address, status, words in (
        ("/method?word=bad", 400, "that word can not be used. Hint: another one"),
        ("/method?horizon=5", 400, "horizon is 3, 6 or 12 months, got &#39;5&#39;"),
        ("/method?as_of=2020-02-30", 400, "as_of is a day like 2020-12-31"),
        ("/method?as_of=20201231", 400, "as_of is a day like 2020-12-31"),
        ("/method?mode=loose", 400, "mode is reconstructed, strict or lagged"),
        ("/method?word=" + "x" * 17_000, 400, "an address has 16,000 letters"),
        ("/method?word=a%00b", 400, "holds a character that can not be seen"),
        ("/method?word=busy", 503, "another one writes"),
        ("/nothing", 404, "there is no page &#39;/nothing&#39;"),
        ("/static/nothing.js", 404, "there is no file"),
        ("/static/../app.py", 404, "there is no"),
        ("/download/method/other.csv", 404, "there are: words.csv, words.parquet, words.json, words.toml"),
        ("/download/nothing/other.csv", 404, "there is no page"),
    ):
        answer = client.get(address)
        assert (answer.status_code, words in answer.text) == (status, True), (address, answer.text)
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers.get("cache-control") == "no-store"


def test_a_fault_is_told_without_its_insides(client: TestClient) -> None:
    answer = client.get("/method?word=broken")
    assert answer.status_code == 500
    assert "a fault" not in answer.text
    assert "should not have" in answer.text


def test_source_text_is_escaped(client: TestClient) -> None:
    answer = client.get("/method", params={"word": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.text.lower()
    assert "&lt;SCRIPT&gt;ALERT(1)" in answer.text


def test_a_page_whose_answer_takes_long_shows_how_far_it_is(tmp_path: Path, lanes: list[PlantedLane]) -> None:
    gate = threading.Event()
    with client_of(tmp_path, lanes, gate=gate) as client:
        answer = client.get("/method")
        assert answer.status_code == 202
        assert answer.headers["refresh"] == "2"
        assert "thinking (1 of 2)" in answer.text
        assert client.get("/method?horizon=5").status_code == 400  # others are not held up
        gate.set()
        until_answered(client, "hello")
        assert client.get("/method").status_code == 200


def test_a_want_is_shown_once_it_is_there(tmp_path: Path, lanes: list[PlantedLane]) -> None:
    with client_of(tmp_path, lanes) as client:
        assert "HELLO" in client.get("/method").text
        lanes[0].gate = threading.Event()
        first = client.get("/method?more=later")
        assert (first.status_code, first.headers["x-tocsin-waiting"]) == (200, "yes")
        assert 'data-waiting="yes"' in first.text
        assert "HELLO -" in first.text
        lanes[0].gate.set()
        until_answered(client, "later")
        second = client.get("/method?more=later")
        assert "HELLO LATER" in second.text
        assert "x-tocsin-waiting" not in second.headers
        assert "data-waiting" not in second.text


def test_a_download_says_where_it_is_from(client: TestClient, tmp_path: Path) -> None:
    answer = client.get("/download/method/words.csv")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="tocsin-words.csv"'
    assert answer.text.splitlines()[0] == "name,n,as_of,as_of_mode,data_until,notes,source"
    assert answer.text.splitlines()[1].startswith("'=1+1,1,")  # no formula for a spreadsheet
    assert SOURCES.line in answer.text
    document = client.get("/download/method/words.json?word=salt").json()
    assert document.pop("notes") == list(SOURCES.all_notes)
    assert document == {
        "source": SOURCES.line,
        "as_of": "2020-12-31",
        "as_of_mode": "reconstructed",
        "data_until": "2020-12-31",
        "deaths_are": DEATHS_ARE,
        "word": "SALT",
    }
    (tmp_path / "words.parquet").write_bytes(client.get("/download/method/words.parquet").content)
    assert pl.read_parquet(tmp_path / "words.parquet")["name"].to_list() == ["=1+1", "b"]


def test_a_page_may_say_that_it_is_no_answer_and_a_text_file_names_its_source(client: TestClient) -> None:
    answer = client.get("/method?word=salt&wrong=1")
    assert answer.status_code == 400
    assert "SALT" in answer.text
    file = client.get("/download/method/words.toml?word=salt")
    assert file.headers["content-type"] == "application/toml"
    assert file.text == f"# {SOURCES.line}\nword = 'SALT'\n"


def test_static_files_are_kept_for_ever_under_their_version(client: TestClient) -> None:
    page = client.get("/method").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/tocsin.css").headers["cache-control"] == "no-cache"
    raw = client.build_request("GET", "/static/tocsin.css", headers={"Accept-Encoding": "gzip"})
    with client.stream(raw.method, raw.url, headers=raw.headers) as packed:
        assert gzip.decompress(b"".join(packed.iter_raw())) == answer.content


def test_what_travels_is_read_and_written_alike() -> None:
    asked = Asked(date(2015, 6, 30), 12, "strict")
    assert read_asked(asked.parameters()) == asked
    assert asked.parameters() == {"as_of": "2015-06-30", "horizon": "12", "mode": "strict"}
    assert read_asked({"as_of": "", "horizon": " ", "mode": "", "other": "x"}) == Asked()
    assert Asked().parameters() == {}
    assert asked.settings(Settings()).as_of_mode == "strict"
    assert Asked().settings(Settings(as_of_mode="strict")).as_of_mode == "strict"


def test_the_day_travels_with_links_and_the_form_keeps_what_the_page_asks(client: TestClient) -> None:
    text = client.get("/method?word=salt&as_of=2019-06-30&horizon=12").text
    assert 'href="/record?as_of=2019-06-30&amp;horizon=12"' in text
    assert '<input type="hidden" name="word" value="salt">' in text
    assert 'value="2019-06-30"' in text
    assert 'href="?word=salt&amp;horizon=12"' in text  # the newest day again


def test_the_api_describes_itself_and_tells_its_own_errors(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert "304" in described["paths"]["/assessment"]["get"]["responses"]
    for address in ("/api/v1/nothing", "/api/v2/assessment", "/api/v1"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_other_methods_are_told_which_there_are(client: TestClient) -> None:
    answer = client.post("/method")
    assert answer.status_code == 405
    assert {*answer.headers["allow"].split(", ")} == {"GET", "HEAD"}
    assert "Pages answer GET and HEAD." in answer.text


def test_a_fault_keeps_to_this_machine_as_well(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **given: Any) -> str:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(routes, "render_page", broken)
    answer = client.get("/method")
    assert (answer.status_code, "should not have" in answer.text, "a fault" in answer.text) == (500, True, False)
    assert answer.headers["content-security-policy"] == content_policy()
    monkeypatch.setattr(routes, "render_error", broken)  # not even that page can be made
    answer = client.get("/method")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert answer.headers["content-security-policy"] == content_policy()


def test_a_want_that_fails_leaves_the_page(client: TestClient, lanes: list[PlantedLane]) -> None:
    for word in ("bad", "broken"):
        client.get(f"/method?more={word}")
        with pytest.raises((InputError, AnswerFailed)):
            until_answered(client, word)
        answer = client.get(f"/method?more={word}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert "HELLO -" in answer.text
        assert "data-waiting" not in answer.text


def test_a_page_by_a_store_that_has_changed_is_not_kept(
    client: TestClient, lanes: list[PlantedLane], monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = iter(["a", "b", "b", "b", "a"])
    monkeypatch.setattr(Answers, "stamp", lambda self: next(stamps))
    asked: list[str] = []
    plain = PlantedLane.ask

    def ask(self: PlantedLane, question: Any, stamp: str, told: Any) -> Any:
        asked.append(stamp)
        if stamp == "a" and len(asked) == 1:
            raise Outdated("the store has changed")
        return plain(self, question, stamp, told)

    monkeypatch.setattr(PlantedLane, "ask", ask)
    assert client.get("/method").status_code == 200  # tried again, by the store as it is now
    assert asked == ["a", "b"]
    assert client.get("/method").status_code == 200
    assert asked == ["a", "b"]


def test_a_want_by_a_store_that_has_changed_makes_the_page_anew(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, tries = Answers.settled, []

    async def settled(self: Answers, questions: Any, seconds: float, stamp: str | None = None) -> Any:
        asked = tuple(questions)
        if asked == (Asking("more"),) and not tries:
            tries.append(stamp)
            return {asked[0]: Failed(Outdated("the store has changed"))}
        return await plain(self, asked, seconds, stamp)

    monkeypatch.setattr(Answers, "settled", settled)
    client.get("/method?more=more")
    until_answered(client, "more")
    assert "HELLO MORE" in client.get("/method?more=more").text
    assert len(tries) == 1
