"""Exports of ACLED and GTD damaged in hundreds of ways: imported whole or in part with every row told of, or refused.

As many as TOCSIN_MUTANTS says, by default 120.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from mutations import PERSON, Rows, mutants
from refusals import check_refusal

from acled_files import ACLED_COLUMNS, acled_row
from gtd_files import gtd_row
from tocsin.errors import TocsinError
from tocsin.sources.acled import ACLED, read_acled
from tocsin.sources.gtd import GTD, read_gtd
from tocsin.sources.reading import read_table
from tocsin.sources.source import ReadOptions
from tocsin.store import Store

COUNT = int(os.environ.get("TOCSIN_MUTANTS", "120")) // 2
READERS = {"acled": (read_acled, ACLED), "gtd": (read_gtd, GTD)}


def table_of(source: str) -> Rows:
    """A sound table of thirty rows."""
    rows = [acled_row(n) if source == "acled" else gtd_row(n) for n in range(1, 31)]
    columns = list(ACLED_COLUMNS if source == "acled" else rows[0])
    return [columns, *([row[name] for name in columns] for row in rows)]


@pytest.mark.parametrize("source", sorted(READERS))
def test_damaged_exports_are_imported_with_every_row_told_of_or_refused(source: str, tmp_path: Path) -> None:
    read, layout = READERS[source]
    rows = table_of(source)
    assert any(PERSON in cell for row in rows for cell in row)
    outcomes: Counter[str] = Counter()
    for number, mutant in enumerate(mutants(f"{source}.csv", rows, seed=9, count=COUNT)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / mutant.name
        path.write_bytes(mutant.content)
        store = Store(folder / "home")
        try:
            checked = read(path, ReadOptions(release="2022-05" if source == "gtd" else None))
            store.add(checked)
        except TocsinError as error:
            check_refusal(error, path.name, without=PERSON)
            assert not store.folder.exists(), mutant.what
            outcomes["refused"] += 1
            continue
        raw = read_table(path, layout.read, standard_header=layout.standard_header)
        counted = (note.split()[0].replace(",", "") for note in checked.notes if "left out" in note or "HXL" in note)
        left = sum(int(word) for word in counted if word.isdigit())
        assert raw.height + raw.torn.height == checked.events.height + checked.rejected.height + left, mutant.what
        assert all(PERSON.encode() not in p.read_bytes() for p in store.folder.rglob("*") if p.is_file()), mutant.what
        assert not any(PERSON in str(finding) for finding in checked.findings)
        assert not any(PERSON in note for note in checked.notes)
        outcomes["with rows rejected" if checked.rejected.height else "whole"] += 1
    print(f"\n{source}: {dict(outcomes.most_common())}")
    assert min(outcomes["refused"], outcomes["whole"], outcomes["with rows rejected"]) > 0
