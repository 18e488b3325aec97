"""`tocsin whatif`: policy options compared in a simulated theatre. Parses and prints, nothing else."""

from __future__ import annotations

import enum
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app
from tocsin.cli.asked import Format, day_of, print_json
from tocsin.cli.working import cores, walking, working
from tocsin.errors import InputError, TocsinError, did_you_mean
from tocsin.whatif.limits import MOST_DRAWS, MOST_SEED

if TYPE_CHECKING:
    from tocsin.whatif.comparison.result import Comparison
    from tocsin.whatif.scenario import Scenario

whatif_app = typer.Typer(no_args_is_help=True)
app.add_typer(whatif_app, name="whatif", help="What if: policy options compared in a simulated theatre; no forecast.")


class Variant(enum.StrEnum):
    """How groups compete; see tocsin.whatif.catalogue."""

    fitted = "fitted"
    match = "match"
    deter = "deter"
    none = "none"


class Ranked(enum.StrEnum):
    """Outcomes that options are ranked by: harm to people."""

    civilian_deaths = "civilian_deaths"
    mass_casualty_attacks = "mass_casualty_attacks"
    external_attacks = "external_attacks"


SCENARIO = typer.Argument(..., metavar="SCENARIO", help="A scenario file, or the name of a packaged scenario.")
FORMAT = typer.Option(Format.table, "--format", help="How to print the result.")
_DRAWS = typer.Option(None, min=1, max=MOST_DRAWS, help="Runs of each option. \\[default: the scenario's]")
SEED = typer.Option(None, min=0, max=MOST_SEED, help="What all chance comes from. \\[default: the scenario's]")
_VARIANT = typer.Option(
    None,
    help="Run under this structural variant of competition; may be given several times. \\[default: the scenario's]",
)
_OFF = typer.Option(
    None, metavar="MECHANISM", help="Switch a mechanism off, besides those of the scenario; may be given several times."
)
_HORIZON = typer.Option(
    None,
    min=1,
    metavar="MONTHS",
    help="The horizon of the tables, one of the scenario's. \\[default: 12, or the last where there is no such]",
)
_NO_SENSITIVITY = typer.Option(
    False, "--no-sensitivity", help="Leave out which numbers decide, and where the ranking turns: much faster."
)
_ALL = typer.Option(False, "--all", help="Print the other horizons, outcomes, groups and variants too.")
_OUTCOME = typer.Option(Ranked.civilian_deaths, help="The outcome that options are ranked by.")
_WORKERS = typer.Option(
    None, min=1, help="Threads that share the runs; the result is the same. \\[default: one a core]"
)
_CLUSTER = typer.Option(None, metavar="tcp://HOST:PORT", help="A Dask scheduler whose workers do the work instead.")


@whatif_app.command("list")
def list_scenarios(output: Format = FORMAT) -> None:
    """List the scenarios that come with the package, and their options."""
    from tocsin.report.whatif_json import scenario_document
    from tocsin.whatif.files.reading import packaged_scenarios, read_scenario

    scenarios = [read_scenario(name) for name in packaged_scenarios()]
    if output is Format.json:
        print_json({"scenarios": [scenario_document(scenario) for scenario in scenarios]})
    else:
        from tocsin.report.whatif_scenarios import print_scenarios

        print_scenarios(scenarios)


@whatif_app.command("new")
def new_scenario(
    theatre: str = typer.Option(..., help="A country, a named theatre, or countries joined by '+'."),
    as_of: str = typer.Option(..., metavar="YYYY-MM-DD", help="Use only what was known on this day."),
    group: list[str] | None = typer.Option(
        None, metavar="ACTOR", help="Take this actor; may be given several times. \\[default: the most active groups]"
    ),
    months: int = typer.Option(36, min=1, help="Months to simulate, from the month after the day."),
    target: Path | None = typer.Option(
        None, "--output", "-o", metavar="FILE", help="Where the scenario goes. \\[default: a file named after it]"
    ),
    force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
    output: Format = FORMAT,
) -> None:
    """Write a scenario of a theatre from the figures known on a day: its groups, their rates, the usual options.

    What event data do not hold (members, ideology, who would talk) is assumed, and marked so; dated events are yours to
    add.
    """
    from tocsin.digest import load_digest
    from tocsin.groups import resolve_theatre
    from tocsin.months import last_day, last_known_month
    from tocsin.settings import load_settings
    from tocsin.whatif.files.reading import write_scenario
    from tocsin.whatif.start.scenario import start_scenario

    settings = load_settings()
    day = day_of(as_of)
    assert day is not None  # it is needed
    if target is not None:
        refuse_existing(check_file(target), force=force)
    place = resolve_theatre(theatre, settings)
    digest = load_digest(settings, as_of=day)
    until = last_day(digest.provenance.last_month)
    if digest.provenance.last_month < last_known_month(day, lag_days=settings.lag_days):
        typer.echo(f"tocsin: the figures end with {until}; nothing from then to {day} goes into the scenario", err=True)
    with working(f"fitting the rivalry of {place.name}", "(a minute or two where there are many groups)"):
        scenario = start_scenario(digest, place, as_of=day, groups=group or None, months=months)
    path = target or Path(f"{scenario.name}.toml")
    place_of = check_file(path)
    refuse_existing(place_of, force=force)
    write_scenario(scenario, place_of)
    if output is Format.json:
        from tocsin.report.whatif_json import scenario_document

        print_json({"file": str(path), "scenario": scenario_document(scenario)})
    else:
        from tocsin.report.whatif_scenarios import print_written

        print_written(scenario, path)


@whatif_app.command("check")
def check_scenario(
    source: str = SCENARIO,
    everything: bool = typer.Option(False, "--all", help="Print every number with its evidence and source."),
    output: Format = FORMAT,
) -> None:
    """Check a scenario and say in words what it holds, and which of its numbers are assumed; nothing is run.

    Everything that is wrong with a file is said at once.
    """
    scenario = scenario_of(source)
    if output is Format.json:
        from tocsin.whatif.check.report import check

        print_json(check(scenario).to_dict())
    else:
        from tocsin.report.whatif_scenarios import print_check

        print_check(scenario, everything=everything)


@whatif_app.command("run")
def run_scenario(
    source: str = SCENARIO,
    draws: int | None = _DRAWS,
    variant_draws: int | None = typer.Option(
        None,
        min=1,
        max=MOST_DRAWS,
        help="Runs of each option in the other variants. \\[default: a tenth of --draws, but at least 300]",
    ),
    seed: int | None = SEED,
    variant: list[Variant] | None = _VARIANT,
    off: list[str] | None = _OFF,
    no_sensitivity: bool = _NO_SENSITIVITY,
    horizon: int | None = _HORIZON,
    outcome: Ranked = _OUTCOME,
    everything: bool = _ALL,
    figures: Path | None = typer.Option(
        None, metavar="FOLDER", help="Draw the figures, each as SVG and PNG, into this folder."
    ),
    target: Path | None = typer.Option(
        None, "--output", "-o", metavar="FILE", help="Save the whole result as JSON, besides what is printed."
    ),
    force: bool = typer.Option(False, "--force", help="Save over a file that is no saved result."),
    workers: int | None = _WORKERS,
    cluster: str | None = _CLUSTER,
    output: Format = FORMAT,
) -> None:
    """Run the options of a scenario on the same chance and say how they differ, and what that rests on.

    A scenario, not a forecast: what would follow from its numbers, many of which are assumed.
    """
    scenario = _asked(source, seed, off)
    at = _horizon(scenario, horizon)
    _check_outcome(scenario, outcome)
    if target is not None:
        target = check_file(target)
        refuse_existing(target, force=force or _is_result(target))
    _check_folder(figures)
    result = _compare(
        scenario,
        draws=draws,
        variant_draws=variant_draws,
        variants=_variants(variant),
        sensitivity=not no_sensitivity,
        workers=workers,
        cluster=cluster,
    )
    if target is not None:
        from tocsin.report.whatif_json import comparison_document, save_document

        save_document(comparison_document(result), target)
    if figures is not None:
        from tocsin.report.whatif_figures import save_figures

        save_figures(result, figures, at, outcome.value)
    _show(result, at, outcome, everything, output)


@whatif_app.command("compare")
def compare_scenarios(
    sources: list[str] = typer.Argument(
        ..., metavar="SCENARIO...", help="Scenarios, or results that were saved as .json; one, or up to four."
    ),
    options: str | None = typer.Option(
        None,
        metavar="A,B,...",
        help="Of one scenario: options to compare with the first of them. Of several: options to show.",
    ),
    outcome: Ranked = _OUTCOME,
    horizon: int | None = _HORIZON,
    draws: int | None = _DRAWS,
    seed: int | None = SEED,
    variant: list[Variant] | None = _VARIANT,
    off: list[str] | None = _OFF,
    no_sensitivity: bool = _NO_SENSITIVITY,
    everything: bool = _ALL,
    workers: int | None = _WORKERS,
    cluster: str | None = _CLUSTER,
    output: Format = FORMAT,
) -> None:
    """Compare options of one scenario with each other, or several scenarios or saved results side by side.

    With one scenario, the first of --options stands where doing nothing stands in a run: differences, ranking, what
    decides and where it turns are all against it. With several, each is compared on its own, and set beside the others.
    """
    named = [name.strip() for name in (options or "").split(",") if name.strip()]
    ran: dict[str, Any] = {
        "draws": draws,
        "variants": _variants(variant),
        "workers": workers,
        "cluster": cluster,
    }
    if len(sources) > 1:
        _refuse({"--no-sensitivity": no_sensitivity, "--all": everything}, "is for options of one scenario")
        _beside(sources, named, outcome, horizon, seed, off, ran, output)
        return
    if _is_saved(sources[0]):
        raise InputError("a saved result does not hold its runs. Hint: give the scenario, or a second result")
    if len(named) < 2:
        raise InputError("two options of a scenario are compared. Hint: --options A,B; tocsin whatif list names them")
    from tocsin.whatif.comparison.chosen import with_options

    scenario = with_options(_asked(sources[0], seed, off), named)
    at = _horizon(scenario, horizon)
    _check_outcome(scenario, outcome)
    result = _compare(scenario, sensitivity=not no_sensitivity, **ran)
    _show(result, at, outcome, everything, output)


def _beside(
    sources: list[str],
    named: list[str],
    outcome: Ranked,
    horizon: int | None,
    seed: int | None,
    off: list[str] | None,
    ran: dict[str, Any],
    output: Format,
) -> None:
    from tocsin.report import whatif_beside as beside
    from tocsin.report.whatif_json import comparison_document, scenario_document
    from tocsin.report.whatif_saved import read_document

    # All that can be refused is, before anything is run.
    beside.check_count(len(sources))
    saved = {source: read_document(Path(source)) for source in sources if _is_saved(source)}
    scenarios = {source: _asked(source, seed, off) for source in sources if source not in saved}
    if not scenarios:
        given = {"--draws": ran["draws"], "--seed": seed, "--variant": ran["variants"], "--off": off or None}
        _refuse({n: v is not None for n, v in given.items()}, "is of a run, and these are saved results")
    heads = [saved[s]["scenario"] if s in saved else scenario_document(scenarios[s]) for s in sources]
    at = beside.beside_horizon(heads, horizon, named)
    for document in saved.values():
        beside.check_figures(document, outcome.value, at)
    for scenario in scenarios.values():
        _check_outcome(scenario, outcome)
    documents = [
        saved[source] if source in saved else comparison_document(_compare(scenarios[source], sensitivity=False, **ran))
        for source in sources
    ]
    document = beside.beside_document(documents, outcome.value, at, named)
    if output is Format.json:
        print_json(document)
    else:
        beside.print_beside(document)


# --- what is asked ---------------------------------------------------------------------------------------------------


def scenario_of(source: str) -> Scenario:
    """The scenario of a file or a name. Raises a `TocsinError` as `read_scenario`, `InputError` for an empty word."""
    from tocsin.whatif.files.reading import packaged_scenarios, read_scenario

    if not source.strip():
        raise InputError(
            f"a scenario is a file or a name, got an empty word. By name: {', '.join(packaged_scenarios())}"
        )
    return read_scenario(source)


def _asked(source: str, seed: int | None, off: list[str] | None) -> Scenario:
    """The scenario as it is run: with another seed and with mechanisms switched off, where asked."""
    from tocsin.whatif.catalogue import MECHANISM_NAMES

    scenario = scenario_of(source)
    for name in off or ():
        if name not in MECHANISM_NAMES:
            hint = did_you_mean(name, MECHANISM_NAMES) or f" There are: {', '.join(MECHANISM_NAMES)}"
            raise InputError(f"--off is a mechanism, got {name!r}.{hint}")
    switched = tuple(dict.fromkeys((*scenario.off, *(off or ()))))
    return replace(scenario, seed=scenario.seed if seed is None else seed, off=switched)


def _horizon(scenario: Scenario, wanted: int | None) -> int:
    """The horizon asked for; without one 12 months, or the last where there is no such."""
    held = scenario.horizons
    if wanted is None:
        return 12 if 12 in held else held[-1]
    if wanted not in held:
        raise InputError(f"--horizon is one of the scenario's, {', '.join(map(str, held))}, got {wanted}")
    return wanted


def _variants(given: list[Variant] | None) -> list[Any] | None:
    return [one.value for one in given] if given else None


def _is_saved(source: str) -> bool:
    return Path(source).suffix.lower() == ".json"


def _refuse(given: dict[str, bool], why: str) -> None:
    for name, there in given.items():
        if there:
            raise InputError(f"{name} {why}")


def _check_outcome(scenario: Scenario, outcome: Ranked) -> None:
    if outcome is Ranked.external_attacks and not any(side.external for side in scenario.sides):
        raise InputError(f"no side of {scenario.name} attacks abroad (external = true), so there is nothing to rank by")


def _check_folder(figures: Path | None) -> None:
    if figures is not None and figures.exists() and not figures.is_dir():
        raise InputError(f"--figures is a folder, got the file {figures}")


def check_file(target: Path) -> Path:
    """Where a file to write goes once links are followed. Raises `InputError` for what could not be written there.

    It is asked before the work, so that nothing is refused after it.
    """
    try:
        place = target.resolve()
    except (OSError, RuntimeError):  # links that go round
        raise InputError(f"--output {target} can not be written: its links lead nowhere") from None
    why = ""
    if place.is_dir():
        why = "it is a folder"
    elif not place.parent.is_dir():
        why = f"there is no folder {target.parent if not target.is_symlink() else place.parent}"
    elif place.exists() and not place.is_file():
        why = "it is no regular file"
    if why:
        raise InputError(f"--output {target} can not be written: {why}")
    return place


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse to write over a file without --force. Raises `InputError`."""
    if path.exists() and not force:
        raise InputError(f"{path} is there already. Hint: --force writes over it, --output names another file")


def _is_result(path: Path) -> bool:
    """Whether there is a file that a run saved, which another may take the place of."""
    from tocsin.report.whatif_saved import read_document

    try:
        read_document(path)
    except (TocsinError, OSError):
        return False
    return True


# --- what is done ----------------------------------------------------------------------------------------------------


def _compare(scenario: Scenario, *, workers: int | None, cluster: str | None, **options: Any) -> Comparison:
    if workers is not None and cluster is not None:
        raise InputError("--workers are threads of this machine, and --cluster works elsewhere: give one of them")
    if cluster is not None:
        from tocsin.scale import check_address

        check_address(cluster)
    from tocsin.whatif.comparison.run import compare

    with walking(f"parts of {scenario.name}", lines=5) as progress:
        return compare(scenario, threads=workers or cores(), cluster=cluster, progress=progress, **options)


def _show(result: Comparison, horizon: int, outcome: Ranked, everything: bool, output: Format) -> None:
    if output is Format.json:
        from tocsin.report.whatif_json import comparison_document

        print_json(comparison_document(result))
    else:
        from tocsin.report.whatif_tables import print_comparison

        print_comparison(result, horizon, outcome=outcome.value, everything=everything)
