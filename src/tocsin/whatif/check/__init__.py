"""What a scenario is made of, before it is run: a `report` from `words`, `warnings`, and what is `idle`."""

from __future__ import annotations

from tocsin.whatif.check.report import ScenarioCheck, check

__all__ = ["ScenarioCheck", "check"]
