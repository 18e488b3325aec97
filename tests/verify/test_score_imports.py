"""`verify` knows no model: what it may import, and that the scores leave their names on the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tocsin.verify

FILES = sorted(Path(tocsin.verify.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_imports_nothing_of_tocsin_but_itself_and_errors(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            if module.split(".")[0] == "tocsin":
                assert module.startswith("tocsin.verify") or module in ("tocsin.errors", "tocsin.months"), module


def test_every_name_is_documented() -> None:
    for name in tocsin.verify.__all__:
        assert name == "VIEWS_BINS" or getattr(tocsin.verify, name).__doc__, name
