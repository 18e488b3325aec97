"""The record of terms that a user has acknowledged, which some sources ask for before anything is computed.

    home/acknowledged.json      {"acled": {"on": "2026-11-25", "statement": "sha256 of the words acknowledged"}}

When the statement changes, what was acknowledged of the old one counts no more.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

from tocsin.errors import DataError, InputError
from tocsin.private import private_folder

FILE = "acknowledged.json"
OWN = "own-"
"""How the name begins of a user's own list of events, which has nobody's terms to acknowledge."""


def acknowledge(home: Path, source: str, *, on: date) -> None:
    """Record that the terms of a source were acknowledged on a day. Raises `InputError` for a source that asks none."""
    from tocsin.sources.registry import source_named

    statement = source_named(source).statement
    if not statement:
        raise InputError(f"{source} asks for no acknowledgement; its events can be used at once")
    private_folder(home)
    held = _read(home) | {source: {"on": on.isoformat(), "statement": _hash(statement)}}
    temporary = home / f".{FILE}.tmp"
    temporary.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(home / FILE)


def is_acknowledged(home: Path, source: str) -> bool:
    """Whether a source asks for nothing, or what it asks for was acknowledged in its present words."""
    from tocsin.sources.registry import find_source

    if source.startswith(OWN):
        return True
    # A source that is not installed any more cannot be asked what it demands.
    known = find_source(source)
    if known is None:
        return False
    return not known.statement or _read(home).get(source, {}).get("statement") == _hash(known.statement)


def acknowledged_on(home: Path, source: str) -> date | None:
    """The day that the present words of a source's terms were acknowledged, if they were."""
    on = _read(home).get(source, {}).get("on")
    if on is None or not is_acknowledged(home, source):
        return None
    try:
        return date.fromisoformat(on)
    except (TypeError, ValueError):
        raise DataError(f"{home / FILE} is damaged; delete it and acknowledge the terms again") from None


def check_acknowledged(home: Path, source: str, *, done: str = "computed from") -> None:
    """Raises `InputError`, saying what to do, unless `is_acknowledged`; `done` is what was to be done."""
    from tocsin.sources.registry import find_source

    if is_acknowledged(home, source):
        return
    if find_source(source) is None:
        raise InputError(
            f"no source is called {source!r} here, so nobody says what its terms are, and nothing is computed from its "
            "events. Install the package that adds it"
        )
    raise InputError(
        f"the terms of {source} have not been acknowledged, so nothing is {done} its events. Read them and record it "
        f"with: tocsin data acknowledge {source}"
    )


def _hash(statement: str) -> str:
    return hashlib.sha256(statement.encode()).hexdigest()


def _read(home: Path) -> dict[str, dict[str, str]]:
    path = home / FILE
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise InputError(f"{home} is a file; the folder of the store (TOCSIN_HOME) was expected") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read ({error}); delete it and acknowledge the terms again") from None
    if not isinstance(held, dict) or not all(isinstance(entry, dict) for entry in held.values()):
        raise DataError(f"{path} is damaged; delete it and acknowledge the terms again")
    return held
