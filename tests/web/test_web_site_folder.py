"""The folder of a static site: replaced in one step, never at the cost of what is not its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.web.site_folder import MARKER, Marker, check_folder, put_in_place

FIRST = {"index.html": b"first", "group/a.html": b"a", "data/a.csv": b"1"}
SECOND = {"index.html": b"second", "group/b.html": b"b"}


def put(target: Path, files: dict[str, bytes], *, force: bool = False) -> None:
    put_in_place(target, files, Marker.of(files, {"as_of": "2020-12-31"}), force=force)


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MARKER
    }


def test_a_new_folder_an_empty_one_and_an_earlier_site_are_written(tmp_path: Path) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    assert held(target) == FIRST
    put(target, SECOND)
    assert held(target) == SECOND
    (tmp_path / "empty").mkdir()
    put(tmp_path / "empty", FIRST)
    assert held(tmp_path / "empty") == FIRST
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "site"]


def test_the_marker_says_what_the_site_is_of_and_which_files_are_its_own(tmp_path: Path) -> None:
    put(tmp_path / "site", FIRST)
    said = json.loads((tmp_path / "site" / MARKER).read_text(encoding="utf-8"))
    assert said["made_by"].startswith("tocsin ")
    assert said["as_of"] == "2020-12-31"
    assert said["files"] == sorted(FIRST)


def test_a_folder_of_other_things_is_refused_and_with_force_keeps_what_is_not_in_the_way(tmp_path: Path) -> None:
    target = tmp_path / "work"
    target.mkdir()
    (target / "thesis.txt").write_bytes(b"years of work")
    (target / "index.html").write_bytes(b"other")
    with pytest.raises(InputError, match="holds other things than a site written by tocsin"):
        put(target, FIRST)
    assert held(target) == {"index.html": b"other", "thesis.txt": b"years of work"}
    put(target, FIRST, force=True)
    assert held(target) == {**FIRST, "thesis.txt": b"years of work"}


def test_what_others_put_into_an_earlier_site_stays(tmp_path: Path) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    (target / ".git").mkdir()
    (target / ".git" / "HEAD").write_bytes(b"ref")
    (target / "CNAME").write_bytes(b"example.org")
    put(target, SECOND)
    assert held(target) == {**SECOND, ".git/HEAD": b"ref", "CNAME": b"example.org"}


@pytest.mark.parametrize("marker", ["", "[]", '{"made_by": "another"}', '{"files": []}', '{"made_by": 3, "files": []}'])
def test_a_marker_of_another_program_is_none(tmp_path: Path, marker: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / MARKER).write_text(marker, encoding="utf-8")
    with pytest.raises(InputError, match="holds other things"):
        check_folder(tmp_path / "site", force=False)


def test_interrupted_at_any_step_the_folder_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "site"
    put(target, FIRST)
    (target / "CNAME").write_bytes(b"example.org")
    before = held(target)
    rename, write = Path.rename, Path.write_bytes
    steps = 0

    def interrupted(act):  # type: ignore[no-untyped-def]
        def instead(self: Path, given):  # type: ignore[no-untyped-def]
            nonlocal steps
            steps -= 1
            if steps == 0:
                raise KeyboardInterrupt
            return act(self, given)

        return instead

    # Two files and the marker are written, one other file is moved over, two folders change places.
    for at in range(1, 7):
        steps = at
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", interrupted(rename))
            patched.setattr(Path, "write_bytes", interrupted(write))
            with pytest.raises(KeyboardInterrupt):
                put(target, SECOND)
        assert held(target) == before, at
        assert [path.name for path in tmp_path.iterdir()] == ["site"]
    put(target, SECOND)
    assert held(target) == {**SECOND, "CNAME": b"example.org"}


def test_a_full_disk_is_told_in_a_line_and_leaves_the_old_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "site"
    put(target, FIRST)

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(InputError, match="can not be written: No space left on device"):
            put(target, SECOND)
    assert held(target) == FIRST


def test_the_folder_behind_a_link_is_the_one_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    put(tmp_path / "link", FIRST)
    assert (tmp_path / "link").is_symlink()
    assert held(tmp_path / "real") == FIRST


def test_what_can_be_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="is written into a folder, got the file"):
        check_folder(tmp_path / "file", force=True)
    with pytest.raises(InputError, match="there is no folder"):
        check_folder(tmp_path / "nowhere" / "site", force=True)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputError, match="links lead nowhere"):
        check_folder(tmp_path / "a", force=True)
    with pytest.raises(InputError, match="is a disk of its own"):
        check_folder(Path("/proc"), force=True)
