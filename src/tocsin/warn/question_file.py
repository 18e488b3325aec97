"""Questions on disk: `questions.jsonl` in the store's folder, one to a line, always put in place whole."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tocsin.errors import DataError, InputError, StoreBusyError, TocsinError
from tocsin.months import first_day, last_day, month_id, month_label
from tocsin.private import private_folder
from tocsin.settings import Settings, packaged_folder
from tocsin.store.manifest import write_synced
from tocsin.typed import typed
from tocsin.warn.claims import COMPARISONS, MEASURES, BaseRate, Claim
from tocsin.warn.questions import Draft, Question, Settlement

FILE = "questions.jsonl"
_SETTLED = ("status", "figure", "settled_early", "settled_vintage", "settled_data_until", "settled_on")


def questions_path(settings: Settings) -> Path:
    """Where the questions are kept."""
    return settings.home / FILE


def read_questions(settings: Settings) -> tuple[Question, ...]:
    """The registered questions, in the order they were added. Raises `DataError` naming the line that is damaged."""
    path = questions_path(settings)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from None
    found: dict[str, Question] = {}
    for at, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise DataError(
                f"{path}: line {at} is not a question ({type(error).__name__}: {error}); nothing was changed"
            ) from None
        if question.id in found:
            raise DataError(f"{path}: line {at} is a second question {question.id!r}; nothing was changed")
        found[question.id] = question
    return tuple(found.values())


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """The right to change the questions, alone: read, and write, inside it.

    Raises `StoreBusyError` when another process keeps it, `InputError` where the folder cannot be written.
    """
    try:
        private_folder(settings.home)
        lock = FileLock(settings.home / ".questions.lock")
        with lock.acquire(timeout=settings.lock_seconds):
            yield
    except Timeout:
        raise StoreBusyError(
            f"another tocsin is changing the questions in {settings.home} and was not done after "
            f"{settings.lock_seconds:g} s; try again, or wait longer with TOCSIN_LOCK_SECONDS"
        ) from None
    except OSError as error:
        if isinstance(error, TocsinError):  # some kinds are OSErrors too, and say what is wrong themselves
            raise
        raise InputError(f"the questions in {settings.home} cannot be written: {error.strerror or error}") from None


def write_questions(settings: Settings, questions: Sequence[Question]) -> None:
    """Put the questions in place: a reader finds the old ones or the new ones, never a part."""
    text = "".join(json.dumps(_row(q), ensure_ascii=False, allow_nan=False) + "\n" for q in questions)
    write_synced(questions_path(settings), text.encode())


def to_dict(question: Question) -> dict[str, Any]:
    """A question as JSON holds it: what is in its file, with subject, months, base rate and horizon beside."""
    return {
        **_row(question),
        "subject": question.claim.subject,
        "months": question.claim.months,
        "horizon_months": question.horizon_months,
        "base_rate": question.base_rate.value,
        "backdated": question.backdated,
    }


def packaged_questions() -> tuple[tuple[Draft, ...], tuple[dict[str, str], ...]]:
    """The packaged example: its questions, unregistered, and the claims that event figures cannot settle."""
    table = tomllib.loads((packaged_folder() / "questions.toml").read_text(encoding="utf-8"))
    drafts = tuple(
        Draft(
            **{name: value for name, value in row.items() if name not in ("from", "to")},
            first=row["from"],
            last=row["to"],
            registered_on=table["registered_on"],
            source=table["source"],
        )
        for row in table["question"]
    )
    return drafts, tuple(table["cannot_be_settled"])


def _row(question: Question) -> dict[str, Any]:
    claim, rate, settled = question.claim, question.base_rate, question.settlement
    return {
        "id": question.id,
        "text": question.text,
        "actor": claim.actor,
        "theatre": claim.theatre,
        "countries": list(claim.countries),
        "measure": claim.measure,
        "comparison": claim.comparison,
        "number": claim.number,
        "from": first_day(claim.first_month).isoformat(),
        "to": claim.last_day.isoformat(),
        "rule": question.rule,
        "probability": question.probability,
        "base_rate_windows": rate.windows,
        "base_rate_held": rate.held,
        "base_rate_of": rate.of,
        "base_rate_until": rate.until.isoformat(),
        "base_rate_vintage": rate.vintage,
        "source": question.source,
        "registered_on": question.registered_on.isoformat(),
        "entered_on": question.entered_on.isoformat(),
        **dict.fromkeys(_SETTLED),
        "status": question.status,
        **(
            {
                "figure": settled.figure,
                "settled_early": settled.early,
                "settled_vintage": settled.vintage,
                "settled_data_until": settled.data_until.isoformat(),
                "settled_on": settled.settled_on.isoformat(),
            }
            if settled
            else {}
        ),
    }


def _question(row: dict[str, Any]) -> Question:
    """What `_row` wrote; raises a standard error for anything else."""
    if row["measure"] not in MEASURES or row["comparison"] not in COMPARISONS:
        raise ValueError(f"unknown measure or comparison: {row['measure']}, {row['comparison']}")
    if row["status"] not in ("open", "yes", "no"):
        raise ValueError(f"unknown status {row['status']!r}")
    if not 0 <= row["probability"] <= 1 or not 0 <= row["base_rate_held"] <= row["base_rate_windows"] > 0:
        raise ValueError("a probability or base rate is not between 0 and 1")
    settled = None
    if row["status"] != "open":
        settled = Settlement(
            outcome=row["status"] == "yes",
            figure=row["figure"],
            early=row["settled_early"],
            vintage=row["settled_vintage"],
            data_until=date.fromisoformat(row["settled_data_until"]),
            settled_on=date.fromisoformat(row["settled_on"]),
        )
    first, last = (date.fromisoformat(row[name]) for name in ("from", "to"))
    if first != first_day(month_id(first)) or last != last_day(month_id(last)) or first > last:
        raise ValueError(
            f"{month_label(month_id(first))} to {month_label(month_id(last))} is no period of whole months"
        )
    claim = Claim(
        row["actor"],
        row["theatre"],
        tuple(row["countries"]),
        row["measure"],
        row["comparison"],
        int(row["number"]),
        month_id(first),
        month_id(last),
    )
    rate = BaseRate(
        row["base_rate_windows"],
        row["base_rate_held"],
        row["base_rate_of"],
        date.fromisoformat(row["base_rate_until"]),
        row["base_rate_vintage"],
    )
    question = Question(
        row["id"],
        row["text"],
        claim,
        row["rule"],
        float(row["probability"]),
        rate,
        row["source"],
        date.fromisoformat(row["registered_on"]),
        date.fromisoformat(row["entered_on"]),
        settled,
    )
    return typed(Question, asdict(question))
