"""Which releases `latest` and `candidate` mean, found by asking for each that could be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pytest
from fault_server import Site, page, status, whole
from hypothesis import given
from hypothesis import strategies as st
from planted_downloads import EVENTS, PLACE, month_text, yearly
from pull_command import DataCommand

from tocsin.errors import InputError, NotHeldError
from tocsin.sources.pull import DownloadError, Patience, bulk_exists, connected, wanted
from tocsin.sources.ucdp_release import ged_release
from tocsin.store import Store

TODAY = date(2024, 8, 20)


def chosen(asked: str, there: Collection[str], today: date = TODAY) -> tuple[str, ...]:
    """What is chosen where exactly these releases are out."""
    return wanted(asked, today, lambda name: name in there).releases


def test_latest_is_the_newest_yearly_release() -> None:
    assert chosen("latest", {"23.1", "24.1"}) == ("24.1",)
    assert chosen("latest", {"23.1"}, date(2024, 3, 1)) == ("23.1",)
    assert chosen("latest", {"24.1", "24.2"}) == ("24.2",)  # as 17.2 came after 17.1


def test_where_no_yearly_release_is_found_the_site_has_changed() -> None:
    with pytest.raises(DownloadError, match="the site has changed"):
        chosen("latest", {"19.1"})


def test_candidates_are_those_since_the_yearly_release_and_longer_ones_replace_single_months() -> None:
    months = {f"24.0.{m}" for m in range(1, 8)}
    assert chosen("candidate", {"24.1", *months}) == tuple(f"24.0.{m}" for m in range(1, 8))
    assert chosen("candidate", {"24.1", *months, "24.01.24.03", "24.01.24.06"}) == ("24.01.24.06", "24.0.7")
    # Before the yearly release of this year, last year's candidates are needed as well.
    assert chosen("candidate", {"23.1", "23.01.23.12", "24.0.1", "24.0.2"}, date(2024, 4, 3)) == (
        "23.01.23.12",
        "24.0.1",
        "24.0.2",
    )


def test_the_month_that_runs_is_not_asked_for() -> None:
    asked: list[str] = []
    wanted("candidate", TODAY, lambda name: bool(asked.append(name)) or name in {"24.1", "24.0.7"})
    assert "24.0.8" not in asked
    assert "24.01.24.09" not in asked


def test_a_month_that_is_missing_between_others_is_said() -> None:
    found = wanted("candidate", TODAY, lambda name: name in {"24.1", "24.01.24.03", "24.0.5"})
    assert found.releases == ("24.01.24.03", "24.0.5")
    assert found.notes == (
        "UCDP has no file of 24.0.4: those months are missing",
        "the newest Candidate release ends on 2024-05-31",
    )


def test_no_candidate_yet_is_told_apart_from_a_site_that_changed() -> None:
    with pytest.raises(NotHeldError, match="yet"):
        chosen("candidate", {"24.1"}, date(2024, 2, 1))
    with pytest.raises(DownloadError, match="the site has changed"):
        chosen("candidate", {"24.1"})


def test_a_name_that_is_no_release_is_refused_before_anything_is_asked(site: Site, data: DataCommand) -> None:
    with pytest.raises(InputError):
        chosen("24-1", set())
    for name in ("24-1", "24.0.13", "../../etc/passwd", "latests", "24.1\x1b[2J", ""):
        data.refused("pull", "ucdp", "--release", name)
    assert site.asked == []


@given(st.sets(st.integers(1, 12)), st.sets(st.sampled_from([3, 6, 9, 12])), st.integers(1, 12))
def test_candidates_never_overlap_and_miss_no_month_that_is_out(single: set[int], longer: set[int], month: int) -> None:
    today = date(2024, month, 15)
    there = {"24.1", *(f"24.0.{m}" for m in single), *(f"24.01.24.{m:02d}" for m in longer)}
    try:
        names = chosen("candidate", there, today)
    except (NotHeldError, DownloadError):
        assert not {m for m in single | longer if m < month}
        return
    spans = [(ged_release(name).first_day.month, ged_release(name).last_day.month) for name in names]
    covered = [m for first, last in spans for m in range(first, last + 1)]
    assert len(covered) == len(set(covered))
    out = {m for m in single if m < month} | {m for end in longer if end < month for m in range(1, end + 1)}
    assert set(covered) == out


@pytest.mark.parametrize(
    ("answers", "there"),
    [
        ((whole(b"abc"),), True),
        ((status(404),), False),
        ((status(410),), False),
        ((page(),), False),  # a site that answers everything with a page
        ((status(405), whole(b"abc")), True),  # HEAD not known
        ((status(405), status(404)), False),
        ((status(503), whole(b"abc")), True),
    ],
)
def test_whether_a_release_is_out(answers: tuple, there: bool, site: Site, patience: Patience) -> None:
    def in_turn(self: object, left: list = list(answers)) -> None:  # noqa: B006  (HEAD uses up no answer)
        (left.pop(0) if len(left) > 1 else left[0])(self)

    site.put("/d/ged/ged241-csv.zip", in_turn)
    with connected(patience) as client:
        assert bulk_exists(client, f"{site.url}/d", patience)("24.1") is there


@pytest.mark.parametrize("answer", [status(403), status(500), status(401)])
def test_a_server_that_does_not_say_is_not_taken_for_one_that_has_nothing(
    answer: object, site: Site, patience: Patience
) -> None:
    site.put("*", answer)  # type: ignore[arg-type]
    with connected(patience) as client, pytest.raises(DownloadError):
        bulk_exists(client, f"{site.url}/d", patience)("24.1")


def test_latest_and_candidate_are_brought_in_together(
    site: Site, data: DataCommand, home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.cli.pull.date", FixedDay)
    site.put(PLACE, whole(yearly()))
    site.put("/downloads/candidateged/GEDEvent_v24_01_24_03.csv", whole(month_text(2024, 2), kind="text/csv"))
    site.put("/downloads/candidateged/GEDEvent_v24_0_4.csv", whole(month_text(2024, 4, first=2000), kind="text/csv"))
    data("pull", "ucdp", "--release", "latest", "--release", "candidate")
    held = {vintage.release: vintage.rows for vintage in Store.open().vintages()}
    assert held == {"24.1": EVENTS, "24.01.24.03": 5, "24.0.4": 5}


class FixedDay(date):
    """The 20th of May 2024 is today."""

    @classmethod
    def today(cls) -> date:
        return date(2024, 5, 20)


def test_one_day_of_publication_cannot_be_that_of_two_releases(site: Site, data: DataCommand) -> None:
    words = ("--release", "24.1", "--release", "24.0.1", "--published", "2024-06-30")
    assert "these are 2: 24.1, 24.0.1" in data.refused("pull", "ucdp", *words)


def test_of_several_files_none_is_brought_in_when_one_cannot_be(
    site: Site, data: DataCommand, home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.cli.pull.date", FixedDay)
    site.put(PLACE, whole(yearly()))
    site.put("/downloads/candidateged/GEDEvent_v24_0_1.csv", whole(month_text(2024, 1)))
    site.put(
        "/downloads/candidateged/GEDEvent_v24_0_2.csv", whole(month_text(2023, 2, first=2000))
    )  # another release's
    _, err = data("pull", "ucdp", "--release", "24.1", "--release", "candidate", code=2)
    assert "Nothing was imported" in err
    assert Store.open().is_empty()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (month_text(2024, 3)[:-40], "cut off in the middle of a row"),
        (month_text(2024, 3).rsplit(b",", 3)[0], "cut off in the middle of a row"),
        (b"<html><body>moved</body></html>", "a web page"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a;b;c\n1;2;3\n", "lacks the columns"),
        (month_text(2024, 3).replace(b"\n", b"", 1)[:300], "lacks the columns"),
        (b"\x00" * 1000, "lacks the columns"),
        (month_text(2022, 3), "none of its"),
    ],
)
def test_a_wrong_candidate_file_ends_in_one_line(
    content: bytes, words: str, site: Site, data: DataCommand, home: object
) -> None:
    site.put("/downloads/candidateged/GEDEvent_v24_0_3.csv", whole(content))
    _, err = data("pull", "ucdp", "--release", "24.0.3", code=2)
    assert words in err.splitlines()[-1]
    assert Store.open().is_empty()


def test_a_candidate_file_without_a_last_line_end_is_whole(site: Site, data: DataCommand, home: object) -> None:
    site.put("/downloads/candidateged/GEDEvent_v24_0_3.csv", whole(month_text(2024, 3).rstrip(b"\n")))
    data("pull", "ucdp", "--release", "24.0.3")
    assert Store.open().vintages()[0].rows == 5
