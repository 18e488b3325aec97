"""Writes the tables of docs/scenario-files.md anew, from the catalogue and the parameters, in place.

.venv/bin/python tools/make_scenario_reference.py

All else on the page is by hand and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tocsin.whatif.catalogue import (
    LEVER_DEFAULTS,
    LEVERS,
    MECHANISMS,
    OUTCOMES,
    RELATIONS,
    SHOCKS,
    VARIANTS,
)
from tocsin.whatif.check.words import number_words, range_words
from tocsin.whatif.limits import LEVER_MOST
from tocsin.whatif.parameters import GROUP, THEATRE, Parameter

PAGE = Path(__file__).parents[1] / "docs" / "scenario-files.md"


def tables() -> dict[str, str]:
    """Each table of the page by the name its place on the page has."""
    return {
        "mechanisms": _named("mechanism", "what goes on", {m.name: m.words for m in MECHANISMS}),
        "variants": _named("variant", "competition between groups", VARIANTS),
        "relations": _named("kind", "two sides", RELATIONS),
        "shocks": _named("kind", "what happens", SHOCKS),
        "levers": _table(
            ("lever", "what it is", "if silent", "at most"),
            ((f"`{n}`", words, f"{LEVER_DEFAULTS[n]:g}", f"{LEVER_MOST[n]:g}") for n, words in LEVERS.items()),
        ),
        "outcomes": _named("outcome", "what is counted", OUTCOMES),
        "side": _parameters(GROUP),
        "parameters": _parameters(THEATRE),
    }


def renewed(page: str) -> str:
    """The page with its tables made anew. Raises `ValueError` where one has no place on it."""
    for name, table in tables().items():
        pattern = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if len(pattern.findall(page)) != 1:
            raise ValueError(f"{PAGE.name} has no single place for the table {name!r}")
        page = pattern.sub(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", page)
    return page


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _named(what: str, meaning: str, words: Mapping[str, str]) -> str:
    return _table((what, meaning), ((f"`{name}`", text) for name, text in words.items()))


def _parameters(parameters: Iterable[Parameter]) -> str:
    head = ("key", "of", "unit", "meaning", "default", "allowed", "the default is")
    return _table(head, map(_row, parameters))


def _row(parameter: Parameter) -> Sequence[str]:
    default = parameter.default
    allowed = f"{number_words(parameter.least)} to {number_words(parameter.most)}"
    if default is None:
        value, rests_on = "none", "has to be given"
    else:
        value = range_words(default) + (", log" if default.is_range and default.scale == "log" else "")
        rests_on = f"{default.evidence}: {default.source}" if default.source else default.evidence
    return (f"`{parameter.name}`", parameter.mechanism, parameter.unit, parameter.words, value, allowed, rests_on)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
