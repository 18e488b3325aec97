"""A fit of rivalry as text: what it says in a sentence, then links, groups and checks as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin import __version__
from tocsin.report.layout import WIDTH, console_of, table_of
from tocsin.report.terminal import safe
from tocsin.rivalry.result import GroupFit, Link, Rivalry, WorldRivalry
from tocsin.rivalry.words import actor_of, cross_terms_help, headline, in_order, label_words

TOO_MANY_FALSE = 0.10  # above it, the links of a theatre are not to be read one by one
_RESIDUAL_P = 0.01
_NAME = 15  # columns of a name at least, where the others leave room
_STYLE = {"answers": "bold red", "no_answer": "", "cannot_tell": "dim"}
_EMPTY_CHECKS = {
    "circular_shifts": "sources moved in time",
    "distant_theatres": "sources of a distant theatre",
}
_TERMS = {
    "average_link": "an average link",
    "any_pair": "two groups with nothing in common",
    "shared_ground": "more where all ground is shared",
    "clashes": "more where the two have clashed",
    "allied": "more where they are allied",
    "both_fight_a_state": "more where both fight a state",
}
_HELP = {
    "helps": "cross terms help to predict",
    "does not help": "cross terms do not help to predict",
    "cannot tell": "whether cross terms help cannot be told",
}


def print_rivalry(rivalry: Rivalry, top: int, *, file: IO[str] | None = None) -> None:
    """Print one theatre: every link that answers, and at most `top` of the others, the strongest first."""
    console = console_of(file)
    unit = "week" if rivalry.step_days == 7 else "day"
    console.print()
    console.print(Text(safe(headline(rivalry)), style="bold"))
    console.print(Text(held_apart(rivalry), style="bold"))
    console.print()
    shown, rest = _shown(rivalry.links, top)
    console.print(Text("Links, those that answer first", style="bold cyan"))
    console.print(_links_table(shown, console))
    console.print(Text(_key_to_links(rivalry, rest), style="dim"))
    console.print()
    console.print(Text("Groups, and how well each is fitted", style="bold cyan"))
    console.print(_groups_table(rivalry.group_fits, console, f"{unit}s"))
    key = "own: further attacks per own attack; clashes: change of the rate with recent recorded clashes, per deviation"
    console.print(Text(key, style="dim"))
    console.print()
    for line in (*_null_lines(rivalry), _severity_line(rivalry), *_driver_lines(rivalry)):
        console.print(Text(safe(line)))
    console.print()
    for line in _foot(rivalry):
        console.print(Text(safe(line), style="dim"))


def print_world(world: WorldRivalry, *, file: IO[str] | None = None) -> None:
    """Print every theatre in a line: how many links answer, null checks, the out-of-sample gain; then all together."""
    console = console_of(file)
    console.print()
    console.print(Text(_world_words(world.theatres), style="bold"))
    console.print()
    table = table_of(console)
    table.add_column("theatre", overflow="fold")
    for name in ("groups", "answer", "do not", "cannot\ntell", "null\nrate", "gain a month,\nheld apart"):
        table.add_column(name, justify="right")
    table.add_column("cross terms")
    for rivalry in world.theatres:
        count = _counts(rivalry.links)
        table.add_row(
            Text(safe(rivalry.theatre)),
            f"{len(rivalry.groups)}",
            Text(f"{count['answers']:,}", style=_STYLE["answers"] if count["answers"] else ""),
            f"{count['no_answer']:,}",
            f"{count['cannot_tell']:,}",
            _share(rivalry.null_false_positive_rate),
            _gain(rivalry),
            "-" if rivalry.oos_se is None else cross_terms_help(rivalry.oos_log_score_gain, rivalry.oos_se),
        )
    console.print(table)
    key = (
        "answer, do not, cannot tell: links by label, each direction of each two groups is one. null rate: links that "
        "pass the 5% test where there is nothing to find. gain: log score with cross terms less that without, in "
        "months held apart, ±standard error; helps: above two of them, and 0.001; does not "
        "help: a gain of 0.01 is ruled out."
    )
    console.print(Text(key, style="dim"))
    console.print()
    for line in _together(world):
        console.print(Text(line))
    console.print()
    for note in dict.fromkeys(note for rivalry in world.theatres for note in _shared_notes(rivalry)):
        console.print(Text(safe(note), style="dim"))
    for rivalry in world.theatres[:1]:
        console.print(Text(safe(_source(rivalry, period=False)), style="dim"))


def held_apart(rivalry: Rivalry) -> str:
    """The headline figure in words: what cross terms add in months held apart, and whether that is told."""
    gain, se = rivalry.oos_log_score_gain, rivalry.oos_se
    if gain is None or se is None:
        return (
            "Out of sample: the figures are too short to hold months apart, so whether cross terms help is not known."
        )
    verdict = _HELP[cross_terms_help(gain, se)]
    return (
        f"Out of sample: {verdict} ({gain:+.3f}±{se:.3f} log score a month, {rivalry.oos_months:,} months held apart)."
    )


# --- links -----------------------------------------------------------------------------------------------------------


def _shown(links: Sequence[Link], top: int) -> tuple[list[Link], list[Link]]:
    ordered = in_order(links)
    keep = max(sum(link.label == "answers" for link in links), min(top, len(ordered)))
    return ordered[:keep], ordered[keep:]


def _links_table(links: Sequence[Link], console: Console) -> Table:
    table = table_of(console)
    table.add_column("attacks of", overflow="fold", min_width=_name_width(console))
    table.add_column("after those of", overflow="fold", min_width=_name_width(console))
    table.add_column("further attacks\nper attack (90%)", justify="right", no_wrap=True)
    wide = console.width >= WIDTH
    if wide:
        table.add_column("share", justify="right", no_wrap=True)
    table.add_column("shifts", justify="right", no_wrap=True)
    table.add_column("verdict")
    table.add_column("direct\nclashes", justify="right", no_wrap=True)
    if wide:
        table.add_column("ground", justify="right", no_wrap=True)
    for link in links:
        allied = ", allied" if link.allied else ""
        table.add_row(
            Text(actor_of(link.target)),
            Text(actor_of(link.source)),
            _interval(link.estimate, link.low, link.high),
            *([_share(link.share)] if wide else []),
            _chance(link.p_shift),
            Text(label_words(link), style=_STYLE[link.label]),
            f"{link.clashes:,}" if link.clashes else "-",
            *([f"{_share(link.shared_ground)}{allied}"] if wide else []),
        )
    return table


def _key_to_links(rivalry: Rivalry, rest: Sequence[Link]) -> str:
    count = _counts(rest)
    more = (
        f"{len(rest):,} more links are not shown ({count['no_answer']:,} do not answer, {count['cannot_tell']:,} "
        "cannot be told); --top shows them. "
        if rest
        else ""
    )
    return (
        f"{more}further attacks: of the first group, over all time after it, per attack of the second, below 0 where "
        "fewer follow; share: the part of the first group's attacks that this makes up; shifts: share of circular "
        "shifts in time in which the link looks at least as strong; verdict: of further attacks only; beyond X: a "
        "response above X would be found four times in five; ground: how far they share half-degree cells."
    )


# --- groups ----------------------------------------------------------------------------------------------------------


def _groups_table(fits: Sequence[GroupFit], console: Console, unit: str) -> Table:
    table = table_of(console)
    table.add_column("group", overflow="fold", min_width=_name_width(console))
    table.add_column("attacks", justify="right")
    table.add_column("fitted", no_wrap=True)
    table.add_column("own", justify="right")
    table.add_column("clashes with\nstate / groups", justify="right", no_wrap=True)
    table.add_column("checks", overflow="fold")
    for fit in fits:
        table.add_row(
            Text(actor_of(fit.group)),
            f"{fit.attacks:,}",
            f"{fit.first:%Y-%m} to {fit.last:%Y-%m}",
            f"{fit.own:+.2f}",
            f"{_change(fit.state_clashes)} / {_change(fit.group_clashes)}",
            Text("; ".join(failed_checks(fit, unit)) or "pass"),
        )
    return table


def failed_checks(fit: GroupFit, unit: str = "weeks") -> tuple[str, ...]:
    """What of a group the model does not bring about, in words; nothing where all checks pass."""
    said = []
    if fit.residual_p < _RESIDUAL_P:
        spread = ""
        if abs(fit.residual_sd - 1.0) > 0.1:
            spread = ", more spread out" if fit.residual_sd > 1.0 else ", less spread out"
        said.append(f"counts are not distributed as modelled (p {_chance(fit.residual_p)}{spread})")
    if not fit.zeros_low <= fit.zeros <= fit.zeros_high:
        way = "more" if fit.zeros > fit.zeros_high else "fewer"
        said.append(f"{way} quiet {unit} than modelled ({fit.zeros:,}; {fit.zeros_low:,}-{fit.zeros_high:,})")
    if not fit.largest_month_low <= fit.largest_month <= fit.largest_month_high:
        way = "above" if fit.largest_month > fit.largest_month_high else "below"
        said.append(
            f"busiest month {way} what is modelled ({fit.largest_month:,}; {fit.largest_month_low:,}-"
            f"{fit.largest_month_high:,} attacks)"
        )
    return tuple(said)


# --- checks, severity, driver ----------------------------------------------------------------------------------------


def _null_lines(rivalry: Rivalry) -> Iterator[str]:
    rate = rivalry.null_false_positive_rate
    if rate is None:
        yield "Null checks: none could be made, so how often a link shows where there is none is not known here."
        return
    yield f"Null checks: where there is nothing to find, {_share(rate)} of links pass the 5% test{_checks(rivalry)}."
    if rate > TOO_MANY_FALSE:
        yield "That is too often: single links of this theatre are not to be relied on."


def _checks(held: Rivalry | WorldRivalry) -> str:
    """Each null check with its rate; the one with rivals as sources apart, since there may be something to find."""
    told = {check.name: f"{_share(check.rate)} of {check.tests:,}" for check in held.null_checks if check.tests}
    empty = [f"{words} {told[name]}" for name, words in _EMPTY_CHECKS.items() if name in told]
    said = f" ({'; '.join(empty)})" if empty else ""
    if "permuted_labels" in told:
        said += f"; with another group of the theatre as the source each year, {told['permuted_labels']}"
    return said


def _severity_line(rivalry: Rivalry) -> str:
    found = rivalry.severity
    of = f"{found.mass_casualty:,} of {found.attacks:,} attacks on civilians had 20 deaths or more"
    if found.log_odds is None or found.low is None or found.high is None:
        return f"Severity: too few to tell whether mass-casualty attacks answer each other; {of}."
    verdict = {
        "answers": "the chance that an attack is mass-casualty rises after mass-casualty attacks of others",
        "no_answer": "mass-casualty attacks do not answer each other by as much as would be found",
        "cannot_tell": "whether mass-casualty attacks answer each other cannot be told",
    }[found.label]
    odds = [f"{factor:.2g}" for factor in np.exp([found.log_odds, found.low, found.high])]
    shifts = "" if found.p_shift is None else f", as strong in {_chance(found.p_shift)} of circular shifts"
    return (
        f"Severity: {verdict} (odds x{odds[0]} per such attack, 90% {odds[1]} to {odds[2]}{shifts}; half-life "
        f"{found.half_life_weeks:g} weeks; {of})."
    )


def _driver_lines(rivalry: Rivalry) -> Iterator[str]:
    driver = rivalry.driver
    if driver.log_factor.size:
        low, high = np.exp([driver.log_factor.min(), driver.log_factor.max()])
        yield (
            f"What moves all groups at once (situation, reporting): a factor between {low:.2g} and {high:.2g} on every "
            f"rate, that changes by about {np.expm1(driver.step_sd):.0%} from week to week; no link is made of it."
        )
    shock = (
        f"n + {rivalry.shock:g} log(1 + deaths) in a period, scaled to a mean of 1"
        if rivalry.shock
        else "alike, whatever their deaths"
    )
    half_life = rivalry.response_half_life_weeks
    weeks = f"{half_life:g} week{'' if half_life == 1 else 's'}"
    yield f"A response fades with a half-life of {weeks}, one for all links; attacks count {shock}."


def _foot(rivalry: Rivalry) -> Iterator[str]:
    yield from rivalry.notes()
    yield _source(rivalry, period=True)


def _source(rivalry: Rivalry, *, period: bool) -> str:
    origin = rivalry.provenance
    count = "weekly" if rivalry.step_days == 7 else "daily"
    span = f"from {rivalry.first} to {rivalry.last}, where the whole {count[:-2]}s end; " if period else ""
    return (
        f"Data: {origin.vintage}, {origin.place_precision}; {span}figures to {_data_until(rivalry)}. Model: tocsin "
        f"{__version__}, {count} negative binomial counts with a shared driver, seed {rivalry.seed}. Source: "
        f"{origin.citation}. Licence: {origin.licence}."
    )


def _data_until(rivalry: Rivalry) -> str:
    from tocsin.months import last_day

    return last_day(rivalry.provenance.last_month).isoformat()


# --- many theatres ---------------------------------------------------------------------------------------------------


def _world_words(rivalries: Sequence[Rivalry]) -> str:
    links = [link for rivalry in rivalries for link in rivalry.links]
    count, total = _counts(links), len(links)
    told = sum(np.isfinite(link.minimum_detectable) for link in links)
    verdicts = [cross_terms_help(r.oos_log_score_gain, r.oos_se) for r in rivalries if r.oos_se is not None]
    helped = (
        f"Out of sample, cross terms help in {verdicts.count('helps')} of {len(verdicts)} theatres and do "
        f"not in {verdicts.count('does not help')}."
        if verdicts
        else "Out of sample: the figures are too short to hold months apart."
    )
    return (
        f"{len(rivalries):,} theatres: {count['answers']:,} of {total:,} links answer{'s' * (count['answers'] == 1)}, "
        f"{count['no_answer']:,} {'does' if count['no_answer'] == 1 else 'do'} not beyond what would be seen, the data "
        f"cannot tell for {count['cannot_tell']:,}; about {0.05 * told:.0f} would pass a 5% test by chance alone. "
        f"{helped} Predictive, not causal."
    )


def _together(world: WorldRivalry) -> Iterator[str]:
    """What theatres show together, in words: outbidding in quantity and in severity, and the null checks."""
    if world.pooled:
        of = f"{world.pooled[0].links:,} links in {world.pooled[0].theatres:,} theatres"
        yield f"Together ({of}), further attacks per attack between two groups as active as each other, with 90%:"
        for term in world.pooled:
            yield f"  {_interval(term.estimate, term.low, term.high)}  {_TERMS.get(term.term, term.term)}"
    else:
        yield "Together: too few theatres to pool links."
    if world.oos_log_score_gain is not None and world.oos_se is not None:
        gain, se = world.oos_log_score_gain, world.oos_se
        yield f"Out of sample, all months of all theatres: {_HELP[cross_terms_help(gain, se)]} ({gain:+.4f}±{se:.4f})."
    if (found := world.severity) is not None:
        odds = [f"{factor:.2f}" for factor in np.exp([found.estimate, found.low, found.high])]
        yield (
            f"Severity, over {found.theatres:,} theatres: odds that an attack is mass-casualty x{odds[0]} per "
            f"mass-casualty attack of others (90% {odds[1]} to {odds[2]})."
        )
    if world.null_checks:
        yield f"Null checks: links that pass the 5% test where there is nothing to find{_checks(world)}."


def _shared_notes(rivalry: Rivalry) -> Iterator[str]:
    """The notes that are not of one theatre alone."""
    yield from (note for note in rivalry.notes() if not note.startswith(("Of ", "Left out, with too few")))


# --- figures ---------------------------------------------------------------------------------------------------------


def _counts(links: Sequence[Link]) -> dict[str, int]:
    return {label: sum(link.label == label for link in links) for label in ("answers", "no_answer", "cannot_tell")}


def _interval(value: float, low: float, high: float) -> str:
    if not np.isfinite([value, low, high]).all():
        return "-"
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"


def _gain(rivalry: Rivalry) -> str:
    gain, se = rivalry.oos_log_score_gain, rivalry.oos_se
    return "-" if gain is None or se is None else f"{gain:+.3f}±{se:.3f}"


def _share(value: float | None) -> str:
    """A share that may be nothing at all, or not known."""
    if value is None or not np.isfinite(value):
        return "-"
    return "0%" if value <= 0.0 else "<1%" if value < 0.01 else f"{value:.0%}"


def _chance(value: float) -> str:
    if not np.isfinite(value):
        return "-"
    return "<0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def _change(log_rate: float | None) -> str:
    return "-" if log_rate is None else f"{np.expm1(log_rate):+.0%}"


def _name_width(console: Console) -> int:
    return _NAME if console.width >= WIDTH else 8
