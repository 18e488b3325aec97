"""Scenario files: `reading` finds, reads and writes them; the rest turns their parts into a scenario and back.

`table` and `problems` walk a file and gather all that is wrong with it; `quantity`, `sides`, `parts` and `whole` read
what it is made of, within `limits`; `text` writes it. The packaged scenarios are in `scenarios`.
"""

from __future__ import annotations

from tocsin.whatif.files.reading import packaged_scenarios, parse_scenario, read_scenario, write_scenario

__all__ = ["packaged_scenarios", "parse_scenario", "read_scenario", "write_scenario"]
