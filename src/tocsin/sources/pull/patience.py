"""How long to wait for a server, and how often to ask it again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tocsin.sources.pull.errors import DownloadError, Passing

_Result = TypeVar("_Result")
_MOST_TRIES = 1000


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Patience:
    """Waits and tries, in seconds. What measures and passes the time can be given, so that no test waits."""

    attempts: int = 6  # in a row that bring nothing new
    connect_seconds: float = 20.0
    stall_seconds: float = 60.0  # without a single byte
    slow_seconds: float = 60.0  # over so long ...
    slow_bytes_a_second: float = 500.0  # ... at least so fast
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_asked_wait: float = 300.0  # a server that asks for more is told to the user instead
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _utc_now
    jitter: Callable[[], float] = random.random  # so that many who failed together do not come back together

    def wait_before(self, attempt: int) -> float:
        """Seconds before try `attempt` + 1: doubled each time, the half of it by chance."""
        longest: float = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return longest * (0.5 + 0.5 * self.jitter())


def asked_wait(header: str | None, now: datetime) -> float | None:
    """The seconds that a `Retry-After` asks for, given as seconds or as a date (RFC 9110, 10.2.3); None where it says
    nothing that can be read.

    >>> asked_wait("120", datetime(2024, 1, 1, tzinfo=UTC))
    120.0
    >>> asked_wait("Mon, 01 Jan 2024 00:01:00 GMT", datetime(2024, 1, 1, tzinfo=UTC))
    60.0
    >>> asked_wait("soon", datetime(2024, 1, 1, tzinfo=UTC))
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now.timestamp())


def patiently(
    patience: Patience,
    what: str,
    try_once: Callable[[], _Result],
    say: Callable[[str], None],
    came: Callable[[], int] = lambda: 0,
) -> _Result:
    """`try_once` until it does not end in `Passing`.

    `came` says how much has come so far: a try that brought more than any before starts the count of tries anew.
    Raises `DownloadError` after `attempts` tries in vain, or where the server asks for a longer wait than is patient.
    """
    in_vain, most = 0, came()
    for tried in range(1, _MOST_TRIES + 1):
        try:
            return try_once()
        except Passing as failed:
            passing = failed
        if came() > most:
            in_vain, most = 0, came()
        in_vain += 1
        if in_vain >= patience.attempts or tried == _MOST_TRIES:
            break
        wait = patience.wait_before(in_vain) if passing.wait is None else passing.wait
        if wait > patience.longest_asked_wait:
            raise DownloadError(
                f"{what}: {passing.words}; the server asks to wait {_said(wait)}. Run the same command after that: "
                "what has come is kept"
            )
        say(f"{what}: {passing.words}; trying again in {wait:.0f} s")
        patience.sleep(wait)
    tries = in_vain if in_vain >= patience.attempts else _MOST_TRIES
    raise DownloadError(
        f"{what}: {passing.words}; given up after {tries} tries. Run the same command later: what has come is kept"
    )


def _said(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
