"""`tocsin data revisions` and `tocsin data lags`: what a release changed, and how late events come into the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tocsin.cli.asked import day_of, month_or_day
from tocsin.cli.data import data_app
from tocsin.cli.results_out import OutFormat, form_of, write_result
from tocsin.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    from tocsin.settings import Settings
    from tocsin.store import Store

_FORMAT = typer.Option(None, "--format", help="How to write it. \\[default: by the ending of --output, else table]")
_OUTPUT = typer.Option(None, "--output", "-o", help="Write to this file: .json, .csv or .parquet.")


@data_app.command("revisions")
def revisions_command(
    older: str | None = typer.Argument(None, metavar="[OLDER", help="The older release, e.g. 23.1."),
    newer: str | None = typer.Argument(
        None, metavar="NEWER]", help="The newer one. \\[default: the two newest that overlap]"
    ),
    theatre: str | None = typer.Option(None, help="A country, a named theatre, or countries joined by '+'."),
    first: str | None = typer.Option(None, "--from", metavar="YYYY-MM", help="First month or day of events."),
    last: str | None = typer.Option(None, "--to", metavar="YYYY-MM", help="Last month or day of events."),
    warnings: bool = typer.Option(
        False, "--warnings", help="Say which warnings flip: assess a day with each release alone."
    ),
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="With --warnings, the day. \\[default: the last that both releases reach]"
    ),
    horizon: int | None = typer.Option(None, help="With --warnings, months ahead: 3, 6 or 12. \\[default: 6]"),
    top: int = typer.Option(20, min=1, help="Lines in each list of the table; exports hold all."),
    part: str | None = typer.Option(
        None,
        metavar="NAME",
        help="Table of a CSV or Parquet file: groups, theatres, years, periods, renamings or months; "
        "with --warnings flips or stayed. \\[default: the first]",
    ),
    format: OutFormat | None = _FORMAT,
    output: Path | None = _OUTPUT,
) -> None:
    """What a release changed of an older one, where both speak: events added, dropped and changed, by their id.

    By default the two newest releases held that overlap. With --warnings: which groups get another level on the same
    day by one release and by the other. Exports hold sums by group and month at finest, and are not made from sources
    whose terms forbid it.
    """
    form = form_of(format, output)
    days = month_or_day(first, "--from")[0], month_or_day(last, "--to")[1]
    day = day_of(as_of)
    _check(warnings, {"--as-of": as_of, "--horizon": horizon}, {"--from": first, "--to": last})
    from tocsin.settings import load_settings
    from tocsin.store import Store

    settings = load_settings()
    store = Store.open()
    _check_terms(store, settings, form)
    if warnings:
        _flips(store, settings, older, newer, theatre, day, horizon or 6, top, part, form, output)
        return
    from tocsin.cli.working import working
    from tocsin.groups import resolve_theatre
    from tocsin.report.revision_tables import print_revisions
    from tocsin.store import compare_releases

    theatres = resolve_theatre(theatre, settings).countries if theatre else ()
    with working("comparing releases"):
        found = compare_releases(
            store, older, newer, source=settings.source, theatres=theatres, first=days[0], last=days[1]
        )
    if form is OutFormat.table:
        print_revisions(found, top)
    else:
        write_result(found, part, form, output)


def _check(warnings: bool, of_warnings: dict[str, object], of_events: dict[str, object]) -> None:
    wrong, where = (of_events, "goes without --warnings") if warnings else (of_warnings, "goes with --warnings")
    for option, given in wrong.items():
        if given is not None:
            raise InputError(f"{option} {where}")


def _check_terms(store: Store, settings: Settings, form: OutFormat) -> None:
    """Refuse an export of sums of events whose source's terms forbid it."""
    from tocsin.sources.acknowledged import check_acknowledged
    from tocsin.sources.terms import check_exported, terms_of, together

    held = [vintage for vintage in store.vintages() if vintage.source == settings.source]
    if held:
        check_acknowledged(settings.home, settings.source)
    terms = together(terms_of(vintage.source, redistributable=vintage.redistributable) for vintage in held)
    if form is not OutFormat.table:
        check_exported(
            terms, "nothing is exported of what a release changed", "without --format it is shown on this machine"
        )


def _flips(
    store: Store,
    settings: Settings,
    older: str | None,
    newer: str | None,
    theatre: str | None,
    day: date | None,
    horizon: int,
    top: int,
    part: str | None,
    form: OutFormat,
    output: Path | None,
) -> None:
    from tocsin.cli.fitting import fitting
    from tocsin.report.revision_tables import print_flips
    from tocsin.store import releases_compared
    from tocsin.warn.flips import flips_of

    pair = releases_compared(store, older, newer, source=settings.source)
    with fitting() as progress:
        found = flips_of(
            store,
            settings=settings,
            as_of=day or min(vintage.last_day for vintage in pair),
            older=pair[0].label,
            newer=pair[1].label,
            theatre=theatre,
            horizon=horizon,
            progress=progress,
        )
    if form is OutFormat.table:
        print_flips(found, top)
    else:
        write_result(found, part, form, output)


@data_app.command("lags")
def lags_command(
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="Use only releases published by this day. \\[default: all held]"
    ),
    part: str | None = typer.Option(
        None, metavar="NAME", help="Table of a CSV or Parquet file: points, pairs or kinds. \\[default: points]"
    ),
    format: OutFormat | None = _FORMAT,
    output: Path | None = _OUTPUT,
) -> None:
    """How late events come into the record: the share known so many months after they happened.

    Estimated from the releases held, where an older one covers events of a newer one; else a curve that is assumed, and
    said to be. The as-of mode 'lagged' goes by it.
    """
    form = form_of(format, output)
    day = day_of(as_of)
    from tocsin.report.revision_tables import print_lags
    from tocsin.settings import load_settings
    from tocsin.store import Store, reporting_lag

    settings, store = load_settings(), Store.open()
    _check_terms(store, settings, form)
    model = reporting_lag(store, source=settings.source, as_of=day)
    if form is OutFormat.table:
        print_lags(model)
    else:
        write_result(model, part, form, output)
