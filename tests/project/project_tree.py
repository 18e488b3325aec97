"""Where the project is, and which of its files are text that people read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".ci", "benchmarks", "docs", "requirements", "src", "tests", "tools")
_SUFFIXES = {".cff", ".css", ".csv", ".html", ".js", ".json", ".md", ".py", ".toml", ".txt"}
_NAMES = {"LICENSE", "Makefile", "NOTICE", "run", ".gitignore"}


def text_files() -> list[Path]:
    """Every text file of the project, without what tools leave behind."""
    top = [path for path in ROOT.iterdir() if path.is_file()]
    below = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return sorted(
        path
        for path in [*top, *below]
        if (path.suffix in _SUFFIXES or path.name in _NAMES) and "__pycache__" not in path.parts
    )
