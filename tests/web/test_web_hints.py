"""Errors on pages and in the API: no hint names an option of the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from planted_web_api import KNOWN, PlantedLane, ask, planted_app
from starlette.requests import Request

import tocsin
from tocsin.errors import InputError, NotHeldError, TocsinError
from tocsin.web.hints import for_page, for_program
from tocsin.web.questions.coverage import Coverage
from tocsin.web.questions.group import OneGroup
from tocsin.web.routes import error_page

STRICT = InputError("strict mode asks what was published by a day, so it needs one. Hint: --as-of YYYY-MM-DD")
LATE = InputError("the figures held end on 2020-12-31. Hint: --as-of 2020-12-31, or import a newer release")
UNKNOWN = NotHeldError("no group is called 'X'. See the names with: tocsin groups list")
OPTION = re.compile(r"--[a-z]|tocsin groups")
# What pages and the API ask, and what they ask of it. Import, replays and figures by day are for the command line.
ASKED = ("digest", "groups", "panel", "store", "warn", "rivalry", "forecast", "whatif", "web")
ELSEWHERE = {
    "rivalry/series.py",  # only for a span of one's own
    "warn/explain.py",  # pages have OneGroup in its place
    "web/site_folder.py",
}


def page_saying(error: Exception) -> str:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/data", "query_string": b"", "headers": []}
    return bytes(error_page(Request(scope), error).body).decode()


@pytest.mark.parametrize(
    ("error", "page", "program"),
    [
        (STRICT, "Hint: choose 'As of' YYYY-MM-DD at the head of the page", "Hint: as_of=YYYY-MM-DD"),
        (
            LATE,
            "Hint: choose 'As of' 2020-12-31 at the head of the page, or import",
            "Hint: as_of=2020-12-31, or import",
        ),
        (UNKNOWN, "The search finds groups by any of their names", "/groups lists the names"),
        (
            NotHeldError("Import an older release, or use --as-of-mode reconstructed"),
            "or choose 'newest release' at the head of the page",
            "or use mode=reconstructed",
        ),
        (
            NotHeldError("Hint: use the as-of mode 'reconstructed', or import a release of that time"),
            "Hint: choose 'newest release' at the head of the page, or import",
            "Hint: use mode=reconstructed, or import",
        ),
    ],
)
def test_a_hint_fits_who_reads_it(error: TocsinError, page: str, program: str, tmp_path: Path) -> None:
    shown = page_saying(error).replace("&#39;", "'")
    assert page in shown
    assert not OPTION.search(shown.split("<main")[1].split("</main>")[0])

    def answer(_: Any) -> Any:
        raise error

    app = planted_app(tmp_path, PlantedLane({**KNOWN, Coverage: answer, OneGroup: answer}))
    told = ask(app, "/group?name=x").json
    assert program in told["detail"]
    assert not OPTION.search(told["detail"])


def raised() -> Iterator[tuple[str, str]]:
    """Every text that is raised by what pages ask, with X for what is filled in."""
    root = Path(tocsin.__file__).parent
    for file in sorted(path for name in ASKED for path in (root / name).rglob("*.py")):
        name = file.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Raise) or node.exc is None or name in ELSEWHERE:
                continue
            for part in ast.walk(_Whole().visit(node.exc)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield name, part.value


class _Whole(ast.NodeTransformer):
    """Makes one text of a text with parts to fill in."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        return ast.Constant("".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values))


def test_no_error_that_a_page_can_meet_names_an_option_of_the_command_line() -> None:
    texts = list(raised())
    assert len(texts) > 100
    for name, text in texts:
        filled = re.sub(r"--as-of X", "--as-of 2020-12-31", text)
        assert not OPTION.search(for_page(filled)), name
        assert not OPTION.search(for_program(filled)), name
