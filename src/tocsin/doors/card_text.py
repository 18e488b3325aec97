"""A model card as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.doors.card_record import HORIZON, LevelLine, RecordLine
from tocsin.doors.model_cards import ModelCard

_TARGETS = {
    "deaths25": "25 deaths or more",
    "mass_casualty": "mass-casualty attack",
    "deaths": "deaths of each month",
}
_LISTS = {
    "new_risk": "new risk",
    "previously_crossed": "new risk, crossed before",
    "first": "new risk, first-timers",
    "ongoing": "ongoing",
    "seen": "all seen",
}
_SCORES = {
    "average_precision": "average precision (higher is better)",
    "brier": "Brier score",
    "log_score": "log score",
    "crps": "CRPS",
    "crps_log1p": "CRPS of log(1 + deaths)",
}


def card_markdown(card: ModelCard) -> str:
    """The card as Markdown, ending with a line end."""
    parts = [
        f"# Model card: {card.name}",
        f"{card.kind.capitalize()}, version `{card.version}`, of {card.made_with}.",
        "## What it does",
        card.does,
        _bullets([f"It gives {what}." for what in card.gives]),
        "## What it learns from",
        card.learns_from,
    ]
    if card.features:
        total = sum(count for _, count in card.features)
        listed = ", ".join(f"{theme} ({count})" for theme, count in card.features)
        parts.append(f"{total} features that look back from the origin: {listed}.")
    if card.settings:
        parts.append(_bullets([f"{name}: {value}" for name, value in card.settings]))
    parts += ["## Record", card.record_of]
    if card.record:
        parts.append(_record(card.record))
        parts.append(
            "A difference is this model's score less the other's on the same group-months, with its standard error "
            "over origins. Neighbouring months of one group are not independent of each other."
        )
    if card.levels:
        parts += [f"What came of its levels within {HORIZON} months:", _levels(card.levels)]
    parts += ["## Limits", _bullets(card.limits), "## Intended use", _bullets(card.intended_use)]
    parts += ["## Citation", card.citation]
    return "\n\n".join(parts) + "\n"


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _record(rows: Sequence[RecordLine]) -> str:
    made = ["| outcome | list | score | value | difference | base rate | group-months |"]
    made.append("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        value = "" if row.value is None else f"{row.value:.4g}"
        known = row.difference is not None
        less = f"{row.difference:+.3g} ± {row.standard_error:.2g} to `{row.compared_with}`" if known else ""
        rate = "" if row.base_rate is None else _percent(row.base_rate)
        cells = (_TARGETS[row.target], _LISTS[row.list], _SCORES[row.score], value, less, rate, f"{row.n:,}")
        made.append(f"| {' | '.join(cells)} |")
    return "\n".join(made)


def _levels(rows: Sequence[LevelLine]) -> str:
    made = ["| level | by | group-months | came | share | base rate |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        share = f"{row.came / row.n:.0%}" if row.n else ""
        rates = ", ".join(f"{_percent(rate)} ({_LISTS[among]})" for among, rate in row.base_rates)
        made.append(f"| {row.level} | {_TARGETS[row.target]} | {row.n:,} | {row.came:,} | {share} | {rates} |")
    return "\n".join(made)


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%"
