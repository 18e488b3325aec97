"""Faults in any order: what is in place at the end is the file and nothing else, or nothing is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fault_server import Answer, hang_up, packed, running, status, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError, TocsinError
from tocsin.sources.pull import Patience, connected
from tocsin.sources.pull.fetch import fetch
from tocsin.sources.pull.record import sha256_of

OLD, NEW = (bytes((7 * i + salt) % 251 for i in range(3000)) + b"END" for salt in (1, 2))
NEVER = Patience(attempts=4, stall_seconds=2.0, sleep=lambda seconds: None, jitter=lambda: 0.0)


def check(path: Path) -> None:
    """Either version, whole."""
    if path.read_bytes() not in (OLD, NEW):
        raise DataError("neither version")


def answers() -> st.SearchStrategy[Answer]:
    cut = st.integers(0, len(OLD))
    body = st.sampled_from([OLD, NEW])
    named = st.sampled_from([{}, {"etag": None}, {"etag": '"same"'}, {"etag": None, "date": None}, {"etag": 'W/"w"'}])
    return st.one_of(
        st.builds(lambda b, c, n, r: whole(b, cut=c, ranges=r, **n), body, cut, named, st.booleans()),
        st.builds(lambda b, c, n: whole(b, cut=c, ignores_if_range=True, **n), body, cut, named),
        st.builds(lambda b, c: packed(b, cut=c), body, st.integers(0, 200)),
        st.builds(lambda b, c: whole(b, length=c), body, cut),
        st.sampled_from([hang_up, status(500), status(503), status(416), status(206, {}, b"xyz")]),
    )


@settings(max_examples=25)
@given(st.lists(answers(), max_size=6), st.lists(st.sampled_from(["again", "spoil"]), max_size=2))
def test_whatever_comes_before_the_file_is_whole_in_the_end(faults: list[Answer], runs: list[str]) -> None:
    with running() as site, tempfile.TemporaryDirectory() as folder, connected(NEVER) as client:
        site.put("/f", *faults, whole(NEW))
        path = Path(folder) / "f"
        # Each goes on where the one before stopped; a fault that ends a run is used up by it.
        for run in (*runs, *["last"] * (len(faults) + 1)):
            if run == "spoil" and (part := path.with_name("f.part")).exists():
                part.write_bytes(b"?" * part.stat().st_size)
            try:
                fetched = fetch(client, f"{site.url}/f", path, check, NEVER)
            except TocsinError:
                continue
            assert path.read_bytes() in (OLD, NEW)
            assert fetched.sha256 == sha256_of(path)
            assert not path.with_name("f.part").exists()
        assert path.read_bytes() in (OLD, NEW)
