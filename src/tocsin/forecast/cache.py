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
from typing import Any, TypeVar

import numpy as np

from tocsin.forecast import boosters, cases, counts, exceedance, excitation, newcomers, outcomes, risk, tail
from tocsin.forecast.boosters import Boosters
from tocsin.forecast.counts import CountModel, fit_counts
from tocsin.forecast.excitation import FittedExcitation
from tocsin.forecast.model import Target
from tocsin.forecast.newcomers import NewcomerModel, fit_newcomers
from tocsin.forecast.risk import AtHorizon, RiskModel, fit_risk
from tocsin.forecast.tail import SeverityTail
from tocsin.panel import FEATURES, History
from tocsin.private import private_folder
from tocsin.verify.calibration import LogitCalibration

M = TypeVar("M")
_MOST_BYTES = 512 * 2**20


def risk_or_load(
    folder: Path, history: History, target: Target, *, progress: Callable[[str], None] | None = None
) -> RiskModel:
    """The risk model fitted on the history: from `folder` where it lies there, else fitted and put there.

    Features are computed only when a fit is needed. Where `folder` cannot be written to, the model is still given.
    """
    return _fit_or_load(
        folder, history, target, lambda: fit_risk(history, target, progress=progress), _risk_to_dict, _risk
    )


def counts_or_load(folder: Path, history: History) -> CountModel:
    """The model of monthly deaths fitted on the history, kept as `risk_or_load` keeps its own."""
    return _fit_or_load(folder, history, "counts", lambda: fit_counts(history), asdict, lambda raw: CountModel(**raw))


def newcomers_or_load(folder: Path, history: History) -> NewcomerModel:
    """The model of new groups fitted on the history, kept as `risk_or_load` keeps its own."""

    def read(raw: dict[str, Any]) -> NewcomerModel:
        return NewcomerModel(**(raw | {"texts": tuple(raw["texts"])}))

    return _fit_or_load(folder, history, "newcomers", lambda: fit_newcomers(history), asdict, read)


def _fit_or_load(
    folder: Path,
    history: History,
    name: str,
    fit: Callable[[], M],
    to_dict: Callable[[M], dict[str, Any]],
    from_dict: Callable[[dict[str, Any]], M],
) -> M:
    path = folder / f"{name}-{cache_key(history, name)[:32]}.json.gz"
    with suppress(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RecursionError, zlib.error):
        return from_dict(_read(path))
    model = fit()
    with suppress(OSError):  # a full disk or a read-only folder costs the next run a fit, not this one its answer
        _write(path, to_dict(model))
    return model


def cache_key(history: History, name: str) -> str:
    """Hash of the model's name, the figures, the features' names, every setting of the model, and the libraries."""
    import lightgbm

    past = history.panel
    digest = hashlib.sha256()
    for figure, array in sorted((past.counts | past.places).items()):
        digest.update(figure.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    for array in (past.state_onesided, *past.clashes):
        digest.update(np.ascontiguousarray(array).tobytes())
    settings = {
        f"{module.__name__}.{setting}": getattr(module, setting)
        for module in (boosters, cases, counts, exceedance, excitation, newcomers, outcomes, risk, tail)
        for setting in sorted(dir(module))
        if setting.isupper() and isinstance(getattr(module, setting), int | float | str | dict | tuple)
    }
    said = [past.groups, past.regions, past.first_month, [f.name for f in FEATURES], settings, name, past.last_month]
    digest.update(json.dumps([*said, lightgbm.__version__, np.__version__], default=str).encode())
    return digest.hexdigest()


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content)
    envelope = json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "content": text})
    private_folder(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(gzip.compress(envelope.encode(), compresslevel=3, mtime=0))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read(path: Path) -> dict[str, Any]:
    """What was kept. Raises `ValueError` and others where it is damaged."""
    with gzip.open(path) as packed:
        content = packed.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("larger than any model")
    envelope = json.loads(content)
    text = envelope["content"]
    # LightGBM ends the process over a text that is no model of its own, so nothing damaged may reach it.
    if hashlib.sha256(text.encode()).hexdigest() != envelope["sha256"]:
        raise ValueError("damaged")
    kept: dict[str, Any] = json.loads(text)
    return kept


def _risk_to_dict(model: RiskModel) -> dict[str, Any]:
    return {
        "target": model.target,
        "month": model.month,
        "texts": model.boosters.texts,
        "share": model.share,
        "excitation": _excitation_to_dict(model.excitation) if model.excitation else None,
        "horizons": {horizon: asdict(at) for horizon, at in model.horizons.items()},
    }


def _risk(raw: dict[str, Any]) -> RiskModel:
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
    return AtHorizon(
        calibrations=tuple((LogitCalibration(**new), LogitCalibration(**old)) for new, old in raw["calibrations"]),
        base_rates=(raw["base_rates"][0], raw["base_rates"][1]),
    )
