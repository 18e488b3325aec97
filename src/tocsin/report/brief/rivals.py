"""Whom a group fights, who answers whom, and which names may have split from which."""

from __future__ import annotations

from math import isfinite

from tocsin.actors import STATE
from tocsin.groups.offshoots import Offshoot
from tocsin.report.brief.document import Block, BulletList, Cell, Column, Paragraph, Table
from tocsin.report.brief.words import whole_month
from tocsin.rivalry.result import PREDICTIVE, Link
from tocsin.rivalry.series import KIND_WORDS
from tocsin.rivalry.words import actor_of, in_order, label_words
from tocsin.warn.explanation import Explanation

OPPONENTS, LINKS = 5, 6


def rivals(explanation: Explanation) -> list[Block]:
    """Opponents, links with their labels, possible off-shoots."""
    return [*_opponents(explanation), *_links(explanation), *_offshoots(explanation.offshoots)]


def _opponents(explanation: Explanation) -> list[Block]:
    found = explanation.facts.opponents
    if not found:
        return [Paragraph("No clash with a state or another group is recorded.")]
    rows = tuple(
        (
            Cell("a state" if one.actor == STATE else one.actor),
            Cell(f"{one.events:,}"),
            Cell(f"{one.deaths:,}"),
            Cell(whole_month(one.first_event)),
            Cell(whole_month(one.last_event)),
        )
        for one in found[:OPPONENTS]
    )
    columns = (
        Column("Opponent", width=3),
        Column("Clashes", "right"),
        Column("Deaths", "right"),
        Column("First"),
        Column("Last"),
    )
    more = f", {OPPONENTS} of {len(found)}" if len(found) > OPPONENTS else ""
    return [Table(f"Recorded clashes{more}; who began one is not coded.", columns, rows)]


def _links(explanation: Explanation) -> list[Block]:
    rivalry, group = explanation.rivalry, explanation.line.group
    if rivalry is None:
        return [Paragraph("Who answers whom is not estimated: too few attacks to fit any link.")]
    own = [link for link in in_order(rivalry.links) if group in (link.source, link.target)]
    if not own:
        return [Paragraph("Who answers whom is not estimated for this group: too few attacks to fit any link.")]
    columns = (
        Column("After attacks of", width=2),
        Column("further attacks of", width=2),
        Column("Label", width=1.6),
        Column("Further attacks for each (90% interval)", "right", 1.8),
        Column("Attacks", "right", 1.2),
    )
    rows = tuple(_link(link) for link in own[:LINKS])
    many = f", {LINKS} of {len(own)}" if len(own) > LINKS else ""
    caption = (
        f"Who answers whom, by {KIND_WORDS[rivalry.kind]} from {whole_month(rivalry.first)} to "
        f"{whole_month(rivalry.last)}{many}. {PREDICTIVE}"
    )
    return [Table(caption, columns, rows)]


def _link(link: Link) -> tuple[Cell, ...]:
    told = isfinite(link.low) and isfinite(link.high)
    return (
        Cell(actor_of(link.source)),
        Cell(actor_of(link.target)),
        Cell(label_words(link)),
        Cell(f"{link.estimate:.2f} ({link.low:.2f} to {link.high:.2f})" if told else "cannot be told"),
        Cell(f"{link.source_attacks:,} and {link.target_attacks:,}"),
    )


def _offshoots(found: tuple[Offshoot, ...]) -> list[Block]:
    if not found:
        return [Paragraph("No new name is flagged as a possible off-shoot of it, nor it as one of another group.")]
    return [
        Paragraph("Possible off-shoots: flags to look into, not findings."),
        BulletList(tuple(_offshoot(one) for one in found)),
    ]


def _offshoot(one: Offshoot) -> str:
    enemies = ", ".join("a state" if enemy == STATE else enemy for enemy in one.shared_enemies) or "none recorded"
    clash = "they have a recorded clash with each other" if one.clashed else "no recorded clash with each other"
    return (
        f"{one.group}, first recorded in {whole_month(one.first_event)}, may have split from {one.parent}: "
        f"{one.shared_ground:.0%} of its ground is on or beside the older group's; shared enemies: {enemies}; {clash}."
    )
