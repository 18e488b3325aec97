"""Scenarios made from figures: `scenario` puts together what `sides`, `numbers` and `tail` take from `figures`."""

from __future__ import annotations

from tocsin.whatif.start.scenario import start_scenario, usual_options

__all__ = ["start_scenario", "usual_options"]
