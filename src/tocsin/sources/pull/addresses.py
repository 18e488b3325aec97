"""Which addresses may be asked: https, or plain http on this machine; and where a redirect may lead."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from tocsin.errors import InputError
from tocsin.sources.pull.errors import DownloadError

_LOCAL = {"localhost", "127.0.0.1", "::1"}


def checked_base(url: str, setting: str) -> str:
    """A base address out of the settings, without a slash at its end. Raises `InputError` where it is none to use."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"the setting {setting} is not an address") from None
    if parts.username is not None or parts.password is not None:
        # Not shown: it holds a password.
        raise InputError(f"the setting {setting} must not hold a user name or password")
    if not url.isascii() or not url.isprintable() or " " in url or parts.query or parts.fragment or not host:
        raise InputError(f"the setting {setting} is not an address like https://example.org/folder, got {plain(url)!r}")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise InputError(
            f"the setting {setting} must begin with https:// (http:// only for this machine), got {plain(url)!r}"
        )
    return url.rstrip("/")


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address: what a token is for."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def host_of(url: str) -> str:
    """The host of an address, to be shown."""
    return plain(urlsplit(url).hostname or "?")


def shown(url: str) -> str:
    """An address to be shown: without query, and without anything a terminal obeys."""
    return plain(url.partition("?")[0])


def redirected(url: str, location: str | None, *, same_origin: bool) -> str:
    """Where a redirect from `url` leads. With `same_origin` it may not leave the server, since a token goes with it.

    Raises `DownloadError` where it leads to anything but https; from plain http on this machine it may stay there.
    """
    if not location:
        raise DownloadError(f"{shown(url)} redirects to nowhere: the site may have changed")
    try:
        target = urljoin(url, location.strip())
        scheme, host, _ = origin(target)
    except ValueError:
        raise DownloadError(f"{shown(url)} redirects to something that is no address; refused") from None
    stays = origin(url)[:2] == (scheme, host)
    if urlsplit(target).username is not None or not host or (scheme != "https" and not (scheme == "http" and stays)):
        raise DownloadError(
            f"{shown(url)} redirects to {plain(scheme)[:20]}://{plain(host)[:80]}, which is not https; refused, since "
            "nobody could tell what comes from there. If you are in a network that asks to log in first, do that"
        )
    if same_origin and origin(url) != origin(target):
        raise DownloadError(
            f"{host_of(url)} redirects to another server, {plain(host)[:80]}; refused, since your token is not for it. "
            "The site may have moved: see docs/pull.md, Another address"
        )
    return target


def plain(text: str) -> str:
    """Text from elsewhere on one line, without anything a terminal obeys.

    >>> plain("a\\x1b[31mb\\nc")
    'a?[31mb c'
    """
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
