"""Folders that only their owner can look into: what lies in them may be data whose terms forbid passing it on."""

from __future__ import annotations

from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder of ours and those above it that there are not, for their owner alone; those there stay as they are.

    Some events may not be passed on, also not to other users of the machine.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # says what is wrong where a file bears its name
