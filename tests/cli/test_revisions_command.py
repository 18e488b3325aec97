"""`tocsin data revisions` and `tocsin data lags`: what they print, write and refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import tocsin.warn.flips as flips_module
from command_line import CommandLine
from planted_lines import assessment, line
from planted_releases import event, release_of
from tocsin.events import CheckedFile
from tocsin.store import Store

DAY = date(2019, 5, 5)


class Data(CommandLine):
    command = "data"


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Data:
    return Data(monkeypatch, capsys)


def with_terms(file: CheckedFile, *, open_: bool) -> CheckedFile:
    told = {name: getattr(file, name) for name in ("file", "sha256", "rejected", "questioned", "findings", "notes")}
    told |= {name: getattr(file, name) for name in ("countries", "first_day", "last_day", "place_precisions")}
    return CheckedFile(**told, events=file.events, release=replace(file.release, redistributable=open_))


@pytest.fixture
def held(home: Path) -> Store:
    store = Store(home)
    evil = event(3, DAY, actor_b="=HYPERLINK(1)\x1b[31m")
    store.add(
        release_of("20.1", [event(1, DAY), event(2, date(2010, 1, 1), deaths_best=7)]),
        release_of("21.1", [event(1, DAY, deaths_best=5), evil]),
    )
    return store


@pytest.mark.usefixtures("held")
def test_the_table_says_what_changed_and_carries_no_escapes(data: Data) -> None:
    out, _ = data("revisions")
    head = " ".join(out.split())
    assert (
        "ucdp-ged 21.1 beside ucdp-ged 20.1, 1989-01-01 to 2019-12-31: 1 event added, 1 dropped, 1 of 2 changed; 10 "
        "deaths became 8." in head
    )
    assert "JNIM @" in out
    assert "\x1b" not in out
    assert "Licence: CC BY 4.0" in out
    assert "Groups that changed most, the first 1 of 2" in data("revisions", "--top", "1")[0]


@pytest.mark.usefixtures("held")
def test_the_document_has_every_table(data: Data) -> None:
    found = json.loads(
        data("revisions", "20.1", "21.1", "--theatre", "Mali", "--from", "2015-01", "--format", "json")[0]
    )
    assert (found["older"], found["newer"], found["first"]) == ("ucdp-ged 20.1", "ucdp-ged 21.1", "2015-01-01")
    assert found["theatres"][0]["theatre"] == "Mali"
    assert found["periods"][0] == {
        "period": "all",
        "events_before": 1,
        "events_after": 2,
        "added": 1,
        "dropped": 0,
        "moved_net": 0,
        "changed": 1,
        "deaths_up": 1,
        "deaths_down": 0,
        "date_moved": 0,
        "country_moved": 0,
        "actors_changed": 0,
        "kind_changed": 0,
        "deaths_before": 3,
        "deaths_after": 8,
    }
    assert {"groups", "years", "months", "renamings", "notes", "licence", "citation"} <= set(found)


@pytest.mark.usefixtures("held")
def test_files_hold_one_table_and_run_nothing(data: Data, tmp_path: Path) -> None:
    data("revisions", "-o", str(tmp_path / "groups.csv"))
    text = (tmp_path / "groups.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK(1)" in text
    assert "\x1b" not in text
    data("revisions", "--part", "months", "-o", str(tmp_path / "months.parquet"))
    months = pl.read_parquet(tmp_path / "months.parquet")
    assert months.columns[:2] == ["group", "month"]
    assert set(months["vintage"]) == {"ucdp-ged 20.1, ucdp-ged 21.1"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("revisions", "20.1"), "name two releases to compare"),
        (("revisions", "19.1", "21.1"), "no release '19.1' is held"),
        (("revisions", "--as-of", "2019-12-31"), "--as-of goes with --warnings"),
        (("revisions", "--horizon", "3"), "--horizon goes with --warnings"),
        (("revisions", "--warnings", "--from", "2015-01"), "--from goes without --warnings"),
        (("revisions", "--from", "soon"), "--from is a month like 2015-01"),
        (("revisions", "--format", "csv", "--part", "all"), "no part 'all' in this Revisions"),
        (("revisions", "-o", "revisions.txt"), "does not end with .json, .csv or .parquet"),
        (("revisions", "-o", "no-such-folder/a.csv"), "can not be written"),
        (("revisions", "-o", "a.csv", "--format", "json"), "ends like a csv file, but --format is json"),
        (("revisions", "--warnings", "--horizon", "5"), "a horizon is 3, 6 or 12 months"),
        (("lags", "--as-of", "soon"), "--as-of is a day like"),
    ],
)
@pytest.mark.usefixtures("held")
def test_what_cannot_be_is_one_line(data: Data, words: tuple[str, ...], said: str) -> None:
    assert said in data.refused(*words)


@pytest.mark.parametrize("command", ["revisions", "lags"])
@pytest.mark.usefixtures("home")
def test_an_empty_store(data: Data, command: str) -> None:
    assert "the store is empty" in data.refused(command)


def test_under_terms_that_forbid_it_nothing_is_exported_only_shown(data: Data, home: Path, tmp_path: Path) -> None:
    files = (release_of("20.1", [event(1, DAY)]), release_of("21.1", [event(1, DAY), event(2, DAY)]))
    Store(home).add(files[0], with_terms(files[1], open_=False))
    assert "1 event added" in " ".join(data("revisions")[0].split())
    for words in (("--format", "json"), ("--format", "csv"), ("-o", str(tmp_path / "a.parquet"))):
        assert "nothing is exported of what a release changed" in data.refused("revisions", *words)
        assert "nothing is exported" in data.refused("lags", *words)
    assert not (tmp_path / "a.parquet").exists()


@pytest.mark.usefixtures("held")
def test_lags_says_whether_the_curve_is_assumed(data: Data) -> None:
    out, _ = data("lags")
    assert "so many months after they happened: assumed" in " ".join(out.split())
    found = json.loads(data("lags", "--as-of", "2020-12-31", "--format", "json")[0])
    assert (found["basis"], found["published_by"]) == ("assumed", "2020-12-31")
    assert [point["months"] for point in found["points"]] == [0, 1, 2, 3, 6, 12, 24]
    assert found["shares"][-1] == 1.0


def test_warnings_that_flip(data: Data, held: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def assess(**options: object) -> object:
        after = options["settings"].release == "ucdp-ged 21.1"  # type: ignore[attr-defined]
        groups = [line("JNIM @ Mali", level="warning" if after else "none"), line("AQIM @ Mali", level="watch")]
        vintage = options["settings"].release  # type: ignore[attr-defined]
        return replace(assessment(*groups), as_of=options["as_of"], vintage=vintage)

    monkeypatch.setattr(flips_module, "assess", assess)
    out, _ = data("revisions", "--warnings")
    text = " ".join(out.split())
    assert (
        "As of 2019-12-31, ucdp-ged 21.1 instead of ucdp-ged 20.1 changes the level of 1 group; of the 2 that both "
        "list these stay: 0 on warning, 1 on watch, 0 on none." in text
    )
    assert "raised" in out
    assert text.count("base 1.50%") == 2
    assert text.count("base 0.12%") == 2
    found = json.loads(data("revisions", "--warnings", "--as-of", "2018-12-31", "--format", "json")[0])
    assert found["as_of"] == "2018-12-31"
    assert found["flips"][0]["changes"] == "raised"
    assert found["flips"][0]["base_rate_deaths25_before"] == found["flips"][0]["base_rate_deaths25_after"] == 0.015
    assert found["stayed"] == [
        {"level": "warning", "groups": 0},
        {"level": "watch", "groups": 1},
        {"level": "none", "groups": 0},
    ]
    table = pl.read_csv(data("revisions", "--warnings", "--format", "csv")[0].encode())
    assert table["level_after"].to_list() == ["warning"]
