"""Calendar arithmetic on whole months, the one place where months are counted.

A month is an integer: the number of months since January 1980, that month being 1, as the VIEWS project numbers
them (January 1989 is 109, December 2020 is 492). Dates at the edges are `datetime.date`.
"""

from __future__ import annotations

from datetime import date, timedelta

from tocsin.errors import InputError

_EPOCH_YEAR = 1980


def month_id(day: date) -> int:
    """The month a day lies in.

    >>> month_id(date(1989, 1, 15)), month_id(date(2020, 12, 31))
    (109, 492)
    """
    return (day.year - _EPOCH_YEAR) * 12 + day.month


def first_day(month: int) -> date:
    """The first day of a month.

    >>> first_day(492)
    datetime.date(2020, 12, 1)
    """
    year, rest = divmod(month - 1, 12)
    return date(_EPOCH_YEAR + year, rest + 1, 1)


def last_day(month: int) -> date:
    """The last day of a month.

    >>> last_day(month_id(date(2020, 2, 1)))
    datetime.date(2020, 2, 29)
    """
    return first_day(month + 1) - timedelta(days=1)


def last_known_month(as_of: date, *, lag_days: int = 0) -> int:
    """The last month all of whose events are known on the day `as_of`, each known `lag_days` after it happened.

    >>> last_known_month(date(2020, 12, 31)) == month_id(date(2020, 12, 1))
    True
    >>> last_known_month(date(2020, 12, 30)) == month_id(date(2020, 11, 1))
    True
    >>> last_known_month(date(2021, 1, 14), lag_days=15) == month_id(date(2020, 11, 1))
    True
    """
    try:
        return month_id(as_of - timedelta(days=lag_days) + timedelta(days=1)) - 1
    except OverflowError:
        raise InputError(f"no figures can be held for {as_of}: give a day near those of the data") from None


def month_label(month: int) -> str:
    """A month as `YYYY-MM`.

    >>> month_label(492)
    '2020-12'
    """
    return first_day(month).strftime("%Y-%m")


def month_words(month: int) -> str:
    """A month in words.

    >>> month_words(485)
    'May 2020'
    """
    return first_day(month).strftime("%B %Y")
