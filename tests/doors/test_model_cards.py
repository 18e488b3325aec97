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
from tocsin.doors.card_record import HORIZON, RecordLine
from tocsin.doors.card_text import card_markdown
from tocsin.doors.model_cards import GIVES, model_card, model_names
from tocsin.errors import InputError
from tocsin.forecast import boosters
from tocsin.forecast.registry import HEADLINE, MODELS
from tocsin.panel import FEATURES, History
from tocsin.settings import packaged_folder

APART = {"previously_crossed": "- previously crossed", "first": "- first"}
MODELS_PAGE = packaged_folder().parents[2] / "docs" / "models.md"
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
        if line.list in APART:
            continue
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


def test_groups_that_crossed_before_and_first_timers_are_told_apart_as_on_the_page_of_models() -> None:
    if not MODELS_PAGE.is_file():
        pytest.skip("the documentation lies in a checkout only")
    page = MODELS_PAGE.read_text(encoding="utf-8")
    (head,) = re.findall(r"^\| average precision \|.*$", page, re.MULTILINE)
    names = [cell.strip().strip("`") for cell in head.strip("|").split("|")]
    for among, title in APART.items():
        (found,) = re.findall(rf"^\| {title} \|.*$", page, re.MULTILINE)
        row = dict(zip(names, (cell.strip() for cell in found.strip("|").split("|")), strict=True))
        said = dict(zip(("difference", "error"), map(float, row["ensemble less recency"].split("±")), strict=True))
        for name in model_names():
            lines = [line for line in model_card(name).record if line.list == among]
            assert len(lines) == (name in row), name
            for line in lines:
                assert line.value == float(row[name].split("±")[0])
                assert f"{line.n:,}" == row["cells"]
                assert f"{line.base_rate:.1%}" == row["happened"]
                sign = {HEADLINE: 1, "recency": -1}.get(name)
                assert line.difference == (None if sign is None else sign * said["difference"])
                assert line.standard_error == (None if sign is None else said["error"])
                assert line.compared_with == {HEADLINE: "recency", "recency": HEADLINE}.get(name)


def test_limits_say_where_the_record_flatters() -> None:
    for name in model_names():
        assert any("first-timers look better" in limit for limit in model_card(name).limits), name
    raw = json.loads((packaged_folder() / "record.json").read_text(encoding="utf-8"))
    for target, low, high in (("deaths25", 0.6, 1.0), ("mass_casualty", 0.3, 0.6)):
        rows = [row for row in raw["rows"] if row[1:4] == [target, HORIZON, "new_risk"] and low <= row[4] < high]
        n, said, came = (sum(row[k] for row in rows) for k in (6, 7, 8))
        told = f"{came / n:.0%} had it ({said / n:.0%} was said)"
        assert any(f"of {n:,} group-months" in limit and told in limit for limit in model_card(HEADLINE).limits)
        assert said > came


def test_settings_that_a_model_names_stand_with_their_value() -> None:
    assert "last 12 months (" in model_card("climatology_12").does
    assert "last 24 months," in model_card("hurdle_lognormal").does


def test_a_card_with_a_record_cites_the_data_and_says_how_the_past_was_known() -> None:
    for name in model_names():
        card = model_card(name)
        learned = card.kind != "baseline"
        assert ("UCDP GED, version 21.1: Sundberg" in card.citation) == (learned or bool(card.record))
        if card.record:
            assert "reconstructed" in card.record_of
            assert "later corrections" in card.record_of
            assert "known then" not in card.record_of
    assert "CC BY 4.0" in model_card(HEADLINE).citation


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
        # Beside what came stands what would have come of any group of the view.
        for among, rate in line.base_rates:
            scores = SKILL.filter(target=line.target, list=among, model=HEADLINE, score="brier").sort("year")
            last = scores.tail(1).row(0, named=True)
            assert rate == pytest.approx(last["positives"] / last["n"])
        lists = ["new_risk"] if line.target == "deaths25" else ["seen", "ongoing"]
        assert [among for among, _ in line.base_rates] == lists
    told = model_card(HEADLINE).to_dict()["levels"][0]
    assert set(told) == {"level", "target", "n", "came", "base_rates"}
    assert told["base_rates"] == dict(model_card(HEADLINE).levels[0].base_rates)
    assert "| 34% | 1.5% (new risk) |" in card_markdown(model_card(HEADLINE))
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
