"""A source that another package adds by its entry point: the worked example installed, used by the command, gone."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from command_line import CommandLine
from ged_files import ged_row, write_ged
from tocsin.digest.load import load_digest
from tocsin.errors import InputError
from tocsin.settings import Settings
from tocsin.sources import registry
from tocsin.sources.terms import terms_of
from tocsin.web import gate

EXAMPLE = Path(__file__).parents[1] / "plugin_example"
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a module on the path as an installed distribution with an entry point, as pip would, without pip."""
    modules = []

    def put(module: str, code: str, entry: dict[str, str], name: str = "example") -> Path:
        site = tmp_path / f"site-{name}"
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        lines = "".join(f"{key} = {value}\n" for key, value in entry.items())
        (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{lines}", encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        modules.append(module)
        sys.modules.pop(module, None)  # the search for doctests has imported the example already
        registry.installed.cache_clear()
        importlib.invalidate_caches()
        return site

    yield put
    monkeypatch.undo()
    for module in modules:
        sys.modules.pop(module, None)
    importlib.invalidate_caches()
    registry.installed.cache_clear()


@pytest.fixture
def example(install: Install) -> Path:
    """The worked example, installed by what its pyproject.toml says."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    code = (EXAMPLE / "ledger_source.py").read_text(encoding="utf-8")
    return install("ledger_source", code, project["entry-points"][registry.GROUP], name="tocsin_ledger")


class DataCommand(CommandLine):
    """Runs `tocsin data`."""

    command = "data"


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> DataCommand:
    """`tocsin data`, with a home of its own."""
    return DataCommand(monkeypatch, capsys)


def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger-2024.csv"
    path.write_text(
        "entry,day,country,lat,lon,group,against,dead\n"
        "1,2024-03-15,Mali,14.3,-3.6,Riverside Band,army,4\n"
        "2,2024-04-15,Mali,14.3,-3.6,Riverside Band,people,30\n"
        "3,2024-04-16,Mali,14.3,-3.6,Riverside Band,Hillside Band,2\n"
        "4,2023-04-16,Mali,14.3,-3.6,Riverside Band,army,2\n"
        "5,2024-04-17,Atlantis,14.3,-3.6,Riverside Band,army,-1\n",
        encoding="utf-8",
    )
    return path


def test_a_file_of_it_is_imported_and_used(example: Path, data: DataCommand, home: Path, tmp_path: Path) -> None:
    out, _ = data("import", str(ledger(tmp_path)))
    assert "ledger-2024.csv: 3 events taken in as ledger 2024, 2 rows rejected" in out
    assert "1 rejected: not of the year of the file" in out
    assert "acknowledge" not in out
    settings = Settings(home=home, source="ledger")
    digest = load_digest(settings)
    assert (digest.provenance.vintage, digest.provenance.licence) == ("ledger 2024", "CC0")
    assert digest.provenance.redistributable
    rows = digest.monthly.select("actor", "kind", "opponent", "deaths_best").rows()
    assert ("Riverside Band", "onesided", "civilians", 30) in rows
    told = json.loads(data("status", "--format", "json")[0])
    (entry,) = (one for one in told["sources"] if one["name"] == "ledger")
    assert (entry["title"], entry["held"], entry["acknowledgement"]) == (
        "Ledger of Armed Incidents",
        True,
        "not asked for",
    )


def test_its_own_terms_count_while_it_is_installed(
    example: Path, data: DataCommand, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data("import", str(ledger(tmp_path)))
    settings = Settings(home=home, source="ledger")
    assert terms_of("ledger").open
    assert gate.terms_held(settings).open
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(example)])
    importlib.invalidate_caches()
    registry.installed.cache_clear()
    # Nobody can be asked any more what its terms are, so nothing is shown and nothing computed.
    assert not terms_of("ledger").open
    assert not gate.terms_held(settings).open
    with pytest.raises(InputError, match="no source is called 'ledger' here"):
        load_digest(settings)


def test_what_it_asks_to_be_acknowledged_is_asked(
    install: Install, data: DataCommand, home: Path, tmp_path: Path
) -> None:
    code = (EXAMPLE / "ledger_source.py").read_text(encoding="utf-8")
    code = code.replace("recognises=lambda", 'statement="Be kind.",\n    recognises=lambda')
    install("ledger_source", code, {"ledger": "ledger_source:SOURCE"})
    data("import", str(ledger(tmp_path)))
    with pytest.raises(InputError, match="tocsin data acknowledge ledger"):
        load_digest(Settings(home=home, source="ledger"))
    assert "Be kind." in data("acknowledge", "ledger", "--yes")[0]
    assert load_digest(Settings(home=home, source="ledger"))


HEAD = """
from datetime import date
from tocsin.sources.source import Source
from tocsin.sources.terms import Terms
def read(path, options):
    raise KeyError("dead")
def source(name, **changes):
    given = dict(name=name, title=name, terms=Terms(("ucdp-ged",), True, True, "Free."), read=read,
                 recognises=lambda name, columns: "odd" in columns)
    return Source(**(given | changes))
"""


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SOURCE = 1 / 0", "cannot be loaded .division by zero."),
        ("SOURCE = 7", "is no Source but a int"),
        ('SOURCE = source("acled")', "Two sources are called 'acled'"),
        ('SOURCE = source("UCDP-GED ")', "needs a name of small letters"),
        ('SOURCE = source("own-list")', "does not begin with own-"),
    ],
)
def test_a_source_that_cannot_be_used_is_told_and_shows_nothing(
    install: Install, data: DataCommand, home: Path, tmp_path: Path, code: str, message: str
) -> None:
    install("odd_source", HEAD + code, {"odd": "odd_source:SOURCE"})
    assert list(registry.sources()) == ["ucdp-ged", "acled", "gtd"]
    (told,) = registry.broken_sources()
    assert re.search(message, told)
    assert told in data("status")[0]
    assert told in json.loads(data("status", "--format", "json")[0])["notes"]
    assert not terms_of("odd").open
    assert terms_of("ucdp-ged").open  # what comes with tocsin is known without asking anyone
    assert not terms_of("acled").open
    # Neither does it keep others from theirs, named or not.
    for words in (["--source", "ucdp-ged"], []):
        file = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1 + len(words))])
        data("import", str(file), *words)
        assert load_digest(Settings(home=home)).provenance.vintage == "ucdp-ged 24.1"
    # Where nobody knows a file or a name, the one that cannot be used may be the one that was meant.
    odd = tmp_path / "odd.csv"
    odd.write_text("odd,even\n1,2\n", encoding="utf-8")
    assert told in data("import", str(odd), code=2)[1]
    assert told in data("import", str(odd), "--source", "odd", code=2)[1]


def test_a_source_that_fails_to_look_at_a_file_leaves_it_to_the_others(
    install: Install, data: DataCommand, tmp_path: Path
) -> None:
    install("odd_source", HEAD + 'SOURCE = source("odd", recognises=lambda: 0)', {"odd": "odd_source:SOURCE"})
    data("import", str(write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)])))
    odd = tmp_path / "odd.csv"
    odd.write_text("odd,even\n1,2\n", encoding="utf-8")
    assert "The source 'odd' failed to look at it (TypeError: " in data("import", str(odd), code=2)[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
def test_what_is_no_file_is_not_waited_for(data: DataCommand, tmp_path: Path) -> None:
    """A pipe that nobody writes to would be waited for without end."""
    os.mkfifo(tmp_path / "events.csv")
    assert "events.csv is not a file" in data("import", str(tmp_path / "events.csv"), code=2)[1]
    assert "is a folder; name the files in it" in data("import", str(tmp_path), code=2)[1]
    assert "there is no file" in data("import", str(tmp_path / "none.csv"), code=2)[1]


def test_a_source_speaks_for_itself_alone(install: Install, data: DataCommand, tmp_path: Path) -> None:
    """Its terms are its own, whatever source it names in them, and it brings in no events of another."""
    code = (EXAMPLE / "ledger_source.py").read_text(encoding="utf-8").replace("source=NAME,", 'source="ucdp-ged",')
    install("ledger_source", code, {"ledger": "ledger_source:SOURCE"})
    assert "gives events that it says are of 'ucdp-ged'" in data("import", str(ledger(tmp_path)), code=2)[1]
    install("odd_source", HEAD + 'SOURCE = source("odd")', {"odd": "odd_source:SOURCE"}, name="odd")
    assert terms_of("odd").sources == ("odd",)
    odd = tmp_path / "odd.csv"
    odd.write_text("odd,even\n1,2\n", encoding="utf-8")
    assert "the source 'odd' failed on odd.csv (KeyError: 'dead')" in data("import", str(odd), code=2)[1]


def test_a_column_that_no_event_has_is_a_fault_of_the_package(
    install: Install, data: DataCommand, tmp_path: Path
) -> None:
    code = (EXAMPLE / "ledger_source.py").read_text(encoding="utf-8").replace('"deaths_low":', '"deaths_least":')
    install("ledger_source", code, {"ledger": "ledger_source:SOURCE"})
    said = data("import", str(ledger(tmp_path)), code=2)[1]
    assert "the source 'ledger' gives columns that no event has: deaths_least" in said


def test_the_example_names_its_source_as_the_registry_looks_for_it() -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"] == {registry.GROUP: {"ledger": "ledger_source:SOURCE"}}
