"""UCDP's interface, page by page into a CSV laid out as the bulk files are.

    GET {base}/gedevents/24.1?pagesize=1000[&page=N], header x-ucdp-access-token
    -> {"TotalCount": 349733, "TotalPages": 350, "NextPageUrl": "...&page=1", "Result": [{"id": ..., ...}, ...]}

Described at https://ucdp.uu.se/apidocs/: at most 1,000 events a page and 5,000 requests a day. Of `NextPageUrl` only
the number of the page is taken, and asked for at the base address, so that the token goes nowhere else. The columns
that carry names of persons are left empty; no import reads them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tocsin.errors import DataError, InputError
from tocsin.sources.pull.addresses import host_of, plain
from tocsin.sources.pull.connection import asked, is_page, whole_body
from tocsin.sources.pull.errors import DownloadError, Passing, Refused
from tocsin.sources.pull.fetch import Fetched
from tocsin.sources.pull.pages import Pages
from tocsin.sources.pull.patience import Patience, patiently
from tocsin.sources.pull.record import held_whole, read_record
from tocsin.sources.pull.telling import QUIET, Telling
from tocsin.sources.pull.tokens import Secret
from tocsin.sources.pull.ucdp import Exists
from tocsin.sources.ucdp_checks import GED_COLUMNS, REQUIRED
from tocsin.sources.ucdp_release import ged_release

PAGE_SIZE = 1000
HEADER = "x-ucdp-access-token"
WITH_PERSONS = {"source_article", "source_original"}
_MOST_PAGE_BYTES = 64 * 2**20
_MOST_EVENTS = 20_000_000

Answer = tuple[list[dict[str, Any]], int, int | None]
"""The events of a page, how many there are in all, and the number of the next page (None after the last)."""


class _Changed(Exception):
    """The number of events changed between two pages."""


def api_exists(client: httpx2.Client, base: str, token: Secret, patience: Patience, telling: Telling = QUIET) -> Exists:
    """A function that asks whether the interface has a release. It raises `DownloadError` when that is not known."""

    def exists(release: str) -> bool:
        try:
            _ask(client, base, release, None, token, patience, telling, size=1)
        except Refused as refused:
            if refused.status in (400, 404, 410):
                return False
            raise
        return True

    return exists


def pull_api(
    client: httpx2.Client,
    base: str,
    release: str,
    token: Secret,
    folder: Path,
    patience: Patience,
    telling: Telling = QUIET,
) -> Fetched:
    """All events of a release from the interface, as a CSV in `folder`.

    Goes on where an earlier try stopped. The file appears only when as many different events have come as the interface
    said there are. Raises `DownloadError`, `DataError`, and `InputError` for a token that is refused.
    """
    ged_release(release)
    url = f"{base}/gedevents/{release}"
    path = folder / f"GEDEvent_v{release.replace('.', '_')}_api.csv"
    if path.exists() and read_record(path) is None:
        raise InputError(f"{path} is there already and was not downloaded by tocsin; move it away or choose a folder")
    pages = Pages(path, {"url": url, "page_size": PAGE_SIZE})
    held = held_whole(path, url)
    if held is not None:
        pages.drop()
        return Fetched(path, url, held.bytes, held.sha256, None, True)
    for tried in range(2):
        try:
            for _ in _missing_pages(client, base, release, token, pages, patience, telling):
                pass
            _check_ids(pages, url)
            return pages.put_together(GED_COLUMNS, url, patience)
        except _Changed as changed:
            pages.drop()
            if tried:
                raise DownloadError(f"{host_of(url)}: {changed}, twice; run the same command later") from None
            telling.say(f"{host_of(url)}: {changed}; all of it again")
        except DataError:
            pages.drop()
            raise
    raise AssertionError("unreachable")


def _missing_pages(
    client: httpx2.Client,
    base: str,
    release: str,
    token: Secret,
    pages: Pages,
    patience: Patience,
    telling: Telling,
) -> Iterator[None]:
    last = pages.notes[-1] if pages.notes else {"next": None, "total": None}
    number, total = last["next"], last["total"]
    if pages.notes and number is None:
        return
    while True:
        events, of, following = _ask(client, base, release, number, token, patience, telling, size=PAGE_SIZE)
        if total is not None and of != total:
            raise _Changed(f"the number of events changed from {total:,} to {of:,} on the way")
        total = of
        if following is not None and number is not None and following <= number:
            raise DataError(f"{base}/gedevents/{release}: page {number} names page {following} as the next: refused")
        if following is not None and (not events or len(pages.notes) >= total):
            raise DataError(
                f"{base}/gedevents/{release}: page {number or 'one'} is empty, or names a next one without end: refused"
            )
        pages.add([_row(event) for event in events], {"next": following, "total": total})
        telling.step(f"UCDP GED {release}", len(pages.notes), -(-total // PAGE_SIZE), "pages")
        yield
        if following is None:
            return
        number = following


def _ask(
    client: httpx2.Client,
    base: str,
    release: str,
    page: int | None,
    token: Secret,
    patience: Patience,
    telling: Telling,
    *,
    size: int,
) -> Answer:
    url = f"{base}/gedevents/{release}"
    query = f"{url}?pagesize={size}" + ("" if page is None else f"&page={page}")

    def try_once() -> Answer:
        try:
            with asked(client, "GET", query, patience, secret={HEADER: token}) as response:
                if is_page(response):
                    raise DataError(f"{url} gave a web page where data was expected: the site may have changed")
                body = whole_body(response, _MOST_PAGE_BYTES)
        except Refused as refused:
            if refused.status in (401, 403):
                raise InputError(
                    f"{host_of(url)} refused the token ({refused.status}): it may be wrong, expired or not for this. "
                    "Ask UCDP for one (https://ucdp.uu.se/apidocs/), or leave out --via api: the bulk files need none"
                ) from None
            # Seen in use: too many requests in a row are answered as if they were wrong.
            if refused.status == 400 and page is not None:
                raise Passing(str(refused)) from None
            if refused.status == 404 and size > 1:
                raise Refused(f"{host_of(url)} has no release {release}, or has changed (404 at {url})", 404) from None
            raise
        return _understood(body, url)

    return patiently(patience, host_of(url), try_once, telling.say)


def _understood(body: bytes, url: str) -> Answer:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Passing(f"{url} did not answer with whole JSON") from None
    try:
        events, total, following = content["Result"], content["TotalCount"], content.get("NextPageUrl")
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            raise TypeError
        if type(total) is not int or not 0 <= total <= _MOST_EVENTS or not isinstance(following, str | None):
            raise TypeError
        number = int(_page_numbers(following)[-1]) if following else None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise DataError(f"{url} answers in a form that is not known: the interface has changed") from None
    if events:
        known = {str(name).lower() for name in events[0]}
        missing = [name for name in REQUIRED if name not in known]
        if missing:
            raise DataError(f"{url}: its events lack {', '.join(missing)}: the interface has changed")
    return events, total, number


def _page_numbers(url: str) -> list[str]:
    query = {name.lower(): values for name, values in parse_qs(urlsplit(url).query).items()}
    return query["page"]


def _row(event: dict[str, Any]) -> list[str]:
    by_name = {str(name).lower(): value for name, value in event.items()}
    return ["" if name in WITH_PERSONS else _cell(by_name.get(name)) for name in GED_COLUMNS]


def _cell(value: object) -> str:
    """A value as the bulk files have it."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, str):
        # A NUL ends what some readers take for a line.
        return value.replace("\x00", "")
    raise DataError("the UCDP interface gave a value that is neither text nor a number: the interface has changed")


def _check_ids(pages: Pages, url: str) -> None:
    """Raises `DataError` unless as many different events came as there are."""
    at = GED_COLUMNS.index("id")
    try:
        ids = [row[at] for row in pages.rows()]
    except (csv.Error, IndexError):
        raise DataError(f"{plain(url)}: the pages that came cannot be read again") from None
    total, different = pages.notes[-1]["total"], len(set(ids))
    if different != len(ids) or different != total:
        raise DataError(
            f"{url}: of {total:,} events {different:,} came"
            f"{f', {len(ids) - different:,} of them twice' if different != len(ids) else ''}: a page was left out or "
            "repeated. Nothing of it is kept; run the same command again, or leave out --via api"
        )
