"""What tocsin itself keeps on disk, damaged or made up: read as it says, or refused in one clear line."""

from __future__ import annotations

import json

import pytest
from damaged_json import damaged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refusals import told_of

from ged_files import dated, write_ged
from tocsin.sources.acknowledged import is_acknowledged
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store
from tocsin.web.site_folder import MARKER, check_folder

MANY = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of two releases, one of them of single countries."""
    folder = tmp_path_factory.mktemp("home")
    made = Store(folder / "home")
    for name in ("GEDEvent_v23_1.csv", "GEDEvent_v24_1.csv"):
        rows = [dated(n, f"2015-03-{n:02}") for n in range(1, 9)] + [dated(9, "2015-04-01", best="1", low="2")]
        made.add(read_ged(write_ged(folder / name, [*rows, dated(10, "2015-01-01", best="x")])))
    return made


@MANY
@given(data=st.data())
def test_the_list_of_the_store(store: Store, data: st.DataObject) -> None:
    path = store.folder / "manifest.json"
    whole = path.read_bytes()
    before = {p.name for p in (store.folder / "parts").iterdir()}
    try:
        path.write_bytes(data.draw(damaged(json.loads(whole))))
        for ask in (
            store.vintages,
            store.sources,
            store.events,
            lambda: store.events(mode="strict"),
            store.fingerprint,
        ):
            with told_of("manifest.json", "is damaged", "import", "store", "held"):
                ask()
        with told_of("manifest.json", "is damaged", "import", "store", "held"):
            assert store.events().events["event_id"].is_unique().all()
        assert {p.name for p in (store.folder / "parts").iterdir()} == before
    finally:
        path.write_bytes(whole)
    assert store.events().events.height == 9


@FEW
@given(data=st.data())
def test_terms_acknowledged(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = tmp_path_factory.mktemp("home")
    document = {
        "acled": {"on": "2026-11-25", "statement": "0" * 64},
        "gtd": {"on": "2026-11-25", "statement": "1" * 64},
    }
    (home / "acknowledged.json").write_bytes(data.draw(damaged(document)))
    with told_of("acknowledged.json"):
        # Nothing made up counts as having acknowledged the words.
        assert not is_acknowledged(home, "acled")


@FEW
@given(data=st.data())
def test_the_list_of_a_site(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("site")
    (folder / "mine.txt").write_text("mine")
    (folder / MARKER).write_bytes(
        data.draw(damaged({"made_by": "tocsin 1", "files": ["index.html", "../x", "/etc/y"]}))
    )
    with told_of(str(folder)):
        check_folder(folder, force=False)
    assert (folder / "mine.txt").read_text() == "mine"
