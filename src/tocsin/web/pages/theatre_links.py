"""Who answers whom on a theatre's page: the network, the table of links, and what they are worth, in words."""

from __future__ import annotations

from itertools import combinations
from math import isfinite
from typing import Any

import numpy as np

from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.brief.words import whole_day, whole_month
from tocsin.report.rivalry_tables import TOO_MANY_FALSE, failed_checks
from tocsin.rivalry.figure import description
from tocsin.rivalry.network import FEW_GROUPS, THINNEST, Floats, Layout, bent_line, head_length, layout_of, ribbon, tip
from tocsin.rivalry.network import short_of as without_head
from tocsin.rivalry.result import PREDICTIVE, Link, Rivalry
from tocsin.rivalry.series import KIND_WORDS, LEAST_ATTACKS, LEAST_PERIODS
from tocsin.rivalry.words import actor_of, in_order, label_words
from tocsin.warn.headline import counted, factor
from tocsin.web.chart import Chart
from tocsin.web.filed import slug_of

FIRST_LINKS = 12
TOO_FEW = (
    f"Who answers whom is not estimated here: it takes two groups with {LEAST_ATTACKS} recorded attacks on civilians "
    f"each, in {LEAST_PERIODS} weeks or more."
)
_WIDEST_RIBBON = 2.2  # in widths of the widest arrow: more would say no more than that the interval is wide
_POINTS = 40  # of a line that is sent to the page


def network_chart(rivalry: Rivalry, source: str) -> Chart:
    """Groups on a circle, an arrow for each link that answers, a dashed line for clashes."""
    place = layout_of(rivalry)
    counts = counts_of(rivalry)
    untold = counts["cannot_tell"] if len(rivalry.groups) <= FEW_GROUPS else 0
    parts = [
        "Each circle is a group, larger the more attacks on civilians it is recorded for.",
        "An arrow points to the group whose attacks follow those of the other: the dark core is as wide as the low end "
        "of the 90% interval, the arrow as the estimate, the pale ribbon as the high end."
        if counts["answers"]
        else "",
        "Thin dotted arrows: the data cannot tell." if untold else "",
        "Dashed lines without a head are recorded clashes of two groups: fighting, never an answer."
        if any(link.clashes for link in rivalry.links)
        else "",
    ]
    return Chart(
        kind="theatre-network",
        name=f"{slug_of(rivalry.theatre)}-who-answers-whom",
        figures=_figures(rivalry, place),
        alt=description(rivalry),
        caption=" ".join(filter(None, parts)),
        data=_groups_table(rivalry),
        source=source,
    )


def counts_of(rivalry: Rivalry) -> dict[str, int]:
    """How many links have each label."""
    return {
        label: sum(link.label == label for link in rivalry.links) for label in ("answers", "no_answer", "cannot_tell")
    }


def links_tables(rivalry: Rivalry) -> tuple[Table, Table | None]:
    """The links that answer and the strongest others, then the rest, if any."""
    links = in_order(rivalry.links)
    first = max(FIRST_LINKS, sum(link.label == "answers" for link in links))
    span = f"by {KIND_WORDS[rivalry.kind]}, {whole_month(rivalry.first)} to {whole_month(rivalry.last)}"
    of = f", {first} of {len(links)}" if len(links) > first else ""
    shown = _links_table(f"Links{of}, {span}: those that answer first, then by size", links[:first])
    return shown, _links_table(f"The other {len(links) - first} links, {span}", links[first:]) if links[
        first:
    ] else None


def verdict(rivalry: Rivalry) -> str:
    """What the links say, in a sentence."""
    counts, total = counts_of(rivalry), len(rivalry.links)
    found = [link for link in in_order(rivalry.links) if link.label == "answers"]
    named = "; ".join(f"{actor_of(link.target)} after {actor_of(link.source)}" for link in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    parts = []
    if found:
        verb = "answers" if len(found) == 1 else "answer"
        parts.append(f"{len(found)} of {counted(total, 'link')} {verb} ({named}{more})")
    else:
        parts.append(f"Of {counted(total, 'link')} between {len(rivalry.groups)} groups none is found to answer")
    if counts["no_answer"]:
        does = "does" if counts["no_answer"] == 1 else "do"
        parts.append(f"{counts['no_answer']:,} {does} not, beyond what would have been seen")
    if counts["cannot_tell"]:
        parts.append(f"for {counts['cannot_tell']:,} the data cannot tell")
    return "; ".join(parts) + "."


def by_chance(rivalry: Rivalry) -> str:
    """How many links would be found where there is none."""
    told = sum(isfinite(link.minimum_detectable) for link in rivalry.links)
    if not told:
        return "Of no link can anything be told."
    could = f"{counted(told, 'link')} that could be tested"
    rate = rivalry.null_false_positive_rate
    if rate is None:
        return (
            f"Were there no link at all, about {0.05 * told:.1f} of the {could} would pass a 5% test by chance, if the "
            "test is as good as it should be, which could not be checked here."
        )
    return (
        f"Were there no link at all, about {rate * told:.1f} of the {could} would pass the 5% test: where there is "
        f"nothing to find here, {rate:.0%} do."
    )


def meanings(rivalry: Rivalry) -> tuple[tuple[str, str], ...]:
    """What the labels that occur mean."""
    counts = counts_of(rivalry)
    said = {
        "answers": (
            "answers",
            "More attacks of the one follow attacks of the other than its own past, its clashes and what moves the "
            "whole theatre would bring. It says what follows on what, not why.",
        ),
        "no_answer": (
            "does not answer beyond X",
            "A response of X further attacks for each attack, or more, would have been found four times in five, and "
            "was not.",
        ),
        "cannot_tell": (
            "cannot tell",
            "The figures neither show a response nor rule out one that would matter. It is no finding that the groups "
            "do not compete.",
        ),
    }
    return tuple(said[label] for label in said if counts[label])


def checks(rivalry: Rivalry) -> tuple[tuple[str, str], ...]:
    """How far the links are to be trusted: each check with a name and what it says."""
    return (
        ("Where there is nothing to find", _null_words(rivalry)),
        ("What moves all groups at once", _driver_words(rivalry)),
        ("Mass-casualty attacks", _severity_words(rivalry)),
        ("How well the groups are fitted", _fit_words(rivalry)),
    )


def notes(rivalry: Rivalry) -> tuple[str, ...]:
    """What else must be said beside the links; notes on the figures as such stand at the foot of the page."""
    elsewhere = {PREDICTIVE, *rivalry.provenance.notes}
    # What chance alone would bring stands beside the verdict.
    told = (note for note in rivalry.notes() if note not in elsewhere and not note.startswith("Of "))
    return (*told, f"Data to {whole_day(rivalry.last)}, in whole weeks; seed {rivalry.seed}.")


def _null_words(rivalry: Rivalry) -> str:
    rate = rivalry.null_false_positive_rate
    if rate is None:
        return "No check could be made, so how often a link shows here where there is none is not known."
    said = (
        f"With the attacks of one group moved in time, or those of groups far away in their place, {rate:.0%} of links "
        "pass the test that 5% should pass."
    )
    if rate > TOO_MANY_FALSE:
        return f"{said} That is too often: single links of this theatre are not to be relied on."
    return f"{said} That is near enough to what chance alone brings."


def _driver_words(rivalry: Rivalry) -> str:
    driver = rivalry.driver
    why = (
        "The course of the war, seasons and the swings of reporting move several groups together, which looks like "
        "groups that answer each other. They are estimated with the links and taken out"
    )
    if not driver.log_factor.size:
        return f"{why}; here too little is held to do so."
    low, high = np.exp([driver.log_factor.min(), driver.log_factor.max()])
    if high / low < 1.05:
        return f"{why}; here they are found to move hardly at all."
    return f"{why}: a factor between {low:.2g} and {high:.2g} on the attacks of every group."


def _severity_words(rivalry: Rivalry) -> str:
    found = rivalry.severity
    of = f"{found.mass_casualty:,} of {counted(found.attacks, 'attack')} on civilians had 20 deaths or more"
    if found.log_odds is None or found.low is None or found.high is None:
        return f"Too few to tell whether they answer each other: {of}."
    verdict = {
        "answers": "An attack is likelier to be mass-casualty after mass-casualty attacks of others",
        "no_answer": "They do not answer each other by as much as would be found",
        "cannot_tell": "Whether they answer each other cannot be told",
    }[found.label]
    odds, low, high = np.exp([found.log_odds, found.low, found.high])
    change = f"{factor(odds)} for each, 90% interval {factor(low)} to {factor(high)}"
    return f"{verdict}: the odds change by {change}. {of}."


def _fit_words(rivalry: Rivalry) -> str:
    failed = [(actor_of(fit.group), failed_checks(fit)) for fit in rivalry.group_fits]
    failed = [(name, wrong) for name, wrong in failed if wrong]
    if not failed:
        return "The model brings about what was observed of every group: its quiet weeks, its busiest month."
    named = "; ".join(f"{name}: {', '.join(wrong)}" for name, wrong in failed[:3])
    more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
    return f"Of {len(failed)} of {len(rivalry.group_fits)} groups the model does not bring about all: {named}{more}."


def _links_table(caption: str, links: list[Link]) -> Table:
    columns = (
        Column("After attacks of", width=2),
        Column("further attacks of", width=2),
        Column("Label", width=1.5),
        Column("Further attacks for each (90% interval)", "right", 1.8),
        Column("As strong by chance", "right"),
        Column("Least that would be found", "right"),
        Column("Attacks of the two", "right", 1.2),
        Column("Clashes", "right"),
    )
    return Table(caption, columns, tuple(_row(link) for link in links))


def _row(link: Link) -> tuple[Cell, ...]:
    return (
        Cell(actor_of(link.source)),
        Cell(actor_of(link.target)),
        Cell(label_words(link)),
        Cell(_estimate(link)),
        Cell(_chance(link.p_shift)),
        Cell(f"{link.minimum_detectable:.2f}" if isfinite(link.minimum_detectable) else "not known"),
        Cell(f"{link.source_attacks:,} and {link.target_attacks:,}"),
        Cell(f"{link.clashes:,}" if link.clashes else "none"),
    )


def _estimate(link: Link) -> str:
    if not isfinite(link.low):
        return "not known"
    bounds = f"{_signed(link.low)} to {_signed(link.high)}" if isfinite(link.high) else f"{_signed(link.low)} or more"
    return f"{_signed(link.estimate)} ({bounds})"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _chance(p: float) -> str:
    return "not known" if not isfinite(p) else "<1%" if p < 0.01 else f"{p:.0%}"


def _groups_table(rivalry: Rivalry) -> Table:
    rows = tuple(
        (
            Cell(actor_of(fit.group)),
            Cell(f"{fit.attacks:,}"),
            Cell(f"{whole_month(fit.first)} to {whole_month(fit.last)}"),
            Cell(f"{sum(link.label == 'answers' and link.target == fit.group for link in rivalry.links):,}"),
            Cell(f"{sum(link.label == 'answers' and link.source == fit.group for link in rivalry.links):,}"),
            Cell(f"{sum(link.clashes for link in rivalry.links if link.source == fit.group):,}"),
        )
        for fit in rivalry.group_fits
    )
    columns = (
        Column("Group", width=2),
        Column("Attacks on civilians", "right"),
        Column("Fitted"),
        Column("Answers", "right"),
        Column("Is answered by", "right"),
        Column("Clashes with the others", "right"),
    )
    return Table(f"Groups in the network, {rivalry.theatre}", columns, rows)


# --- what is drawn ---------------------------------------------------------------------------------------------------


def _figures(rivalry: Rivalry, place: Layout) -> dict[str, Any]:
    number = {group: k for k, group in enumerate(rivalry.groups)}
    few = len(rivalry.groups) <= FEW_GROUPS
    clashes = {(link.source, link.target): link.clashes for link in rivalry.links}
    return {
        "groups": [
            {"name": actor_of(group), "attacks": fit.attacks, "at": _rounded(at), "radius": round(float(radius), 3)}
            for group, fit, at, radius in zip(rivalry.groups, rivalry.group_fits, place.at, place.radius, strict=True)
        ],
        # Thin ones lie on wide ones.
        "answers": [
            _arrow(place, link, number[link.source], number[link.target])
            for link in sorted(rivalry.links, key=lambda link: -link.estimate)
            if link.label == "answers"
        ],
        # Bent more than links that answer, so that one does not lie under the other.
        "untold": [
            _thinned(bent_line(place, number[link.source], number[link.target], 0.34))
            for link in rivalry.links
            if link.label == "cannot_tell" and few
        ],
        "clashes": [
            [a, b, n]
            for a, b in combinations(range(len(rivalry.groups)), 2)
            if (n := clashes.get((rivalry.groups[a], rivalry.groups[b]), 0))
        ],
    }


def _arrow(place: Layout, link: Link, source: int, target: int) -> dict[str, Any]:
    """The parts of an arrow: ribbons as wide as the high end, the estimate and the low end, and the head."""
    line = bent_line(place, source, target, 0.22)
    width = max(place.scale * link.estimate, THINNEST)
    outer = max(min(place.scale * link.high, _WIDEST_RIBBON * place.widest), width)
    inner = min(place.scale * max(link.low, 0.0), width)
    body = without_head(line, head_length(width))
    body = body[:: max(1, len(body) // _POINTS)]
    return {
        "high": _rounded(ribbon(body, outer)),
        "middle": _rounded(ribbon(body, width)),
        "low": _rounded(ribbon(body, inner)),
        "head": _rounded(tip(line, width)),
    }


def _thinned(line: Floats) -> list[list[float]]:
    kept: list[list[float]] = _rounded(np.vstack([line[:: max(1, len(line) // _POINTS)], line[-1:]]))
    return kept


def _rounded(points: Floats) -> Any:
    return np.round(points, 3).tolist()
