"""The page on scenario files holds every key and name there is, and its examples are scenarios."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tocsin.whatif import limits
from tocsin.whatif.catalogue import (
    LEVER_NAMES,
    MECHANISM_NAMES,
    OUTCOMES,
    RELATION_NAMES,
    SHOCK_NAMES,
    VARIANT_NAMES,
)
from tocsin.whatif.check.report import check
from tocsin.whatif.files.parts import OPTION_KEYS, SHOCK_KEYS
from tocsin.whatif.files.quantity import SCALES
from tocsin.whatif.files.reading import parse_scenario
from tocsin.whatif.files.sides import SIDE_KEYS
from tocsin.whatif.files.whole import TABLE_KEYS, TOP_KEYS, USUAL_DRAWS, USUAL_HORIZONS, USUAL_SEED
from tocsin.whatif.parameters import EVIDENCE, GROUP_NAMES, THEATRE_NAMES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "scenario-files.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scenario_reference", ROOT / "tools" / "make_scenario_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section(page: str, title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def rows(text: str) -> set[str]:
    """The names at the beginning of the tables' rows; a row may have several."""
    return {name for row in re.findall(r"^\| (`[^|]*)\|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("At the top", TOP_KEYS),
        ("Numbers", ("low", "high", "value", "evidence", "source", "scale")),
        ("Sides", (*SIDE_KEYS, *GROUP_NAMES)),
        ("Relations", RELATION_NAMES),
        ("Parameters", THEATRE_NAMES),
        ("Levers", LEVER_NAMES),
        ("Shocks", (*SHOCK_KEYS, *SHOCK_NAMES)),
        ("Options", OPTION_KEYS),
        ("Mechanisms", MECHANISM_NAMES),
        ("Variants", VARIANT_NAMES),
        ("Outcomes", tuple(OUTCOMES)),
    ],
)
def test_every_name_has_a_row_and_no_other(page: str, title: str, names: tuple[str, ...]) -> None:
    assert rows(section(page, title)) == set(names)


def test_every_table_of_a_file_has_a_section(page: str) -> None:
    titles = {title.lower() for title in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
    assert set(TABLE_KEYS) <= titles
    for key in ("pair", "kind", "source"):
        assert f"`{key}" in section(page, "Relations")
    for key in ("source", "target", "low", "high", "value", "scale", "evidence", "from"):
        assert f"`{key}`" in section(page, "Links")
    for word in (*EVIDENCE, *SCALES):
        assert word in section(page, "Numbers")


def test_the_tables_are_those_of_the_catalogue_and_the_parameters(page: str, reference: ModuleType) -> None:
    assert page == reference.renewed(page), "run: .venv/bin/python tools/make_scenario_reference.py"


def test_a_page_without_a_place_for_a_table_is_refused(page: str, reference: ModuleType) -> None:
    with pytest.raises(ValueError, match="'levers'"):
        reference.renewed(page.replace("<!-- table: levers -->", ""))


def test_defaults_and_limits_are_those_of_the_reader(page: str) -> None:
    top = section(page, "At the top")
    assert re.search(rf"^\| `draws` .*\| {USUAL_DRAWS:,} \|$", top, re.MULTILINE)
    assert re.search(rf"^\| `seed` .*\| {USUAL_SEED} \|$", top, re.MULTILINE)
    assert f"those of {', '.join(map(str, USUAL_HORIZONS))} that are simulated" in top
    text = " ".join(section(page, "Reading, and what is refused").split())
    for words in (
        f"at most {limits.MOST_SIDES} sides, {limits.MOST_MONTHS} months, {limits.MOST_DRAWS:,} draws, "
        f"{limits.MOST_OPTIONS} options and {limits.MOST_SHOCKS} shocks, and {limits.MOST_BYTES // 1_000_000} MB",
        f"at most {limits.NAME_LETTERS} characters",
    ):
        assert words in text
    low, high = limits.LINK_LIMITS
    assert f"from {low:g} to {high:g}" in section(page, "Links")


def test_the_complete_example_is_a_scenario(page: str) -> None:
    whole, link = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    read = parse_scenario(whole + link)
    assert read.names == ("A", "B")
    assert len(read.links) == 1
    # What it shows does something.
    assert not any("option reintegration" in words for words in check(read).warnings)
