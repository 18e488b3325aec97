"""Fitted models on disk: the same predictions back, nothing damaged ever used, and a key that tells fits apart."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planted_groups import FIRST, digest_of, entrants, rivals, use_small_models, with_another_future
from tocsin.forecast import RiskModel, boosters, cases, counts, excitation, fit_risk, newcomers, outcomes, risk, tail
from tocsin.forecast import cache as model_cache
from tocsin.forecast.cache import cache_key, counts_or_load, newcomers_or_load, risk_or_load
from tocsin.forecast.counts import CountModel
from tocsin.forecast.model import HORIZONS
from tocsin.panel import History, Panel, build_panel

MONTH = FIRST + 131
LAST = FIRST + 143


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, members=2, early=1, rounds=5)


@cache
def planted() -> Panel:
    return build_panel(digest_of([*rivals(months=144, pairs=10), *entrants(months=144)], last=LAST))


@cache
def history() -> History:
    return History(planted()).up_to(MONTH)


def get(folder: Path) -> RiskModel:
    return risk_or_load(folder, history(), "deaths25")


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it, and from then on no model may be fitted and no features computed."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a fit was made where the file should have served")

    def forbid() -> None:
        for name in ("fit_risk", "fit_counts", "fit_newcomers"):
            monkeypatch.setattr(model_cache, name, refuse)

    return forbid


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def said(model: RiskModel) -> np.ndarray:
    return np.stack([model.predict(history(), horizon) for horizon in HORIZONS])


def plain(model: RiskModel) -> dict[str, Any]:
    """Everything a model holds, of types that can be compared."""
    other = model.excitation
    held = None if other is None else (other.name, other.coefficients.tolist(), other.dispersions, other.tail)
    return {
        "boosters": model.boosters,
        "share": model.share,
        "horizons": {horizon: vars(at) for horizon, at in model.horizons.items()},
        "excitation": held,
    }


def test_what_is_read_predicts_what_was_fitted(tmp_path: Path, never: Callable[[], None]) -> None:
    fitted = get(tmp_path / "models")
    never()
    read = get(tmp_path / "models")
    assert read is not fitted
    assert plain(read) == plain(fitted)
    np.testing.assert_array_equal(said(read), said(fitted))
    # On a history of its own too, which no earlier fit has left anything in.
    fresh = History(planted()).up_to(MONTH)
    np.testing.assert_array_equal(read.predict(fresh, 6), fitted.predict(history(), 6))


def test_a_model_without_the_self_exciting_one_comes_back_without_it(tmp_path: Path) -> None:
    model = fit_risk(history(), "deaths25", excitation=False)
    read = model_cache._risk(json.loads(json.dumps(model_cache._risk_to_dict(model))))
    assert plain(read) == plain(model)
    assert read.excitation is None
    np.testing.assert_array_equal(said(read), said(model))


def test_the_other_models_come_back_too(tmp_path: Path, never: Callable[[], None]) -> None:
    made: tuple[CountModel, newcomers.NewcomerModel] = (
        counts_or_load(tmp_path, history()),
        newcomers_or_load(tmp_path, history()),
    )
    assert sorted(file.name.split("-")[0] for file in tmp_path.iterdir()) == ["counts", "newcomers"]
    never()
    assert counts_or_load(tmp_path, history()) == made[0]
    assert vars(newcomers_or_load(tmp_path, history())) == vars(made[1])


def test_the_file_is_plain_json_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    get(tmp_path)
    file = only_file(tmp_path)
    assert file.name.startswith("deaths25-")
    envelope = json.loads(gzip.decompress(file.read_bytes()))
    content = json.loads(envelope["content"])
    assert content["month"] == MONTH
    assert content["horizons"].keys() == {"3", "6", "12"}


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flip(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 0xFF]) + raw[middle + 1 :]


def break_stream(raw: bytes) -> bytes:
    return raw[:20] + b"\xff" * (len(raw) - 20)


def other_content(raw: bytes) -> bytes:
    envelope = json.loads(gzip.decompress(raw))
    content = json.loads(envelope["content"])
    content["share"] = 0.9
    return gzip.compress(json.dumps(envelope | {"content": json.dumps(content)}).encode())


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut off": cut,
    "empty": lambda raw: b"",
    "a byte flipped": flip,
    "broken stream": break_stream,
    "no gzip": lambda raw: b"not a model",
    "other content": other_content,
    "no envelope": lambda raw: gzip.compress(b"[1, 2]"),
    "null content": lambda raw: gzip.compress(b'{"content": null, "sha256": ""}'),
    "no json": lambda raw: gzip.compress(b"{"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_fitted_anew_and_mended(
    tmp_path: Path, damage: Callable[[bytes], bytes], never: Callable[[], None]
) -> None:
    sound = get(tmp_path)
    file = only_file(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    assert plain(get(tmp_path)) == plain(sound)
    never()
    assert plain(get(tmp_path)) == plain(sound)


def test_a_folder_that_cannot_be_written_still_gives_the_model(tmp_path: Path) -> None:
    in_the_way = tmp_path / "models"
    in_the_way.write_text("a file where the folder should be")
    assert get(in_the_way).month == MONTH
    assert in_the_way.read_text() == "a file where the folder should be"


def test_writers_at_the_same_time_do_not_harm_each_other(tmp_path: Path, never: Callable[[], None]) -> None:
    get(tmp_path / "before")
    with ThreadPoolExecutor(max_workers=4) as pool:
        models = list(pool.map(lambda _: plain(get(tmp_path / "models")), range(4)))
    assert all(model == models[0] for model in models)
    assert only_file(tmp_path / "models").name.startswith("deaths25-")
    never()
    assert plain(get(tmp_path / "models")) == models[0]


def key(panel: Panel | None = None, *, month: int = MONTH, name: str = "deaths25") -> str:
    return cache_key(History(panel or planted()).up_to(month), name)


def test_the_key_ignores_everything_after_the_month() -> None:
    events = rivals(months=144, pairs=10)
    calm = build_panel(digest_of(events, last=LAST))
    wild = build_panel(digest_of(with_another_future(events, MONTH, last=LAST), last=LAST))
    assert wild.groups != calm.groups
    assert key(wild) == key(calm)
    assert key(calm.up_to(MONTH)) == key(calm)
    assert key(wild, month=LAST) != key(calm, month=LAST)


def changed(name: str) -> Panel:
    """The planted panel with one value of one array changed, within the time that is used."""
    panel = planted()
    for field in ("counts", "places"):
        arrays = getattr(panel, field)
        if name in arrays:
            array = arrays[name].copy()
            array[0, 50] += 1
            return replace(panel, **{field: arrays | {name: array}})
    array = panel.state_onesided.copy()
    array[0, 50] += 1
    return replace(panel, state_onesided=array)


@pytest.mark.parametrize("name", [*sorted(planted().counts), *sorted(planted().places), "state_onesided"])
def test_the_key_changes_with_any_figure(name: str) -> None:
    assert key(changed(name)) != key()


def test_the_key_changes_with_the_clashes_and_the_names() -> None:
    panel = planted()
    a, b, when = panel.clashes
    assert key(replace(panel, clashes=(a[1:], b[1:], when[1:]))) != key()
    assert key(replace(panel, groups=("Other @ Mali", *panel.groups[1:]))) != key()
    assert key(replace(panel, regions=("Nowhere", *panel.regions[1:]))) != key()


def test_the_key_changes_with_what_is_asked() -> None:
    assert len({key(), key(month=MONTH - 1), key(name="mass_casualty"), key(name="counts")}) == 4


SETTINGS = [
    (boosters, "REPLICATES"),
    (boosters, "ROUNDS"),
    (cases, "THINNING"),
    (counts, "COUNT_ROUNDS"),
    (counts, "ACTIVE_ROWS"),
    (excitation, "SEVERITY_WEIGHT"),
    (newcomers, "NEWCOMER_ROUNDS"),
    (outcomes, "BASE_RATE_MONTHS"),
    (risk, "EARLY_REPLICATES"),
    (risk, "CALIBRATION_MONTHS"),
    (risk, "EXCITATION_DRAWS"),
    (tail, "TAIL_DEATHS"),
]


@pytest.mark.parametrize(("module", "setting"), SETTINGS, ids=[setting for _, setting in SETTINGS])
def test_the_key_changes_with_every_setting_of_the_models(
    monkeypatch: pytest.MonkeyPatch, module: Any, setting: str
) -> None:
    before = key()
    monkeypatch.setattr(module, setting, getattr(module, setting) + 1)
    assert key() != before


def test_the_key_changes_with_settings_of_the_trees_shares_and_the_models_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {key()}
    monkeypatch.setitem(boosters.PARAMS, "num_leaves", 9)
    keys.add(key())
    monkeypatch.setitem(counts.COUNT_PARAMS, "num_leaves", 9)
    keys.add(key())
    monkeypatch.setitem(risk.EXCITATION_SHARES, "deaths25", 0.9)
    keys.add(key())
    monkeypatch.setattr(excitation, "HALF_LIVES", (1.0, 5.0, 24.0))
    keys.add(key())
    monkeypatch.setattr(risk, "MODEL_VERSION", "other")
    keys.add(key())
    assert len(keys) == 6
