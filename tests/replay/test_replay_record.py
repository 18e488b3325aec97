"""A replay on disk: it goes on where it stopped, is the same however it ran, and is never mixed with another."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from filelock import FileLock
from planted_replay import EVENTS, LAST, MODELS, history_of, small

import tocsin
from local_cluster import local_cluster
from planted_groups import with_another_future
from tocsin.errors import DataError, InputError, MissingFileError, NotHeldError, StoreBusyError
from tocsin.forecast import registry
from tocsin.forecast.baselines import Climatology
from tocsin.panel import History, Panel
from tocsin.replay import Plan, Replay, load_figures, make_plan, read_replay, replay
from tocsin.replay.record import read_part
from tocsin.results import TRACE
from tocsin.settings import load_settings

pytestmark = pytest.mark.usefixtures("home")


def files(directory: Path) -> dict[str, bytes]:
    """Everything a replay left, by name."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A finished replay, not to be changed."""
    settings = load_settings(home=tmp_path_factory.mktemp("home"))
    return small(tmp_path_factory.mktemp("done") / "replay", settings=settings)


class Stopping(Climatology):
    """Climatology that counts its fits and stops at one of them."""

    fits = 0
    stop_at = 0

    def fit(self, history: History) -> Stopping:
        type(self).fits += 1
        if type(self).fits == type(self).stop_at:
            raise KeyboardInterrupt
        return self


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> type[Stopping]:
    model = Stopping()
    monkeypatch.setitem(registry.MODELS, model.name, model)
    monkeypatch.setattr(Stopping, "fits", 0)
    monkeypatch.setattr(Stopping, "stop_at", 3)
    monkeypatch.setattr(Stopping, "version", "climatology", raising=False)
    return Stopping


def test_an_interrupted_replay_goes_on_and_comes_to_the_same(stopping: type[Stopping], tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    with pytest.raises(KeyboardInterrupt):
        small(tmp_path / "a")
    first = files(tmp_path / "a")
    # Two of the four parts, whole; no summary.
    assert [name for name in first if name.startswith("parts/")] == ["parts/1992-12.parquet", "parts/1993-12.parquet"]
    assert "summary.json" not in first
    with pytest.raises(NotHeldError, match=r"is not finished \(16 of 35 origins\)"):
        read_replay(tmp_path / "a")
    stopping.stop_at = 0
    resumed = small(tmp_path / "a", progress=lambda *now: told.append(now))
    assert stopping.fits == 3 + 2
    assert told[0] == (16, 35, "begin")
    assert told[-1] == (35, 35, "scores")
    whole = small(tmp_path / "b")
    assert resumed.rows == whole.rows
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert {name: content for name, content in files(tmp_path / "a").items() if name in first} == first


def test_a_finished_replay_is_read_and_not_run_again(stopping: type[Stopping], tmp_path: Path) -> None:
    stopping.stop_at = 0
    small(tmp_path / "a")
    fits = stopping.fits
    before = files(tmp_path / "a")
    again = small(tmp_path / "a", workers=2)
    assert stopping.fits == fits
    assert files(tmp_path / "a") == before
    assert again == read_replay(tmp_path / "a")


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"PAR1 not Parquet at all"])
def test_a_torn_part_is_done_again(done: Replay, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    settings = load_settings()
    first = small(tmp_path / "a", first=LAST - 20, settings=settings)
    before = files(first.directory)
    part = first.directory / "parts" / "1994-12.parquet"
    part.write_bytes(damage(part.read_bytes()))
    (first.directory / "summary.json").unlink()
    assert small(tmp_path / "a", first=LAST - 20, settings=settings).rows == first.rows
    assert files(first.directory) == before


def test_a_part_of_other_origins_is_not_taken(done: Replay) -> None:
    months = done.plan.tasks()
    month, origins = next(iter(months.items()))
    assert read_part(done.directory, month, origins) is not None
    assert read_part(done.directory, month, origins[1:]) is None
    assert read_part(done.directory, month + 1, origins) is None


def test_two_workers_leave_the_same_bytes(done: Replay, tmp_path: Path) -> None:
    assert small(tmp_path / "two", workers=2).rows == done.rows
    assert files(tmp_path / "two") == files(done.directory)


@pytest.mark.slow
def test_a_cluster_of_two_leaves_the_same_bytes(done: Replay, tmp_path: Path) -> None:
    with local_cluster() as address:
        there = small(tmp_path / "cluster", cluster=address)
    assert there.rows == done.rows
    assert files(tmp_path / "cluster") == files(done.directory)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"draws": 21}, "it differs in the plan: draws 20 there, 21 here"),
        ({"models": ("recency",)}, "models climatology_12,recency,hurdle_lognormal there, recency here"),
        ({"history": history_of(with_another_future(EVENTS, LAST - 3, last=LAST))}, "it differs in the figures"),
    ],
)
def test_another_replay_in_the_folder_is_refused(done: Replay, change: dict[str, object], said: str) -> None:
    before = files(done.directory)
    with pytest.raises(InputError, match=said) as refused:
        small(done.directory, **change)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
    assert files(done.directory) == before


def test_another_version_of_a_model_is_refused(done: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    class Newer(Climatology):
        version = "2"

    monkeypatch.setitem(registry.MODELS, "climatology_12", Newer())
    with pytest.raises(InputError, match=r"differs in the models' versions: climatology_12 .* there, 2 here"):
        small(done.directory)


def test_a_folder_of_other_things_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").touch()
    with pytest.raises(InputError, match="holds other things than a replay"):
        small(tmp_path / "letters")
    with pytest.raises(InputError, match="is a file; a replay is saved as a folder"):
        small(tmp_path / "letters" / "dear.txt")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["dear.txt"]


def test_two_at_once_in_one_folder_are_refused(done: Replay) -> None:
    with FileLock(done.directory / ".lock"), pytest.raises(StoreBusyError, match="another process is at work"):
        small(done.directory)


def test_the_default_folder_tells_what_is_in_it(home: Path) -> None:
    options = {"history": history_of(), "first": LAST - 8, "models": ["recency"], "draws": 5}
    one, other = replay(**options), replay(**options, seed=2)
    assert one.directory.parent == other.directory.parent == home / "replays"
    assert one.directory != other.directory
    assert one.directory.name.startswith("group-1996-04-to-1996-06-")
    assert replay(**options).directory == one.directory


def test_what_is_read_is_what_was_made(done: Replay) -> None:
    again = read_replay(done.directory)
    assert again == done
    assert again.plan == make_plan(LAST, first=LAST - 40, models=MODELS, draws=20)
    told = again.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert list(told) == [
        *("unit", "from", "to", "vintage", "as_of_mode", "lag_days", "refit", "draws", "seed", "models"),
        *("data_until", "citation", "licence", "notes", "rows"),
    ]
    assert (told["unit"], told["from"], told["to"], told["data_until"]) == ("group", "1993-08", "1996-06", "1996-12-31")
    frame = again.to_polars()
    assert frame.height == len(again.rows)
    own = list(asdict(again.rows[0]))
    assert frame.columns == [*own, *(name for name in TRACE if name not in own)]
    assert frame.select(own).row(0, named=True) == asdict(again.rows[0])


def test_the_cells_can_be_had_and_are_missed_when_gone(tmp_path: Path) -> None:
    made = small(tmp_path / "a", first=LAST - 20)
    cells = made.cells()
    assert cells["origin"].unique().sort().to_list() == list(made.plan.origins)
    row = next(r for r in made.rows if (r.population, r.horizon, r.metric) == ("seen", 6, "crps"))
    assert cells[f"{row.model}|crps|deaths|6"].mean() == pytest.approx(row.value)
    (made.directory / "parts" / "1995-12.parquet").unlink()
    with pytest.raises(DataError, match=r"1995-12\.parquet: is not there whole"):
        made.cells()
    # The summary stands without them.
    assert read_replay(made.directory) == made


def test_notes_say_what_a_reader_must_know(done: Replay) -> None:
    notes = " ".join(done.notes)
    assert "located events only, to 1996-12-31" in notes
    assert "its dyad, later passed 25 deaths" not in notes  # which is of UCDP, and these figures are not
    assert "35 within 6 months, 29 within 12 months" in notes
    assert "Horizons count from" not in notes
    assert "climatology_12 (Climatology(months=12)), recency (Recency(name='recency'))" in notes
    assert f"; tocsin {tocsin.__version__}." in notes


def test_a_lag_is_said(tmp_path: Path) -> None:
    made = small(tmp_path / "a", first=LAST - 8, lag_days=31)
    assert "An event counted as known 31 days after it happened." in made.notes
    assert any(note.startswith("Horizons count from the last month that was known whole") for note in made.notes)
    assert made.to_dict()["lag_days"] == 31


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (None, MissingFileError, "not there, so .* holds no replay"),
        ("{", DataError, "cannot be read"),
        ("[]", DataError, "is not what a replay writes there"),
        ("{}", DataError, "does not hold what a replay writes"),
        ('{"plan": {"from": "1995-01", "to": "1995-02", "models": ["a"], "colour": "red"}}', DataError, "colour"),
    ],
)
def test_what_is_no_replay_is_said(content: str | None, kind: type[Exception], said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "replay.json").write_text(content)
    with pytest.raises(kind, match=said):
        read_replay(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"plan": Plan(LAST - 8, LAST - 7, ("zero",)), "draws": 3},
            "give a plan or options for one, not both; got draws",
        ),
        (
            {"plan": Plan(LAST - 8, LAST - 7, ("zero",), unit="country")},
            "for a country replay and the figures are of groups",
        ),
        ({"as_of_mode": "strict"}, "strict mode reads the store's releases"),
        ({"models": ["climatologie_12"]}, "Did you mean climatology_12"),
    ],
)
def test_what_cannot_be_replayed_is_said(options: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        replay(history=history_of(), directory=tmp_path / "a", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "a").exists()


def test_the_package_name_is_the_function_and_the_module() -> None:
    from tocsin.replay import replay as function

    assert tocsin.replay.replay is function
    assert tocsin.read_replay is read_replay
    assert tocsin.Replay is Replay
    with pytest.raises(InputError, match="nothing is known of what came after"):
        tocsin.replay(history=history_of(), last=LAST)


def test_the_hash_of_the_figures_sees_every_one_of_them() -> None:
    panel = history_of().panel
    settings = load_settings()

    def sha256(panel: Panel) -> str:
        return load_figures(settings, History(panel)).sha256()

    one_more = {name: array.copy() for name, array in panel.counts.items()}
    one_more["events"][0, 0] += 1
    changed = [
        replace(panel, counts=one_more),
        replace(panel, regions=("Nowhere", *panel.regions[1:])),
        replace(panel, clashes=(panel.clashes[0], panel.clashes[1], panel.clashes[2] + 1)),
        replace(panel, state_onesided=panel.state_onesided + 1),
        replace(panel, provenance=replace(panel.provenance, vintage="planted 2")),
        replace(panel, unit="country"),
    ]
    hashes = {sha256(panel), *map(sha256, changed)}
    assert len(hashes) == 1 + len(changed)
    assert sha256(history_of().panel) == sha256(panel)
