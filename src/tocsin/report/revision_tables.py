"""What a release changed, which warnings flip under it, and how late events come, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from tocsin.report.layout import console_of, table_of
from tocsin.report.terminal import safe
from tocsin.store import LagModel, RevisionRow, Revisions
from tocsin.warn.flips import Flip, Flips

_COLUMNS = ("events", "after", "added", "dropped", "moved", "changed", "deaths", "after")


def print_revisions(found: Revisions, top: int) -> None:
    """Print totals, recent and older, then years, theatres and the groups that changed most."""
    console = console_of(None)
    total = found.total
    console.print()
    where = f" in {', '.join(found.theatres)}" if found.theatres else ""
    _bold(
        console,
        f"{found.newer} beside {found.older}{where}, {found.first} to {found.last}: {_of(total.added, 'event')} added, "
        f"{total.dropped:,} dropped, {total.changed:,} of {total.events_before:,} changed; "
        f"{total.deaths_before:,} deaths became {total.deaths_after:,}.",
    )
    _rows(console, "", (total, found.recent, found.past))
    if total.changed:
        console.print(Text(_kinds_of_change(total)))
    changed = [row for row in found.years if _touched(row)]
    _rows(console, "Years", changed, "No year changed.")
    theatres = sorted(found.by_theatre, key=lambda row: (-_touched(row), row.of))
    _rows(
        console, f"Theatres{_first(theatres, top)}", [row for row in theatres if _touched(row)][:top], "None changed."
    )
    groups = [row for row in found.groups if _touched(row)]
    _rows(console, f"Groups that changed most{_first(groups, top)}", groups[:top], "No group changed.")
    if found.renamings:
        _heading(console, "Actors under another name")
        table = table_of(console)
        for name in ("before", "after", "events"):
            table.add_column(name, justify="right" if name == "events" else "left")
        for renaming in found.renamings[:top]:
            table.add_row(safe(renaming.before), safe(renaming.after), f"{renaming.events:,}")
        console.print(table)
    _notes(
        console,
        (
            "Deaths are best estimates; of a group, of all events with it as a side. Changes are counted where the "
            "older release has the event. Moved are those that came from elsewhere, less those that went.",
            *found.notes,
            f"Licence: {found.licence}. {found.citation}.",
        ),
    )


def print_flips(found: Flips, top: int) -> None:
    """Print the groups whose level, list or presence differs, levels first."""
    console = console_of(None)
    console.print()
    stayed = ", ".join(f"{one.groups:,} on {one.level}" for one in found.stayed)
    where = f" in {found.theatre}" if found.theatre else ""
    _bold(
        console,
        f"As of {found.as_of}{where}, {found.newer} instead of {found.older} changes the level of "
        f"{_of(found.levels_changed, 'group')}; of the {found.compared:,} that both list these stay: {stayed}.",
    )
    table = table_of(console)
    for name in ("group", "what", "level", "after", "25 deaths", "after", "attack", "after"):
        table.add_column(name, overflow="fold" if name == "group" else "ellipsis")
    for flip in found.rows[:top]:
        table.add_row(
            safe(flip.group),
            ", ".join(flip.changes) + (" *" if flip.coverage_only else ""),
            flip.level_before,
            flip.level_after,
            _chance(flip, "deaths25", "before"),
            _chance(flip, "deaths25", "after"),
            _chance(flip, "mass_casualty", "before"),
            _chance(flip, "mass_casualty", "after"),
        )
    if found.rows:
        _heading(console, f"Flips{_first(found.rows, top)}")
        console.print(table)
    star = ("* of coverage alone: it goes away with only such events as both hold.",)
    _notes(
        console,
        (
            f"Probabilities within {found.horizon_months} months, with the 90% interval of their estimate: of 25 "
            "deaths or more, and of a mass-casualty attack. Below each the base rate: the share of "
            "past group-months of the same list that it came to.",
            *(star if any(flip.coverage_only for flip in found.rows) else ()),
            *found.notes,
            f"Models: {', '.join(dict.fromkeys((found.model_older, found.model_newer)))}. Licence: {found.licence}.",
        ),
    )


def print_lags(model: LagModel) -> None:
    """Print the share of events known after some months, and the releases that it rests on."""
    console = console_of(None)
    console.print()
    rests = f"{_of(model.events, 'event')} of {_of(len(model.pairs), 'pair')} of releases"
    basis = f"estimated from {rests}" if model.basis == "estimated" else "assumed"
    by = f", those published by {model.published_by}" if model.published_by else ""
    _bold(console, f"Share of events of {model.source} in the record so many months after they happened: {basis}{by}.")
    table = table_of(console)
    for name in ("months", "known", "90% interval", "looked at", "basis"):
        table.add_column(name, justify="left" if name == "basis" else "right")
    for point in model.points:
        interval = f"{point.low:.0%} - {point.high:.0%}"
        table.add_row(str(point.months), f"{point.share:.1%}", interval, f"{point.events:,}", point.basis)
    console.print(table)
    if model.pairs:
        _heading(console, "Releases compared")
        table = table_of(console)
        for name in ("older", "newer", "events covered", "held by the older", "ages in months"):
            table.add_column(name, justify="left" if name in ("older", "newer") else "right")
        for pair in model.pairs:
            ages = f"{pair.youngest_months} - {pair.oldest_months}"
            table.add_row(safe(pair.older), safe(pair.newer), f"{pair.events:,}", f"{pair.held:,}", ages)
        console.print(table)
    own = ", ".join(f"{kind.region} {kind.kind}" for kind in model.kinds)
    _notes(
        console,
        (
            f"Regions and kinds with a curve of their own: {own or 'none'}.",
            f"Looks differ from month to month {model.spread:.1f} times as much as by chance; intervals allow for it.",
            *model.notes,
            f"Releases: {model.vintage}. Licence: {model.licence}.",
        ),
    )


def _chance(flip: Flip, target: str, when: str) -> str:
    p, low, high = (getattr(flip, f"p_{target}{end}_{when}") for end in ("", "_low", "_high"))
    if p is None:
        return "not listed"
    base = getattr(flip, f"base_rate_{target}_{when}")
    return f"{p:.1%} ({low:.1%}-{high:.1%})\nbase {base:.2%}"


def _kinds_of_change(row: RevisionRow) -> str:
    told = {
        "more deaths": row.deaths_up,
        "fewer deaths": row.deaths_down,
        "another day": row.date_moved,
        "another country": row.country_moved,
        "another side": row.actors_changed,
        "another kind of violence": row.kind_changed,
    }
    counts = ", ".join(f"{name} {count:,}" for name, count in told.items() if count)
    return f"Of the {row.changed:,} changed, some in several ways: {counts}."


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _touched(row: RevisionRow) -> int:
    return row.added + row.dropped + row.changed + abs(row.moved_net)


def _rows(console: Console, title: str, rows: Sequence[RevisionRow], nothing: str = "") -> None:
    if title:
        _heading(console, title)
    if not rows:
        console.print(Text(nothing))
        return
    table = table_of(console)
    table.add_column("", overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for row in rows:
        counts = (row.events_before, row.events_after, row.added, row.dropped, row.moved_net, row.changed)
        table.add_row(safe(row.of), *(f"{n:,}" for n in (*counts, row.deaths_before, row.deaths_after)))
    console.print(table)


def _first(rows: Sequence[object], top: int) -> str:
    return f", the first {top} of {len(rows):,}" if len(rows) > top else ""


def _bold(console: Console, text: str) -> None:
    console.print(Text(safe(text), style="bold"))
    console.print()


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold cyan"))


def _notes(console: Console, notes: Iterable[str]) -> None:
    console.print()
    for note in notes:
        console.print(Text(safe(note), style="dim"))
