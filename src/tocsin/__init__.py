"""tocsin: early warning and what-if analysis for competing armed groups, from public conflict event data.

The public names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tocsin.digest import Digest, load_digest
    from tocsin.doors.events_in import events_from
    from tocsin.doors.figures_in import digest_from
    from tocsin.errors import TocsinError
    from tocsin.forecast import Forecast
    from tocsin.panel import Panel, build_panel
    from tocsin.replay import Replay, read_replay, replay
    from tocsin.rivalry import Rivalry, fit_rivalry
    from tocsin.settings import Settings, load_settings
    from tocsin.store import Store
    from tocsin.warn.assess import assess
    from tocsin.warn.assessment import Assessment
    from tocsin.warn.explain import explain
    from tocsin.warn.explanation import Explanation
    from tocsin.whatif.comparison import Comparison, compare
    from tocsin.whatif.files import read_scenario
    from tocsin.whatif.scenario import Scenario

__all__ = [
    "Assessment",
    "Comparison",
    "Digest",
    "Explanation",
    "Forecast",
    "Panel",
    "Replay",
    "Rivalry",
    "Scenario",
    "Settings",
    "Store",
    "TocsinError",
    "assess",
    "build_panel",
    "compare",
    "digest_from",
    "events_from",
    "explain",
    "fit_rivalry",
    "load_digest",
    "load_settings",
    "read_replay",
    "read_scenario",
    "replay",
]

_HOMES = {
    "Assessment": "tocsin.warn",
    "Comparison": "tocsin.whatif.comparison",
    "Digest": "tocsin.digest",
    "Explanation": "tocsin.warn",
    "Forecast": "tocsin.forecast",
    "Panel": "tocsin.panel",
    "Replay": "tocsin.replay",
    "Rivalry": "tocsin.rivalry",
    "Scenario": "tocsin.whatif.scenario",
    "Settings": "tocsin.settings",
    "Store": "tocsin.store",
    "TocsinError": "tocsin.errors",
    "assess": "tocsin.warn",
    "build_panel": "tocsin.panel",
    "compare": "tocsin.whatif.comparison",
    "digest_from": "tocsin.doors.figures_in",
    "events_from": "tocsin.doors.events_in",
    "explain": "tocsin.warn",
    "fit_rivalry": "tocsin.rivalry",
    "load_digest": "tocsin.digest",
    "load_settings": "tocsin.settings",
    "read_replay": "tocsin.replay",
    "read_scenario": "tocsin.whatif.files",
    "replay": "tocsin.replay",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tocsin' has no attribute {name!r}")
    home = import_module(_HOMES[name])
    # `tocsin.replay` is a module that can be called: importing it put it here, and it is what every later look finds.
    return globals().get(name, getattr(home, name))


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
