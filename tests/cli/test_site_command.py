"""`tocsin site` as a user types it: what is asked reaches the site, mistakes are told in one line, progress is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import tocsin.web.site
from command_line import CommandLine
from tocsin.web.asked import Asked
from tocsin.web.site import Written


class Site(CommandLine):
    """Runs `tocsin site`."""

    command = "site"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the site was asked for; nothing is written."""
    calls: list[dict[str, Any]] = []

    def write(folder: Path, **given: Any) -> Written:
        calls.append({"folder": folder, **given})
        for done in range(0, 11):
            given["tell"](f"writing page {done}", done, 10)
        given["tell"]("estimating who answers whom in Mali")
        return Written(folder, 94, 479, 59_400_000)

    monkeypatch.setattr(tocsin.web.site, "write_site", write)
    return calls


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    return Site(monkeypatch, capsys)


def test_without_options_the_usual_holds(run: Site, asked: list[dict[str, Any]], home: Path) -> None:
    out, err = run("pages")
    (given,) = asked
    assert given["folder"] == Path("pages")
    assert given["asked"] == Asked(None, 6, None)
    assert (given["top"], given["rivalry"], given["force"]) == (10, True, False)
    assert given["settings"].home == home
    assert out == ""
    assert err.splitlines()[-1] == "tocsin: wrote 94 pages, 479 files, 59.4 MB; open pages/index.html"


def test_every_option_reaches_the_site(run: Site, asked: list[dict[str, Any]]) -> None:
    words = "--as-of 2019-06-30 --horizon 12 --as-of-mode strict --top 3 --no-rivalry --force"
    run("pages", *words.split())
    (given,) = asked
    assert given["asked"] == Asked(date(2019, 6, 30), 12, "strict")
    assert (given["top"], given["rivalry"], given["force"]) == (3, False, True)


def test_away_from_a_terminal_each_step_is_a_line_and_its_fifths(run: Site, asked: list[dict[str, Any]]) -> None:
    _, err = run("pages")
    # The words count as well, and are not told eleven times for it.
    assert err.splitlines()[:-1] == [
        *(f"tocsin: writing page {done} ({done} of 10) ..." for done in (0, 2, 4, 6, 8, 10)),
        "tocsin: estimating who answers whom in Mali ...",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pages", "--as-of", "yesterday"), "--as-of is a day like 2020-12-31, got 'yesterday'"),
        (("pages", "--horizon", "7"), "a horizon is 3, 6 or 12 months, got 7"),
        (("file",), "a site is written into a folder, got the file file"),
        (("full",), "full holds other things than a site written by tocsin"),
        (("no/where",), "no/where can not be written: there is no folder"),
    ],
)
def test_what_cannot_be_is_told_in_a_line_before_anything_is_worked_out(
    run: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    work = tmp_path / "work"
    (work / "full").mkdir(parents=True)
    (work / "full" / "thesis.txt").write_bytes(b"years of work")
    (work / "file").write_bytes(b"")
    monkeypatch.chdir(work)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a question was asked")

    monkeypatch.setattr(tocsin.web.site, "answer", never)
    assert said in run.refused(*words)
    assert sorted(path.name for path in work.iterdir()) == ["file", "full"]


def test_a_folder_is_asked_for(run: Site) -> None:
    out, err = run(code=2)
    assert out == ""
    assert "DIR" in err
