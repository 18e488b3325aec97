"""What the last period's assessment said, against what came: misses first."""

from __future__ import annotations

from tocsin.report.brief.document import Block, BulletList, Cell, Column, Heading, Paragraph, Table
from tocsin.report.brief.words import LISTS, level, whole_day
from tocsin.warn import percent
from tocsin.warn.assessment import Assessment
from tocsin.warn.headline import counted
from tocsin.warn.levels import VIEW_WORDS
from tocsin.warn.past import PastLine, PastPeriod

IN_SHORT, IN_FULL = 4, 20


def misses(past: PastPeriod | None, told: Assessment) -> list[Block]:
    """For the first page: how many were missed, came and did not come, and the worst of the missed by name."""
    if past is None:
        return [Paragraph(f"The figures do not reach back far enough to say what was assessed {_ago(told)}.")]
    missed = _worst_first(past.missed)
    items = [
        f"{line.group}: {_came(line)}; we gave {VIEW_WORDS[line.target]} {percent(line.p)} (base rate "
        f"{percent(line.base_rate)}; rank {line.rank:,})"
        for line in missed[:IN_SHORT]
    ]
    unseen = sorted(past.unseen, key=lambda found: (-found[1], found[0]))
    items += [f"{name}: {counted(deaths, 'death')}; never seen before" for name, deaths in unseen[: IN_SHORT // 2]]
    counts = (
        f"As of {whole_day(past.as_of)}, for the {past.horizon_months} months to {whole_day(past.until)}: "
        f"{groups_of(past.missed) + len(past.unseen)} missed, {len(past.unseen)} of them never seen before; "
        f"{groups_of(past.came)} on a level came; {groups_of(past.did_not_come)} on a level did not."
    )
    return [Paragraph(counts), *([BulletList(tuple(items))] if items else [])]


def _ago(told: Assessment) -> str:
    return f"{told.horizon_months} months before"


def all_of_the_past(past: PastPeriod | None) -> list[Block]:
    """The whole of it: missed, never seen, came, did not come."""
    if past is None:
        return []
    blocks: list[Block] = [
        Heading(2, f"The last period: what we said as of {whole_day(past.as_of)}, and what came"),
        Paragraph(
            f"Said by {past.model}, of the {past.horizon_months} months to {whole_day(past.until)}. Two outcomes are "
            "looked at: 25 deaths or more, of groups at new risk then and of those that got their level as a new risk, "
            "and a mass-casualty attack, of every group. A level is given to a limited number "
            "of groups, so most ought to come where probabilities are high, and most not where they are low.",
        ),
        *_part("Missed: it came, and the group was on no level", _worst_first(past.missed)),
    ]
    if past.unseen:
        unseen = sorted(past.unseen, key=lambda found: (-found[1], found[0]))
        more = f"; and {len(unseen) - IN_FULL} more" if len(unseen) > IN_FULL else ""
        said = "; ".join(f"{name} ({counted(deaths, 'death')})" for name, deaths in unseen[:IN_FULL])
        blocks += [
            Heading(3, "Never seen before"),
            Paragraph(
                f"Without a recorded death by then, with 25 or more since; nothing was or could be said of them by "
                f"name: {said}{more}."
            ),
        ]
    blocks += _part("Came: the group was on a level", past.came)
    blocks += _part("Did not come: the group was on a level", past.did_not_come)
    return blocks


def _part(title: str, lines: tuple[PastLine, ...]) -> list[Block]:
    if not lines:
        return [Heading(3, title), Paragraph("None.")]
    columns = (
        Column("Group", width=2.4),
        Column("Level then", width=1.1),
        Column("Outcome in question", width=1.9),
        Column("Probability", "right", 1.1),
        Column("Base rate", "right", 0.8),
        Column("Rank", "right", 0.6),
        Column("Deaths since", "right", 0.9),
        Column("Mass-casualty attacks since", "right", 1.2),
    )
    rows = tuple(
        (
            Cell(line.group, LISTS[line.list]),
            level(line.level),
            Cell(VIEW_WORDS[line.target]),
            Cell(percent(line.p)),
            Cell(percent(line.base_rate)),
            Cell(f"{line.rank:,}"),
            Cell(f"{line.deaths_since:,}"),
            Cell(f"{line.mass_casualty_since:,}"),
        )
        for line in lines[:IN_FULL]
    )
    groups = groups_of(lines)
    twice = "; one to which both outcomes came stands twice" if groups < len(lines) else ""
    shown = f"; the first {IN_FULL} of {len(lines)} lines" if len(lines) > IN_FULL else ""
    return [Heading(3, title), Table(f"{counted(groups, 'group')}{twice}{shown}", columns, rows)]


def groups_of(lines: tuple[PastLine, ...]) -> int:
    """How many groups the lines are of."""
    return len({line.group for line in lines})


def _worst_first(lines: tuple[PastLine, ...]) -> tuple[PastLine, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.deaths_since, line.group)))


def _came(line: PastLine) -> str:
    if line.target == "mass_casualty":
        return counted(line.mass_casualty_since, "mass-casualty attack")
    return counted(line.deaths_since, "death")
