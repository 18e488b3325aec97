"""Writes the estimated numbers of the packaged what-if scenarios anew, from the packaged figures, in place.

.venv/bin/python tools/make_scenarios.py

What is marked "estimated" in a file is what `tocsin whatif new` would estimate for the same sides as of the same day.
So are numbers that it assumes because there was nothing to count: their source says so. All else in the file is by hand
and stays as it is, down to the comments.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import tomlkit

from tocsin.digest import packaged_digest
from tocsin.groups import Theatre
from tocsin.whatif.files.reading import packaged_folder
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.scenario import Scenario
from tocsin.whatif.start.numbers import NOTHING
from tocsin.whatif.start.scenario import start_scenario


def renewed(text: str) -> str:
    """The text of a scenario file with its estimates made anew."""
    document: Any = tomlkit.parse(text)
    groups = [str(side["name"]) for side in document["sides"] if side["kind"] == "group"]
    start = started(str(document["theatre"]), document["as_of"].unwrap(), groups)
    for key, value in (("vintage", start.vintage), ("citation", start.citation), ("data_until", start.data_until)):
        document[key] = value
    numbers = {side.name: side.numbers for side in start.sides}
    for side in document["sides"]:
        fill(side, numbers[str(side["name"])])
    fill(document["parameters"], start.quantities)
    responses = {(link.source, link.target): link.response for link in start.links}
    for link in document["links"]:
        response = responses[str(link["source"]), str(link["target"])]
        link["low"], link["high"], link["from"] = response.low, response.high, response.source
    return tomlkit.dumps(document)


def started(theatre: str, as_of: Any, groups: list[str]) -> Scenario:
    """The scenario that the figures alone give, of a country."""
    return start_scenario(packaged_digest(), Theatre(theatre, (theatre,)), as_of=as_of, groups=groups)


def fill(table: MutableMapping[str, Any], numbers: Any) -> None:
    """Put the estimates where the file marks a number as estimated, or as one with nothing to count behind it."""
    for name, value in table.items():
        if not isinstance(value, dict):
            continue
        if value.get("evidence") == "estimated" or str(value.get("source", "")).startswith(NOTHING):
            table[name] = inline(numbers[name], value)


def inline(quantity: Quantity, before: Any) -> Any:
    """A quantity as an inline table; what is not estimated after all is an error in the file."""
    if not quantity.source:
        raise SystemExit(f"no estimate to take the place of {before}")
    entries: dict[str, Any] = {"low": quantity.low, "high": quantity.high}
    if not quantity.is_range:
        entries = {"value": quantity.low}
    if quantity.scale == "log":
        entries["scale"] = "log"
    found = tomlkit.inline_table()
    found.update({**entries, "evidence": quantity.evidence, "source": quantity.source})
    return found


if __name__ == "__main__":
    for path in sorted(packaged_folder().glob("*.toml")):
        file: Path = path
        file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{file}: {file.stat().st_size:,} bytes")
