"""Names in a file that would steer a terminal, run in a spreadsheet or be taken for markup: shown as what they are."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tocsin
from command_line import CommandLine
from ged_files import dated, write_ged
from tocsin.cli import main
from tocsin.plain import escaped_json, printable, printable_lines
from tocsin.sources.cells import cell_text
from tocsin.sources.ucdp import read_ged
from tocsin.spreadsheet import GUARDED, csv_text
from tocsin.store import Store

PACKAGE = Path(tocsin.__file__).parent
HARMFUL = ("Cc", "Cf", "Cs")
NAMES = (
    "A\x1b[31mred\x1b[0m", "B\x1b]0;title\x07\x1b]8;;http://x\x1b\\link", "C\u202edlrow", "D\u200bzero\ufeff",
    "E\x9b2J", "F[red]x[/red]", "G[link=http://x]y[/link]", "H[/]", "=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0",
    "\t=1", "I<script>alert(1)</script>", "J\r\nset-cookie: x", "K" + "long " * 300, "L$(reboot)`reboot`", "M%s%n{0}",
    "N\u2066\u2069", "'=O", '"=P', "Q;=1+1", "\uff1d1+1",
)  # fmt: skip
# A cell that some spreadsheet would run: at its beginning, or where one may split it.
RUN = re.compile('(^|[;,|\t])[ "]*[=+\\-@\uff1d\uff0b\uff0d\uff20]')
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of hostile names, each with as many deaths as it takes to be listed, called by a hostile name too."""
    rows = [
        dated(2 * n + k, f"2015-0{k + 3}-04", type_of_violence=2, side_a=name, side_b="Z Front", best=30 + n, high=99)
        for n, name in enumerate(NAMES)
        for k in range(2)
    ]
    rows.append(dated(999, "2015-03-04", side_a="=1+1\x1b[2J", best="-7"))  # rejected
    return write_ged(tmp_path_factory.mktemp("files") / "ged241[red]\x1b[2J\nx.csv", rows)


@pytest.fixture(scope="module")
def held(file: Path) -> Path:
    """The home of a store that holds it."""
    home = file.parent / "home"
    Store(home).add(read_ged(file, covers="file"))
    return home


class Tocsin(CommandLine):
    """A command, given whole."""

    def run(self, *words: str) -> tuple[object, str, str]:
        """How it ended, and what it printed."""
        self._monkeypatch.setattr(sys, "argv", ["tocsin", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *self._capsys.readouterr())


@pytest.fixture
def tocsin_of(held: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tocsin:
    monkeypatch.setenv("TOCSIN_HOME", str(held))
    return Tocsin(monkeypatch, capsys)


def assert_harmless(text: str) -> None:
    """No control character but line ends and the tabs of tables, none that is invisible."""
    bad = {c for c in text if unicodedata.category(c) in HARMFUL and c not in "\n\t"}
    assert not bad, bad


def test_an_import_shows_names_harmlessly(tocsin_of: Tocsin, home: Path, file: Path) -> None:
    code, out, err = tocsin_of.run("data", "import", str(file), "--covers", "file")
    assert (code, "events taken in" in out) == (0, True)
    assert_harmless(out + err)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("data", "status"), 0),
        (("data", "status", "--format", "json"), 0),
        (("groups", "list"), 0),
        (("groups", "list", "--format", "csv"), 0),
        (("groups", "list", "--format", "json"), 0),
        (("groups", "show", "Z Front @ Mali"), 0),
        (("groups", "show", "A[31mred[0m @ Mali", "--format", "json"), 0),
        (("groups", "show", "A\x1b[31mre @ Mali\x07"), 2),
        (("data", "remove", "24.1\x1b[2J"), 2),
        (("data", "import", "no\x1b[2Jsuch\nfile.csv"), 2),
        (("data", "compare", "ucdp-ged", "x\x1b[2J"), 2),
    ],
)
def test_every_command_shows_names_harmlessly(tocsin_of: Tocsin, words: tuple[str, ...], code: int) -> None:
    ended, out, err = tocsin_of.run(*words)
    assert_harmless(out + err)
    assert ended == code, err
    if "csv" in words:
        for row in csv.reader(io.StringIO(out)):
            assert not [cell for cell in row if RUN.search(cell) and not NUMBER.fullmatch(cell)]
    if "json" in words:
        json.loads(out)


def test_a_file_for_maps_has_no_formulas(tocsin_of: Tocsin, tmp_path: Path) -> None:
    for ending in ("csv", "geojson"):
        code, out, err = tocsin_of.run("data", "cells", "--theatre", "Mali", "--output", str(tmp_path / f"c.{ending}"))
        assert code == 0, err
        assert_harmless(out + err + (text := (tmp_path / f"c.{ending}").read_text(encoding="utf-8")))
        if ending == "csv":
            for row in csv.reader(io.StringIO(text)):
                assert not [cell for cell in row if RUN.search(cell) and not NUMBER.fullmatch(cell)]


def test_on_a_terminal_names_are_no_markup(tocsin_of: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "200")
    code, out, err = tocsin_of.run("groups", "list", "--theatre", "Mali")
    assert code == 0, err
    for name in ("F[red]x[/red]", "G[link=http://x]y[/link]", "H[/]"):
        assert name in out
    # The terminal's own codes are of colours alone.
    assert_harmless(re.sub(r"\x1b\[[0-9;]*m", "", out))


def test_rows_set_apart_are_no_formulas(held: Path) -> None:
    (path,) = (held / "store" / "rejected").iterdir()
    text = path.read_text(encoding="utf-8")
    assert_harmless(text)
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["side_a"] == "'=1+1[2J"
    assert row["best"] == "-7"  # a number stays one


# --- the functions ----------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=40))
def test_printable_text(text: str) -> None:
    shown = printable(text)
    assert not [c for c in shown if unicodedata.category(c) in (*HARMFUL, "Zl", "Zp")]
    assert printable(shown) == shown
    visible = [c for c in text if not unicodedata.category(c).startswith("C") and not c.isspace()]
    assert [c for c in shown if not unicodedata.category(c).startswith("C") and not c.isspace()] == visible
    lines = printable_lines(f"{text}\n  {text}")
    assert lines.split("\n  ")[-1] == shown.split("\n  ")[-1]


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(), max_size=40))
def test_escaped_json_says_the_same(text: str) -> None:
    written = escaped_json(json.dumps({text: [text]}, indent=1, ensure_ascii=False))
    assert_harmless(written)
    assert json.loads(written) == {text: [text]}


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=5))
def test_a_column_of_a_file_is_as_printable_text(cells: list[str]) -> None:
    shown = pl.DataFrame({"a": cells}).select(cell_text("a"))["a"].to_list()
    # Two libraries of two versions of Unicode: what is newly invisible may be known to one of them only.
    assert [cell or "" for cell in shown] == [printable(cell).strip() for cell in cells] or not "".join(
        cells
    ).isprintable()


@settings(max_examples=200, deadline=None)
@given(cells=st.lists(st.text(st.sampled_from("=+-@'\";,| \taA1.e\uff1d\n"), max_size=12), min_size=1, max_size=6))
def test_no_cell_is_run_and_every_text_can_be_had_back(cells: list[str]) -> None:
    text = csv_text(pl.DataFrame({"name": cells, "n": range(len(cells))}))
    _, *rows = csv.reader(io.StringIO(text))
    assert [int(row[1]) for row in rows] == list(range(len(cells)))
    for (shown, _), cell in zip(rows, cells, strict=True):
        assert not RUN.search(shown) or NUMBER.fullmatch(shown), shown
        back = pl.Series([shown]).str.replace_all(GUARDED, "${1}${2}")[0]
        assert back == printable(cell)


def test_one_function_writes_every_csv() -> None:
    """No other place in the package writes one that people may open."""
    # Fingerprints of tables, and what a server sent, kept as it came.
    others = {"spreadsheet.py", "doors/figures_in.py", "doors/events_in.py", "sources/pull/pages.py"}
    writing = {"write_csv", "to_csv", "writer", "DictWriter", "savetxt"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in writing:
                assert path.relative_to(PACKAGE).as_posix() in others, f"{path}:{node.lineno}"
