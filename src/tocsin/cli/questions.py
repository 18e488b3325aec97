"""`tocsin questions`: claims with a date, registered, settled and scored. Parses and prints, nothing else.

Keys of the JSON, stable, are in docs/commands.md.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app, say_json
from tocsin.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.digest import Digest
    from tocsin.warn.questions import Question, Score

questions_app = typer.Typer(no_args_is_help=True)
app.add_typer(questions_app, name="questions", help="Questions with a date: registered, settled by figures, scored.")

EXAMPLE_NOTE = (
    "The packaged example: probabilities set by tocsin's authors for illustration, not on that day and not by a model."
)
_PLAIN_WIDTH = 150
_NARROW = 120


class Format(StrEnum):
    """How questions are printed."""

    table = "table"
    json = "json"


_FORMAT = typer.Option(Format.table, "--format", help="How to print the result.")


@questions_app.command("add")
def add_question(
    text: str | None = typer.Argument(None, help="The question in words. \\[default: the claim in words]"),
    group: str | None = typer.Option(None, help="Of which group: 'IS @ Afghanistan', 'ISIS-K', ..."),
    theatre: str | None = typer.Option(None, help="Instead of a group: all groups of a theatre, each event once."),
    measure: str | None = typer.Option(
        None,
        help="deaths (the default), deaths_onesided, events, events_onesided, mass_casualty_events; of a group also "
        "urban_events, rural_events.",
    ),
    more_than: int | None = typer.Option(None, metavar="N", help="Claims more than N."),
    at_least: int | None = typer.Option(None, metavar="N", help="Claims at least N."),
    fewer_than: int | None = typer.Option(None, metavar="N", help="Claims fewer than N."),
    first: str | None = typer.Option(None, "--from", metavar="YYYY-MM", help="First month, or its first day."),
    last: str | None = typer.Option(None, "--to", metavar="YYYY-MM", help="Last month, or its last day."),
    probability: float | None = typer.Option(None, metavar="P", help="Your probability of the claim, 0 to 1."),
    source: str | None = typer.Option(None, help="Where the claim and its probability come from."),
    identity: str | None = typer.Option(None, "--id", help="A name for it. \\[default: q1, q2, ...]"),
    registered_on: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="The day whose knowledge counts. \\[default: today]"
    ),
    packaged: bool = typer.Option(False, "--packaged", help="Add the questions of the packaged example instead."),
    output: Format = _FORMAT,
) -> None:
    """Register a question: a claim that figures can settle, its probability, and its base rate at that day."""
    from tocsin.settings import load_settings
    from tocsin.warn.question_file import changing, packaged_questions, questions_path, read_questions, write_questions
    from tocsin.warn.questions import Draft, register

    given = {
        "text": text,
        "group": group,
        "theatre": theatre,
        "measure": measure,
        "more_than": more_than,
        "at_least": at_least,
        "fewer_than": fewer_than,
        "first": first,
        "last": last,
        "probability": probability,
        "source": source,
        "id": identity,
        "registered_on": registered_on,
    }
    said = {name: value for name, value in given.items() if value is not None}
    if packaged and said:
        raise InputError("--packaged adds questions that are made already: give no other option")
    drafts: tuple[Draft, ...] = packaged_questions()[0] if packaged else (Draft(**said),)  # type: ignore[arg-type]
    settings = load_settings()
    notes: tuple[str, ...] = ()
    with changing(settings):
        held = list(read_questions(settings))
        before = len(held)
        for draft in drafts:
            taken = {question.id for question in held}
            question, assumed = register(draft, settings, today=_today(), taken=taken)
            held.append(question)
            notes += assumed
        write_questions(settings, held)
    said_too = [*dict.fromkeys(notes), *([EXAMPLE_NOTE] if packaged else [])]
    _show(_head(str(questions_path(settings)), said_too), held[before:], output)


@questions_app.command("list")
def list_questions(
    packaged: bool = typer.Option(False, "--packaged", help="Show the packaged example instead of your own."),
    output: Format = _FORMAT,
) -> None:
    """List the questions, each probability with its base rate, its period and what came of it."""
    from tocsin.settings import load_settings
    from tocsin.warn.question_file import packaged_questions, questions_path, read_questions
    from tocsin.warn.questions import register

    settings = load_settings()
    if not packaged:
        _show(_head(str(questions_path(settings)), []), read_questions(settings), output)
        return
    drafts, unsettled = packaged_questions()
    shown = [register(draft, settings, today=_today())[0] for draft in drafts]
    _show(_head(None, [EXAMPLE_NOTE], unsettled), shown, output)


@questions_app.command("resolve")
def resolve_questions(output: Format = _FORMAT) -> None:
    """Settle the questions whose figures are in; say of the others how far the figures must reach."""
    from tocsin.digest import load_digest
    from tocsin.settings import load_settings
    from tocsin.warn.question_file import changing, read_questions, to_dict, write_questions
    from tocsin.warn.questions import settle, waits_for

    settings = load_settings()
    digest = load_digest(settings)
    with changing(settings):
        before = read_questions(settings)
        after = [settle(question, digest, today=_today()) for question in before]
        if after != list(before):
            write_questions(settings, after)
    settled = [new for old, new in zip(before, after, strict=True) if new != old]
    still = [question for question in after if question.settlement is None]
    head = _figures_head(digest)
    if output is Format.json:
        waiting = [{"id": q.id, "to": q.claim.last_day.isoformat(), "waits_for": waits_for(q, digest)} for q in still]
        _print_json({**head, "settled": [to_dict(question) for question in settled], "open": waiting})
        return
    if not after:
        typer.echo("No question is registered. Hint: tocsin questions add")
    for question in settled:
        typer.echo(_safe(f"{question.id}: settled {_outcome(question)}. {question.claim.words}"))
    for question in still:
        typer.echo(_safe(f"{question.id}: open; {waits_for(question, digest)}. {question.claim.words}"))
    if after and not settled and not still:
        typer.echo(f"All {len(after)} questions were settled before.")
    typer.echo(_safe(f"Figures: {head['vintage']}, to {head['data_until']}. Source: {head['citation']}."))
    for note in head["notes"]:
        typer.echo(_safe(note))


@questions_app.command("score")
def score_questions(output: Format = _FORMAT) -> None:
    """Score the settled questions against their base rates (Brier, smaller is better)."""
    from tocsin.settings import load_settings
    from tocsin.warn.question_file import read_questions
    from tocsin.warn.questions import score

    questions = read_questions(load_settings())
    result = score(questions)
    done = [question for question in questions if question.settlement is not None]
    vintages = sorted({q.settlement.vintage for q in done if q.settlement is not None})
    if output is Format.json:
        from tocsin.warn.question_file import to_dict

        listed = [to_dict(question) for question in done]
        _print_json({**asdict(result), "n_open": len(questions) - result.n, "vintages": vintages, "questions": listed})
        return
    for line in _score_lines(result, len(questions) - result.n, vintages):
        typer.echo(_safe(line))


# --- how it is shown --------------------------------------------------------------------------------------------------


def _show(head: dict[str, Any], questions: Sequence[Question], output: Format) -> None:
    """Print a list of questions; it is the packaged example where the head names no file they are kept in."""
    from tocsin.warn.claims import MEASURES
    from tocsin.warn.question_file import to_dict

    example = head["questions_file"] is None
    if output is Format.json:
        listed = [to_dict(question) for question in questions]
        if example:  # shown, not entered
            listed = [{**question, "entered_on": None, "backdated": None} for question in listed]
        _print_json({**head, "questions": listed})
        return
    if not questions:
        typer.echo("No question is registered. Hint: tocsin questions add, or tocsin questions list --packaged")
        return
    _print_table(questions, example=example)
    for claim in head["cannot_be_settled"]:
        typer.echo(_safe(f"Not a question: {claim['text']} This {claim['why']}."))
    for source in dict.fromkeys(question.source for question in questions):
        ids = ", ".join(question.id for question in questions if question.source == source)
        typer.echo(_safe(f"Source of {ids}: {source}."))
    for measure in dict.fromkeys(question.claim.measure for question in questions):
        typer.echo("{}: {}.".format(*MEASURES[measure]).capitalize())
    for vintage in sorted({question.base_rate.vintage for question in questions}):
        typer.echo(_safe(f"Base rates: {vintage}, from the figures known on the day of registering, ten years back."))
    for note in head["notes"]:
        typer.echo(_safe(note))


def _head(path: str | None, notes: Sequence[str], unsettled: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    return {"questions_file": path, "notes": list(notes), "cannot_be_settled": list(unsettled)}


def _print_table(questions: Sequence[Question], *, example: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PLAIN_WIDTH, no_color=True)
    narrow = console.width < _NARROW
    gap = "\n" if narrow else " "
    style = box.SIMPLE_HEAD if console.is_terminal else box.ASCII2
    table = Table(box=style, pad_edge=False, show_edge=False, show_lines=True, expand=True, collapse_padding=narrow)
    table.add_column("id", overflow="fold", max_width=12 if narrow else 24)
    table.add_column("question and claim", ratio=1, min_width=22)
    table.add_column("registered")
    table.add_column("probability", justify="right", no_wrap=True)
    table.add_column("base rate", max_width=16 if narrow else 32)
    table.add_column("status", max_width=12 if narrow else 30)
    for q in questions:
        told = [q.text] * (q.text != q.claim.words) + [q.claim.words]
        entered = [f"entered{gap}{q.entered_on}"] * (q.backdated and not example)
        rate = q.base_rate
        based = f"{_percent(rate.value)}: {rate.held:,} of {rate.windows:,} windows of {rate.of}, to {rate.until}"
        cells = (
            [q.id],
            told,
            [f"{q.registered_on}", *entered],
            [_percent(q.probability), f"{q.horizon_months} months{gap}ahead"],
            [based],
            [f"open until {q.claim.last_day}" if q.settlement is None else _outcome(q)],
        )
        table.add_row(*(Text("\n".join(_safe(line) for one in lines for line in one.split("\n"))) for lines in cells))
    console.print(table)


def _score_lines(result: Score, n_open: int, vintages: Sequence[str]) -> list[str]:
    if result.n == 0 or result.brier is None or result.brier_base_rate is None or result.difference is None:
        return [f"No question is settled, so there is nothing to score ({n_open} open)."]
    lines = [
        f"{result.n} settled, {n_open} open. Brier score {result.brier:.3f}; of their base rates "
        f"{result.brier_base_rate:.3f} (0 is best, 1 worst)."
    ]
    if result.standard_error is None:
        lines.append("One question tells nothing of skill.")
    else:
        lines.append(
            f"Difference {result.difference:+.3f} (standard error {result.standard_error:.3f}, questions taken as "
            "independent); below zero is better than the base rates."
        )
    if result.n_early:
        lines.append(
            f"{result.n_early} came true before the period was over. Only a yes can be settled so early, so while such "
            "questions are open the score leans to those that said yes."
        )
    if result.n_backdated:
        lines.append(f"{result.n_backdated} were entered after the day they are registered for: no test of foresight.")
    return [*lines, f"Settled by: {', '.join(vintages)}."]


def _outcome(question: Question) -> str:
    settled = question.settlement
    if settled is None:
        return "open"
    early = ", before the period is over" if settled.early else ""
    return (
        f"{question.status}: {settled.figure:,} in figures to {settled.data_until}{early} ({settled.vintage}; "
        f"settled {settled.settled_on})"
    )


def _percent(p: float) -> str:
    from tocsin.warn.headline import percent

    return f"{p:.0%}" if p in (0, 1) else percent(p)


def _figures_head(digest: Digest) -> dict[str, Any]:
    from tocsin.digest.load import end_of_data

    origin = digest.provenance
    return {
        "data_until": end_of_data(digest).isoformat(),
        "vintage": origin.vintage,
        "licence": origin.licence,
        "citation": origin.citation,
        "notes": list(origin.notes),
    }


def _safe(line: str) -> str:
    from tocsin.report.terminal import safe

    return safe(line)


def _print_json(answer: dict[str, Any]) -> None:
    import json

    say_json(json.dumps(answer, indent=2, ensure_ascii=False))


def _today() -> date:
    return date.today()
