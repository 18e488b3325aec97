"""`tocsin data compare`: two sources, or two releases, over the months and countries that both cover."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import typer

from tocsin.cli.app import say, say_json
from tocsin.cli.asked import day_of
from tocsin.cli.data import Format, data_app

if TYPE_CHECKING:
    from tocsin.digest.comparing import GroupsCompared, SourcesCompared

SHOWN = 15
"""So many lines of a table are printed; JSON has all."""

_KINDS = {"state": "with the state", "nonstate": "between groups", "onesided": "against civilians"}


@data_app.command("compare")
def compare(
    a: str = typer.Argument(..., metavar="A", help="A source, or 'source release': ucdp-ged, 'ucdp-ged 24.1'."),
    b: str = typer.Argument(..., metavar="B", help="The other one: acled."),
    theatre: str | None = typer.Option(None, help="A country, a named theatre, or countries joined by '+'."),
    first: str | None = typer.Option(None, "--from", metavar="YYYY-MM-DD", help="The first day; whole months count."),
    last: str | None = typer.Option(None, "--to", metavar="YYYY-MM-DD", help="The last day."),
    format: Format = typer.Option(Format.table, help="How to print the result."),
) -> None:
    """Compare what two sources count in the same months and countries: by year, by kind of violence, by group.

    JSON: `a, b`: {`asked, source, vintage, licence, citation, place_precision, redistributable, notes`}, `first_day,
    last_day, theatres, years`: [`theatre, year, kind, events_a, events_b, deaths_a, deaths_b`], `agreement`:
    [`theatre` (null for all), `first_month, months, events, deaths` (correlations of log counts by month)], `groups`:
    [`theatre, names_a, names_b, events_a, events_b, deaths_a, deaths_b`], `notes`.
    """
    from tocsin.digest.comparing import compare_sources
    from tocsin.groups import resolve_theatre
    from tocsin.settings import load_settings

    settings = load_settings()
    place = resolve_theatre(theatre, settings) if theatre is not None else None
    found = compare_sources(a, b, settings, theatre=place, first=day_of(first, "--from"), last=day_of(last, "--to"))
    if format is Format.json:
        say_json(json.dumps(asdict(found), default=date.isoformat, indent=2, ensure_ascii=False))
        return
    _print(found)


def _print(found: SourcesCompared) -> None:
    where = found.theatres[0] if len(found.theatres) == 1 else f"{len(found.theatres)} countries"
    say(f"A {found.a.vintage}, B {found.b.vintage}: {where}, {found.first_day} to {found.last_day}, whole months.")
    for note in found.notes:
        say(f"note: {note}")
    say("")
    _print_kinds(found)
    _print_theatres(found)
    _print_agreement(found)
    _print_groups(found)
    say("")
    say("Sources count by different rules, so that neither is the truth the other misses: docs/sources.md says how.")
    for name, side in (("A", found.a), ("B", found.b)):
        say(f"{name}: {side.citation} ({side.licence})")


def _print_kinds(found: SourcesCompared) -> None:
    rows = []
    for kind, words in _KINDS.items():
        of = [year for year in found.years if year.kind == kind]
        rows.append((words, *_figures([(y.events_a, y.events_b, y.deaths_a, y.deaths_b) for y in of])))
    rows.append(("all", *_figures([(y.events_a, y.events_b, y.deaths_a, y.deaths_b) for y in found.years])))
    _table("violence", rows)


def _print_theatres(found: SourcesCompared) -> None:
    by: dict[str, list[tuple[int, int, int, int]]] = {}
    several = len(found.theatres) > 1
    for y in found.years:
        key = y.theatre if several else str(y.year)
        by.setdefault(key, []).append((y.events_a, y.events_b, y.deaths_a, y.deaths_b))
    rows = [(key, *_figures(figures)) for key, figures in by.items()]
    if several:
        rows.sort(key=lambda row: -max(int(cell.replace(",", "")) for cell in row[3:5]))
    say("")
    _table("country" if several else "year", rows)


def _figures(rows: list[tuple[int, int, int, int]]) -> tuple[str, ...]:
    sums = [sum(row[at] for row in rows) for at in range(4)]
    return tuple(f"{number:,}" for number in sums)


def _table(head: str, rows: list[tuple[str, ...]]) -> None:
    shown = rows[:SHOWN]
    width = max(len(head), *(len(row[0]) for row in shown))
    say(f"{head:<{width}}  {'events A':>10}  {'events B':>10}  {'deaths A':>10}  {'deaths B':>10}")
    for name, *figures in shown:
        say(f"{name:<{width}}  " + "  ".join(f"{figure:>10}" for figure in figures))
    if len(rows) > SHOWN:
        say(f"... and {len(rows) - SHOWN} more (--format json has all)")


def _print_agreement(found: SourcesCompared) -> None:
    say("")
    say("How alike the months are (correlation of log counts: events, deaths):")
    for one in found.agreement[:SHOWN]:
        told = ["cannot be told" if r is None else f"{r:.2f}" for r in (one.events, one.deaths)]
        say(f"  {one.theatre or 'all, month by month in each country'}, {one.months} months: {told[0]}, {told[1]}")
    if len(found.agreement) > SHOWN:
        say(f"  ... and {len(found.agreement) - SHOWN} more countries")


def _print_groups(found: SourcesCompared) -> None:
    say("")
    both = [one for one in found.groups if one.names_a and one.names_b]
    say(f"Groups that both have: {len(both)} (deaths A, deaths B)")
    for one in both[:SHOWN]:
        say(f"  {_named(one.names_a)} = {_named(one.names_b)} @ {one.theatre}: {one.deaths_a:,}, {one.deaths_b:,}")
    for letter, alone in (
        ("A", [one for one in found.groups if not one.names_b]),
        ("B", [one for one in found.groups if not one.names_a]),
    ):
        say(f"Only in {letter}, or not known to be one of the other's: {len(alone)}")
        for one in alone[:SHOWN]:
            say(f"  {_alone(one)}")


def _alone(one: GroupsCompared) -> str:
    return f"{_named(one.names_a or one.names_b)} @ {one.theatre}: {one.deaths_a or one.deaths_b:,}"


def _named(names: tuple[str, ...]) -> str:
    return " + ".join(names)
