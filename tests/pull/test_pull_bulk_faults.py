"""Whatever a server does: a release is brought in whole, or one clear line says why not and the store is as before."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_server import (
    Answer,
    Site,
    dripping,
    hang_up,
    nonsense,
    packed,
    page,
    redirect,
    status,
    to_the_end,
    whole,
)
from planted_downloads import EVENTS, PLACE, yearly, yearly_text, zipped
from pull_command import DataCommand

from ged_files import ged_row, ged_text
from tocsin.store import Store

TOKEN = "tok-5e7c1a-planted"
GOOD = yearly()
OTHER = yearly(EVENTS + 1)
HALF = len(GOOD) // 2
ODD = '"\xe9"'  # an ETag that cannot be sent back
THIRD = len(GOOD) // 3
BOMB = zipped(b"id," + b"0" * (80 * 2**20), method=zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Fault:
    """What the server does in turn, and how the pull must end: "whole", or with words in its last line."""

    name: str
    answers: tuple[Answer, ...]
    ends: str
    requests: int | None = None  # GETs of the file


def flipped(body: bytes) -> bytes:
    """One bit wrong in the middle."""
    return body[:HALF] + bytes([body[HALF] ^ 1]) + body[HALF + 1 :]


FAULTS = [
    Fault("sound", (whole(GOOD),), "whole", 1),
    Fault("sound, no validators", (whole(GOOD, etag=None, date=None),), "whole", 1),
    Fault("sound, in chunks without a length", (whole(GOOD, chunked=True),), "whole", 1),
    Fault("sound, end of connection ends it", (to_the_end(GOOD),), "whole", 1),
    Fault("cut off, goes on by range", (whole(GOOD, cut=HALF), whole(GOOD)), "whole", 2),
    Fault("cut off, ranges not known", (whole(GOOD, cut=HALF, ranges=False), whole(GOOD, ranges=False)), "whole", 2),
    Fault("cut off, no validators", (whole(GOOD, cut=HALF, etag=None, date=None), whole(GOOD)), "whole", 2),
    Fault("cut off, only a date", (whole(GOOD, cut=HALF, etag=None), whole(GOOD, etag=None)), "whole", 2),
    Fault("cut off, weak etag", (whole(GOOD, cut=HALF, etag='W/"x"'), whole(GOOD, etag='W/"x"')), "whole", 2),
    Fault("cut off, an odd etag", (whole(GOOD, cut=HALF, etag=ODD), whole(GOOD, etag=ODD)), "whole", 2),
    Fault("cut off, nothing to ask with", (whole(GOOD, cut=HALF, etag=ODD, date=None), whole(GOOD)), "whole", 2),
    Fault("cut off again and again, each time later", tuple(whole(GOOD, cut=1500) for _ in range(30)), "whole"),
    Fault("cut off at once, always", (whole(GOOD, cut=0),), "given up after 4 tries", 4),
    Fault("cut off at the same place, no ranges", (whole(GOOD, cut=HALF, ranges=False),), "given up after"),
    Fault("cut off in a chunk", (whole(GOOD, chunked=True, cut=2000), whole(GOOD)), "whole", 2),
    Fault("cut off, no length", (to_the_end(GOOD[:HALF]),), "no sound zip"),
    Fault("truncated file of the right length", (whole(GOOD[:HALF], length=len(GOOD)),), "given up after"),
    Fault("length too large", (whole(GOOD, length=len(GOOD) + 10),), "given up after"),
    Fault("length too small", (whole(GOOD, length=len(GOOD) - 10),), "no sound zip"),
    Fault("length is no number", (status(200, {"Content-Length": "many"}, GOOD),), "given up after"),
    Fault("length of a film", (whole(GOOD, length=9 * 2**40),), "more than the 2,048 MB"),
    Fault("etag changes in between", (whole(OTHER, cut=HALF), whole(GOOD)), "whole", 2),
    Fault(
        "etag changes, If-Range ignored",
        (whole(OTHER, cut=HALF), whole(GOOD, ignores_if_range=True), whole(GOOD)),
        "whole",
        3,
    ),
    Fault(
        "file changes, nothing says so",
        (whole(flipped(GOOD), cut=HALF + 9, etag='"same"'), whole(GOOD, etag='"same"'), whole(GOOD, etag='"same"')),
        "whole",
        3,
    ),
    Fault("etag changes at every request", tuple(whole(yearly(n), cut=900) for n in range(2, 40)), "given up after"),
    Fault(
        "range begins elsewhere",
        (
            whole(GOOD, cut=HALF),
            status(206, {"Content-Range": f"bytes 0-{len(GOOD) - 1}/{len(GOOD)}"}, GOOD),
            whole(GOOD),
        ),
        "whole",
        3,
    ),
    Fault("range without saying which", (whole(GOOD, cut=HALF), status(206, {}, GOOD[HALF:]), whole(GOOD)), "whole", 3),
    Fault("range not to be had", (whole(GOOD, cut=HALF), status(416), whole(GOOD)), "whole", 3),
    Fault("always a part that nobody asked for", (status(206, {}, GOOD[HALF:]),), "given up after"),
    Fault("stalls, goes on by range", (whole(GOOD, stall=HALF), whole(GOOD)), "whole", 2),
    Fault("stalls before it begins", (whole(GOOD, stall=0), whole(GOOD)), "whole", 2),
    Fault("drips", (dripping(GOOD, 0.02), dripping(GOOD, 0.02), whole(GOOD)), "whole", 3),
    Fault("hangs up without an answer", (hang_up, hang_up, whole(GOOD)), "whole", 3),
    Fault("always hangs up", (hang_up,), "given up after 4 tries", 4),
    Fault("does not speak HTTP", (nonsense,), "given up after"),
    Fault("500, then well", (status(500), status(500), whole(GOOD)), "whole", 3),
    Fault("always 500", (status(500),), "answered 500", 4),
    Fault("502, then well", (status(502), whole(GOOD)), "whole", 2),
    Fault("503 with a wait, then well", (status(503, {"Retry-After": "7"}), whole(GOOD)), "whole", 2),
    Fault("504, then well", (status(504), whole(GOOD)), "whole", 2),
    Fault("408, then well", (status(408), whole(GOOD)), "whole", 2),
    Fault("429 with a wait, then well", (status(429, {"Retry-After": "30"}), whole(GOOD)), "whole", 2),
    Fault("429 with a date", (status(429, {"Retry-After": "Mon, 01 Jul 2024 00:01:00 GMT"}), whole(GOOD)), "whole", 2),
    Fault("429 with nonsense", (status(429, {"Retry-After": "\x1b[2Jsoon"}), whole(GOOD)), "whole", 2),
    Fault("429 for an hour", (status(429, {"Retry-After": "3600"}),), "asks to wait 60 minutes", 1),
    Fault("429 for ever", (status(429, {"Retry-After": "9" * 400}),), "answered 429"),
    Fault("429 always", (status(429),), "too many requests", 4),
    Fault("401", (status(401),), "answered 401", 1),
    Fault("403", (status(403),), "a firewall turns programs away", 1),
    Fault("404", (status(404),), "no file of release 24.1", 1),
    Fault("404 as a page", (status(404, {}, b"<html>", "text/html"),), "no file of release 24.1", 1),
    Fault("410", (status(410),), "no file of release 24.1", 1),
    Fault("418", (status(418, {}, b"\x1b]0;owned\x07"),), "answered 418", 1),
    Fault("no content", (status(204, {}, b""),), "answered 204", 1),
    Fault("redirects once", (redirect(PLACE + "?moved"), whole(GOOD)), "whole", 2),
    Fault("redirects for ever", (redirect(PLACE),), "redirects more than 5 times", 6),
    Fault("redirects to nowhere", (status(302),), "redirects to nowhere"),
    Fault("redirects to nonsense", (redirect("http://[::1"),), "no address"),
    Fault("redirects to a file", (redirect("file:///etc/passwd"),), "which is not https"),
    Fault("redirects to another protocol", (redirect("ftp://127.0.0.1/x"),), "which is not https"),
    Fault("redirects to a password", (redirect("https://user:pw@example.org/x"),), "which is not https"),
    Fault("redirects to another host by http", (redirect("http://localhost:1/x"),), "which is not https"),
    Fault("a web page", (page(),), "a web page where a file was expected", 1),
    Fault("a web page that says it is a zip", (page(kind="application/zip"),), "a web page or a message", 1),
    Fault("a message in JSON", (status(200, {}, b'{"error": "no"}', "application/json"),), "a web page or a message"),
    Fault("empty", (whole(b""),), "is empty"),
    Fault("something else", (whole(b"hello, this is a text"),), "no sound zip"),
    Fault("a damaged zip", (whole(flipped(GOOD)),), "no sound zip", 1),
    Fault("a zip bomb", (whole(BOMB),), "zip bomb"),
    Fault("a zip of nothing", (whole(zipped(b"hello", "readme.txt")),), "holds 0 CSV files"),
    Fault("a zip of another release", (whole(zipped(yearly_text(), "GEDEvent_v23_1.csv")),), "holds release 23.1"),
    Fault("a zip of another table", (whole(zipped(b"a,b,c\n1,2,3\n")),), "lacks the columns"),
    Fault("a zip of a web page", (whole(zipped(b"<html></html>")),), "lacks the columns"),
    Fault(
        "a zip that is a trick", (whole(zipped(yearly_text(), "../../GEDEvent_v24_1.csv")),), "outside its own folder"
    ),
    Fault("a header and no rows", (whole(zipped(ged_text([]).encode())),), "no rows"),
    Fault("only rows that cannot be", (whole(zipped(ged_text([ged_row(1, latitude="999")]).encode())),), "can be used"),
    Fault("packed on the way", (packed(GOOD),), "whole", 1),
    Fault("packed on the way and cut off", (packed(GOOD, cut=300), packed(GOOD)), "whole", 2),
    Fault("packed on the way, cut off, then not packed", (packed(GOOD, cut=300), whole(GOOD)), "whole", 2),
    Fault("said to be packed and is not", (status(200, {"Content-Encoding": "gzip"}, GOOD),), "given up after"),
]


def check_end(fault_ends: str, code: int, out: str, err: str, home: Path) -> None:
    """It ended whole, or in one clear line and nothing in the store."""
    last = err.rstrip("\n").rpartition("\n")[2]
    store = Store(home)
    if fault_ends == "whole":
        assert code == 0, err
        (vintage,) = store.vintages()
        assert vintage.rows == EVENTS
    else:
        assert code == 2, out + err
        assert last.startswith("tocsin: ")
        assert fault_ends in last
        assert out == ""
        assert store.is_empty()
    assert "Traceback" not in out + err
    assert "\x1b" not in out + err
    assert TOKEN not in out + err


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_release_comes_whole_or_not_at_all(
    fault: Fault, site: Site, data: DataCommand, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_UCDP_TOKEN", TOKEN)  # of no concern to bulk files: it must go nowhere
    site.put(PLACE, *fault.answers)
    code = 0 if fault.ends == "whole" else 2
    out, err = data("pull", "ucdp", "--release", "24.1", code=code)
    check_end(fault.ends, code, out, err, home)
    if fault.requests is not None:
        assert len(site.gets(PLACE)) == fault.requests
    assert not site.saw(TOKEN)
    kept = sorted(path.name for path in (home / "downloads").iterdir() if not path.name.startswith("."))
    if code == 0:
        assert kept == ["ged241-csv.zip", "ged241-csv.zip.source.json"]
        assert (home / "downloads" / "ged241-csv.zip").read_bytes() == GOOD
