"""What every answer of the server carries, and which requests it takes: nothing from or to elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
HOSTS = ("127.0.0.1", "localhost", "[::1]")


@cache
def content_policy() -> str:
    """The content security policy: scripts and styles of our own only, and the one style sheet that Plot writes."""
    vendor = tomllib.loads((STATIC / "vendor" / "vendor.toml").read_text(encoding="utf-8"))
    styles = "".join(f" 'sha256-{one}'" for file in vendor["file"] for one in file.get("style_sha256", ()))
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class Headers:
    """ASGI middleware: what is asked under another host's name (DNS rebinding) or by another site's page is refused.

    A link that the reader follows may lead here from another site; its scripts, pictures and frames may not ask. Every
    answer has the headers that keep a page to itself, that of a fault as well, which `unexpected` makes.
    """

    def __init__(self, app: ASGIApp, unexpected: Callable[[Request, Exception], Response]) -> None:
        self.app, self._unexpected = app, unexpected
        self._headers = {
            "Content-Security-Policy": content_policy(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        said = {name: value.decode("latin-1") for name, value in scope["headers"]}
        refused = None
        if _name_of(said.get(b"host", "")) not in HOSTS:
            refused = PlainTextResponse("tocsin answers on this machine only, as 127.0.0.1 or localhost.", 421)
        elif _from_elsewhere(scope["path"], said):
            refused = PlainTextResponse("tocsin does not answer to the pages of other sites.", 403)
        if refused is not None:
            await refused(scope, receive, with_headers)
            return
        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:
            if begun:
                raise
            await self._unexpected(Request(scope), error)(scope, receive, with_headers)


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    return host.rsplit(":", 1)[0].lower() if not host.endswith("]") and ":" in host else host.lower()


def _from_elsewhere(path: str, said: Mapping[bytes, str]) -> bool:
    """Whether another site, or another server of this machine, asks, and not a reader who follows a link to a page."""
    if said.get(b"sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    followed = said.get(b"sec-fetch-dest") == "document" and said.get(b"sec-fetch-user") == "?1"
    return not followed or path.startswith(("/api/", "/download/"))
