"""How long a release of full size takes to import, and how much memory at most.

Makes a CSV of many rows with all 49 GED columns, real rows of the files given repeated under new ids, and imports it
with the command into an empty store, in a process of its own.

    python benchmarks/import_size.py [FILE.csv.gz...] [--rows 350000] [--keep big.csv]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST_SECONDS, MOST_BYTES = 15.0, 2 * 10**9


def write_rows(sources: list[Path], target: Path, rows: int) -> None:
    """Real rows of the sources in turn, under ids from 1 on."""
    header: list[str] = []
    real: list[list[str]] = []
    for source in sources:
        with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
            header, *found = list(csv.reader(lines))
            real += found
    at = header.index("id")
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for number, row in enumerate(itertools.islice(itertools.cycle(real), rows), 1):
            writer.writerow([*row[:at], str(number), *row[at + 1 :]])


def measure(file: Path, home: Path) -> dict[str, float]:
    """What `tocsin data import` took: seconds by clock and processor, peak memory, and the rows."""
    command = [sys.executable, "-m", "tocsin", "data", "import", str(file), "--format", "json"]
    began = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, "TOCSIN_HOME": str(home)}, check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    entry = json.loads(done.stdout)["files"][0]
    return {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": peak,
        **{name: entry[name] for name in ("rows", "rejected", "questioned")},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", type=Path, help="real GED files, .csv.gz, all 49 columns")
    parser.add_argument("--rows", type=int, default=350_000)
    parser.add_argument("--keep", type=Path, help="write the CSV here and keep it")
    given = parser.parse_args()
    if not given.sources:
        print("skipped: name real GED files to measure on, python benchmarks/import_size.py FILE.csv.gz...")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = given.keep or Path(folder) / "GEDEvent_v24_1.csv"
        write_rows(given.sources, file, given.rows)
        figures = {"file_bytes": file.stat().st_size, **measure(file, Path(folder) / "home")}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}, indent=2))
    within = figures["seconds"] < MOST_SECONDS and figures["peak_bytes"] < MOST_BYTES and figures["rows"] == given.rows
    print("within" if within else "BEYOND", f"{MOST_SECONDS:g} s and {MOST_BYTES / 1e9:g} GB")
    return 0 if within else 1


if __name__ == "__main__":
    raise SystemExit(main())
