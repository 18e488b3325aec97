"""`tocsin data digest`: the figures per actor and period, written to a folder."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from tocsin.cli.app import say, say_json
from tocsin.cli.asked import day_of
from tocsin.cli.data import Covers, Format, data_app


@data_app.command("digest")
def digest_command(
    output: Path = typer.Option(..., "--output", "-o", help="Folder to write the three tables and provenance.json to."),
    file: Path | None = typer.Argument(None, help="Count this file alone, without the store. \\[default: the store]"),
    release: str | None = typer.Option(None, help="The file's release, where its name does not tell."),
    source: str | None = typer.Option(
        None, metavar="NAME", help="Whose events the file has; by default by its columns."
    ),
    published: str | None = typer.Option(None, metavar="YYYY-MM-DD", help="The day the file was published, or taken."),
    place_precision_max: int | None = typer.Option(
        None, min=1, max=7, help="Coarsest place precision in the file; needed where it has no column where_prec."
    ),
    covers: Covers | None = typer.Option(
        None, help="What the file speaks for: the world, or only the countries in it. By default told by their number."
    ),
    covers_until: int | None = typer.Option(
        None, metavar="YYYY", help="Last year the file speaks for whole; by default it ends with its last event."
    ),
    cluster: str | None = typer.Option(
        None, metavar="tcp://HOST:PORT", help="A Dask scheduler whose workers count; they need to see the store."
    ),
    format: Format = typer.Option(Format.table, help="How to print what was written."),
) -> None:
    """Count events into figures: by month, by week, and by month and half-degree cell.

    The tables hold aggregates only, no event rows; where the terms of a source forbid it, the folder is not to be
    passed on, and that is said. JSON keys: `folder, vintage, first_month, last_month, groups, files: [{name, bytes}],
    kept_to_oneself` (why the folder is not to be passed on, or null).
    """
    import tempfile

    import polars as pl

    from tocsin.actors import is_named_group
    from tocsin.digest import load_digest, write_digest
    from tocsin.digest.counting import digest_events
    from tocsin.digest.used import terms_of_figures
    from tocsin.errors import InputError
    from tocsin.months import month_label
    from tocsin.settings import load_settings
    from tocsin.sources.terms import kept_to_oneself

    when = day_of(published, "--published")
    of_file = (release, source, when, place_precision_max, covers, covers_until)
    if file is None and any(one is not None for one in of_file):
        raise InputError("--release, --source, --published, --place-precision-max and --covers go with a FILE")
    if file is None:
        digest = load_digest(load_settings(), cluster=cluster)
    elif cluster is not None:
        raise InputError("--cluster counts the events of a store that its workers see; import the file first")
    else:
        from tocsin.sources.acknowledged import check_acknowledged
        from tocsin.sources.registry import ReadOptions, read_file, source_of_file
        from tocsin.store import Store

        check_acknowledged(load_settings().home, source_of_file(file, source).name)
        options = ReadOptions(
            release=release,
            published=when,
            place_precision_max=place_precision_max,
            covers=covers and covers.value,
            covers_until=covers_until,
        )
        checked = read_file(file, options, source)
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder))
            store.add(checked)
            digest = store.ask(lambda held: digest_events(held, fingerprint=checked.sha256))
    sizes = write_digest(digest, output)
    groups = digest.monthly.filter(is_named_group(pl.col("actor"))).select("actor", "theatre").n_unique()
    said = {
        "folder": str(output),
        "vintage": digest.provenance.vintage,
        "first_month": month_label(digest.provenance.first_month),
        "last_month": month_label(digest.provenance.last_month),
        "groups": groups,
        "files": [{"name": name, "bytes": size} for name, size in sizes.items()],
        "kept_to_oneself": kept_to_oneself(terms_of_figures(digest.provenance)),
    }
    if format is Format.json:
        say_json(json.dumps(said, indent=2, ensure_ascii=False))
        return
    say(f"{said['vintage']}, {said['first_month']} to {said['last_month']}, {groups:,} groups -> {output}")
    for name, size in sizes.items():
        typer.echo(f"  {name}: {size:,} bytes")
    if said["kept_to_oneself"]:
        say(f"{said['kept_to_oneself']}")
