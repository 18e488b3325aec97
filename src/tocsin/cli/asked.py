"""What several commands ask in the same way: days, months, where the answer goes and how it is printed."""

from __future__ import annotations

import enum
import json
from datetime import date
from pathlib import Path
from typing import Any

from tocsin.cli.app import say_json
from tocsin.errors import InputError


class Format(enum.StrEnum):
    """How the result is printed."""

    table = "table"
    json = "json"


def day_of(text: str | None, option: str = "--as-of") -> date | None:
    """The day an option names, if it is given. Raises `InputError` for anything else."""
    return None if text is None else day_named(text, option)


def day_named(text: str, option: str) -> date:
    """The day an option names. Raises `InputError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} is a day like 2020-12-31, got {text!r}") from None


def check_output(output: Path | None) -> None:
    """Refuse at once what could not be written after the models were fitted."""
    if output is None:
        return
    if output.is_dir():
        raise InputError(f"--output is a file to write, got the folder {output}")
    if not output.parent.is_dir():
        raise InputError(f"--output {output} can not be written: there is no folder {output.parent}")


def month_or_day(text: str | None, option: str) -> tuple[date, date] | tuple[None, None]:
    """The first and last day of what an option names, a month or a day. Raises `InputError` for anything else."""
    from tocsin.months import last_day, month_id

    if text is None:
        return None, None
    try:
        if len(text) == len("2015-01"):
            begin = date.fromisoformat(f"{text}-01")
            return begin, last_day(month_id(begin))
        if len(text) == len("2015-01-01"):
            day = date.fromisoformat(text)
            return day, day
    except ValueError:
        pass
    raise InputError(f"{option} is a month like 2015-01 or a day like 2015-01-31, got {text!r}")


def month_of(text: str | None, option: str) -> int | None:
    """The month an option names, as months.py numbers them. Raises `InputError` for anything but YYYY-MM."""
    from tocsin.months import month_id

    if text is None:
        return None
    try:
        if len(text) == len("2015-01"):
            return month_id(date.fromisoformat(f"{text}-01"))
    except ValueError:
        pass
    raise InputError(f"{option} is a month like 2015-01, got {text!r}")


def print_json(answer: dict[str, Any]) -> None:
    """Print a document of plain values."""
    say_json(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
