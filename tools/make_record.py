"""Makes the packaged record from a replay that holds the headline model.

.venv/bin/tocsin replay --from 2010-01 --to 2020-06 --output DIR
.venv/bin/python tools/make_record.py DIR
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tocsin.forecast import HEADLINE
from tocsin.replay import read_replay
from tocsin.replay.track_record import record_of
from tocsin.warn.record import FILE

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIR, a folder that 'tocsin replay' wrote")
    record = record_of(read_replay(Path(sys.argv[1])), HEADLINE)
    path = Path(__file__).resolve().parent.parent / "src" / "tocsin" / "data" / FILE
    path.write_text(json.dumps(record.to_dict(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path}: {len(record.rows)} rows, origins {record.span}, {path.stat().st_size:,} bytes")
