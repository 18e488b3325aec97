"""Fitted models on disk: the same predictions back, nothing damaged ever used, and a key that tells fits apart."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from planted_groups import FIRST, digest_of, rivals, use_small_models, with_another_future
from tocsin.forecast import RiskModel, risk
from tocsin.forecast.cache import cache_key, fit_or_load
from tocsin.panel import Panel, build_panel, feature_array

MONTH = FIRST + 119
LAST = FIRST + 131


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, members=2, early=1, rounds=5)


@cache
def planted() -> Panel:
    return build_panel(digest_of(rivals(months=132, pairs=10), last=LAST))


@cache
def features() -> np.ndarray:
    return feature_array(planted())


def never() -> np.ndarray:
    raise AssertionError("a fit was made where the file should have served")


def get(folder: Path, make: Callable[[], np.ndarray] = features, **changes: object) -> RiskModel:
    settings: dict[str, object] = {"target": "deaths25", "horizon": 3, "month": MONTH} | changes
    return fit_or_load(folder, planted(), make, **settings)  # type: ignore[arg-type]


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def probabilities(model: RiskModel) -> np.ndarray:
    return model.predict(features()[:, -1], planted().ongoing[:, -1])


def test_what_is_read_predicts_what_was_fitted(tmp_path: Path) -> None:
    fitted = get(tmp_path / "models")
    read = get(tmp_path / "models", never)
    np.testing.assert_array_equal(probabilities(fitted), probabilities(read))
    assert vars(read).keys() == vars(fitted).keys()
    for name, value in vars(fitted).items():
        if name != "cases":
            assert getattr(read, name) == value, name
    for name, array in vars(fitted.cases).items():
        np.testing.assert_array_equal(getattr(read.cases, name), array)
        assert getattr(read.cases, name).dtype == array.dtype


def test_the_file_is_plain_json_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    get(tmp_path)
    file = only_file(tmp_path)
    assert file.name.startswith("deaths25-3m-")
    envelope = json.loads(gzip.decompress(file.read_bytes()))
    assert envelope.keys() == {"sha256", "content"}
    assert json.loads(envelope["content"])["month"] == MONTH


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flip(raw: bytes) -> bytes:
    """One byte in the middle of the compressed stream is another."""
    at = len(raw) // 2
    return raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]


def break_stream(raw: bytes) -> bytes:
    """The compressed stream itself is no longer one."""
    return raw[:10] + b"\xff" * 40 + raw[50:]


def other_content(raw: bytes) -> bytes:
    """Well-formed in every layer, but not what was written."""
    envelope = json.loads(gzip.decompress(raw))
    content = json.loads(envelope["content"])
    content["base_rates"] = [0.5, 0.5]
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
def test_a_damaged_file_is_fitted_anew_and_mended(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    sound = get(tmp_path)
    file = only_file(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    again = get(tmp_path)
    assert (again.members, again.base_rates) == (sound.members, sound.base_rates)
    assert get(tmp_path, never).members == sound.members


def test_a_folder_that_cannot_be_written_still_gives_the_model(tmp_path: Path) -> None:
    in_the_way = tmp_path / "models"
    in_the_way.write_text("a file where the folder should be")
    assert get(in_the_way).month == MONTH
    assert in_the_way.read_text() == "a file where the folder should be"


def test_writers_at_the_same_time_do_not_harm_each_other(tmp_path: Path) -> None:
    features()
    with ThreadPoolExecutor(max_workers=4) as pool:
        models = list(pool.map(lambda _: get(tmp_path), range(4)))
    assert len({model.members for model in models}) == 1
    assert only_file(tmp_path).name.startswith("deaths25-3m-")
    assert get(tmp_path, never).members == models[0].members


def key(panel: Panel | None = None, *, horizon: int = 3, month: int = MONTH, target: risk.Target = "deaths25") -> str:
    return cache_key(panel or planted(), target, horizon, month)


def test_the_key_ignores_everything_after_the_month() -> None:
    wild = build_panel(digest_of(with_another_future(rivals(months=132, pairs=10), MONTH, last=LAST), last=LAST))
    assert wild.groups != planted().groups
    assert key(wild) == key()
    assert key(planted().up_to(MONTH)) == key()
    assert key(wild, month=LAST) != key(month=LAST)


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


@pytest.mark.parametrize("name", ["deaths", "mass_casualty", "largest", "deaths_nonstate", "cells", "state_onesided"])
def test_the_key_changes_with_any_figure(name: str) -> None:
    assert key(changed(name)) != key()


def test_the_key_changes_with_the_clashes_and_the_names() -> None:
    panel = planted()
    a, b, when = panel.clashes
    assert key(replace(panel, clashes=(a[1:], b[1:], when[1:]))) != key()
    assert key(replace(panel, groups=("Other @ Mali", *panel.groups[1:]))) != key()
    assert key(replace(panel, regions=("Nowhere", *panel.regions[1:]))) != key()


def test_the_key_changes_with_what_is_asked() -> None:
    asked = [key(), key(horizon=6), key(month=MONTH - 1), key(target="mass_casualty")]
    assert len(set(asked)) == 4


@pytest.mark.parametrize("setting", ["MEMBERS", "EARLY_MEMBERS", "ROUNDS", "CALIBRATION_MONTHS", "THINNING"])
def test_the_key_changes_with_every_setting_of_the_model(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    before = key()
    monkeypatch.setattr(risk, setting, getattr(risk, setting) + 1)
    assert key() != before


def test_the_key_changes_with_the_trees_settings_and_the_models_version(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {key()}
    monkeypatch.setitem(risk.PARAMS, "num_leaves", 9)
    keys.add(key())
    monkeypatch.setattr(risk, "MODEL_VERSION", "boosted-other")
    keys.add(key())
    assert len(keys) == 3
