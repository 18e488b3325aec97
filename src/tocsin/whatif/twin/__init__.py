"""The simulation a second time, in numpy: written from its description, to hold the compiled one against."""

from __future__ import annotations
