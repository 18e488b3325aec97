"""How long three million rows take to import and to count, and how much memory at most, beside pandas doing the same.

Makes an ACLED-like export (acled_like.py), imports it with the command into an empty store and writes the digest of it,
each in a process of its own; then the same work in pandas (pandas_import.py). Both must come to the same figures.

    python benchmarks/big_import.py [--rows 3000000] [--file kept.csv] [--output figures.json]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MOST_IMPORT_BYTES, MOST_DIGEST_SECONDS = 3 * 10**9, 60.0
HERE = Path(__file__).parent


def measure(command: list[str], **environment: str) -> dict[str, Any]:
    """A command's seconds by clock and processor, peak memory, and what it printed."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)  # this process alone, where getrusage has the largest of all
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6),
        "said": said,
    }


def of_tocsin(file: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Import and digest by the commands."""
    run = [sys.executable, "-m", "tocsin", "data"]
    given = {"TOCSIN_HOME": str(folder / "home"), "TOCSIN_SOURCE": "acled"}
    imported = measure([*run, "import", str(file), "--covers", "world", "--format", "json"], **given)
    measure([*run, "acknowledge", "acled", "--yes"], **given)
    counted = measure([*run, "digest", "-o", str(folder / "digest"), "--format", "json"], **given)
    imported["rows"] = json.loads(imported.pop("said"))["files"][0]["rows"]
    import polars as pl

    del counted["said"]
    monthly = pl.scan_parquet(folder / "digest" / "monthly.parquet")
    figures = monthly.select(pl.len(), pl.col("events").sum(), pl.col("deaths_best").cast(pl.Int64).sum())
    counted["rows"], counted["events"], counted["deaths"] = figures.collect().row(0)
    return {"import": imported, "digest": counted}


def of_pandas(file: Path, folder: Path, engine: str) -> dict[str, dict[str, Any]]:
    """The same in pandas."""
    run, events = [sys.executable, str(HERE / "pandas_import.py")], folder / f"{engine}.parquet"
    imported = measure([*run, "import", str(file), str(events), "--engine", engine])
    counted = measure([*run, "digest", str(events), str(folder / engine)])
    for figures in (imported, counted):
        figures.update(json.loads(figures.pop("said")))
    return {"import": imported, "digest": counted}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--file", type=Path, help="the export to measure on; made there if it is not there")
    parser.add_argument("--output", type=Path, help="write the figures here as JSON")
    parser.add_argument("--only", choices=["tocsin", "pandas"], help="measure one of the two")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file = given.file or folder / "acled.csv"
        if not file.exists():
            measure([sys.executable, str(HERE / "acled_like.py"), str(file), "--rows", str(given.rows)])
        measured = {} if given.only == "pandas" else {"tocsin": of_tocsin(file, folder)}
        for engine in () if given.only == "tocsin" else ("c", "pyarrow"):
            measured[f"pandas ({engine})"] = of_pandas(file, folder, engine)
        size = file.stat().st_size
    print(f"{size / 1e9:.2f} GB of CSV, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"{'':18}{'':8}{'seconds':>9}{'cpu s':>8}{'peak MB':>9}{'rows':>11}")
    for who, steps in measured.items():
        for step, one in steps.items():
            print(f"{who:18}{step:8}{one['seconds']:9.1f}{one['cpu_seconds']:8.1f}{one['peak_mb']:9,}{one['rows']:11,}")
    figures = {"file_bytes": size, "processors": os.cpu_count(), "measured": measured}
    print(json.dumps(figures))
    if given.output:
        given.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    counted = {tuple(steps["digest"][name] for name in ("rows", "events", "deaths")) for steps in measured.values()}
    same = len(counted) == 1
    print("the same figures" if same else f"FIGURES DIFFER: {counted}")
    ours = measured.get("tocsin")
    within = ours is None or (
        ours["import"]["peak_mb"] * 1e6 < MOST_IMPORT_BYTES and ours["digest"]["seconds"] < MOST_DIGEST_SECONDS
    )
    print(
        "within" if within else "BEYOND",
        f"{MOST_IMPORT_BYTES / 1e9:g} GB to import, {MOST_DIGEST_SECONDS:g} s to count",
    )
    return 0 if within and same else 1


if __name__ == "__main__":
    raise SystemExit(main())
