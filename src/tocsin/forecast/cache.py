"""Fitted models kept on disk, under a hash of everything that made them.

A model is one compressed JSON file; nothing that could run code is ever stored. The file carries the hash of its own
content: one that is damaged or was cut off is fitted anew, never half used.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.forecast import risk
from tocsin.forecast.risk import Cases, RiskModel, Target, fit_risk
from tocsin.panel import FEATURES, Panel
from tocsin.verify.calibration import LogitCalibration


def fit_or_load(
    folder: Path,
    panel: Panel,
    features: Callable[[], NDArray[np.float32]],
    *,
    target: Target,
    horizon: int,
    month: int,
    progress: Callable[[str], None] | None = None,
) -> RiskModel:
    """The model fitted on the figures up to `month`: from `folder` where it lies there, else fitted and put there.

    `features` is called only when a fit is needed. Where `folder` cannot be written to, the model is still given.
    """
    path = folder / f"{target}-{horizon}m-{cache_key(panel, target, horizon, month)[:32]}.json.gz"
    model = _read(path)
    if model is None:
        model = fit_risk(panel, features(), target=target, horizon=horizon, month=month, progress=progress)
        with suppress(OSError):  # a full disk or a read-only folder costs the next run a fit, not this one its answer
            _write(path, model)
    return model


def cache_key(panel: Panel, target: Target, horizon: int, month: int) -> str:
    """Hash of the figures up to `month`, the features' names, every setting of the model, and the libraries."""
    import lightgbm

    past = panel.up_to(month)
    digest = hashlib.sha256()
    for name, array in sorted((past.counts | past.places).items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    for array in (past.state_onesided, *past.clashes):
        digest.update(np.ascontiguousarray(array).tobytes())
    settings = {
        name: getattr(risk, name)
        for name in sorted(dir(risk))
        if name.isupper() and isinstance(getattr(risk, name), int | float | str | dict | tuple)
    }
    said = [past.groups, past.regions, past.first_month, [f.name for f in FEATURES], settings, target, horizon, month]
    digest.update(json.dumps([*said, lightgbm.__version__, np.__version__], default=str).encode())
    return digest.hexdigest()


def _write(path: Path, model: RiskModel) -> None:
    content = {
        "target": model.target,
        "horizon": model.horizon,
        "month": model.month,
        "members": model.members,
        "calibrations": [[asdict(c) for c in pair] for pair in model.calibrations],
        "base_rates": model.base_rates,
        "n_origins": model.n_origins,
        "n_outcomes": model.n_outcomes,
        "cases": {name: array.tolist() for name, array in vars(model.cases).items()},
    }
    text = json.dumps(content)
    envelope = json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "content": text})
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(gzip.compress(envelope.encode(), compresslevel=3, mtime=0))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read(path: Path) -> RiskModel | None:
    try:
        envelope = json.loads(gzip.decompress(path.read_bytes()))
        text = envelope["content"]
        if hashlib.sha256(text.encode()).hexdigest() != envelope["sha256"]:
            return None
        return _model(json.loads(text))
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, zlib.error):
        return None


def _model(raw: dict[str, Any]) -> RiskModel:
    cases = {name: np.array(values, bool if name == "ongoing" else float) for name, values in raw["cases"].items()}
    return RiskModel(
        target=raw["target"],
        horizon=raw["horizon"],
        month=raw["month"],
        members=tuple(raw["members"]),
        calibrations=tuple((LogitCalibration(**new), LogitCalibration(**old)) for new, old in raw["calibrations"]),
        base_rates=(raw["base_rates"][0], raw["base_rates"][1]),
        n_origins=raw["n_origins"],
        n_outcomes=raw["n_outcomes"],
        cases=Cases(**cases),
    )
