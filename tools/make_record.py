"""Makes the packaged records (of probabilities, levels, warnings and scores) from a replay with the headline model.

.venv/bin/tocsin replay --from 2010-01 --to 2020-06 --output DIR
.venv/bin/python tools/make_record.py DIR
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tocsin.forecast import HEADLINE
from tocsin.replay import load_figures, read_replay
from tocsin.replay.level_record import level_record_of
from tocsin.replay.skill_record import skill_record_of
from tocsin.replay.track_record import record_of
from tocsin.replay.warning_record import warning_record_of
from tocsin.settings import Settings, load_settings
from tocsin.warn import level_record, record, skill_record, warning_record

DATA = Path(__file__).resolve().parent.parent / "src" / "tocsin" / "data"


def write(name: str, content: dict[str, Any], said: str) -> None:
    """Write a record as one line of JSON and say what it is."""
    path = DATA / name
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path}: {said}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIR, a folder that 'tocsin replay' wrote")
    replay = read_replay(Path(sys.argv[1]))
    figures = load_figures(load_settings())
    if figures.sha256() != replay.manifest["sha256"]:
        sys.exit(
            "the figures in force are not those of the replay; with packaged ones set TOCSIN_HOME to an empty folder"
        )
    # Others may have other budgets; what ships goes by the default ones.
    budgets = {name: Settings.model_fields[name].default for name in ("watch_budget", "warning_budget")}
    classes = record_of(replay, HEADLINE)
    write(record.FILE, classes.to_dict(), f"{len(classes.rows)} rows, origins {classes.span}")
    levels = level_record_of(replay, HEADLINE, figures.truth, **budgets)
    write(level_record.FILE, levels.to_dict(), f"{len(levels.emergences)} emergences, origins {levels.span}")
    warned = warning_record_of(replay, HEADLINE, figures.truth, **budgets)
    said = f"{len(warned.warnings)} warnings, {len(warned.misses)} emergences without one, origins {warned.span}"
    write(warning_record.FILE, warned.to_dict(), said)
    scores = skill_record_of(replay, HEADLINE)
    scores.write(DATA / skill_record.FILE)
    print(f"{DATA / skill_record.FILE}: {len(scores.rows)} scores, {(DATA / skill_record.FILE).stat().st_size:,} bytes")
