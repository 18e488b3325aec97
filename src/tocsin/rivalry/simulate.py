"""Paths of counts that excite each other: what groups would do if they answered themselves and each other as given.

    mean[g, t]      = background[g, t] + sum_h cross[g, h] sum_k weights[k] filter[k, h](t)
    filter[k, h](t+1) = keep[k] filter[k, h](t) + (1 - keep[k]) count[h, t]
    count[g, t]     ~ NegBin(mean[g, t], size[g]), of variance mean + mean^2 / size; Poisson where size is inf

A mean below 0 counts as 0, one above a thousand million as that. With `keep` 0 a filter is the count of the period
before, which is the model of `tocsin.rivalry.onelag`. The random numbers belong to the path, the group and the period:
neither the number of threads nor that of paths, groups or periods changes them, so that two scenarios simulated from
the same `rng` share their chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.errors import InputError
from tocsin.rivalry.negative_binomial import counts
from tocsin.rivalry.path_kernel import LEAST_SIZE, STEP, U64, fill_paths, mix

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
# Fewer counts than this are sooner drawn than a thread is started.
_COUNTS_PER_THREAD = 20_000


def simulate_paths(
    background: ArrayLike,
    cross: ArrayLike,
    weights: ArrayLike,
    keep: ArrayLike,
    size: ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
    start: ArrayLike | None = None,
    threads: int | None = None,
) -> IntArray:
    """Simulated counts (draw, group, time), int32, of the model above, by compiled code.

    `background` is (group, time) or (draw, group, time), events per period; `cross` (group, group), the row answering
    the column; `weights` and `keep` (filter), `keep` from 0 to below 1; `size` (group) or one for all, above 0 and up
    to inf. `start` (filter, group) is the filters' state at the first period, by default 0. `threads` is by default the
    number of processors. Takes one number from `rng`. Raises `InputError` for shapes that do not fit and impossible
    values.
    """
    model = _checked(background, cross, weights, keep, size, draws, start)
    if threads is not None and threads < 1:
        raise InputError(f"at least one thread is needed, got {threads}")
    seeds = _path_seeds(rng, draws, model.n_groups)
    paths = np.empty((draws, model.n_groups, model.n_periods), np.int32)
    wanted = threads or min(_processors(), 1 + paths.size // _COUNTS_PER_THREAD)
    parts = [part for part in np.array_split(np.arange(draws), min(wanted, draws)) if part.size]

    def run(part: NDArray[np.int64]) -> None:
        rows = slice(int(part[0]), int(part[-1]) + 1)
        background_rows = model.background if model.background.shape[0] == 1 else model.background[rows]
        fill_paths(
            background_rows, model.cross, model.weights, model.keep, model.size, model.start, seeds[rows], paths[rows]
        )

    _on_threads(run, parts)
    return paths


def simulate_paths_numpy(
    background: ArrayLike,
    cross: ArrayLike,
    weights: ArrayLike,
    keep: ArrayLike,
    size: ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
    start: ArrayLike | None = None,
) -> IntArray:
    """The same paths as `simulate_paths`, without compiled code, and some hundred times slower."""
    model = _checked(background, cross, weights, keep, size, draws, start)
    seeds = _path_seeds(rng, draws, model.n_groups)
    paths = np.empty((draws, model.n_groups, model.n_periods), np.int32)
    filters = np.broadcast_to(model.start, (draws, *model.start.shape)).copy()
    sizes = np.broadcast_to(model.size, (draws, model.n_groups))
    places = (np.arange(model.n_periods, dtype=np.uint64) + U64(1)) * STEP
    for t in range(model.n_periods):
        mean = np.broadcast_to(model.background[:, :, t], (draws, model.n_groups)).copy()
        push = np.zeros_like(mean)
        for k, weight in enumerate(model.weights):
            push += weight * filters[:, k]
        for h in range(model.n_groups):
            # One source after the other, as the kernel does: a product of matrices would sum in another order.
            mean += model.cross[:, h] * push[:, h, None]
        now = counts(mean, sizes, mix(seeds + places[t]))
        paths[:, :, t] = now
        filters = model.keep[:, None] * filters + (1.0 - model.keep[:, None]) * now[:, None, :]
    return paths


@dataclass(frozen=True)
class _Checked:
    """What is simulated, checked: background (1 or draw, group, time), the others as in `simulate_paths`."""

    background: FloatArray
    cross: FloatArray
    weights: FloatArray
    keep: FloatArray
    size: FloatArray
    start: FloatArray

    @property
    def n_groups(self) -> int:
        return int(self.background.shape[1])

    @property
    def n_periods(self) -> int:
        return int(self.background.shape[2])


def _checked(
    background: ArrayLike,
    cross: ArrayLike,
    weights: ArrayLike,
    keep: ArrayLike,
    size: ArrayLike,
    draws: int,
    start: ArrayLike | None,
) -> _Checked:
    if draws < 1:
        raise InputError(f"at least one draw is needed, got {draws}")
    base = _finite(background, "background")
    if base.ndim == 2:
        base = base[None]
    if base.ndim != 3 or base.shape[0] not in (1, draws):
        raise InputError(
            f"background is (group, time) or ({draws} draws, group, time), got shape {np.shape(background)}"
        )
    groups = base.shape[1]
    kept = _finite(keep, "keep")
    if kept.ndim != 1 or not ((kept >= 0) & (kept < 1)).all():
        raise InputError(f"keep is one number per filter, from 0 to below 1, got {keep!r}")
    sizes = np.array(size, np.float64)
    if sizes.shape not in ((), (groups,)) or not (sizes >= LEAST_SIZE).all():
        raise InputError(f"size is one number, or one for each of {groups} groups, {LEAST_SIZE} or more, got {size!r}")
    state = np.zeros((kept.size, groups)) if start is None else _finite(start, "start")
    found = {"cross": _finite(cross, "cross"), "weights": _finite(weights, "weights"), "start": state}
    expected = {"cross": (groups, groups), "weights": kept.shape, "start": (kept.size, groups)}
    for name, array in found.items():
        if array.shape != expected[name]:
            raise InputError(
                f"{name} of {groups} groups and {kept.size} filters has the shape {expected[name]}, got {array.shape}"
            )
    return _Checked(base, found["cross"], found["weights"], kept, np.broadcast_to(sizes, (groups,)).copy(), state)


def _finite(values: ArrayLike, name: str) -> FloatArray:
    array = np.array(values, np.float64, order="C")
    if not np.isfinite(array).all():
        raise InputError(f"{name} has values that are not finite numbers")
    return array


def _path_seeds(rng: np.random.Generator, draws: int, groups: int) -> NDArray[np.uint64]:
    """A seed for each path of each group (draw, group), whatever the number of either."""
    key = rng.integers(0, 2**64, size=1, dtype=np.uint64)
    of_draw = mix(key + (np.arange(draws, dtype=np.uint64) + U64(1)) * STEP)
    return mix(of_draw[:, None] + (np.arange(groups, dtype=np.uint64) + U64(1)) * STEP)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_threads(run: Callable[[NDArray[np.int64]], None], parts: list[NDArray[np.int64]]) -> None:
    if len(parts) == 1:
        run(parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(run, parts))
