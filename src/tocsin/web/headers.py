"""What every answer of the server carries, and which requests it takes: nothing from or to elsewhere."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
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

    A link on another site may lead here; its scripts and pictures may not ask. Every answer has the headers that keep
    a page to itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
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

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        said = {name: value.decode("latin-1") for name, value in scope["headers"]}
        refused = None
        if _name_of(said.get(b"host", "")) not in HOSTS:
            refused = PlainTextResponse("tocsin answers on this machine only, as 127.0.0.1 or localhost.", 421)
        elif said.get(b"sec-fetch-site") == "cross-site" and said.get(b"sec-fetch-mode") != "navigate":
            refused = PlainTextResponse("tocsin does not answer to the pages of other sites.", 403)
        if refused is not None:
            await refused(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    return host.rsplit(":", 1)[0].lower() if not host.endswith("]") and ":" in host else host.lower()
