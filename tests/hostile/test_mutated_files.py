"""Real files damaged in a thousand ways: each is imported as what it says, or refused in one clear line.

300 of them in the suite. More, e.g. TOCSIN_MUTANTS=3000, with a count of what came of them:

    TOCSIN_MUTANTS=3000 python -m pytest tests/hostile/test_mutated_files.py -s
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from by_hand import EVENT_COLUMNS, event_values, records, unpacked
from cpu_time import cpu_seconds
from mutations import PERSON, TOUCHES_ALL, Mutant, Rows, mutants, text_of

from tocsin.errors import TocsinError
from tocsin.events import CheckedFile
from tocsin.sources.reading import read_table
from tocsin.sources.ucdp import GED, read_ged
from tocsin.store import Store

FILES = (
    "GEDEvent_v24_1_myanmar_to2020.csv.gz",
    "GEDEvent_v23_1_sri_lanka_to2020.csv.gz",
    "GEDEvent_v23_1_sierra_leone_to2020.csv.gz",
)
COUNT = int(os.environ.get("TOCSIN_MUTANTS", "300")) // len(FILES)
ROWS = 200
LONGEST_SECONDS = 20.0  # of processor time


@pytest.fixture(scope="module", params=FILES)
def real(request: pytest.FixtureRequest, shared_data: Path) -> tuple[str, Rows]:
    """Name and first rows of a real file, with a person's name planted where such files have them."""
    text = gzip.decompress((shared_data / request.param).read_bytes()).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))[: ROWS + 1]
    for row in rows[1:]:
        for name in ("source_original", "source_article"):
            row[rows[0].index(name)] = PERSON
    return request.param.removesuffix(".gz"), rows


def test_damaged_real_files_are_imported_as_they_say_or_refused(real: tuple[str, Rows], tmp_path: Path) -> None:
    name, rows = real
    whole = tmp_path / name
    whole.write_bytes(text_of(rows).encode())
    original = values_of(read_ged(whole))
    outcomes: Counter[str] = Counter()
    for number, mutant in enumerate(mutants(name, rows, seed=8, count=COUNT)):
        folder = tmp_path / str(number)
        folder.mkdir()
        began = cpu_seconds()
        outcome = take_in(mutant, folder, original)
        assert cpu_seconds() - began < LONGEST_SECONDS, f"{number}: {mutant.what}"
        outcomes[outcome] += 1
        outcomes["all"] += 1
    assert sum(outcomes.values()) == 2 * COUNT
    print(f"\n{name}: {dict(outcomes.most_common())}")


def take_in(mutant: Mutant, folder: Path, original: dict[str, tuple[object, ...]]) -> str:
    """Import a damaged file into a store that holds something, check all that must hold; gives the outcome."""
    path = folder / mutant.name
    path.write_bytes(mutant.content)
    store = Store(folder / "home")
    before = tree(store.folder)
    try:
        checked = read_ged(path)
        store.add(checked)
    except TocsinError as error:
        assert tree(store.folder) == before, mutant.what
        check_message(str(error), path)
        return "refused"
    check_events(mutant, checked, original)
    check_counts(path, checked)
    check_stored(store, checked)
    return "whole" if not checked.rejected.height else "with rows rejected"


def check_message(text: str, path: Path) -> None:
    """One line that names the file, says something, and shows nothing that it should not."""
    assert path.name in text, text
    assert len(text) > len(path.name) + 15, text
    assert len(text) < 3000, text[:500]
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf")], repr(text)
    assert PERSON not in text


def values_of(checked: CheckedFile) -> dict[str, tuple[object, ...]]:
    return {row[0]: row for row in checked.events.select(EVENT_COLUMNS).iter_rows()}


def check_events(mutant: Mutant, checked: CheckedFile, original: dict[str, tuple[object, ...]]) -> None:
    """Every event says what a row of the file says, and rows that were not touched are as they were."""
    said: dict[str, set[tuple[object, ...]]] = {}
    for row in records(unpacked(mutant.content)):
        try:
            values = event_values(row)
        except (ValueError, KeyError, OverflowError):
            continue
        said.setdefault(str(values[0]), set()).add(values)
    events = values_of(checked)
    for event_id, values in events.items():
        assert values in said.get(event_id, ()), f"{mutant.what}: {values} is not in the file"
    if mutant.touched != TOUCHES_ALL:
        for event_id in events.keys() - mutant.touched:
            assert events[event_id] == original[event_id], mutant.what
    for column in ("actor_a", "actor_b"):
        for actor in checked.events[column].unique():
            assert not [c for c in actor if unicodedata.category(c) in ("Cc", "Cf")], repr(actor)


def check_counts(path: Path, checked: CheckedFile) -> None:
    """Rows in = events + rejected + left out."""
    raw = read_table(path, GED.read, standard_header=GED.standard_header)
    tags = sum(int(note.split()[0]) for note in checked.notes if "HXL" in note)
    assert raw.frame.height + raw.torn.height == checked.events.height + checked.rejected.height + tags
    assert sum(f.count for f in checked.findings if f.verdict == "rejected") >= checked.rejected.height


def check_stored(store: Store, checked: CheckedFile) -> None:
    """What is held is what was checked; what was rejected is written out, each row with its reason, no person named."""
    (vintage,) = store.vintages()
    assert (vintage.rows, vintage.rejected) == (checked.events.height, checked.rejected.height)
    for names, count in ((vintage.rejected_files, vintage.rejected), (vintage.questioned_files, vintage.questioned)):
        assert len(names) == bool(count)
        for name in names:
            with (store.folder / name).open(encoding="utf-8", newline="") as file:
                written = list(csv.DictReader(file))
            assert len(written) == count
            assert all(row["reason"] for row in written)
    for content in tree(store.folder).values():
        assert PERSON.encode() not in content


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its content; the lock is none of the record."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.name != ".lock"]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}
