"""Folders of figures and replays, questions, settings, scenarios and country-months from elsewhere, damaged."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
import tomlkit
from damaged_json import ODD, damaged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refusals import told_of

from planted_groups import FIRST, digest_of, rivals
from tocsin.digest import write_digest
from tocsin.digest.load import _read_digest
from tocsin.months import last_day
from tocsin.panel import History, build_panel, read_country_months
from tocsin.replay import read_replay, replay
from tocsin.settings import load_settings
from tocsin.sources import reading
from tocsin.warn.claims import BaseRate, Claim
from tocsin.warn.question_file import questions_path, read_questions, to_dict, write_questions
from tocsin.warn.questions import Question, Settlement
from tocsin.whatif.files.reading import packaged_folder, read_scenario

MANY = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
EVENTS = rivals(months=60, pairs=2, seed=3)
ODD_COLUMNS: list[pl.Series] = [
    pl.Series([None]), pl.Series([-1]), pl.Series(["x"]), pl.Series([1.5]), pl.Series([2**40]), pl.Series([[1, 2]]),
    pl.Series([{"a": 1}]), pl.Series([b"\xff"]), pl.Series([float("nan")]), pl.Series([True]),
    pl.Series([date(1, 1, 1)]), pl.Series(["\x1b[2J"]), pl.Series([[["x"]]]),
]  # fmt: skip


@st.composite
def damaged_table(draw: st.DrawFn, table: pl.DataFrame) -> bytes:
    """The Parquet file of a table with a column replaced, renamed or gone, or cut off."""
    name = draw(st.sampled_from(table.columns))
    kind = draw(st.sampled_from(["replace", "one cell", "drop", "rename", "cut", "empty"]))
    if kind in ("replace", "one cell"):
        odd = draw(st.sampled_from(ODD_COLUMNS)).new_from_index(0, table.height)
        if kind == "one cell":
            try:
                odd = table[name].cast(odd.dtype).zip_with(pl.Series(range(table.height)) != 1, odd)
            except pl.exceptions.PolarsError:
                odd = table[name]
        table = table.with_columns(odd.alias(name))
    elif kind == "drop":
        table = table.drop(name)
    elif kind == "rename":
        table = table.rename({name: draw(st.sampled_from(["other", "", "\x1b[2J"]))})
    elif kind == "empty":
        table = table.clear()
    packed = io.BytesIO()
    table.write_parquet(packed)
    content = packed.getvalue()
    return content[: len(content) // 2] if kind == "cut" else content


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    write_digest(digest_of(EVENTS, last=FIRST + 59), folder)
    return folder


@MANY
@given(data=st.data())
def test_a_folder_of_figures(figures: Path, data: st.DataObject) -> None:
    path = figures / data.draw(st.sampled_from(["monthly.parquet", "cells.parquet", "provenance.json"]))
    whole = path.read_bytes()
    is_table = path.suffix == ".parquet"
    try:
        strategy = damaged_table(pl.read_parquet(path)) if is_table else damaged(json.loads(whole))
        path.write_bytes(data.draw(strategy))
        with told_of(path.name):
            digest = _read_digest(figures)  # without the process that tries each file first
            assert False not in digest.monthly.select((pl.col(pl.Int32) >= 0).all()).row(0)
            assert not digest.monthly["actor"].str.contains(r"[\p{Cc}\p{Cf}]").any()
            if digest.monthly.height:
                History(build_panel(digest))
    finally:
        path.write_bytes(whole)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay") / "r"
    history = History(build_panel(digest_of(EVENTS, last=FIRST + 59)))
    first, last = FIRST + 40, FIRST + 50
    replay(history=history, directory=folder, first=first, last=last, models=("climatology_12", "recency"), draws=10)
    return folder


@MANY
@given(data=st.data())
def test_a_folder_of_a_replay(finished: Path, data: st.DataObject) -> None:
    parts = sorted(path.relative_to(finished).as_posix() for path in (finished / "parts").iterdir())
    path = finished / data.draw(st.sampled_from(["replay.json", "summary.json", "summary.json", parts[0]]))
    whole = path.read_bytes()
    try:
        is_table = path.suffix == ".parquet"
        strategy = damaged_table(pl.read_parquet(path)) if is_table else damaged(json.loads(whole))
        path.write_bytes(data.draw(strategy))
        with told_of(finished.name, path.name):
            found = read_replay(finished)
            found.to_dict()
            found.cells()
    finally:
        path.write_bytes(whole)


def questions() -> list[Question]:
    claim = Claim("G", "Mali", ("Mali",), "deaths", "at_least", 25, 361, 372)
    rate = BaseRate(9, 3, claim.subject, date(2009, 12, 31), "planted 1")
    open_one = Question("q1", "Will it?", claim, claim.rule, 0.5, rate, "a test", date(2009, 12, 31), date(2020, 1, 1))
    told = Settlement(True, 30, False, "planted 1", last_day(372), date(2020, 1, 1))
    return [open_one, Question(**{**vars(open_one), "id": "q2", "settlement": told})]


@FEW
@given(data=st.data())
def test_a_file_of_questions(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    kept = load_settings(home=tmp_path_factory.mktemp("home"))
    write_questions(kept, questions())
    path = questions_path(kept)
    first, second = path.read_text(encoding="utf-8").splitlines()
    path.write_bytes(data.draw(damaged(json.loads(second))) + b"\n" + first.encode() + b"\n")
    with told_of(path.name):
        for question in read_questions(kept):
            assert json.dumps(to_dict(question), allow_nan=False)
            assert question.claim.words


SETTINGS: dict[str, Any] = {
    "lag_days": 3, "as_of_mode": "strict", "watch_budget": 9, "language": "en", "source": "ucdp-ged",
    "theatres": {"Sahel": ["Mali", "Niger"]}, "aliases": {"Daesh": "IS"},
}  # fmt: skip


@FEW
@given(data=st.data())
def test_a_file_of_settings(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = tmp_path_factory.mktemp("home")
    key = data.draw(st.sampled_from([*SETTINGS, "other", "home"]))
    odd = data.draw(st.sampled_from([value for value in ODD if value is not None and value != "\ud800"]))
    try:
        text = tomlkit.dumps(SETTINGS | {key: odd})
    except Exception:  # what TOML cannot say
        return
    text = data.draw(
        st.sampled_from([text] * 6 + [text[:-9], text + "\x00", f"a = {'[' * 5000}", f"b = {'9' * 9000}", "\ud7ff="])
    )
    (home / "tocsin.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, told_of("tocsin.toml", "setting"):
        patch.setenv("TOCSIN_HOME", str(home))
        patch.chdir(home)
        load_settings()


@pytest.mark.parametrize(
    "name", ["LAG_DAYS", "THEATRES", "ALIASES", "WATCH_BUDGET", "AS_OF_MODE", "LOCK_SECONDS", "SOURCE"]
)
@pytest.mark.parametrize(
    "value", ["x", "-1", "1e999", "nan", "[" * 9000, '{"a": 1}', "\x1b[2J", "9" * 5000, '{"a": ["b"', "é" * 9999]
)
def test_a_setting_in_the_environment(name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    monkeypatch.setenv(f"TOCSIN_{name}", value)
    with told_of("setting", name.lower()):
        load_settings()


@MANY
@given(data=st.data())
def test_a_scenario(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = sorted(packaged_folder().glob("*.toml"))[0].read_text(encoding="utf-8")
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key = lines[at].split("=")[0]
        odd = [
            "nan",
            "inf",
            "-1",
            "1e999",
            "9" * 9000,
            '""',
            '"\\u001b[2J"',
            "[]",
            "{}",
            "[[1]]",
            "2020-13-01",
            "'''",
            "[" * 3000,
        ]
        lines[at] = data.draw(
            st.sampled_from([f"{key}= {value}" for value in odd] + ["", "[[sides]]", "\x00", "\u202e", lines[at][:5]])
        )
    path = tmp_path_factory.mktemp("scenario") / "s.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with told_of("s.toml", longest=40_000):
        assert read_scenario(path).title.isprintable()


MONTHS = "month_id,country_id,name,isoab,ged_sb,ged_ns,ged_os,ged_count_sb,ged_count_ns,ged_count_os\n" + "".join(
    f"{month},{country},Land,MLI,{month % 7},0,1,2,0,1\n" for country in (9, 43) for month in range(241, 260)
)


@MANY
@given(data=st.data())
def test_a_file_of_country_months(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("months") / data.draw(st.sampled_from(["months.csv", "months.parquet"]))
    if path.suffix == ".csv":
        rows = [line.split(",") for line in MONTHS.splitlines()]
        for _ in range(data.draw(st.integers(1, 3))):
            row = rows[data.draw(st.integers(0, len(rows) - 1))]
            row[data.draw(st.integers(0, len(row) - 1))] = str(
                data.draw(st.sampled_from([v for v in ODD if v != "\ud800"]))
            )
        path.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    else:
        path.write_bytes(data.draw(damaged_table(pl.read_csv(io.StringIO(MONTHS)))))
    with told_of(path.name), mock.patch.object(reading, "try_parquet"):
        panel = read_country_months(path)
        assert all(array.min() >= 0 for array in panel.counts.values())
