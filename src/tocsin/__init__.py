"""tocsin: early warning and what-if analysis for competing armed groups, from public conflict event data."""

from __future__ import annotations

__version__ = "0.1.0"
