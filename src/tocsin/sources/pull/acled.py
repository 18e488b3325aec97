"""ACLED's interface: a login, then the events of each country page by page into one CSV.

    POST {base}/oauth/token        username, password, grant_type=password, client_id=acled, scope=authenticated
    -> {"token_type": "Bearer", "expires_in": 86400, "access_token": "...", "refresh_token": "..."}
    GET {base}/api/acled/read?_format=csv&limit=5000&page=1&country=Mali
        &event_date=2020-01-01|2020-12-31&event_date_where=BETWEEN, header Authorization: Bearer ...

Described at https://acleddata.com/api-documentation/getting-started. Every answer is looked at again: that its events
are of that country and those days, and that no event comes twice in two forms. The column `notes` is left out, because
it may name persons; no import reads it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from tocsin.errors import DataError, InputError, TocsinError
from tocsin.sources.acled import ACLED
from tocsin.sources.pull.acled_session import Session
from tocsin.sources.pull.addresses import host_of, plain
from tocsin.sources.pull.connection import asked, is_page, whole_body
from tocsin.sources.pull.errors import Passing, Refused
from tocsin.sources.pull.fetch import Fetched
from tocsin.sources.pull.pages import Pages
from tocsin.sources.pull.patience import Patience, patiently
from tocsin.sources.pull.record import held_whole, read_record
from tocsin.sources.pull.telling import QUIET, Telling
from tocsin.sources.pull.tokens import Login

PAGE_SIZE = 5000
LEFT_OUT = "notes"
_MOST_PAGE_BYTES = 64 * 2**20
_MOST_PAGES = 2000  # of one country: ten million events

Row = list[str]


def acled_file_name(countries: Sequence[str], first: date, last: date, today: date) -> str:
    """The name of the file of a question asked on a day; since ACLED changes every week the day is part of it.

    >>> acled_file_name(["Mali", "Niger"], date(2020, 1, 1), date(2020, 12, 31), date(2024, 5, 2))
    'acled-mali-niger-2020-01-01-2020-12-31-pulled-2024-05-02.csv'
    """
    words = "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in countries)
    if len(words) > 60 or not words.replace("-", ""):
        words = f"{words[:40].strip('-')}-{hashlib.sha256('|'.join(countries).encode()).hexdigest()[:8]}".lstrip("-")
    return f"acled-{words}-{first}-{last}-pulled-{today}.csv"


def pull_acled(
    client: httpx2.Client,
    base: str,
    login: Login,
    countries: Sequence[str],
    first: date,
    last: date,
    folder: Path,
    today: date,
    patience: Patience,
    telling: Telling = QUIET,
) -> Fetched:
    """The events of countries, as ACLED spells them, from day `first` to day `last`, as a CSV in `folder`.

    Goes on where an earlier try of the same day stopped. Raises `DownloadError`, `DataError`, and `InputError` for a
    login that is refused, an account without the right, or a country that ACLED has no events of.
    """
    path = folder / acled_file_name(countries, first, last, today)
    url = f"{base}/api/acled/read"
    if path.exists() and read_record(path) is None:
        raise InputError(f"{path} is there already and was not downloaded by tocsin; move it away or choose a folder")
    question = {"url": url, "countries": list(countries), "from": str(first), "to": str(last), "day": str(today)}
    pages = Pages(path, question, private=True)
    held = held_whole(path, url)
    if held is not None:
        pages.drop()
        return Fetched(path, url, held.bytes, held.sha256, None, True)
    session = Session(client, base, login, patience, telling)
    try:
        for country in countries:
            _take_country(session, url, country, (first, last), pages)
        header, repeated = _checked(pages, url)
    except DataError:
        pages.drop()
        raise
    notes = (*_notes(pages, countries, last, repeated), *_told_otherwise(session, url, pages, (first, last), repeated))
    return pages.put_together(header, url, patience, notes)


def _take_country(session: Session, url: str, country: str, days: tuple[date, date], pages: Pages) -> None:
    """The pages of a country that are missing. Only an empty page ends them: a short one may be followed by others."""
    mine = [note for note in pages.notes if note["country"] == country]
    if mine and mine[-1]["rows"] == 0:
        return
    number = len(mine) + 1
    while True:
        header, rows = _ask(session, url, country, days, number)
        known = next((note["header"] for note in pages.notes if note["rows"]), header)
        if rows and header != known:
            raise DataError(f"{url}: the columns changed between two pages; run the same command again")
        first_id = rows[0][header.index("event_id_cnty")] if rows else None
        if rows and any(n["country"] == country and n["first_id"] == first_id for n in pages.notes):
            raise DataError(f"{url} gives the same page again and again: the interface has changed")
        if number > _MOST_PAGES:
            raise DataError(f"{url} has more pages of {plain(country)} than there can be events: refused")
        newest = max((row[header.index("event_date")] for row in rows), default=None)
        note = {"country": country, "rows": len(rows), "header": header, "first_id": first_id, "newest": newest}
        pages.add(rows, note)
        session.telling.step(f"ACLED {country}", number, None, "pages")
        if not rows:
            if number == 1:
                raise InputError(
                    f"ACLED gave no events of {plain(country)!r} from {days[0]} to {days[1]}: the name must be as "
                    "ACLED spells it (e.g. Democratic Republic of Congo), and your access must cover those days"
                )
            return
        number += 1


def _ask(session: Session, url: str, country: str, days: tuple[date, date], page: int) -> tuple[list[str], list[Row]]:
    query = urlencode({"_format": "csv", "limit": PAGE_SIZE, "page": page, **_question(country, days)})
    renewed = False

    def try_once() -> tuple[list[str], list[Row]]:
        nonlocal renewed
        try:
            secret = {"Authorization": session.bearer()}
            with asked(session.client, "GET", f"{url}?{query}", session.patience, secret=secret) as response:
                if is_page(response):
                    raise DataError(f"{url} gave a web page where data was expected: the site may have changed")
                body = whole_body(response, _MOST_PAGE_BYTES)
        except Refused as refused:
            if refused.status == 401 and not renewed:
                renewed = True
                session.renew()
                return try_once()
            if refused.status in (401, 403):
                raise InputError(
                    f"{host_of(url)} took the login but gives no events ({refused.status}): your account may lack the "
                    "right to use the interface, or its terms are not accepted yet. See your access at "
                    "https://acleddata.com/myacled, or write to access@acleddata.com"
                ) from None
            raise
        return _understood(body, url, country, days)

    return patiently(session.patience, host_of(url), try_once, session.telling.say)


def _told_otherwise(
    session: Session, url: str, pages: Pages, days: tuple[date, date], repeated: int
) -> tuple[str, ...]:
    """Where ACLED says that there are more or fewer events than came. Where it says nothing, neither does this."""
    told = 0
    for country in dict.fromkeys(note["country"] for note in pages.notes):
        query = urlencode({**_question(country, days), "_format": "json", "limit": 1, "with_total": "true"})
        try:
            secret = {"Authorization": session.bearer()}
            with asked(session.client, "GET", f"{url}?{query}", session.patience, secret=secret) as response:
                content = json.loads(whole_body(response, 2**20))
            told += int(content["total_count"])
        except (Passing, TocsinError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return ()
    came = sum(note["rows"] for note in pages.notes) - repeated
    return (f"ACLED says that there are {told:,} events, and {came:,} came; pull again",) if told != came else ()


def _question(country: str, days: tuple[date, date]) -> dict[str, str | int]:
    return {"country": country, "event_date": f"{days[0]}|{days[1]}", "event_date_where": "BETWEEN"}


def _understood(body: bytes, url: str, country: str, days: tuple[date, date]) -> tuple[list[str], list[Row]]:
    """Header and rows of a page, without the column of notes; no rows where it has none."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{url} did not answer in UTF-8: the interface has changed") from None
    if text.lstrip().startswith(("{", "[")):
        raise DataError(f"{url} gave a message in place of data: {_message(text)}")
    if text.lstrip().startswith("<"):
        raise DataError(f"{url} gave a web page where data was expected: the site may have changed")
    try:
        table = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise Passing(f"{url} sent a page that is cut off") from None
    if len(table) < 2:
        return [], []
    header, *rows = table
    missing = [name for name in ACLED.required if name not in header]
    if missing:
        raise DataError(f"{url}: its events lack {', '.join(missing)}: the interface has changed")
    if any(len(row) != len(header) for row in rows):
        raise Passing(f"{url} sent a page with torn rows")
    _check_question(header, rows, url, country, days)
    kept = [i for i, name in enumerate(header) if name != LEFT_OUT]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in rows]


def _check_question(header: list[str], rows: list[Row], url: str, country: str, days: tuple[date, date]) -> None:
    at_country, at_day = header.index("country"), header.index("event_date")
    others = {row[at_country] for row in rows if row[at_country].casefold() != country.casefold()}
    if others:
        raise DataError(
            f"{url} was asked for {plain(country)} and gave events of {plain(min(others))[:60]}: the interface has "
            "changed"
        )
    first, last = (day.isoformat() for day in days)
    strange = [row[at_day] for row in rows if not first <= row[at_day][:10] <= last]
    if strange:
        raise DataError(
            f"{url} was asked for {first} to {last} and gave an event of {plain(strange[0])[:20]}: the interface has "
            "changed"
        )


def _message(text: str) -> str:
    """What an answer in JSON says for people."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return "not to be understood"
    found = next((content[k] for k in ("message", "error", "messages") if k in content), "") if isinstance(
        content, dict
    ) else ""  # fmt: skip
    return plain(str(found))[:200] or "without a reason"


def _checked(pages: Pages, url: str) -> tuple[list[str], int]:
    """The header, and how many rows came twice in the same form: ACLED adds events while pages are read, which moves
    others to the next one. Raises `DataError` where an event came in two forms."""
    header: list[str] = next(note["header"] for note in pages.notes if note["rows"])
    at = header.index("event_id_cnty")
    seen: dict[str, bytes] = {}
    repeated = 0
    for row in pages.rows():
        form = hashlib.sha256("\x1f".join(row).encode()).digest()
        before = seen.setdefault(row[at], form)
        if before is not form:
            repeated += 1
            if before != form:
                raise DataError(f"{url}: an event changed while the pages came; run the same command again")
    return header, repeated


def _notes(pages: Pages, countries: Sequence[str], last: date, repeated: int) -> tuple[str, ...]:
    notes = [f"{repeated:,} events came on two pages, in the same form"] if repeated else []
    for country in countries:
        days = [note["newest"] for note in pages.notes if note["country"] == country and note["rows"]]
        newest = max(days)[:10]
        if newest < last.isoformat():
            notes.append(f"the newest event of {plain(country)} is of {newest}; your access may end there")
    return tuple(notes)
