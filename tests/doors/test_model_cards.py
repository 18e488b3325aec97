"""A card for every model: its figures are those of the code and of the packaged record, and no others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from command_line import CommandLine
from planted_groups import panel_of
from tocsin.doors.card_text import card_markdown
from tocsin.doors.model_cards import GIVES, HORIZON, RecordLine, model_card, model_names
from tocsin.errors import InputError
from tocsin.forecast import boosters
from tocsin.forecast.registry import HEADLINE, MODELS
from tocsin.panel import FEATURES, History
from tocsin.settings import packaged_folder

SKILL = pl.read_parquet(packaged_folder() / "skill.parquet").filter("since_start", pl.col("horizon") == HORIZON)


def latest(model: str, line: RecordLine) -> dict[str, float]:
    """The packaged row behind a line, of all origins."""
    rows = SKILL.filter(
        (pl.col("model") == model)
        & (pl.col("target") == line.target)
        & (pl.col("list") == line.list)
        & (pl.col("score") == line.score)
    )
    found: dict[str, float] = rows.sort("year").tail(1).row(0, named=True)
    return found


@pytest.mark.parametrize("name", model_names())
def test_every_figure_is_one_of_the_packaged_record(name: str) -> None:
    card = model_card(name)
    assert bool(card.record) == (name in SKILL["model"].unique())
    for line in card.record:
        row = latest(name, line)
        assert line.value == pytest.approx(row["value"], rel=1e-4)
        assert line.n == row["n"]
        if line.target == "deaths":
            assert line.base_rate is None
        else:
            assert line.base_rate == pytest.approx(row["positives"] / row["n"])
        if line.compared_with is not None:
            other = latest(line.compared_with, line)
            # A difference is that of the two values, each of which is kept to four digits.
            assert line.difference == pytest.approx(row["value"] - other["value"], abs=1e-3 * abs(row["value"]) + 1e-3)
            assert line.standard_error is not None
            assert line.standard_error > 0


@pytest.mark.parametrize("name", model_names())
def test_a_card_says_what_is_asked_of_one(name: str) -> None:
    card = model_card(name)
    assert (card.kind == "headline model") == (name == HEADLINE)
    assert len(card.does) > 20
    assert card.gives
    assert set(card.gives) <= set(GIVES.values())
    assert card.limits
    assert card.intended_use
    assert "tocsin developers" in card.citation
    assert json.loads(json.dumps(card.to_dict(), allow_nan=False))["name"] == name
    text = card_markdown(card)
    for title in ("What it does", "What it learns from", "Record", "Limits", "Intended use", "Citation"):
        assert f"\n## {title}\n" in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.strip().split("\n")}) == 1


def test_features_and_settings_are_those_of_the_code() -> None:
    card = model_card("trees")
    assert sum(count for _, count in card.features) == len(FEATURES)
    assert dict(card.features).keys() == {feature.theme for feature in FEATURES}
    assert dict(card.settings)["leaves of a tree"] == str(boosters.PARAMS["num_leaves"])
    assert not model_card("excitation").features


def test_what_came_of_levels_is_told_of_the_headline_model_only() -> None:
    raw = json.loads((packaged_folder() / "levels.json").read_text(encoding="utf-8"))
    for line in model_card(HEADLINE).levels:
        rows = [row for row in raw["counts"] if (row[1], row[2]) == (line.level, line.target)]
        assert (line.n, line.came) == (sum(row[3] for row in rows), sum(row[4] for row in rows))
    assert not model_card("trees").levels


@pytest.mark.parametrize(
    "name", ["zero", "last_value", "climatology_12", "mixed_climatology_12", "hurdle_lognormal", "recency", "base_rate"]
)
def test_models_give_what_their_cards_say(name: str) -> None:
    history = History(panel_of([[3, 0, 5, 30] * 12, [0, 0, 1, 0] * 12]))
    outlook = MODELS[name].fit(history).outlook(history, draws=5, rng=np.random.default_rng(1))
    given = {
        "samples": outlook.forecast is not None,
        "probabilities": outlook.forecast is None and bool(outlook.probabilities),
        "rankings": bool(outlook.rankings) and outlook.forecast is None and not outlook.probabilities,
    }
    assert [GIVES[what] for what, holds in given.items() if holds] == list(model_card(name).gives)


def test_an_unknown_model_is_one_line() -> None:
    with pytest.raises(InputError, match=r"no model 'ensembel'; there are .*Did you mean ensemble\?"):
        model_card("ensembel")


class Models(CommandLine):
    command = "models"


class Cite(CommandLine):
    command = "cite"


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Models:
    return Models(monkeypatch, capsys)


@pytest.fixture
def cite(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Cite:
    return Cite(monkeypatch, capsys)


def test_models_are_listed(models: Models) -> None:
    out, _ = models("list")
    assert [line.split()[0] for line in out.splitlines()] == list(MODELS)
    listed = json.loads(models("list", "--format", "json")[0])["models"]
    assert [row["name"] for row in listed] == list(MODELS)
    assert all(set(row) == {"name", "version", "kind", "gives"} for row in listed)


def test_a_card_is_printed(models: Models) -> None:
    out, _ = models("card", "ensemble")
    assert out == card_markdown(model_card("ensemble"))
    assert json.loads(models("card", "zero", "--format", "json")[0])["kind"] == "baseline"
    assert "no model 'x'" in models.refused("card", "x")


def test_the_program_and_the_data_in_force_are_cited(cite: Cite) -> None:
    out, _ = cite()
    assert "as of 2020-12-31" in out
    assert "Data: UCDP GED, version 21.1: Sundberg & Melander (2013)" in out
    assert cite("--format", "bibtex")[0].startswith("@software{tocsin,")
    told = json.loads(cite("--format", "json", "--as-of", "2014-06-30")[0])
    assert set(told) == {
        "program", "model", "as_of", "data_until", "vintage", "data_licence", "data", "text",
    }  # fmt: skip
    assert (told["as_of"], told["data_until"], told["vintage"]) == ("2014-06-30", "2014-06-30", "ucdp-ged 21.1")
    assert "--as-of is a day" in cite.refused("--as-of", "june")
