"""Tree models are fitted side by side, each in one thread."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import lightgbm
import numpy as np
import pytest

from tocsin.forecast import boosting

# What crashed before every call was made with one thread: sets built while others were fitted, with more threads about
# than processors.
SIDE_BY_SIDE = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from tocsin.forecast import boosting
from tocsin.forecast.boosters import PARAMS

rng = np.random.default_rng(0)
features = rng.random((6000, 40)).astype(np.float32)
label = (features[:, 0] + 0.3 * rng.random(6000) > 0.8).astype(np.float32)
whole = boosting.dataset(features, max_bin=127, free_raw_data=False).construct()

def fit(k):
    kept = np.arange(5500 - 7 * k)
    data = whole.subset(kept.tolist()).construct()
    data.set_label(label[kept])
    return boosting.train(PARAMS | {"seed": k}, data, 5)

with ThreadPoolExecutor(8) as pool:
    together = list(pool.map(fit, range(200)))
assert together[:4] == [fit(k) for k in range(4)]
print(len(together))
"""


def test_many_models_fitted_side_by_side_are_what_each_is_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIDE_BY_SIDE],
        env=os.environ | {"OMP_NUM_THREADS": "16"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "200"


def test_every_call_is_made_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def watch(name: str, of: Any, key: str) -> None:
        whole = getattr(of, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            seen.append((name, kwargs if key == "kwargs" else kwargs.get(key) or args[0]))
            return whole(*args, **kwargs)

        monkeypatch.setattr(of, name, watched)

    watch("Dataset", lightgbm, "params")
    watch("train", lightgbm, "params")
    watch("predict", lightgbm.Booster, "kwargs")
    rng = np.random.default_rng(1)
    features = rng.random((300, 3))
    text = boosting.train(
        {"objective": "binary"}, boosting.dataset(features, (features[:, 0] > 0.5) * np.float32(1)), 3
    )
    for asked in (boosting.scores, boosting.chances, boosting.shap):
        asked(text, features)
    assert [name for name, _ in seen] == ["Dataset", "train", "predict", "predict", "predict"]
    assert all(said["num_threads"] == 1 for _, said in seen)
    np.testing.assert_allclose(
        1 / (1 + np.exp(-boosting.scores(text, features))), boosting.chances(text, features), rtol=1e-9
    )
    np.testing.assert_allclose(boosting.shap(text, features).sum(axis=1), boosting.scores(text, features), rtol=1e-9)
