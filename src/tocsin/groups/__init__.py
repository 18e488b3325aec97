"""Who is who: groups as actor x theatre, what they are called, and who fights whom."""

from __future__ import annotations

from tocsin.groups.aliases import GroupName, common_names, resolve_group
from tocsin.groups.facts import DEATHS_ARE, GovernmentChange, Group, government_changes, group_facts, group_table
from tocsin.groups.names import group_name, members
from tocsin.groups.theatres import Theatre, named_theatres, resolve_theatre

__all__ = [
    "DEATHS_ARE",
    "GovernmentChange",
    "Group",
    "GroupName",
    "Theatre",
    "common_names",
    "government_changes",
    "group_facts",
    "group_name",
    "group_table",
    "members",
    "named_theatres",
    "resolve_group",
    "resolve_theatre",
]
