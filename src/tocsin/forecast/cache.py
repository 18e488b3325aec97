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

from tocsin.forecast import boosters, excitation, outcomes, risk, tail
from tocsin.forecast.boosters import Boosters
from tocsin.forecast.excitation import FittedExcitation
from tocsin.forecast.model import Target
from tocsin.forecast.risk import AtHorizon, Cases, RiskModel, fit_risk
from tocsin.forecast.tail import SeverityTail
from tocsin.panel import FEATURES, History
from tocsin.verify.calibration import LogitCalibration


def fit_or_load(
    folder: Path,
    history: History,
    *,
    target: Target,
    progress: Callable[[str], None] | None = None,
) -> RiskModel:
    """The model fitted on the history: from `folder` where it lies there, else fitted and put there.

    Features are computed only when a fit is needed. Where `folder` cannot be written to, the model is still given.
    """
    path = folder / f"{target}-{cache_key(history, target)[:32]}.json.gz"
    model = _read(path)
    if model is None:
        model = fit_risk(history, target, progress=progress)
        with suppress(OSError):  # a full disk or a read-only folder costs the next run a fit, not this one its answer
            _write(path, model)
    return model


def cache_key(history: History, target: Target) -> str:
    """Hash of the figures, the features' names, every setting of the model, and the libraries."""
    import lightgbm

    past = history.panel
    digest = hashlib.sha256()
    for name, array in sorted((past.counts | past.places).items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    for array in (past.state_onesided, *past.clashes):
        digest.update(np.ascontiguousarray(array).tobytes())
    settings = {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in (boosters, excitation, outcomes, risk, tail)
        for name in sorted(dir(module))
        if name.isupper() and isinstance(getattr(module, name), int | float | str | dict | tuple)
    }
    said = [past.groups, past.regions, past.first_month, [f.name for f in FEATURES], settings, target, past.last_month]
    digest.update(json.dumps([*said, lightgbm.__version__, np.__version__], default=str).encode())
    return digest.hexdigest()


def _write(path: Path, model: RiskModel) -> None:
    content = {
        "target": model.target,
        "month": model.month,
        "texts": model.boosters.texts,
        "share": model.share,
        "excitation": _excitation_to_dict(model.excitation) if model.excitation else None,
        "horizons": {
            horizon: {
                "calibrations": [[asdict(c) for c in pair] for pair in at.calibrations],
                "base_rates": at.base_rates,
                "n_origins": at.n_origins,
                "n_outcomes": at.n_outcomes,
                "cases": {name: array.tolist() for name, array in vars(at.cases).items()},
            }
            for horizon, at in model.horizons.items()
        },
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
    texts = tuple(tuple(replicate) for replicate in raw["texts"])
    return RiskModel(
        Boosters(raw["target"], raw["month"], texts),
        _excitation(raw["excitation"]) if raw["excitation"] else None,
        raw["share"],
        {int(horizon): _at_horizon(at) for horizon, at in raw["horizons"].items()},
    )


def _excitation_to_dict(model: FittedExcitation) -> dict[str, Any]:
    return {
        "name": model.name,
        "coefficients": model.coefficients.tolist(),
        "dispersions": model.dispersions,
        "tail": asdict(model.tail),
    }


def _excitation(raw: dict[str, Any]) -> FittedExcitation:
    tail = SeverityTail(**(raw["tail"] | {"weights": tuple(raw["tail"]["weights"])}))
    return FittedExcitation(raw["name"], np.array(raw["coefficients"]), tuple(raw["dispersions"]), tail)


def _at_horizon(raw: dict[str, Any]) -> AtHorizon:
    cases = {name: np.array(values, bool if name == "ongoing" else float) for name, values in raw["cases"].items()}
    return AtHorizon(
        calibrations=tuple((LogitCalibration(**new), LogitCalibration(**old)) for new, old in raw["calibrations"]),
        base_rates=(raw["base_rates"][0], raw["base_rates"][1]),
        n_origins=raw["n_origins"],
        n_outcomes=raw["n_outcomes"],
        cases=Cases(**cases),
    )
