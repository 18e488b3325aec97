"""What kinds of actors the source's names stand for: states, civilians, and everyone else, who is a group.

UCDP GED names its sides; a side called `Government of X` is the state, `Civilians` the victims of one-sided violence.
Everything else is a non-state actor, which together with a theatre makes a group; unless the source's name says that
nobody knows who it was, as ACLED's `Unidentified Armed Group (Mali)` does, which is many parties or none.
"""

from __future__ import annotations

import re
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


# ACLED's unidentified parties, and the numbers (`XXX 1234`) that stand in UCDP's Candidate releases for such.
UNIDENTIFIED = r"^(?:Unidentified\b|XXX ?\d)"


def is_unidentified(actor: pl.Expr) -> pl.Expr:
    """Whether the name of an actor says that it is not known who it was."""
    return actor.str.contains(UNIDENTIFIED)


def names_nobody(actor: str) -> bool:
    """The same of one name.

    >>> names_nobody("Unidentified Armed Group (Mali)"), names_nobody("JNIM")
    (True, False)
    """
    return re.match(UNIDENTIFIED, actor) is not None


def is_named_group(actor: pl.Expr) -> pl.Expr:
    """Whether an actor is a group that can be told from others: what lists, levels, panels and rivalry are made of."""
    return is_group(actor) & ~is_unidentified(actor)


def is_group(actor: pl.Expr) -> pl.Expr:
    """Whether an actor is a non-state actor: neither a government nor the civilians, known by name or not.

    Sums over a theatre's groups are made of these; where groups are told apart, `is_named_group` is meant.
    """
    return ~is_government(actor) & (actor != CIVILIANS)
