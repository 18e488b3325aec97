"""`tocsin groups list` and `tocsin groups show`, as a user meets them, on the packaged figures."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import polars as pl
import pytest

from command_line import CommandLine
from tocsin.digest import packaged_digest

HEAD = {"as_of", "as_of_month", "as_of_mode", "lag_days", "vintage", "source", "licence", "deaths_are", "notes"}
GROUP = {
    "group",
    "actor",
    "theatre",
    "coalition",
    "active",
    "first_event",
    "last_event",
    "first_seen",
    "last_seen",
    "events",
    "events_last_12m",
    "deaths",
    "deaths_low",
    "deaths_high",
    "deaths_last_12m",
    "deaths_state",
    "deaths_nonstate",
    "deaths_onesided",
    "largest_event_deaths",
    "mass_casualty_events",
}
FACTS = (GROUP - {"coalition", "deaths_state", "deaths_nonstate", "deaths_onesided"}) | {
    "countries",
    "also_called",
    "by_kind",
    "members",
    "opponents",
    "allies",
    "coalitions",
    "shared_enemies",
    "elsewhere",
    "other_organisations",
    "government_changes",
}


class Command(CommandLine):
    """Runs `tocsin groups ...` in this process."""

    command = "groups"

    def json(self, *words: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self(*words, "--format", "json")[0])
        return answer


@pytest.fixture
def groups(home: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_list_of_a_theatre_as_json(groups: Command) -> None:
    answer = groups.json("list", "--theatre", "Afghanistan")
    assert set(answer) == HEAD | {"theatre", "countries", "active_only", "groups"}
    assert (answer["as_of"], answer["as_of_month"], answer["theatre"]) == ("2020-12-31", "2020-12", "Afghanistan")
    assert answer["vintage"] == packaged_digest().provenance.vintage
    assert set(answer["notes"]) >= set(packaged_digest().provenance.notes)
    assert "its own dead included" in answer["deaths_are"]
    assert all(set(group) == GROUP for group in answer["groups"])
    assert {group["theatre"] for group in answer["groups"]} == {"Afghanistan"}
    names = [group["group"] for group in answer["groups"]]
    assert {"IS @ Afghanistan", "Taleban @ Afghanistan"} <= set(names)
    assert not any("Government of" in name or "Civilians" in name for name in names)
    recent = [group["deaths_last_12m"] for group in answer["groups"]]
    assert recent == sorted(recent, reverse=True)


def test_the_world_and_only_the_active(groups: Command) -> None:
    everyone, active = groups.json("list")["groups"], groups.json("list", "--active")["groups"]
    assert [group for group in everyone if group["deaths_last_12m"] > 0] == active
    assert 0 < len(active) < len(everyone)


def test_a_view_is_one_theatre(groups: Command) -> None:
    view = groups.json("list", "--theatre", "Pakistan+Afghanistan")
    assert (view["theatre"], view["countries"]) == ("Afghanistan+Pakistan", ["Afghanistan", "Pakistan"])
    parts = [groups.json("list", "--theatre", name)["groups"] for name in ("Afghanistan", "Pakistan")]
    assert sum(group["deaths"] for group in view["groups"]) == sum(g["deaths"] for part in parts for g in part)
    assert {group["theatre"] for group in view["groups"]} == {"Afghanistan+Pakistan"}


def test_csv_carries_day_and_vintage_in_every_row(groups: Command) -> None:
    out, _ = groups("list", "--theatre", "Mali", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert set(rows[0]) == GROUP | {"as_of", "vintage"}
    assert {row["as_of"] for row in rows} == {"2020-12-31"}
    told = groups.json("list", "--theatre", "Mali")["groups"]
    assert [(r["group"], int(r["deaths"]), r["first_event"]) for r in rows] == [
        (g["group"], g["deaths"], g["first_event"]) for g in told
    ]


def test_the_table_is_plain_when_piped(groups: Command) -> None:
    out, err = groups("list", "--theatre", "Sahel", "--active")
    assert err == ""
    assert "\x1b" not in out
    assert not set("│─┌━╭") & set(out)
    assert any(line.startswith("JNIM @ Sahel ") for line in out.splitlines())
    assert packaged_digest().provenance.vintage in out
    assert "its own dead included" in out


def test_a_terminal_gets_colour_and_no_lost_name(groups: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    out, _ = groups("show", "IS @ Afghanistan")
    assert "\x1b[" in out
    assert "and 27 more" in out  # 37 other theatres, ten shown
    assert "High Council of Afghanistan Islamic Emirate" in out


def test_an_empty_theatre_is_no_error(groups: Command) -> None:
    assert groups.json("list", "--theatre", "Iceland")["groups"] == []
    assert groups("list", "--theatre", "Iceland")[0].startswith("0 groups in Iceland")
    assert groups("list", "--theatre", "Iceland", "--format", "csv")[0].startswith("group,actor,theatre")


def test_show_as_json(groups: Command) -> None:
    answer = groups.json("show", "IS @ Afghanistan")
    assert set(answer) == HEAD | FACTS
    figures = packaged_digest().monthly.filter((pl.col("actor") == "IS") & (pl.col("theatre") == "Afghanistan"))
    assert answer["deaths"] == figures["deaths_best"].sum()
    assert answer["events"] == figures["events"].sum() == sum(kind["events"] for kind in answer["by_kind"])
    assert answer["first_seen"] == "2015-02"
    assert [o["actor"] for o in answer["opponents"]] == ["state", "Taleban"]
    assert answer["opponents"][1]["first_event"] == "2015-02"
    assert "ISIS-K" in answer["also_called"]
    assert any(e["group"] == "IS @ Pakistan" for e in answer["elsewhere"])
    assert [change["day"] for change in answer["government_changes"]] == ["1992-04-28", "1996-09-27", "2001-11-13"]


def test_show_by_a_common_name_says_what_was_assumed(groups: Command) -> None:
    answer = groups.json("show", "isis k")
    assert answer["group"] == "IS @ Afghanistan"
    assert any(note.startswith("'isis k' is taken as IS @ Afghanistan") for note in answer["notes"])
    assert not any("is taken as" in note for note in groups.json("show", "ISIS-K @ Afghanistan")["notes"])


def test_show_a_view(groups: Command) -> None:
    view = groups.json("show", "ISIS-K @ AfPak")
    assert (view["group"], view["countries"]) == ("IS @ Afghanistan+Pakistan", ["Afghanistan", "Pakistan"])
    parts = [groups.json("show", f"IS @ {name}")["deaths"] for name in ("Afghanistan", "Pakistan")]
    assert view["deaths"] == sum(parts)


def test_show_a_coalition_and_a_view_as_text(groups: Command) -> None:
    out, _ = groups("show", "HTS, Southern Front @ Iraq+Syria")
    assert "A coalition of: HTS, Southern Front" in out
    assert "A view of Iraq, Syria as one theatre" in out
    assert "not in those of its members" in out


def test_the_past_is_as_it_was_known(groups: Command) -> None:
    then = groups.json("show", "IS @ Afghanistan", "--as-of", "2016-06-30")
    assert (then["as_of"], then["as_of_month"]) == ("2016-06-30", "2016-06")
    known = packaged_digest().monthly.filter(pl.col("period") <= pl.date(2016, 6, 1))
    figures = known.filter((pl.col("actor") == "IS") & (pl.col("theatre") == "Afghanistan"))
    assert then["deaths"] == figures["deaths_best"].sum()
    assert then["last_event"] <= "2016-06"
    assert "nothing is recorded" in groups.refused("show", "IS @ Afghanistan", "--as-of", "2014-12-31")


def test_months_not_wholly_known_are_left_out(groups: Command) -> None:
    middle = groups.json("list", "--theatre", "Mali", "--as-of", "2016-06-29")
    assert middle["as_of_month"] == "2016-05"
    assert any("last one used is 2016-05" in note for note in middle["notes"])
    late = groups.json("list", "--theatre", "Mali", "--as-of", "2016-06-30", "--lag-days", "40")
    assert (late["as_of_month"], late["lag_days"]) == ("2016-04", 40)


def test_a_day_beyond_the_figures_says_so(groups: Command) -> None:
    answer = groups.json("list", "--theatre", "Mali", "--as-of", "2022-03-01")
    assert answer["as_of_month"] == "2020-12"
    assert any("figures end with 2020-12" in note for note in answer["notes"])


def test_settings_name_theatres_and_groups(groups: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_THEATRES", '{"Mine": ["MLI", "Niger"]}')
    monkeypatch.setenv("TOCSIN_ALIASES", '{"that lot": "JNIM @ Mali"}')
    assert groups.json("list", "--theatre", "mine")["countries"] == ["Mali", "Niger"]
    assert groups.json("show", "That Lot")["group"] == "JNIM @ Mali"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "Government of Mali"), "is a government: an actor, but not a group"),
        (("show", "Civilians"), "not a group"),
        (("show", "IS"), "say which: IS @ "),
        (("show", "Talban"), "Did you mean Taliban"),
        (("show", "IS @ Afganistan"), "Did you mean Afghanistan"),
        (("show", "LTTE @ Peru"), "It is recorded in France and Sri Lanka"),
        (("list", "--theatre", "Atlantis"), "no theatre is called 'Atlantis'"),
        (("list", "--as-of", "June"), "--as-of is a day like 2020-12-31, got 'June'"),
        (("list", "--as-of", "1980-01-01"), "figures begin in"),
        (("list", "--lag-days", "-1"), "lag_days"),
        (("list", "--as-of-mode", "psychic"), "as_of_mode"),
        (("list", "--as-of", "2015-12-31", "--as-of-mode", "strict"), "no release was published by 2015-12-31"),
    ],
)
def test_what_cannot_be_answered_ends_in_one_line(groups: Command, words: tuple[str, ...], says: str) -> None:
    assert says in groups.refused(*words)
