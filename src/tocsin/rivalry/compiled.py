"""The one way a kernel is compiled: kept on disk, without the interpreter's lock, the same to the bit on any machine.

No fast-math, so that sums keep their order; no numba threads, whose layers bear neither forks nor several callers at
once: a kernel is run on parts of its work by ordinary threads. What a kernel calls stands in the file it stands in
itself, since the copy on disk is made anew only where that file has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(kernel: F) -> F:
    """A kernel, compiled when first called with each kind of arguments; division by zero gives inf or nan."""
    try:
        return cast(F, njit(kernel, cache=True, nogil=True, error_model="numpy"))
    except RuntimeError:
        # Neither beside the package nor at home is a folder to write to: compiled anew in each process.
        return cast(F, njit(kernel, nogil=True, error_model="numpy"))
