"""`tocsin whatif calibrate`: what a theatre's past tells of a scenario's numbers. Parses and prints, nothing else."""

from __future__ import annotations

from pathlib import Path

import typer

from tocsin.cli.asked import Format, month_or_day, print_json
from tocsin.cli.whatif import FORMAT, SCENARIO, SEED, check_file, refuse_existing, whatif_app
from tocsin.cli.working import walking

_PAST_MONTHS = 72


@whatif_app.command("calibrate")
def calibrate_scenario(
    source: str = SCENARIO,
    target: Path = typer.Option(..., "--output", "-o", metavar="FILE", help="Where the calibrated scenario goes."),
    first: str | None = typer.Option(
        None, "--from", metavar="YYYY-MM", help="First month of the past. \\[default: six years before the last]"
    ),
    last: str | None = typer.Option(
        None, "--to", metavar="YYYY-MM", help="Last month of the past. \\[default: the last known on the as-of day]"
    ),
    draws: int = typer.Option(20_000, min=1000, help="Simulated pasts in each of two rounds."),
    seed: int | None = SEED,
    force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
    everything: bool = typer.Option(False, "--all", help="Print every summary statistic that was compared."),
    output: Format = FORMAT,
) -> None:
    """Calibrate a scenario's free numbers to the past of its theatre, and check what it then says of that past.

    What the figures tell is narrowed and marked as estimated; what they cannot tell stays as it is, and is listed.
    """
    from tocsin.digest import load_digest
    from tocsin.groups import resolve_theatre
    from tocsin.months import month_id
    from tocsin.settings import load_settings
    from tocsin.whatif.files import read_scenario, write_scenario

    scenario = read_scenario(source)
    begin, end = month_or_day(first, "--from")[0], month_or_day(last, "--to")[1]
    check_file(target)
    refuse_existing(target, force=force)
    settings = load_settings()
    place = resolve_theatre(scenario.theatre, settings)
    digest = load_digest(settings, as_of=scenario.as_of)
    from tocsin.whatif.calibrate import calibrate
    from tocsin.whatif.past import read_past
    from tocsin.whatif.predictive import predictive_check

    to = digest.provenance.last_month if end is None else month_id(end)
    since = to - _PAST_MONTHS + 1 if begin is None else month_id(begin)
    past = read_past(digest, place, scenario.names, first=since, last=to, as_of=scenario.as_of)
    with walking("simulated pasts", lines=5) as progress:
        found = calibrate(scenario, past, draws=draws, seed=seed, progress=progress)
    check = predictive_check(found)
    write_scenario(found.scenario(), target)
    from tocsin.report.whatif_calibration import calibration_document, print_calibration

    if output is Format.json:
        print_json(calibration_document(found, check, target))
    else:
        print_calibration(found, check, target, everything=everything)
