"""Writing a static site over a folder: no file of another's is lost, wherever in the folder it is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import InputError
from tocsin.web.site_folder import MARKER, Marker, put_in_place

FIRST = {"index.html": b"first", "group/a.html": b"a", "data/a.csv": b"1", "gone/a.csv": b"1"}
SECOND = {"index.html": b"second", "group/b.html": b"b", "data/a.csv": b"2"}
# In a folder of both sites, in one of the earlier alone, in a folder of neither, and in none.
THEIRS = {"data/mine.csv": b"m", "gone/deep/mine.csv": b"m", "gone/mine": b"m", ".git/HEAD": b"ref", "CNAME": b"c"}


def put(target: Path, files: dict[str, bytes], *, force: bool = False) -> None:
    put_in_place(target, files, Marker.of(files, {}), force=force)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def held(folder: Path) -> dict[str, bytes | str]:
    """Files by content, links by where they lead, and folders without anything, but for the marker."""
    out: dict[str, bytes | str] = {}
    for at, folders, files in os.walk(folder):
        here = Path(at)
        for path in (here / name for name in (*folders, *files) if name != MARKER):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                out[name] = str(path.readlink())
            elif path.is_file():
                out[name] = path.read_bytes()
            elif not any(path.iterdir()):
                out[name] = "empty folder"
    return out


@pytest.mark.parametrize("force", [False, True])
def test_in_an_earlier_site_what_others_added_stays_at_any_depth(tmp_path: Path, force: bool) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    write(target, THEIRS)
    (target / "data" / "later").mkdir()
    put(target, SECOND, force=force)
    assert held(target) == {**SECOND, **THEIRS, "data/later": "empty folder"}
    # Nor do they count as the site's own from then on.
    put(target, FIRST, force=force)
    assert held(target) == {**FIRST, **THEIRS, "data/later": "empty folder"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_with_force_a_folder_of_other_things_loses_only_files_of_the_same_names(tmp_path: Path) -> None:
    target = tmp_path / "work"
    write(target, {**THEIRS, "data/a.csv": b"of another", "data/import.csv": b"precious"})
    with pytest.raises(InputError, match=r"keeps every other file$"):
        put(target, FIRST)
    put(target, FIRST, force=True)
    assert held(target) == {**FIRST, **THEIRS, "data/import.csv": b"precious"}


def test_a_file_added_under_the_name_of_a_new_one_is_replaced_only_with_force(tmp_path: Path) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    write(target, {"group/b.html": b"of another"})
    before = held(target)
    with pytest.raises(InputError, match=r"group/b.html is not the earlier site's and would be replaced\. Hint: "):
        put(target, SECOND)
    assert held(target) == before
    put(target, SECOND, force=True)
    assert held(target) == SECOND


def test_links_are_kept_as_links_and_never_followed(tmp_path: Path) -> None:
    target, away = tmp_path / "site", tmp_path / "away"
    put(target, FIRST)
    write(away, {"a.csv": b"away", "b.csv": b"away"})
    links = {"data/linked": away, "data/nowhere": tmp_path / "nowhere", "gone/b.csv": away / "b.csv"}
    for name, to in links.items():
        (target / name).symlink_to(to)
    (target / "index.html").unlink()
    (target / "index.html").symlink_to(away / "a.csv")
    put(target, SECOND)
    assert held(target) == {**SECOND, **{name: str(to) for name, to in links.items()}}
    assert held(away) == {"a.csv": b"away", "b.csv": b"away"}


@pytest.mark.parametrize("force", [False, True])
def test_a_link_where_a_folder_of_the_site_goes_is_in_the_way(tmp_path: Path, force: bool) -> None:
    target, away = tmp_path / "site", tmp_path / "away"
    put(target, FIRST)
    (target / "data").rename(away)
    (target / "data").symlink_to(away, target_is_directory=True)
    before = held(target)
    with pytest.raises(InputError, match=r"site/data is in the way of the site's files\. Hint: move it"):
        put(target, SECOND, force=force)
    assert held(target) == before
    assert held(away) == {"a.csv": b"1"}


@pytest.mark.parametrize("theirs", ["data", "index.html/mine.txt"])
def test_a_file_for_a_folder_and_a_folder_for_a_file_are_in_the_way(tmp_path: Path, theirs: str) -> None:
    target = tmp_path / "work"
    write(target, {theirs: b"precious"})
    with pytest.raises(InputError, match="is in the way"):
        put(target, FIRST, force=True)
    assert held(target) == {theirs: b"precious"}
    assert [path.name for path in tmp_path.iterdir()] == ["work"]


def test_a_marker_that_is_a_link_tells_of_another_folder(tmp_path: Path) -> None:
    put(tmp_path / "other", FIRST)
    write(tmp_path / "work", {"index.html": b"mine"})
    (tmp_path / "work" / MARKER).symlink_to(tmp_path / "other" / MARKER)
    with pytest.raises(InputError, match="holds other things"):
        put(tmp_path / "work", SECOND)


class Interrupted(BaseException):
    """As Ctrl-C, which would end the tests."""


def failing_at(monkeypatch: pytest.MonkeyPatch, steps: set[int], error: type[BaseException]) -> None:
    """Let the renames of these numbers, from 1, fail."""
    rename, done = Path.rename, 0

    def instead(self: Path, to: Path) -> Path:
        nonlocal done
        done += 1
        if done in steps:
            raise error
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", instead)


@pytest.mark.parametrize("error", [Interrupted, PermissionError])
def test_interrupted_at_any_move_all_of_it_is_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    write(target, THEIRS)
    (target / "data" / "nowhere").symlink_to("nowhere")
    before = held(target)
    # .git, CNAME, data/mine.csv, data/nowhere, gone/deep, gone/mine; then both folders.
    for at in range(1, 9):
        with monkeypatch.context() as patched:
            failing_at(patched, {at}, error)
            with pytest.raises(InputError if error is PermissionError else error):
                put(target, SECOND)
        assert held(target) == before, at
        assert [path.name for path in tmp_path.iterdir()] == ["site"]
    put(target, SECOND)
    assert held(target) == {**SECOND, **THEIRS, "data/nowhere": "nowhere"}


@pytest.mark.parametrize("steps", [{4, 5}, {4, 6}, {7, 9}, {8, 9}])
def test_interrupted_again_on_the_way_back_it_says_where_the_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: set[int]
) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    write(target, THEIRS)
    write(target, {"data/more.csv": b"m"})
    with monkeypatch.context() as patched:
        failing_at(patched, steps, Interrupted)
        with pytest.raises(InputError, match="could not be put back as it was: what is missing in it is in ") as said:
            put(target, SECOND)
    beside = Path(str(said.value).rpartition(" ")[2])
    assert beside.parent == tmp_path
    for name, content in THEIRS.items():
        found = [path for path in (target / name, beside / "new" / name, beside / "old" / name) if path.exists()]
        assert [path.read_bytes() for path in found] == [content], name


NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)


@st.composite
def folders(draw: st.DrawFn) -> dict[str, bytes]:
    """Files that can lie in one folder: none is where another needs a folder."""
    names = draw(st.sets(NAMES, max_size=6))
    return {name: b"" for name in names if not any(other.startswith(f"{name}/") for other in names)}


@settings(max_examples=150, deadline=None)
@given(earlier=folders(), theirs=folders(), new=folders(), force=st.booleans())
def test_a_site_over_any_folder_is_the_new_files_and_every_other_of_others(
    earlier: dict[str, bytes], theirs: dict[str, bytes], new: dict[str, bytes], force: bool
) -> None:
    earlier = dict.fromkeys(earlier, b"earlier")
    new = dict.fromkeys(new, b"new")
    # Others add to a site where there is room.
    clash = [a for a in theirs for b in earlier if a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/")]
    theirs = {name: b"theirs" for name in theirs if name not in clash}
    with tempfile.TemporaryDirectory() as within:
        target = Path(within) / "site"
        put(target, earlier)
        write(target, theirs)
        before = held(target)
        in_the_way = any(a.startswith(f"{b}/") or b.startswith(f"{a}/") for a in theirs for b in new)
        if in_the_way or (not force and theirs.keys() & new.keys()):
            with pytest.raises(InputError, match=r"in the way|would be replaced"):
                put(target, new, force=force)
            assert held(target) == before
        else:
            put(target, new, force=force)
            assert held(target) == theirs | new
        assert [path.name for path in Path(within).iterdir()] == ["site"]
