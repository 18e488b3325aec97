"""Where pages are: addresses with parameters when served, files beside each other in a static site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlencode

from tocsin.web.asked import Asked


class Links(Protocol):
    """What a template asks for the address of a thing; None where the thing is not to be had (in a static site)."""

    @property
    def static_site(self) -> bool:
        """Whether nothing answers a form or a question."""

    def to(self, page: str, /, **given: str) -> str | None:
        """A page by name (`overview`, `group`, `theatre`, `record`, `whatif`, `data`, `method`, `search`, ...)."""

    def asset(self, path: str) -> str:
        """A file of `static/`."""

    def download(self, page: str, name: str, form: str, given: Mapping[str, str]) -> str | None:
        """A download of a page with these parameters of its own."""


PATHS = {
    "overview": "/",
    "group": "/group",
    "theatre": "/theatre",
    "theatres": "/theatres",
    "record": "/record",
    "whatif": "/what-if",
    "data": "/data",
    "method": "/method",
    "search": "/search",
    "api": "/api",
}


class Served:
    """Addresses of a server; the day and the horizon travel along."""

    static_site = False

    def __init__(self, asked: Asked, versions: Mapping[str, str]) -> None:
        self._asked, self._versions = asked, versions

    def to(self, page: str, /, **given: str) -> str | None:
        """See `Links.to`."""
        return _address(PATHS[page], {**given, **self._asked.parameters()})

    def asset(self, path: str) -> str:
        """See `Links.asset`; the address changes with the content, so that it can be kept for ever."""
        return f"/static/{path}?v={self._versions[path]}"

    def download(self, page: str, name: str, form: str, given: Mapping[str, str]) -> str | None:
        """See `Links.download`."""
        return _address(f"/download/{page}/{name}.{form}", {**given, **self._asked.parameters()})


def _address(path: str, parameters: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
