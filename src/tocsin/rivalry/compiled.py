"""The one way a kernel is compiled: kept on disk, without the interpreter's lock, the same to the bit on any machine.

No fast-math, so that sums keep their order; no numba threads, whose layers bear neither forks nor several callers at
once: a kernel is run on parts of its work by ordinary threads. The copy on disk is made anew where the kernel's own
file has changed; what it calls stands in that file, or in files that `compiled_from` is told of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(kernel: F, *, inline: bool = False) -> F:
    """A kernel, compiled when first called with each kind of arguments; division by zero gives inf or nan.

    One that is `inline` becomes part of each kernel that calls it, and counts no references to arrays, which takes
    longer than most of what is done with a row of one. It must not make arrays itself.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    if inline:
        options |= {"forceinline": True, "_nrt": False}
    try:
        return cast(F, njit(kernel, cache=True, **options))
    except RuntimeError:
        # Neither beside the package nor at home is a folder to write to: compiled anew in each process.
        return cast(F, njit(kernel, **options))


def compiled_from(*modules: ModuleType, inline: bool = False) -> Callable[[F], F]:
    """`compiled`, for a kernel that calls compiled functions of other files: a change in those makes a new copy too."""
    content = hashlib.sha256()
    for module in modules:
        content.update(Path(str(module.__file__)).read_bytes())
    stamp = content.hexdigest()[:12]

    def decorate(kernel: F) -> F:
        # The name of the copy on disk is made from this name.
        kernel.__qualname__ = f"{kernel.__qualname__}_{stamp}"
        return compiled(kernel, inline=inline)

    return decorate
