"""Where pages are in a static site: files beside each other, with addresses that hold from disk and from any server."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import relpath
from urllib.parse import quote

# A page by its name and its own parameters, in their order.
Address = tuple[str, tuple[tuple[str, str], ...]]
LONGEST_SLUG = 60
# Pages of one thing each stand in a folder of that kind; the parameter names the thing.
FOLDERS = {"whatif": "what-if"}
FILES = {"overview": "index.html", "whatif": "what-if.html"}
# No file may have these names where Windows is to read it.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")


def address_of(page: str, given: Mapping[str, str]) -> Address:
    """What a page is known by: parameters that are empty count as absent."""
    return page, tuple(sorted((name, value) for name, value in given.items() if value))


def slug_of(text: str) -> str:
    """A name as part of a file's name: lower-case letters, digits and hyphens.

    >>> slug_of("IS @ Afghanistan")
    'is-afghanistan'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > LONGEST_SLUG or not slug or _RESERVED.fullmatch(slug):
        return f"{slug[:LONGEST_SLUG].rstrip('-')}-{_digest(text)}".lstrip("-")
    return slug


def slugs_of(names: Iterable[str]) -> dict[str, str]:
    """A slug for each name; names that would share one get a few letters of their own each.

    >>> slugs_of(["Front A", "Front, A", "B"])["B"]
    'b'
    """
    alone = {name: slug_of(name) for name in sorted(set(names))}
    held = list(alone.values())
    return {name: slug if held.count(slug) == 1 else f"{slug}-{_digest(name)}" for name, slug in alone.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def file_of(page: str, slug: str = "") -> str:
    """The file of a page, from the site's root.

    >>> file_of("group", "is-afghanistan"), file_of("overview"), file_of("method")
    ('group/is-afghanistan.html', 'index.html', 'method.html')
    """
    if slug:
        return f"{FOLDERS.get(page, page)}/{slug}.html"
    return FILES.get(page, f"{page}.html")


@dataclass(frozen=True)
class Filed:
    """Addresses as seen from the file `here`. `pages` and `downloads` are all that there is, as files from the root.

    `missed` gathers the addresses of pages that were asked for and are not there.
    """

    here: str
    pages: Mapping[Address, str]
    downloads: Mapping[tuple[Address, str, str], str] = field(default_factory=dict)
    missed: set[Address] = field(default_factory=set)
    static_site: bool = True

    def to(self, page: str, /, **given: str) -> str | None:
        """See `Links.to`."""
        address = address_of(page, given)
        if address not in self.pages:
            self.missed.add(address)
            return None
        return self._from_here(self.pages[address])

    def asset(self, path: str) -> str:
        """See `Links.asset`."""
        return self._from_here(f"static/{path}")

    def download(self, page: str, name: str, form: str, given: Mapping[str, str]) -> str | None:
        """See `Links.download`."""
        file = self.downloads.get((address_of(page, given), name, form))
        return None if file is None else self._from_here(file)

    def _from_here(self, file: str) -> str:
        folder = self.here.rpartition("/")[0]
        return quote(relpath(file, folder or "."))
