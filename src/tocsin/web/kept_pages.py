"""Pages that were written once and are read again: kept as bytes, plain and compressed, with their tag."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

MOST_BYTES = 64_000_000


@dataclass(frozen=True)
class KeptPage:
    """A finished page; `tag` is its strong ETag, and with `own_rows` no browser is to keep it."""

    content: bytes
    packed: bytes
    tag: str
    media_type: str = "text/html; charset=utf-8"
    own_rows: bool = False

    @classmethod
    def of(cls, content: bytes, media_type: str = "text/html; charset=utf-8", *, own_rows: bool = False) -> KeptPage:
        """The page of its content."""
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        return cls(content, gzip.compress(content, 5, mtime=0), tag, media_type, own_rows)


class KeptPages:
    """The pages read last, up to `MOST_BYTES` together."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> KeptPage | None:
        """A page that is kept."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: KeptPage) -> None:
        """Keep a page, in place of those not read for longest."""
        with self._lock:
            before = self._pages.pop(key, None)
            self._bytes += _size(page) - (_size(before) if before else 0)
            self._pages[key] = page
            while self._bytes > MOST_BYTES and len(self._pages) > 1:
                self._bytes -= _size(self._pages.popitem(last=False)[1])


def _size(page: KeptPage) -> int:
    return len(page.content) + len(page.packed)
