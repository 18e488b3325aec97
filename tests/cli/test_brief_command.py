"""`tocsin brief` as a user types it: both endings, mistakes in one line, a file that is whole or not there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planted_brief import brief
from tocsin.cli import main

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the brief was asked for; the answer is a brief made by hand."""
    calls: list[dict[str, Any]] = []

    def make(**given: Any) -> Any:
        calls.append(given)
        return brief()

    monkeypatch.setattr("tocsin.warn.make_brief", make)
    return calls


@pytest.fixture
def run(
    home: Path,
    asked: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Run the command in this process, in an empty folder."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def call(*words: str) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["tocsin", "brief", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        files = {path.name: path.read_bytes() for path in work.iterdir()}
        return SimpleNamespace(code=ended.value.code or 0, out=said.out, err=said.err, files=files)

    return call


@pytest.mark.parametrize(("name", "start"), [("brief.html", b"<!DOCTYPE html>"), ("b.PDF", b"%PDF-")])
def test_the_ending_decides_what_is_written_and_the_size_is_said(run: Run, name: str, start: bytes) -> None:
    result = run("-o", name)
    assert result.code == 0
    assert result.out == ""
    assert result.files[name].lstrip().startswith(start)
    assert list(result.files) == [name]
    assert result.err == f"tocsin: wrote {name} ({len(result.files[name]) / 1000:,.0f} kB)\n"


def test_every_option_reaches_the_brief(run: Run, asked: list[dict[str, Any]]) -> None:
    words = "--as-of 2019-06-30 --theatre Mali --horizon 12 --as-of-mode strict --lag-days 3 --wording phia -o a.html"
    assert run(*words.split()).code == 0
    (given,) = asked
    assert (given["as_of"], given["theatre"], given["horizon"]) == (date(2019, 6, 30), "Mali", 12)
    settings = given["settings"]
    assert (settings.as_of_mode, settings.lag_days, settings.wording) == ("strict", 3, "phia")


def test_without_options_the_settings_decide(run: Run, asked: list[dict[str, Any]]) -> None:
    assert run("-o", "a.html").code == 0
    (given,) = asked
    assert (given["as_of"], given["theatre"], given["horizon"]) == (None, None, 6)
    assert (given["settings"].as_of_mode, given["settings"].wording) == ("reconstructed", "icd203")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "brief.docx"), "a brief is a file that ends with .html or .pdf, got --output brief.docx"),
        (("-o", "brief"), "got --output brief"),
        (("-o", "nowhere/brief.html"), "there is no folder nowhere"),
        (("-o", "a.html", "--as-of", "yesterday"), "--as-of is a day like 2020-12-31, got 'yesterday'"),
    ],
)
def test_what_cannot_be_is_said_in_a_line_before_anything_is_made(
    run: Run, asked: list[dict[str, Any]], words: tuple[str, ...], said: str
) -> None:
    result = run(*words)
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1
    assert asked == []
    assert result.files == {}


def test_a_brief_that_cannot_be_written_leaves_the_old_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.html").write_text("old", encoding="utf-8")

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run("-o", "a.html")
    assert result.code == 2
    assert result.err == "tocsin: --output a.html can not be written: No space left on device\n"
    assert result.files == {"a.html": b"old"}


def test_a_file_to_write_is_asked_for(run: Run) -> None:
    result = run()
    assert result.code == 2
    assert "--output" in result.err
