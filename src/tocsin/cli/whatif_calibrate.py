"""`tocsin whatif calibrate`: what a theatre's past tells of a scenario's numbers. Parses and prints, nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from tocsin.cli.asked import Format, month_of, print_json
from tocsin.cli.whatif import FORMAT, SCENARIO, SEED, check_file, refuse_existing, scenario_of, whatif_app
from tocsin.cli.working import walking
from tocsin.errors import InputError
from tocsin.whatif.limits import MOST_DRAWS

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
    draws: int = typer.Option(20_000, min=1000, max=MOST_DRAWS, help="Simulated pasts in each of two rounds."),
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
    from tocsin.settings import load_settings
    from tocsin.whatif.files.reading import write_scenario

    scenario = scenario_of(source)
    begin, end = month_of(first, "--from"), month_of(last, "--to")
    if begin is not None and end is not None and begin > end:
        raise InputError(f"--from {first} is after --to {last}")
    file = check_file(target)
    refuse_existing(file, force=force)
    settings = load_settings()
    place = resolve_theatre(scenario.theatre, settings)
    digest = load_digest(settings, as_of=scenario.as_of)
    from tocsin.whatif.calibration.fit import calibrate
    from tocsin.whatif.calibration.past import read_past
    from tocsin.whatif.calibration.predictive import predictive_check

    held = digest.provenance
    _refuse_outside("--from", begin, held.first_month, held.last_month, scenario.as_of)
    _refuse_outside("--to", end, held.first_month, held.last_month, scenario.as_of)
    to = held.last_month if end is None else end
    since = max(held.first_month, to - _PAST_MONTHS + 1) if begin is None else begin
    past = read_past(digest, place, scenario.names, first=since, last=to, as_of=scenario.as_of)
    with walking("simulated pasts", lines=5) as progress:
        found = calibrate(scenario, past, draws=draws, seed=seed, progress=progress)
    check = predictive_check(found)
    write_scenario(found.scenario(), file)
    from tocsin.report.whatif_calibration import calibration_document, print_calibration

    if output is Format.json:
        print_json(calibration_document(found, check, target))
    else:
        print_calibration(found, check, target, everything=everything)


def _refuse_outside(option: str, month: int | None, first: int, last: int, as_of: date) -> None:
    from tocsin.months import month_label

    if month is not None and not first <= month <= last:
        raise InputError(
            f"{option} {month_label(month)}: figures known on the scenario's day, {as_of}, go from "
            f"{month_label(first)} to {month_label(last)}"
        )
