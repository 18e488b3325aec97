"""The command `tocsin`: parsing and printing, nothing else."""

from __future__ import annotations

from tocsin.cli.app import app, main

__all__ = ["app", "main"]
