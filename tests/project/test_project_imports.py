"""Data goes from left to right and never back: a module imports only from those before it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from project_tree import ROOT

PACKAGE = ROOT / "src" / "tocsin"
# What stands on nothing but itself; each imports only from those before it here.
BASE = ["plain", "spreadsheet", "typed", "errors", "private", "months", "settings", "countries", "actors", "scale"]
BASE += ["results", "event_rows"]
ORDER = [
    *BASE,
    "events",
    "sources",
    "store",
    "groups",
    "digest",
    "panel",
    "verify",
    "rivalry",
    "forecast",
    "warn",
    "replay",
    "whatif",
    "doors",
    "report",
    "web",
    "cli",
]
# The same inside the simulated theatre, whose parts are many.
WHATIF_ORDER = ["catalogue", "parameters", "scenario", "limits", "quantities", "document", "files", "start", "check"]
WHATIF_ORDER += ["engine", "twin", "calibration", "comparison"]
# The faces of the package: they hand on what others hold.
ANYTHING = {"__init__", "__main__"}
HEAVY = ["polars", "numpy", "scipy", "pandera", "lightgbm", "numba", "duckdb", "fastapi", "matplotlib", "sklearn"]
HEAVY += ["pandas"]
SCORES_ONLY = {"errors", "months", "verify"}


def module_of(path: Path) -> str:
    """The top-level module of tocsin that a file belongs to: `store` for `store/manifest.py`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path, package: str = "tocsin") -> set[str]:
    """Top-level modules of a package that a file imports, anywhere in it, also for types only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        start = f"{package}."
        found |= {name.removeprefix(start).split(".")[0] for name in names if name.startswith(start)}
    return found - {"__version__"}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_those_before_it(path: Path) -> None:
    module = module_of(path)
    if module in ANYTHING:
        return
    assert module in ORDER, f"{module} has no place in the order of modules: give it one"
    before = set(ORDER[: ORDER.index(module) + 1])
    # A name taken from `tocsin` itself would hide which module it comes from, so it fails here too.
    assert imported(path) <= before, f"{path.relative_to(PACKAGE)} imports from later modules"


@pytest.mark.parametrize("path", sorted((PACKAGE / "whatif").rglob("*.py")), ids=lambda path: path.stem)
def test_a_part_of_the_theatre_imports_only_from_those_before_it(path: Path) -> None:
    part = path.relative_to(PACKAGE / "whatif").parts[0].removesuffix(".py")
    if part in ANYTHING:
        return
    assert part in WHATIF_ORDER, f"{part} has no place in the order of the parts of whatif: give it one"
    before = set(WHATIF_ORDER[: WHATIF_ORDER.index(part) + 1])
    assert imported(path, "tocsin.whatif") <= before, f"{path.relative_to(PACKAGE)} imports from later parts"


def test_the_order_is_read_from_real_imports() -> None:
    # Were the parsing wrong, every file would pass; these three are known.
    assert imported(PACKAGE / "months.py") == {"errors"}
    assert "errors" in imported(PACKAGE / "settings.py")
    assert imported(PACKAGE / "whatif" / "quantities.py", "tocsin.whatif") == {"limits", "parameters", "scenario"}
    assert "forecast" in set().union(*(imported(path) for path in (PACKAGE / "warn").glob("*.py")))


def test_scores_know_no_model() -> None:
    for path in (PACKAGE / "verify").glob("*.py"):
        assert imported(path) <= SCORES_ONLY, path.name


def loaded_after(code: str) -> set[str]:
    """The top-level modules a fresh Python has loaded after running some code."""
    code += "\nimport sys; print('loaded:', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["assess", "--help"],
        ["data", "import", "--help"],
        ["groups", "show", "--help"],
        ["replay", "--help"],
    ],
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = f"""
import sys
sys.argv = ["tocsin", *{words!r}]
from tocsin.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    loaded = loaded_after(code)
    assert {"tocsin", "typer"} <= loaded
    assert loaded.isdisjoint(HEAVY)


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_after("import tocsin; tocsin.__version__")
    assert loaded.isdisjoint([*HEAVY, "typer", "rich", "pydantic"])


def test_every_public_name_is_there() -> None:
    import tocsin

    for name in tocsin.__all__:
        # A module that can be called has its package in its name.
        assert getattr(tocsin, name).__name__ in (name, f"tocsin.{name}")
        assert callable(getattr(tocsin, name))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = tocsin.no_such_name
    assert set(tocsin.__all__) <= set(dir(tocsin))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_trees_are_fitted_and_read_by_one_door(path: Path) -> None:
    # LightGBM's number of threads is one for the process: a call beside that door would change it under others' feet.
    if path == PACKAGE / "forecast" / "boosting.py":
        return
    used = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "lightgbm"
    }
    assert used <= {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_takes_another_s_private_names(path: Path) -> None:
    taken = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__") and alias.name != "_checks"  # a module
    ]
    assert taken == []
