"""A fit of rivalry in plain words: the headline, what the out-of-sample gain means, names short enough for a figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from textwrap import wrap

import numpy as np

from tocsin.groups.names import split_name
from tocsin.rivalry.result import Link, Rivalry
from tocsin.rivalry.series import KIND_WORDS

# Gains in log score a month, in nats: the least that is spoken of, and one that would matter.
LEAST_GAIN, NOTABLE_GAIN = 0.001, 0.01
_NAMED_LINKS = 3
_WIDTHS = (0, 8, 20, 1000)


def headline(rivalry: Rivalry) -> str:
    """How many links answer, do not, and cannot be told, in one sentence."""
    count = {label: sum(link.label == label for link in rivalry.links) for label in ("no_answer", "cannot_tell")}
    found = [link for link in in_order(rivalry.links) if link.label == "answers"]
    total = f"{len(rivalry.links)} link{'' if len(rivalry.links) == 1 else 's'}"
    named = "; ".join(f"{actor_of(link.target)} answers {actor_of(link.source)}" for link in found[:_NAMED_LINKS])
    more = f"; and {len(found) - _NAMED_LINKS} more" if len(found) > _NAMED_LINKS else ""
    said = [
        f"{len(found) or 'none'} of {total} {'answer' if len(found) > 1 else 'answers'}"
        + (f" ({named}{more})" if found else "")
    ]
    if count["no_answer"]:
        does = "does" if count["no_answer"] == 1 else "do"
        said.append(f"{count['no_answer']:,} {does} not answer beyond what would be seen")
    if count["cannot_tell"]:
        said.append(f"the data cannot tell for {count['cannot_tell']:,}")
    return (
        f"{rivalry.theatre}, {KIND_WORDS[rivalry.kind]}, {rivalry.first} to {rivalry.last}: {'; '.join(said)}."
        " Predictive, not causal."
    )


def cross_terms_help(gain: float | None, se: float | None) -> str:
    """Whether cross terms help to predict months held apart, by the gain in log score a month (nats).

    They help where the gain is above two of its standard errors, and a thousandth; they do not where a gain of a
    hundredth is ruled out, by as many errors.

    >>> cross_terms_help(0.03, 0.01), cross_terms_help(-0.03, 0.01), cross_terms_help(0.01, 0.01)
    ('helps', 'does not help', 'cannot tell')
    """
    if gain is None or se is None or not (np.isfinite(gain) and np.isfinite(se)):
        return "cannot tell"
    if gain > 2.0 * se and gain >= LEAST_GAIN:
        return "helps"
    return "does not help" if gain + 2.0 * se < NOTABLE_GAIN else "cannot tell"


def label_words(link: Link) -> str:
    """The label of a link, with what it rests on."""
    reach = f"{link.minimum_detectable:.2f}" if np.isfinite(link.minimum_detectable) else None
    if link.label == "answers":
        return "answers"
    if link.label == "no_answer":
        return f"does not answer beyond {reach}" if reach else "does not answer"
    return "cannot tell"


def in_order(links: Sequence[Link]) -> list[Link]:
    """Links that answer first, then by the size of the estimate; those without one last."""

    def place(link: Link) -> tuple[bool, float, str, str]:
        size = abs(link.estimate) if np.isfinite(link.estimate) else -1.0
        return link.label != "answers", -size, link.source, link.target

    return sorted(links, key=place)


def actor_of(group: str) -> str:
    """The name of a group without its theatre, and without characters that steer a terminal or break a file.

    >>> actor_of("IS @ Afghanistan")
    'IS'
    """
    name, _ = split_name(group)[0]
    return "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf"))


def short_names(groups: Sequence[str], width: int, lines: int) -> list[str]:
    """Names of groups for a figure: without their theatre, at most `lines` lines of `width` letters.

    Names that would look alike when cut are cut later, so that no two are the same.

    >>> short_names(["Front of the East and the West @ Mali"], 12, 2)
    ['Front of the\\nEast and…']
    """
    names = [actor_of(group) for group in groups]
    for more in _WIDTHS:
        short = [_cut(name, width + more, lines) for name in names]
        if len(set(short)) == len(set(names)):
            return short
    return names


def _cut(name: str, width: int, lines: int) -> str:
    return "\n".join(wrap(name, width, max_lines=lines, placeholder="…")) or name
