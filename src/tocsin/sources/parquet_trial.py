"""Parquet from elsewhere, read by a process of its own before this one trusts it.

A Parquet file says of itself how much room its values need, and a damaged or made-up one can say anything: the library
that reads it then ends the whole process, which no error handling can prevent. So another process goes through all that
will be read first, with no more memory than the machine has; where it breaks down, the file is refused.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tocsin.errors import DataError

MOST_ROWS = 200_000_000
"""More rows than any source has: what says it has more lies, or would take hours to find out."""

_LEAST_MEMORY = 4 * 2**30

# Its arguments: the most rows, the memory in bytes (0 is no limit), the columns, each file.
_TRIAL = """
import sys
most, memory, columns, *paths = sys.argv[1:]
if int(memory):
    import resource
    for limit, most_of_it in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, int(memory))):
        hard = resource.getrlimit(limit)[1]
        if hard == resource.RLIM_INFINITY or most_of_it < hard:
            resource.setrlimit(limit, (most_of_it, hard))
import polars as pl
try:
    for number, path in enumerate(paths):
        print(number, flush=True)
        there = pl.read_parquet_schema(path)
        names = [name for name in columns.split("\\n") if name in there]
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        if rows > int(most):
            print(f"it says that it has {rows:,} rows")
            sys.exit(1)
        for _ in pl.scan_parquet(path).select(names).collect_batches(chunk_size=500_000, engine="streaming"):
            pass
except BaseException as error:
    if isinstance(error, SystemExit):
        raise
    print((str(error).splitlines() or [type(error).__name__])[0][:120])
    sys.exit(1)
"""


def try_parquet(*paths: Path, columns: Sequence[str]) -> None:
    """Raises `DataError` unless of each Parquet file the columns that it has of these can be read without harm."""
    words = [
        str(MOST_ROWS),
        str(_memory()),
        "\n".join(dict.fromkeys(columns)),
        *(str(path.absolute()) for path in paths),
    ]
    # -P: nothing that lies in the current folder is taken for a library.
    command = [sys.executable, "-P", "-c", _TRIAL, *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode == 0:
        return
    said = done.stdout.decode("utf-8", "replace").splitlines()
    begun = [int(line) for line in said if line.isdigit()]
    path = paths[begun[-1] if begun else 0]
    why = said[-1] if done.returncode == 1 and said and not said[-1].isdigit() else "its reader breaks down over it"
    raise DataError(f"{path.name} is no readable Parquet file ({why}); download it again")


def _memory() -> int:
    """What the trial may take: all that the machine has; 0 where that cannot be told or limited."""
    try:
        return max(_LEAST_MEMORY, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return 0
