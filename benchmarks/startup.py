"""How long `tocsin --help` takes, as a ratio to starting Python with typer alone. Printed, not asserted."""

from __future__ import annotations

import subprocess
import sys
import time


def best_of(command: list[str], tries: int = 7) -> float:
    """Shortest wall time in seconds."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    bare = best_of([sys.executable, "-c", "import typer, rich"])
    help_ = best_of([sys.executable, "-m", "tocsin", "--help"])
    print(f"python + typer + rich: {bare:.3f} s; tocsin --help: {help_:.3f} s; ratio {help_ / bare:.2f}")
