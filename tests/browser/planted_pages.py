"""The pages on few figures and small models, in a process of its own: `serve HOME` or `site HOME FOLDER`.

The figures are the packaged ones of a few countries, so that names and tables are as long as real ones and models are
fitted in seconds. That is changed when this file is run, by the processes that work out answers as well.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import polars as pl

import tocsin.digest
from tocsin.digest import load
from tocsin.forecast import boosters, counts, ensemble, risk
from tocsin.web.questions import whatif

COUNTRIES = ("Afghanistan", "Iraq", "Mali", "Niger", "Nigeria")
GROUP, THEATRE = "IS @ Afghanistan", "Mali"


def _few_figures() -> None:
    whole = load.packaged_digest()
    of_these = pl.col("theatre").cast(pl.String).is_in(COUNTRIES)
    few = replace(
        whole,
        monthly=whole.monthly.filter(of_these),
        weekly=whole.weekly.filter(of_these),
        cells=whole.cells.filter(of_these),
    )
    load.packaged_digest = tocsin.digest.packaged_digest = lambda: few  # type: ignore[assignment]


def _small_models() -> None:
    boosters.REPLICATES, boosters.EARLY_REPLICATES, boosters.ROUNDS = 2, 1, 20
    risk.EARLY_REPLICATES, risk.EXCITATION_DRAWS = 1, 20
    counts.COUNT_ROUNDS, counts.ACTIVE_ROWS = 20, 30_000
    ensemble.WEIGHING_DRAWS = 20
    whatif.USUAL_DRAWS = 100


# Not where this file is imported for its names, by tests that run beside all others.
if __name__ in ("__main__", "__mp_main__"):
    _few_figures()
    _small_models()


def main() -> None:
    """Serve on a free port, or write a site."""
    what, home, *rest = sys.argv[1:]
    sys.argv = ["tocsin", what]
    if what == "serve":
        sys.argv += ["--port", "0"]
    else:
        sys.argv += [*rest, "--top", "2"]
    import os

    os.environ["TOCSIN_HOME"] = str(Path(home))
    from tocsin.cli import main as tocsin_main

    tocsin_main()


if __name__ == "__main__":
    main()
