"""What every score asks of its arrays, checked in one place so that every score complains in the same words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    """`values` as an array of real numbers in the type it came in (booleans as 0 and 1). Raises `InputError`."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(f"{name}: expected one rectangular array, got rows of unequal lengths") from None
    if array.dtype == np.bool_:
        return array.astype(np.int8)
    if array.dtype.kind not in "iuf":
        raise InputError(f"{name}: expected numbers, got an array of type {array.dtype}")
    return array


def finite(values: ArrayLike, name: str, *, ndim: int | None = None) -> FloatArray:
    """`values` as float64, all of them finite. Raises `InputError` saying how many are not."""
    array = numbers(values, name).astype(np.float64, copy=False)
    if ndim is not None and array.ndim != ndim:
        raise InputError(f"{name}: expected {ndim} dimension{'s' * (ndim > 1)}, got shape {array.shape}")
    wrong = array.size - int(np.count_nonzero(np.isfinite(array)))
    if wrong:
        raise InputError(f"{name}: {wrong} of {array.size} values are missing or infinite; leave those cells out")
    return array


def same_shape(**arrays: NDArray[Any]) -> None:
    """Raises `InputError` unless all the named arrays have one shape."""
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise InputError(f"expected arrays of one shape, got {shapes}")


def binary(outcome: ArrayLike) -> FloatArray:
    """Outcomes that are 0 or 1 (or false and true), as float64. Raises `InputError` for any other value."""
    array = finite(outcome, "outcome")
    if not bool(np.all((array == 0) | (array == 1))):
        other = array[(array != 0) & (array != 1)].flat[0]
        raise InputError(f"outcome: expected 0 or 1, got {other:g}")
    return array


def probabilities(p: ArrayLike, outcome: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Probabilities in [0, 1] and their outcomes, of one shape, as float64. Raises `InputError`."""
    chance, happened = finite(p, "p"), binary(outcome)
    same_shape(p=chance, outcome=happened)
    if chance.size and (chance.min() < 0 or chance.max() > 1):
        raise InputError(f"p: expected probabilities in [0, 1], got {chance.min():g} to {chance.max():g}")
    return chance, happened


def ranked(scores: ArrayLike, outcome: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Scores on any scale, higher meaning likelier, and their outcomes, one-dimensional. Raises `InputError`."""
    score, happened = finite(scores, "scores", ndim=1), binary(outcome)
    same_shape(scores=score, outcome=happened)
    return score, happened


def origins(origin: ArrayLike, rows: int) -> IntArray:
    """The origin of each row as a whole number of months. Raises `InputError`."""
    array = finite(origin, "origin", ndim=1)
    if array.shape != (rows,):
        raise InputError(f"origin: expected one for each of {rows} rows, got {array.size}")
    whole = array.astype(np.int64)
    if not np.array_equal(whole, array):
        raise InputError("origin: expected whole months (see tocsin.months), got fractions")
    return whole


def whole_number(value: int, name: str, *, least: int) -> int:
    """`value` if it is a whole number of at least `least`. Raises `InputError`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name}: expected a whole number of at least {least}, got {value!r}")
    return int(value)


def share(value: float, name: str) -> float:
    """`value` if it lies strictly between 0 and 1. Raises `InputError`."""
    if not 0 < value < 1:
        raise InputError(f"{name}: expected a number between 0 and 1, such as 0.9, got {value!r}")
    return float(value)
