"""Warnings as known on a day: what had come by then, and nothing that came later."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.months import month_id
from tocsin.warn.warning_record import (
    MissRow,
    PastWarning,
    WarningRecord,
    WarningRow,
    packaged_warning_record,
    read_warning_record,
    record_month,
)

LAST = 460


def row(first: int, last: int, came: int | None, group: str = "A @ Mali") -> WarningRow:
    return WarningRow(group, "Mali", "new_risk", "deaths25", first, last, 0.4, 0.02, came)


def record_of(*rows: WarningRow, misses: tuple[MissRow, ...] = ()) -> WarningRecord:
    return WarningRecord("ensemble (v1)", "planted 1", 400, LAST, 20, 5, rows, misses)


def known(one: WarningRow, month: int) -> PastWarning:
    (told,) = record_of(one).known_by(month).warnings
    return told


@pytest.mark.parametrize(
    ("month", "outcome", "last", "standing", "came"),
    [
        (420, "open", 420, True, None),
        (421, "open", 421, True, None),
        (423, "came", 422, False, 423),
        (440, "came", 422, False, 423),
    ],
)
def test_a_warning_is_told_as_it_stood(month: int, outcome: str, last: int, standing: bool, came: int | None) -> None:
    told = known(row(420, 422, 423), month)
    assert (told.outcome, told.last, told.standing, told.came) == (outcome, last, standing, came)


@pytest.mark.parametrize(
    ("month", "outcome", "came"),
    [(425, "open", None), (426, "did_not_come", None), (429, "did_not_come", None), (430, "did_not_come", 430)],
)
def test_what_comes_after_the_six_months_does_not_make_it_right(month: int, outcome: str, came: int | None) -> None:
    told = known(row(420, 424, 430), month)
    assert (told.outcome, told.came) == (outcome, came)


def test_a_warning_of_the_last_origin_stood_when_the_replay_ended() -> None:
    assert known(row(455, LAST, None), LAST + 20).standing
    assert not known(row(455, LAST - 1, None), LAST + 20).standing


def test_both_lists_are_newest_first_and_counts_are_of_the_rows() -> None:
    misses = tuple(MissRow(name, "Mali", month, 30, None, None, None) for name, month in (("B", 430), ("A", 440)))
    told = record_of(row(420, 421, None), row(430, 430, 431, "B @ Mali"), row(441, 441, None), misses=misses)
    past = told.known_by(440)
    assert [one.first for one in past.warnings] == [430, 420]
    assert [one.month for one in past.misses] == [440, 430]
    assert [past.count(outcome) for outcome in ("came", "did_not_come", "open")] == [1, 1, 0]  # type: ignore[arg-type]


def after(record: WarningRecord, month: int) -> WarningRecord:
    """Another future: whatever came, ended or began after a month is otherwise."""
    changed = [
        replace(
            one,
            last=one.last if one.last < month else month + 7,
            came=one.came if one.came is not None and one.came <= month else month + 1 if one.came is None else None,
        )
        for one in record.warnings
        if one.first <= month
    ]
    new = row(month + 1, month + 2, None, "New @ Mali")
    misses = tuple(one for one in record.misses if one.month <= month)
    return replace(
        record,
        warnings=(*changed, new),
        misses=(*misses, MissRow("New @ Mali", "Mali", month + 1, 99, None, None, None)),
    )


@given(st.integers(month_id(date(2010, 1, 1)), month_id(date(2020, 5, 1))))
def test_another_future_changes_nothing_that_was_known(month: int) -> None:
    held = packaged_warning_record()
    assert after(held, month).known_by(month) == held.known_by(month)


@given(st.integers(350, 500), st.integers(0, 30))
def test_what_is_known_only_grows(month: int, later: int) -> None:
    held = packaged_warning_record()
    before, now = held.known_by(month), held.known_by(month + later)
    settled = {(one.group, one.first): one.outcome for one in before.warnings if one.outcome != "open"}
    then = {(one.group, one.first): one.outcome for one in now.warnings}
    assert settled.items() <= then.items()
    assert set(before.misses) <= set(now.misses)


def test_at_the_end_every_warning_is_decided() -> None:
    held = packaged_warning_record()
    past = held.known_by(month_id(date(2020, 12, 1)))
    assert past.count("open") == 0
    assert len(past.warnings) == len(held.warnings)
    assert all(one.came is None or one.came <= 492 for one in past.warnings)


def test_written_and_read_again_it_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "warnings.json"
    path.write_text(json.dumps(packaged_warning_record().to_dict()), encoding="utf-8")
    assert read_warning_record(path) == packaged_warning_record()


def test_in_strict_mode_nothing_is_told_before_the_figures_were_published() -> None:
    assert record_month(date(2021, 6, 29), 492, "strict") == 0
    assert record_month(date(2021, 6, 30), 492, "strict") == 492
    assert record_month(date(2015, 6, 30), 426, "reconstructed") == 426
    assert packaged_warning_record().known_by(0).warnings == ()
