"""Scenario files: read, with everything that is wrong told at once, and written so that reading gives the same back.

docs/scenario-files.md has every key. `file_table` and `file_quantity` read single values, `file_sides` and `file_story`
the parts, `file_whole` the whole; `file_problems` gathers what is wrong; `file_text` writes.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.errors import DataError, InputError, MissingFileError, did_you_mean
from tocsin.whatif.files.whole import parse_scenario
from tocsin.whatif.limits import MOST_BYTES
from tocsin.whatif.scenario import Scenario

__all__ = ["packaged_folder", "packaged_scenarios", "parse_scenario", "read_scenario", "write_scenario"]


def packaged_folder() -> Path:
    """The folder of the scenarios inside the package."""
    return Path(__file__).parent / "scenarios"


def packaged_scenarios() -> tuple[str, ...]:
    """The names of the scenarios inside the package."""
    return tuple(sorted(file.stem for file in packaged_folder().glob("*.toml")))


def read_scenario(path_or_name: str | Path) -> Scenario:
    """The scenario of a TOML file, or of a name out of `packaged_scenarios`, which goes before a file called so.

    Raises `MissingFileError` where there is neither, and `DataError` with everything that is wrong with the file.
    """
    known = packaged_scenarios()
    path = packaged_folder() / f"{path_or_name}.toml" if str(path_or_name) in known else Path(path_or_name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        hint = did_you_mean(str(path_or_name), known, most=1)
        named = f"; scenarios by name: {', '.join(known)}" if known else ""
        raise MissingFileError(f"there is no scenario file {path_or_name}{named}.{hint}") from None
    except OSError as error:
        raise InputError(f"{path_or_name} cannot be read as a scenario file: {error.strerror or error}") from None
    if len(content) > MOST_BYTES:
        raise DataError(f"{path.name}: larger than {MOST_BYTES:,} bytes; a scenario file is a few pages of text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path.name}: line {line}: not UTF-8 text; save the file as UTF-8") from None
    return parse_scenario(text, name=path.name)


def write_scenario(scenario: Scenario, path: str | Path) -> None:
    """Write a scenario to a file, wholly or not at all; `read_scenario` gives the same back.

    Raises `InputError` for a scenario that no file can hold, or a place that cannot be written to.
    """
    from tocsin.store.manifest import write_synced
    from tocsin.whatif.files.text import scenario_text

    content = scenario_text(scenario).encode()
    try:
        write_synced(Path(path), content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
