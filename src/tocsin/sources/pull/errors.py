"""What can go wrong on the network: for good (`DownloadError`) or for now (`Passing`, which ends in another try)."""

from __future__ import annotations

from tocsin.errors import TocsinError


class DownloadError(TocsinError, ConnectionError):
    """Something asked for over the network did not come; what did come is kept for the next time."""


class Passing(Exception):
    """A failure that may be over soon. `wait` is how many seconds the server asked for, if it did."""

    def __init__(self, words: str, wait: float | None = None, status: int | None = None) -> None:
        super().__init__(words)
        self.words, self.wait, self.status = words, wait, status


class Refused(DownloadError):
    """The server answered and will not give it: `status` is its code."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status
