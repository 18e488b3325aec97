"""`tocsin rivalry`: who answers whom, in one theatre or in all that have rivals."""

from __future__ import annotations

import enum
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app
from tocsin.cli.asked import Format, day_of, month_or_day, print_json
from tocsin.cli.working import cores, walking, working
from tocsin.errors import InputError, NotHeldError

if TYPE_CHECKING:
    from tocsin.digest import Digest
    from tocsin.groups import Theatre
    from tocsin.rivalry.result import Rivalry
    from tocsin.rivalry.series import Series
    from tocsin.settings import Settings


class Kind(enum.StrEnum):
    """Which events count as attacks."""

    onesided = "onesided"
    state = "state"
    all = "all"


class Mode(enum.StrEnum):
    """What counts as known on a past day."""

    reconstructed = "reconstructed"
    strict = "strict"
    lagged = "lagged"


@app.command("rivalry")
def rivalry_command(
    theatre: str | None = typer.Option(
        None, help="A country, a named theatre, or countries joined by '+'. \\[default: every theatre with rivals]"
    ),
    kind: Kind = typer.Option(
        Kind.onesided, help="What is an attack: on civilians, a recorded clash with a state, or both."
    ),
    first: str | None = typer.Option(
        None, "--from", metavar="YYYY-MM[-DD]", help="First day used. \\[default: the first attack]"
    ),
    last: str | None = typer.Option(
        None, "--to", metavar="YYYY-MM[-DD]", help="Last day used. \\[default: end of the data]"
    ),
    daily: bool = typer.Option(False, "--daily", help="Count by day, not by week: events of your own store only."),
    seed: int = typer.Option(1, min=0, help="What all randomness comes from."),
    figure: list[Path] | None = typer.Option(
        None, metavar="FILE", help="Draw the network as .svg or .png; may be given several times."
    ),
    top: int = typer.Option(20, min=1, help="Links in the table; those that answer are all shown, in JSON every link."),
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="Use only what was known on this day. \\[default: end of the data]"
    ),
    as_of_mode: Mode | None = typer.Option(
        None, help="reconstructed: newest release; strict: releases of that day; lagged: with estimated delays."
    ),
    lag_days: int | None = typer.Option(None, min=0, help="An event counts as known so many days after it happened."),
    workers: int | None = typer.Option(
        None, min=1, help="Processes that share the theatres; the result is the same. \\[default: one a core]"
    ),
    cluster: str | None = typer.Option(
        None, metavar="tcp://HOST:PORT", help="A Dask scheduler whose workers do the work instead."
    ),
    format: Format = typer.Option(Format.table, help="How to print the result."),
) -> None:
    """Estimate which armed groups answer each other's attacks, beside what moves all of them.

    Each link gets an interval and a label: answers, does not answer beyond X, or cannot tell. Beside them stand how
    often links show where there are none, and whether links help to predict months held apart. Predictive, not causal.
    """
    days = month_or_day(first, "--from")[0], month_or_day(last, "--to")[1]
    figures = tuple(figure or ())
    if theatre is None:
        _refuse({"--figure": bool(figures), "--daily": daily}, "goes with one theatre. Hint: --theatre NAME")
    else:
        _refuse({"--workers": workers is not None, "--cluster": cluster is not None}, "is for all theatres at once")
    _check_figures(figures)
    from tocsin.digest.used import check_day
    from tocsin.groups import resolve_theatre
    from tocsin.settings import load_settings

    given = {"as_of_mode": as_of_mode and as_of_mode.value, "lag_days": lag_days}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    day = day_of(as_of)
    check_day(settings, day)
    if theatre is None:
        _all_theatres(_digest(settings, day), kind.value, days, seed, workers, cluster, format)
        return
    place = resolve_theatre(theatre, settings)
    digest = _digest(settings, day)
    with working(f"fitting {place.name}", "(a minute or two where there are many groups)"):
        result = _fit(digest, place, kind.value, days, seed, settings if daily else None, day)
    if figures:
        from tocsin.rivalry.figure import save_network

        for path in figures:
            save_network(result, path)
    if format is Format.json:
        print_json(result.to_dict())
    else:
        from tocsin.report.rivalry_tables import print_rivalry

        print_rivalry(result, top)


# --- what is asked ---------------------------------------------------------------------------------------------------


def _refuse(given: dict[str, bool], why: str) -> None:
    for name, there in given.items():
        if there:
            raise InputError(f"{name} {why}")


def _check_figures(figures: tuple[Path, ...]) -> None:
    """Refuse at once what could not be written after the fit."""
    for path in figures:
        if path.suffix.lower() not in (".svg", ".png"):
            raise InputError(f"--figure is a file that ends in .svg or .png, got {str(path)!r}")
        if path.is_dir():
            raise InputError(f"--figure is a file to write, got the folder {path}")
        if not path.parent.is_dir():
            raise InputError(f"--figure {path} can not be written: there is no folder {path.parent}")


# --- what is done ----------------------------------------------------------------------------------------------------


def _digest(settings: Settings, day: date | None) -> Digest:
    """The figures known on the day, with a note that says as of when they are."""
    from tocsin.digest import load_digest
    from tocsin.months import last_day

    digest = load_digest(settings, as_of=day)
    end = last_day(digest.provenance.last_month)
    lag = f", events known after {settings.lag_days} days" if settings.lag_days else ""
    note = f"As of {day or end} ({settings.as_of_mode}{lag}); figures to {end}."
    notes = (*digest.provenance.notes, note)
    return replace(digest, provenance=replace(digest.provenance, notes=notes))


def _fit(
    digest: Digest,
    place: Theatre,
    kind: Any,
    days: tuple[date | None, date | None],
    seed: int,
    by_day: Settings | None,
    as_of: date | None,
) -> Rivalry:
    """The fit of one theatre, by week from the figures, or by day from the store of `by_day`."""
    from tocsin.rivalry.fit import fit_rivalry, fit_series

    first, last = days
    if by_day is None:
        return fit_rivalry(digest, place, kind=kind, first=first, last=last, seed=seed)
    import polars as pl

    from tocsin.rivalry.series import daily_series
    from tocsin.store import Store

    store = Store.open(by_day.home)
    if by_day.source not in store.sources():
        raise NotHeldError(
            "--daily counts event rows, and none are imported (the packaged figures are by week). Hint: tocsin data "
            "import FILE, or leave --daily out"
        )
    held = store.events(
        as_of=as_of,
        mode=by_day.as_of_mode,
        lag_days=by_day.lag_days,
        source=by_day.source,
        release=by_day.release or None,
    )
    # Theatres that the figures leave out, since what is held of them ends early, are left out here as well.
    known = digest.monthly["theatre"].cast(pl.String).unique().to_list()
    events = held.events.filter(pl.col("theatre").is_in(known))
    series = daily_series(events, place, provenance=digest.provenance, kind=kind, first=first, last=last)
    on_civilians: Series | None = series
    if kind != "onesided":
        try:
            options: dict[str, Any] = {"provenance": digest.provenance, "first": first, "last": last}
            on_civilians = daily_series(events, place, kind="onesided", **options)
        except (InputError, NotHeldError):
            on_civilians = None  # too few: severity cannot be told
    return fit_series(series, on_civilians=on_civilians, seed=seed)


def _all_theatres(
    digest: Digest,
    kind: Any,
    days: tuple[date | None, date | None],
    seed: int,
    workers: int | None,
    cluster: str | None,
    format: Format,
) -> None:
    from tocsin.rivalry.world import fit_world

    with walking("theatres") as progress:
        found = fit_world(
            digest,
            kind=kind,
            first=days[0],
            last=days[1],
            seed=seed,
            workers=workers or cores(),
            cluster=cluster,
            progress=progress,
        )
    if not found.theatres:
        raise NotHeldError(
            "no theatre has two groups with enough attacks in this time. Hint: a longer time, or --kind all"
        )
    if format is Format.json:
        print_json(found.to_dict())
    else:
        from tocsin.report.rivalry_tables import print_world

        print_world(found)
