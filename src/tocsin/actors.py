"""What kinds of actors the source's names stand for: states, civilians, and everyone else, who is a group.

UCDP GED names its sides; a side called `Government of X` is the state, `Civilians` the victims of one-sided violence.
Everything else is a non-state actor, which together with a theatre makes a group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

GOVERNMENT = "Government of"
CIVILIANS = "Civilians"
# What stands in the digest's `opponent` column for a government, and for the victims of one-sided violence.
STATE, AGAINST_CIVILIANS = "state", "civilians"


def is_government(actor: pl.Expr) -> pl.Expr:
    """Whether an actor is a government (or several, in a compound name)."""
    return actor.str.starts_with(GOVERNMENT)


def is_group(actor: pl.Expr) -> pl.Expr:
    """Whether an actor is a non-state actor: neither a government nor the civilians."""
    return ~is_government(actor) & (actor != CIVILIANS)
