"""The documentation as a site: it builds without a warning, loads nothing from elsewhere, has all that is public."""

from __future__ import annotations

import importlib
import inspect
import re
from html.parser import HTMLParser
from pathlib import Path

import tocsin
from tocsin.settings import Settings

ROOT = Path(__file__).parents[2]
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
# The commands and the pages in the browser are no library; other pages are about them.
LOADED = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "manifest", "modulepreload"}
NO_LIBRARY = {"cli", "web"}
PACKAGES = {path.parent.name for path in (ROOT / "src" / "tocsin").glob("*/__init__.py")} - NO_LIBRARY


class _Loaded(HTMLParser):
    """Gathers the addresses that a browser loads by itself, and the ids that a link can lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag in ("script", "img", "iframe", "source", "audio", "video", "embed", "input"):
            self.addresses += [given[name] for name in ("src", "srcset") if name in given]
        # A canonical address or the next page is not loaded.
        if tag == "link" and LOADED & set(given.get("rel", "").split()):
            self.addresses.append(given.get("href", ""))
        if tag == "object":
            self.addresses.append(given.get("data", ""))


def read(page: Path) -> _Loaded:
    loaded = _Loaded()
    loaded.feed(page.read_text(encoding="utf-8"))
    return loaded


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        for address in read(page).addresses:
            assert not re.match(r"(?:[a-z]+:)?//", address), f"{page.name} loads {address}"
            if address and not address.startswith("data:") and page.name != "404.html":
                assert (page.parent / address.split("?")[0].split("#")[0]).resolve().is_file(), f"{page}: {address}"
    for sheet in site.rglob("*.css"):
        loads = re.findall(r"url\(\s*[\"']?((?:https?:)?//[^)]*)", sheet.read_text(encoding="utf-8"))
        assert loads == [], sheet.name


def test_the_search_can_be_used_from_disk(site: Path) -> None:
    assert (site / "search" / "search_index.js").read_text(encoding="utf-8").startswith("var __index =")
    assert (site / "assets" / "iframe-worker.js").is_file()


def test_every_page_can_be_found_in_the_navigation() -> None:
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").as_posix()
        assert re.search(rf"[ :-] {re.escape(name)}$", listed, re.MULTILINE), f"{name} is not in the nav of mkdocs.yml"


def public_names() -> dict[str, tuple[str, object]]:
    """Every name that `tocsin` or one of its packages hands on, with where it is defined."""
    names: dict[str, tuple[str, object]] = {}
    for package in ("", *sorted(PACKAGES)):
        module = importlib.import_module(f"tocsin.{package}".rstrip("."))
        for name in getattr(module, "__all__", ()):
            thing = getattr(tocsin if not package else module, name)
            home = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
            names[f"{module.__name__}.{name}"] = (home, thing)
    return names


def test_every_public_name_says_what_it_is() -> None:
    # Constants and types made of others are told by the comment or the signature they stand in.
    told = {
        name: thing for name, (_, thing) in public_names().items() if inspect.isroutine(thing) or inspect.isclass(thing)
    }
    assert len(told) > 100
    assert [name for name, thing in told.items() if not inspect.getdoc(thing)] == []


def test_every_public_name_stands_in_the_reference(site: Path) -> None:
    ids = set().union(*(read(page).ids for page in (site / "reference").glob("*.html")))
    missing = []
    for name, (home, thing) in public_names().items():
        short = name.rpartition(".")[2]
        # Where it is defined, where its package hands it on, or, of a module that can be called, its function.
        parts = home.split(".")
        handed_on = {".".join([*parts[:depth], short]) for depth in range(2, len(parts))}
        if not {name, home, f"{getattr(thing, '__name__', '')}.{short}", *handed_on} & ids:
            missing.append(name)
    assert missing == []


def test_every_package_has_a_page_in_the_reference() -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    assert {name for name in PACKAGES if not re.search(rf"^::: tocsin\.{name}\b", shown, re.MULTILINE)} == set()


def test_the_comparison_has_the_figures_of_the_record() -> None:
    shown, record = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("comparison.md", "models.md"))
    rows = re.findall(r"^\| (20[\d-]+) \| ([\d., ]+) \| ([\d., ]+) \| ([\d., ]+) \|$", shown, re.MULTILINE)
    assert [row[0] for row in rows] == ["2018", "2019", "2020", "2019-20"]
    for year, *pairs in rows:
        for place, model in enumerate(("ensemble", "climatology_12")):
            scores = " | ".join(pair.split(", ")[place] for pair in pairs)
            assert f"| `{model}` | {year} | {scores} |" in record.replace("*", "")


def test_every_setting_has_its_default_and_meaning_in_the_table() -> None:
    section = COMMANDS[COMMANDS.index("## Settings") :]
    rows = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|$", section, re.MULTILINE)}
    assert set(rows) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        default, meaning = (cell.strip() for cell in rows[name])
        assert len(meaning.split()) > 2, name
        if field.default_factory is None and field.default is not None:
            shown = field.default if isinstance(field.default, str) else f"{field.default:g}"
            assert default.strip("`") == shown, name


def test_every_environment_variable_is_documented_and_no_other() -> None:
    read_by = {
        name
        for folder in ("src", "tools")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"\bTOCSIN_[A-Z][A-Z_]*\b", path.read_text(encoding="utf-8"))
    }
    of_tests = {
        name
        for path in (ROOT / "tests").rglob("conftest.py")
        for name in re.findall(r"environ\.get\(\"(TOCSIN_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    settings = {f"TOCSIN_{name.upper()}" for name in Settings.model_fields}
    texts = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    written = {
        name for path in texts for name in re.findall(r"\bTOCSIN_[A-Z][A-Z_]*\b", path.read_text(encoding="utf-8"))
    }
    assert read_by - settings <= written
    assert written <= read_by | settings | of_tests
