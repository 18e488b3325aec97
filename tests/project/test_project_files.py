"""The project's own files: what they say agrees with what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from project_tree import ROOT, text_files

import tocsin
from tocsin.settings import Settings

MOST_LINES = 600
DOCUMENTS = sorted(path for path in text_files() if path.suffix == ".md")
# The words are put together here, so that this file does not hold them.
OF_NO_CONCERN_TO_A_READER = [
    "".join(parts)
    for parts in (
        (r"\.\./", "shared"),
        ("/", r"work/"),
        ("/tmp/", "briefs"),
        (r"(?-i:\bSOURCES", r"\.md)"),  # docs/sources.md is a page
        (r"\bissue ", r"#?\d"),
        (r"\bthis ", "session"),
        ("pypi", r"\.org"),
        ("python", "hosted"),
        ("npm", r"js\.(org|com)"),
        (r"deb\.", "debian"),
    )
]


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long_to_read() -> None:
    exempt = {"LICENSE", "src/tocsin/data/aliases.toml"}
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in text_files()}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES and name not in exempt} == {}


@pytest.mark.parametrize("pattern", OF_NO_CONCERN_TO_A_READER)
def test_no_file_speaks_of_where_it_was_written(pattern: str) -> None:
    exempt = {"tests/conftest.py"}
    found = [name_of(p) for p in text_files() if re.search(pattern, p.read_text(encoding="utf-8"), re.IGNORECASE)]
    assert set(found) - exempt == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        target, _, heading = link.partition("#")
        file = (document.parent / target) if target else document
        assert file.exists(), f"{name_of(document)} links to {link}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert heading in anchors, f"{name_of(document)} links to {link}; there are {sorted(anchors)}"


def test_the_citation_names_this_version_and_the_data() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert str(citation["version"]) == tocsin.__version__
    dois = {reference["doi"] for reference in citation["references"]}
    assert dois == {"10.1177/0022343313484347", "10.1177/00223433211026126"}


@pytest.mark.parametrize("file", ["README.md", "NOTICE", "CITATION.cff"])
def test_the_packaged_figures_are_cited_with_every_copy(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "10.1177/0022343313484347" in text
    assert "10.1177/00223433211026126" in text


def test_the_licence_is_the_one_that_is_declared(pyproject: dict[str, Any]) -> None:
    assert pyproject["project"]["license"] == "Apache-2.0"
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(tocsin.__version__)}\b", changelog, re.MULTILINE)


def test_every_dependency_is_locked_to_one_version(pyproject: dict[str, Any]) -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lock = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
    pins = [line for line in lock.splitlines() if line and not line.startswith("#")]
    locked = dict(line.split("==") for line in pins)
    assert len(locked) == len(pins)
    extras = pyproject["project"]["optional-dependencies"].values()
    wanted = [*pyproject["project"]["dependencies"], *(name for extra in extras for name in extra)]
    for requirement in map(Requirement, [*wanted, *pyproject["build-system"]["requires"]]):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in the lock: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} is locked to {version}: run `make lock`"


def test_every_benchmark_is_described() -> None:
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    scripts = {path.name for path in (ROOT / "benchmarks").glob("*.py")}
    assert set(re.findall(r"^\| `(\w+\.py)` \|", text, re.MULTILINE)) == scripts


def test_every_setting_is_described() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", text[text.index("## Settings") :], re.MULTILINE))
    assert set(rows) == set(Settings.model_fields)
    for name in ("as_of_mode", "lag_days", "lock_seconds", "watch_budget", "warning_budget", "wording", "language"):
        default = Settings.model_fields[name].default
        assert rows[name].strip("` ") == (default if isinstance(default, str) else f"{default:g}"), name


def test_every_package_is_in_the_table_of_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(\w+)(?:/|\.py)` \|", text, re.MULTILINE))
    packages = {path.parent.name for path in (ROOT / "src" / "tocsin").glob("*/__init__.py")}
    assert packages <= described
    assert described <= {path.stem for path in (ROOT / "src" / "tocsin").iterdir()}
