"""A web server on this machine that answers as it is told, well or badly, and remembers what it was asked."""

from __future__ import annotations

import gzip
import hashlib
import re
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = Callable[["Handler"], None]
DATE = "Wed, 05 Jun 2024 10:00:00 GMT"


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def place(self) -> str:
        return urlsplit(self.path).path


@dataclass
class Site:
    """A running server: `answers` are given in order for a place, the last one again and again."""

    url: str
    port: int
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    free: threading.Event = field(default_factory=threading.Event)  # ends every stall
    heads: bool = True  # HEAD is answered as GET would be, without using up an answer

    def put(self, place: str, *answers: Answer) -> None:
        self.answers[place] = list(answers)

    def gets(self, place: str) -> list[Asked]:
        return [one for one in self.asked if one.place == place and one.method == "GET"]

    def saw(self, text: str) -> bool:
        return any(text in str(one.headers) + one.path + one.body.decode("latin-1") for one in self.asked)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # head and body in one packet, so that neither side waits for the other
    disable_nagle_algorithm = True
    site: Site

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length) if length else b"")
        self.site.asked.append(asked)
        left = self.site.answers.get(asked.place) or self.site.answers.get("*") or [status(404)]
        keeps = len(left) == 1 or self.command == "HEAD"
        answer = left[0] if keeps else left.pop(0)
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST = do_HEAD = do_CONNECT = _answer

    def log_message(self, *_: Any) -> None:
        pass

    def head(self, code: int, headers: Mapping[str, str], length: int | None) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None and "Content-Length" not in headers:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def send(self, body: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side may hang up at any moment; anything else is a fault of the test."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def running(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A server in a thread of its own, on a free port."""
    handler = type("OneHandler", (Handler,), {})
    server = _Server((host, 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    port = server.server_address[1]
    site = Site(f"{'https' if tls else 'http'}://{host}:{port}", port)
    handler.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.free.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


# --- answers ----------------------------------------------------------------------------------------------------------


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def _named(body: bytes, etag: str | None, date: str | None, kind: str) -> dict[str, str]:
    named = {"Content-Type": kind}
    if etag is not None:
        named["ETag"] = etag or etag_of(body)
    if date is not None:
        named["Last-Modified"] = date
    return named


def whole(
    body: bytes,
    *,
    etag: str | None = "",
    date: str | None = DATE,
    ranges: bool = True,
    kind: str = "application/octet-stream",
    cut: int | None = None,
    stall: int | None = None,
    length: int | None = None,
    ignores_if_range: bool = False,
    chunked: bool = False,
) -> Answer:
    """The body, by range where that is asked and known. `cut`: the connection ends after so many bytes of it;
    `stall`: nothing comes after so many; `length`: the Content-Length it claims."""

    def answer(self: Handler) -> None:
        headers = _named(body, etag, date, kind)
        start, code = 0, 200
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        asked_if = self.headers.get("If-Range")
        fits = asked_if is None or asked_if in (headers.get("ETag"), headers.get("Last-Modified")) or ignores_if_range
        if found and ranges and fits:
            start, code = int(found[1]), 206
            if start >= len(body):
                self.head(416, {"Content-Range": f"bytes */{len(body)}"}, 0)
                return
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        rest = body[start:]
        if chunked:
            self.head(code, {**headers, "Transfer-Encoding": "chunked"}, None)
            for at in range(0, len(rest), 1000):
                if cut is not None and at >= cut:
                    self.hang_up()
                    return
                piece = rest[at : at + 1000]
                self.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.send(b"0\r\n\r\n")
            return
        self.head(code, headers, len(rest) if length is None else length)
        if self.command == "HEAD":
            return
        upto = min(x for x in (cut, stall, len(rest)) if x is not None)
        self.send(rest[:upto])
        if stall is not None:
            self.site.free.wait(20)
        if cut is not None or stall is not None or length is not None:
            self.hang_up()

    return answer


def dripping(body: bytes, every: float) -> Answer:
    """One byte now and then, never long enough apart to be a stall."""

    def answer(self: Handler) -> None:
        self.head(200, _named(body, "", DATE, "application/octet-stream"), len(body))
        for at in range(len(body)):
            if self.command == "HEAD" or self.site.free.wait(every):
                return
            self.send(body[at : at + 1])

    return answer


def packed(body: bytes, cut: int | None = None, **options: Any) -> Answer:
    """The body with Content-Encoding gzip, though identity was asked for."""
    small = gzip.compress(body)

    def answer(self: Handler) -> None:
        headers = {**_named(body, "", DATE, "text/csv"), "Content-Encoding": "gzip", **options}
        self.head(200, headers, len(small))
        self.send(small[:cut])
        if cut is not None:
            self.hang_up()

    return answer


def status(
    code: int, headers: Mapping[str, str] | None = None, body: bytes = b"no", kind: str = "text/plain"
) -> Answer:
    def answer(self: Handler) -> None:
        self.head(code, {"Content-Type": kind, **(headers or {})}, len(body))
        self.send(body)

    return answer


def redirect(to: str, code: int = 302) -> Answer:
    return status(code, {"Location": to})


def page(text: str = "<!DOCTYPE html><html><body>Welcome</body></html>", kind: str = "text/html") -> Answer:
    return status(200, {}, text.encode(), kind)


def hang_up(self: Handler) -> None:
    """No answer at all."""
    self.hang_up()


def nonsense(self: Handler) -> None:
    """Something that is not HTTP."""
    self.wfile.write(b"\x00\x01\x02 hello there\r\n\r\n")
    self.hang_up()


def to_the_end(body: bytes) -> Answer:
    """As of old: no length, and the end of the connection ends the body."""

    def answer(self: Handler) -> None:
        self.head(200, {"Content-Type": "text/csv", "Connection": "close"}, None)
        self.send(body)
        self.hang_up()

    return answer
