"""`tocsin data cells`: half-degree cells by month as files for maps."""

from __future__ import annotations

import enum
from pathlib import Path

import typer

from tocsin.cli.app import say
from tocsin.cli.asked import check_output, day_of, month_of
from tocsin.cli.assess import Mode
from tocsin.cli.data import data_app
from tocsin.errors import InputError


class CellsFormat(enum.StrEnum):
    """The formats of a file of cells."""

    geoparquet = "geoparquet"
    geojson = "geojson"
    csv = "csv"


@data_app.command("cells")
def cells_command(
    output: Path = typer.Option(..., "--output", "-o", help="The file to write."),
    first: str | None = typer.Option(
        None, "--from", metavar="YYYY-MM", help="First month. \\[default: the first held]"
    ),
    last: str | None = typer.Option(None, "--to", metavar="YYYY-MM", help="Last month. \\[default: the last held]"),
    theatre: str | None = typer.Option(None, help="A country, a named theatre, or countries joined by '+'."),
    group: str | None = typer.Option(None, help="One group, as for 'tocsin groups show'."),
    format: CellsFormat | None = typer.Option(
        None, help="How to write it. \\[default: by the ending of --output: .parquet, .geojson or .csv]"
    ),
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="Use only what was known on this day. \\[default: end of the data]"
    ),
    as_of_mode: Mode | None = typer.Option(
        None, help="reconstructed: newest release; strict: releases of that day; lagged: with estimated delays."
    ),
    lag_days: int | None = typer.Option(None, min=0, help="An event counts as known so many days after it happened."),
) -> None:
    """Write half-degree cells by month with events and deaths per actor, as GeoParquet, GeoJSON or CSV.

    No file is made from sources whose terms forbid it. The file says source, licence, vintage and where data end.
    """
    check_output(output)
    from tocsin.digest import load_digest
    from tocsin.digest.used import check_day
    from tocsin.doors.cells import CELL_FORMATS, write_cells
    from tocsin.groups import resolve_group, resolve_theatre
    from tocsin.months import last_day
    from tocsin.settings import load_settings

    written = format.value if format else CELL_FORMATS.get(output.suffix.lower())
    if written is None:
        raise InputError(f"{output.name} does not end with {', '.join(CELL_FORMATS)}; name a format with --format")
    given = {"as_of_mode": as_of_mode and as_of_mode.value, "lag_days": lag_days}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    months = {"first": month_of(first, "--from"), "last": month_of(last, "--to")}
    day = day_of(as_of)
    check_day(settings, day)
    digest = load_digest(settings, as_of=day)
    theatres = resolve_theatre(theatre, settings).countries if theatre else None
    actor = None
    if group:
        found = resolve_group(group, digest.monthly, settings, as_of_month=digest.provenance.last_month)
        actor, places = found.actor, found.theatre.countries
        theatres = places if theatres is None else tuple(name for name in theatres if name in places)
    rows = write_cells(digest, output, written, theatres=theatres, actor=actor, **months)
    end = last_day(digest.provenance.last_month)
    say(f"{rows:,} rows of half-degree cells, {digest.provenance.vintage} to {end} -> {output}")
