"""A fit of rivalry as notebooks show it."""

from __future__ import annotations

from tocsin.results import Card, CardTable
from tocsin.rivalry.result import PREDICTIVE, Rivalry, WorldRivalry

_WORDS = {"answers": "answers", "no_answer": "does not answer beyond", "cannot_tell": "cannot tell"}


def rivalry_card(made: Rivalry) -> Card:
    """The links, those that are found first, and how often one is found where there is none."""
    order = {label: place for place, label in enumerate(_WORDS)}
    links = sorted(made.links, key=lambda link: (order[link.label], -abs(link.estimate)))
    rows = [
        (
            link.target,
            _WORDS[link.label] + (f" {link.minimum_detectable:.2f}" if link.label == "no_answer" else ""),
            link.source,
            link.estimate,
            f"{link.low:.2f} to {link.high:.2f}",
        )
        for link in links
    ]
    rate = made.null_false_positive_rate
    told = "not known" if rate is None else f"{rate:.0%} (nominal 5%)"
    return Card(
        made.comes_from.what,
        f"{len(made.groups)} groups from {made.first.isoformat()} to {made.last.isoformat()}. Base rate of links found "
        f"where there are none: {told}.",
        (CardTable("Links", ("target", "answer", "source", "further attacks per attack", "90% interval"), rows),),
        made.notes(),
    )


def world_card(made: WorldRivalry) -> Card:
    """What the theatres show together, and how often a link is found where there is none."""
    rows = [
        (one.term, one.estimate, f"{one.low:.2f} to {one.high:.2f}", one.links, one.theatres) for one in made.pooled
    ]
    checks = [(one.name, None if one.rate is None else f"{one.rate:.0%}", one.tests) for one in made.null_checks]
    return Card(
        made.comes_from.what,
        "",
        (
            CardTable("Pooled over theatres", ("term", "estimate", "90% interval", "links", "theatres"), rows),
            CardTable("Base rate of links found where there are none (nominal 5%)", ("check", "rate", "tests"), checks),
        ),
        (PREDICTIVE,),
    )
