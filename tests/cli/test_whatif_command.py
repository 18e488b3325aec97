"""`tocsin whatif` as a user meets it; most comparisons are made up, they have tests of their own."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from command_line import CommandLine
from planted_comparison import planted_comparison, planted_scenario_of
from tocsin.report.whatif_beside import names_apart
from tocsin.report.whatif_json import comparison_document
from tocsin.whatif.calibration.fit import calibrate
from tocsin.whatif.calibration.predictive import NEAREST, NEAREST_WORDS, predictive_check
from tocsin.whatif.check.report import check
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.engine.sampling import named_quantities
from tocsin.whatif.files.reading import packaged_scenarios, read_scenario, write_scenario
from tocsin.whatif.limits import MOST_DRAWS
from tocsin.whatif.scenario import Scenario

RESULT = planted_comparison()


class Command(CommandLine):
    """Runs `tocsin whatif ...` in this process; `asked` are the comparisons it asked for."""

    command = "whatif"

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(monkeypatch, capsys)
        self.asked: list[dict[str, Any]] = []

    def compare(self, scenario: Scenario, *, progress: Callable[[int, int], None], **options: Any) -> Comparison:
        self.asked.append({"scenario": scenario, **options})
        for done in range(1, 51):
            progress(done, 50)
        return replace(RESULT, scenario=replace(RESULT.scenario, name=scenario.name, seed=scenario.seed))


@pytest.fixture
def real(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Command(monkeypatch, capsys)


@pytest.fixture
def whatif(real: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same with made-up comparisons, and `toy.toml` in the folder."""
    monkeypatch.setattr("tocsin.whatif.comparison.run.compare", real.compare)
    write_scenario(planted_scenario_of(), Path("toy.toml"))
    return real


# --- run -------------------------------------------------------------------------------------------------------------


def test_a_run_prints_what_it_supports_and_says_it_is_no_forecast(whatif: Command) -> None:
    out, err = whatif("run", "toy.toml")
    said = " ".join(out.split())
    assert "Scenario, not a forecast" in said
    assert "What follows from the scenario's ranges: civilian deaths within 12 months, against doing nothing" in said
    assert err.splitlines() == [f"tocsin: {done} of 50 parts of planted done" for done in (10, 20, 30, 40, 50)]
    (asked,) = whatif.asked
    assert asked["scenario"] == read_scenario("toy.toml")
    assert asked["sensitivity"] is True
    assert {name: asked[name] for name in ("draws", "variant_draws", "variants", "cluster")} == {
        "draws": None,
        "variant_draws": None,
        "variants": None,
        "cluster": None,
    }


def test_options_of_a_run_reach_the_comparison(whatif: Command) -> None:
    whatif(
        *("run", "toy.toml", "--draws", "500", "--variant-draws", "100", "--seed", "9", "--workers", "3"),
        *("--variant", "deter", "--variant", "none", "--off", "prestige", "--off", "timing", "--no-sensitivity"),
    )
    (asked,) = whatif.asked
    assert (asked["draws"], asked["variant_draws"], asked["threads"]) == (500, 100, 3)
    assert (asked["variants"], asked["sensitivity"]) == (["deter", "none"], False)
    assert (asked["scenario"].seed, asked["scenario"].off) == (9, ("prestige", "timing"))
    whatif("run", "toy.toml", "--cluster", "tcp://127.0.0.1:1")
    assert whatif.asked[1]["cluster"] == "tcp://127.0.0.1:1"


def test_json_is_the_result_and_nothing_else(whatif: Command) -> None:
    out, _ = whatif("run", "toy.toml", "--format", "json", "--output", "saved.json")
    assert json.loads(out) == comparison_document(RESULT)
    assert json.loads(Path("saved.json").read_text(encoding="utf-8")) == json.loads(out)


def test_the_horizon_and_all_of_it_can_be_asked_for(whatif: Command) -> None:
    assert "Within 36 months (to 2024-08-31)" in whatif("run", "toy.toml", "--horizon", "36")[0]
    out = whatif("run", "toy.toml", "--all")[0]
    assert out.count("Members under arms") >= 3
    assert "Within 6 months" in out


def test_figures_are_drawn_into_a_folder(whatif: Command) -> None:
    whatif("run", "toy.toml", "--figures", "new/figures")
    names = {path.name for path in Path("new/figures").iterdir()}
    assert names == {
        f"{n}.{e}" for n in ("differences", "by_month", "strength", "best", "decides") for e in ("svg", "png")
    }


def test_a_packaged_scenario_runs_by_its_name(whatif: Command) -> None:
    name = packaged_scenarios()[0]
    whatif("run", name)
    assert whatif.asked[0]["scenario"].name == name


# --- compare ---------------------------------------------------------------------------------------------------------


def test_two_options_are_compared_with_each_other(whatif: Command) -> None:
    whatif("compare", "toy.toml", "--options", "policing, share_intelligence", "--draws", "200", "--seed", "3")
    (asked,) = whatif.asked
    assert [option.name for option in asked["scenario"].options] == ["policing", "share_intelligence"]
    assert (asked["draws"], asked["scenario"].seed, asked["sensitivity"]) == (200, 3, True)


def test_scenarios_and_saved_results_stand_side_by_side(whatif: Command) -> None:
    whatif("run", "toy.toml", "--output", "saved.json")
    out, _ = whatif("compare", "saved.json", "toy.toml", "--options", "policing")
    assert len(whatif.asked) == 2  # the saved one is not run again
    assert whatif.asked[1]["sensitivity"] is False
    assert "Each is a scenario, not a forecast." in out
    assert "Policing" in out
    assert "Share intelligence" not in out
    answer = json.loads(whatif("compare", "saved.json", "saved.json", "--format", "json")[0])
    assert [result["name"] for result in answer["results"]] == ["planted", "planted"]
    assert answer["results"][0]["rows"][1]["difference"]["mean"] == -24.0


def test_one_scenario_with_all_that_a_run_may_be_given(whatif: Command) -> None:
    words = ("compare", "toy.toml", "--options", "policing,share_intelligence", "--horizon", "36")
    out, _ = whatif(*words, "--variant", "deter", "--off", "prestige", "--all")
    (asked,) = whatif.asked
    assert (asked["variants"], asked["scenario"].off) == (["deter"], ("prestige",))
    assert "Within 36 months (to 2024-08-31)" in out
    assert "Within 6 months" in out
    whatif(*words, "--outcome", "mass_casualty_attacks")
    assert len(whatif.asked) == 2


def test_options_are_ranked_by_the_outcome_asked_for(whatif: Command) -> None:
    out = whatif("run", "toy.toml", "--outcome", "mass_casualty_attacks")[0]
    assert "Mass-casualty attacks against doing nothing, run by run" in " ".join(out.split())
    assert "Civilian deaths against" not in out
    side_by_side = whatif("compare", "toy.toml", "toy.toml", "--outcome", "mass_casualty_attacks", "--format", "json")
    assert json.loads(side_by_side[0])["outcome"] == "mass_casualty_attacks"


def test_what_cannot_be_set_side_by_side_is_refused_before_a_run(whatif: Command) -> None:
    whatif("run", "toy.toml", "--output", "saved.json")
    document = json.loads(Path("saved.json").read_text(encoding="utf-8"))
    document["outcomes"] = [row for row in document["outcomes"] if row["outcome"] != "civilian_deaths"]
    Path("less.json").write_text(json.dumps(document), encoding="utf-8")
    assert "no figures of civilian deaths" in whatif.refused("compare", "toy.toml", "less.json")
    write_scenario(replace(planted_scenario_of(), horizons=(3, 36)), Path("other.toml"))
    assert "in common they have: 36" in whatif.refused("compare", "toy.toml", "other.toml", "--horizon", "12")
    write_scenario(replace(planted_scenario_of(), horizons=(3, 4)), Path("short.toml"))
    assert "a common horizon; in common they have: none" in whatif.refused("compare", "saved.json", "short.toml")
    assert len(whatif.asked) == 1


def test_without_a_year_the_last_common_horizon_is_shown(whatif: Command) -> None:
    for name, horizons in (("a", [3, 6]), ("b", [3, 6, 36])):
        whatif("run", "toy.toml", "--output", f"{name}.json")
        document = json.loads(Path(f"{name}.json").read_text(encoding="utf-8"))
        document["scenario"]["horizons"] = horizons
        Path(f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    assert json.loads(whatif("compare", "a.json", "b.json", "--format", "json")[0])["horizon"] == 6


def test_one_scenario_with_and_without_a_mechanism_is_told_apart() -> None:
    plain: dict[str, Any] = {
        "name": "planted",
        "as_of": "2020-12-31",
        "vintage": "v",
        "switched_off": [],
        "variant": "fitted",
        "reference": "doing nothing",
        "seed": 1,
        "draws": 1000,
        "program": "tocsin 1",
    }
    other = {**plain, "name": "other"}
    assert names_apart([plain, {**plain, "switched_off": ["prestige", "timing"]}, other]) == [
        "planted",
        "planted, without prestige, timing",
        "other",
    ]
    assert names_apart([plain, {**plain, "seed": 2, "draws": 2000}]) == [
        "planted, seed 1, 1,000 runs",
        "planted, seed 2, 2,000 runs",
    ]
    assert names_apart([plain, plain, other]) == ["planted (1)", "planted (2)", "other"]


# --- scenarios -------------------------------------------------------------------------------------------------------


def test_packaged_scenarios_are_listed(real: Command) -> None:
    out, _ = real("list")
    assert set(packaged_scenarios()) <= set(out.split())
    listed = json.loads(real("list", "--format", "json")[0])["scenarios"]
    assert [scenario["name"] for scenario in listed] == list(packaged_scenarios())
    assert all(scenario["options"][0]["name"] == "do_nothing" for scenario in listed)


def test_a_check_tells_a_scenario_and_its_assumptions(whatif: Command) -> None:
    out, _ = whatif("check", "toy.toml")
    assert "Scenario, not a forecast" in out
    assert "Assumed, and drawn anew for each run" in out
    assert "North.members" in whatif("check", "toy.toml", "--all")[0]
    assert json.loads(whatif("check", "toy.toml", "--format", "json")[0]) == check(read_scenario("toy.toml")).to_dict()


def test_everything_wrong_with_a_file_is_said(whatif: Command) -> None:
    text = Path("toy.toml").read_text(encoding="utf-8").replace("seed = 7", "seed = -1\nsead = 7")
    Path("bad.toml").write_text(text, encoding="utf-8")
    _, err = whatif("check", "bad.toml", code=2)
    assert "seed" in err
    assert "sead" in err
    assert "Traceback" not in err


def test_from_figures_to_a_result(real: Command) -> None:
    out, _ = real("new", "--theatre", "Mali", "--as-of", "2012-12-31", "--months", "6")
    assert "Written to mali-2012-12.toml" in out
    scenario = read_scenario("mali-2012-12.toml")
    assert (scenario.as_of.isoformat(), scenario.months) == ("2012-12-31", 6)
    assert scenario.data_until is not None
    assert scenario.data_until.isoformat() == "2012-12-31"  # nothing later was used
    assert "is there already" in real.refused("new", "--theatre", "Mali", "--as-of", "2012-12-31")
    words = ("new", "--theatre", "Mali", "--as-of", "2012-12-31", "--force", "--format", "json")
    group = next(side.name for side in scenario.sides if side.kind == "group")
    answer = json.loads(real(*words, "--group", group, "--output", "one.toml")[0])
    assert answer["file"] == "one.toml"
    assert answer["scenario"]["sides"][0]["name"] == group
    run = ("run", "mali-2012-12.toml", "--draws", "20", "--no-sensitivity", "--variant", "fitted", "--format", "json")
    result = json.loads(real(*run)[0])
    assert (result["draws"], result["scenario"]["data_until"]) == (20, "2012-12-31")
    assert {row["horizon"] for row in result["differences"]} == {6}
    again = json.loads(real(*run, "--workers", "1")[0])
    assert again == result
    assert "Within 12 months" in real("run", "one.toml", "--draws", "20", "--no-sensitivity", "--variant", "none")[0]


def test_a_past_narrows_what_it_tells(real: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []

    def once(*given: Any, **options: Any) -> Any:
        # The first is real; the others print the same again.
        if not found:
            found.append(calibrate(*given, **options))
        return found[0]

    monkeypatch.setattr("tocsin.whatif.calibration.fit.calibrate", once)
    checked = functools.cache(functools.partial(predictive_check, replicates=1))
    monkeypatch.setattr("tocsin.whatif.calibration.predictive.predictive_check", lambda _: checked(found[0]))
    name = "afghanistan-2021-04"
    words = (
        "calibrate",
        name,
        "--output",
        "calibrated.toml",
        "--from",
        "2016-01",
        "--to",
        "2019-12",
        "--draws",
        "1000",
    )
    out, err = real(*words)
    assert err.splitlines()[-1] == "tocsin: 3000 of 3000 simulated pasts done"
    assert "Calibrated to Afghanistan, 2016-01 to 2019-12" in out
    assert "Scenario, not a forecast" in out
    assert "strike_response" in out.split("Not told, and left as they were")[1]
    before, after = read_scenario(name), read_scenario("calibrated.toml")
    assert after.quantities["strike_response"] == before.quantities["strike_response"]
    # All that was told is listed; what of it goes into the file says so, and only that is in the file.
    calibration = found[0]
    listed = dict(re.findall(r"^(\S+) +\|.*\| +(yes|no)$", out, re.M))
    assert set(listed) <= set(calibration.told)
    assert {name for name, written in listed.items() if written == "yes"} == set(calibration.carried) & set(listed)
    assert 0 < len(calibration.carried) < len(calibration.told)
    assert f"In the file: {len(calibration.carried)} of them" in out
    sources = {named.name: named.quantity.source for named in named_quantities(after)}
    fresh = {name for name, source in sources.items() if "calibrated to Afghanistan, 2016-01 to 2019-12" in source}
    assert fresh == set(calibration.carried)
    said = " ".join(out.split())
    assert f"Of {NEAREST_WORDS} / of all" in said
    assert "2,000 runs (2 rounds of 1,000)" in said
    assert "is there already" in real.refused(*words)
    answer = json.loads(real(*words, "--force", "--format", "json")[0])
    assert answer["calibration"]["told"]
    assert answer["calibration"]["carried"] == list(calibration.carried)
    assert {row["side"] for row in answer["predictive"]["inside"]} >= {"Taleban", "IS"}
    assert keys_of(answer) <= documented("calibrate") | documented("run")
    assert "summary statistics lie outside" in out
    assert "Taleban.attacks.level" in real(*words, "--force", "--all")[0]


def test_the_words_for_the_nearest_runs_are_those_of_the_number() -> None:
    assert "the fortieth of" in NEAREST_WORDS
    assert 1 / NEAREST == 40


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "afghanistan-2021-80"], "Did you mean afghanistan-2021-08"),
        (["run", "toy.toml", "--horizon", "24"], "--horizon is one of the scenario's, 6, 12, 36, got 24"),
        (["run", "toy.toml", "--off", "prestig"], "Did you mean prestige"),
        (["run", "toy.toml", "--off", "zzz"], "There are: recruitment, attrition"),
        (["run", "toy.toml", "--output", "nowhere/a.json"], "there is no folder nowhere"),
        (["run", "toy.toml", "--output", "."], "it is a folder"),
        (["run", "toy.toml", "--figures", "toy.toml"], "--figures is a folder"),
        (["run", "toy.toml", "--workers", "2", "--cluster", "tcp://127.0.0.1:1"], "give one of them"),
        (["run", "toy.toml", "--cluster", "foo"], "an address like tcp://127.0.0.1:8786, got 'foo'"),
        (["run", "toy.toml", "--output", "toy.toml"], "toy.toml is there already. Hint: --force"),
        (["run", "toy.toml", "--output", os.devnull, "--force"], "it is no regular file"),
        (["run", ""], "got an empty word"),
        (["check", ""], "got an empty word"),
        (["calibrate", " ", "--output", "a.toml"], "got an empty word"),
        (["compare", "", "--options", "a,b"], "got an empty word"),
        (["compare", *["toy.toml"] * 5], "2 to 4 results"),
        (["compare", "toy.toml"], "Hint: --options A,B"),
        (["compare", "toy.toml", "--options", "policing"], "Hint: --options A,B"),
        (["compare", "toy.toml", "--options", "policing,polcing"], "no option 'polcing'. Did you mean policing"),
        (["compare", "saved.json"], "does not hold its runs"),
        (["compare", "missing.json", "toy.toml"], "there is no file missing.json"),
        (["compare", "toy.toml", "toy.toml", "--all"], "--all is for options of one scenario"),
        (["compare", "toy.toml", "toy.toml", "--horizon", "7"], "not every result has a horizon of 7 months"),
        (["calibrate", "toy.toml", "--output", "toy.toml"], "Hint: --force"),
        (["compare", "toy.toml", "toy.toml", "--options", "polcing"], "Did you mean policing?"),
        (
            ["calibrate", "toy.toml", "--output", "a.toml", "--from", "2019-02", "--to", "2019-01"],
            "is after --to 2019-01",
        ),
        (["calibrate", "toy.toml", "--output", os.devnull, "--force"], "it is no regular file"),
        (["calibrate", "toy.toml", "--output", "nowhere/a.toml"], "there is no folder nowhere"),
        (["calibrate", "toy.toml", "--output", "a.toml", "--from", "2015"], "--from is a month like 2015-01"),
        (["calibrate", "afghanistan-2021-04", "--output", "a.toml", "--to", "2015-13"], "--to is a month"),
        (
            ["calibrate", "afghanistan-2021-04", "--output", "a.toml", "--to", "2015-12-31"],
            "--to is a month like 2015-01",
        ),
        (["calibrate", "afghanistan-2021-04", "--output", "a.toml", "--to", "2021-03"], "go from 1989-01 to 2020-12"),
        (["calibrate", "afghanistan-2021-04", "--output", "a.toml", "--from", "1988-12"], "go from 1989-01 to 2020-12"),
        (["new", "--theatre", "Mali", "--as-of", "2012"], "--as-of is a day like 2020-12-31"),
        (["new", "--theatre", "Mally", "--as-of", "2012-12-31"], "Mali"),
        (["new", "--theatre", "Mali", "--as-of", "2012-12-31", "--output", "toy.toml"], "Hint: --force"),
    ],
)
def test_mistakes_end_with_one_line(whatif: Command, words: list[str], said: str) -> None:
    assert said in whatif.refused(*words)  # one line, so that nothing was run before
    assert whatif.asked == []
    assert not Path("a.toml").exists()


def test_nothing_abroad_is_nothing_to_rank_by(whatif: Command) -> None:
    quiet = planted_scenario_of()
    write_scenario(replace(quiet, sides=tuple(replace(side, external=False) for side in quiet.sides)), Path("q.toml"))
    said = "no side of planted attacks abroad"
    assert said in whatif.refused("run", "q.toml", "--outcome", "external_attacks")
    # Of several, before the first of them is run.
    assert said in whatif.refused("compare", "toy.toml", "q.toml", "--outcome", "external_attacks")
    assert whatif.asked == []


def test_saved_results_are_not_run_with_other_options(whatif: Command) -> None:
    whatif("run", "toy.toml", "--output", "saved.json")
    assert "--draws is of a run" in whatif.refused("compare", "saved.json", "saved.json", "--draws", "10")
    assert "--seed is of a run" in whatif.refused("compare", "saved.json", "saved.json", "--seed", "0")
    whatif("compare", "saved.json", "toy.toml", "--seed", "0")
    assert whatif.asked[-1]["scenario"].seed == 0


@pytest.mark.parametrize("option", ["--draws", "--variant-draws"])
def test_a_run_has_a_most_of_runs(whatif: Command, option: str) -> None:
    whatif("run", "toy.toml", option, f"{MOST_DRAWS}")
    assert option in whatif("run", "toy.toml", option, f"{MOST_DRAWS + 1}", code=2)[1]
    assert "--draws" in whatif("calibrate", "toy.toml", "-o", "a.toml", "--draws", f"{MOST_DRAWS + 1}", code=2)[1]


def test_a_saved_result_is_replaced_and_nothing_else_is(whatif: Command) -> None:
    Path("note.json").write_text('{"what": "mine"}', encoding="utf-8")
    assert "is there already" in whatif.refused("run", "toy.toml", "--output", "note.json")
    assert Path("note.json").read_text(encoding="utf-8") == '{"what": "mine"}'
    whatif("run", "toy.toml", "--output", "note.json", "--force")
    first = Path("note.json").read_bytes()
    whatif("run", "toy.toml", "--output", "note.json", "--seed", "9")
    assert Path("note.json").read_bytes() != first
    # A link stays one, and what it leads to is asked about and written.
    Path("link.json").symlink_to("note.json")
    whatif("run", "toy.toml", "--output", "link.json")
    assert Path("link.json").is_symlink()
    assert Path("note.json").read_bytes() == first
    Path("to-toy.json").symlink_to("toy.toml")
    assert "toy.toml is there already" in whatif.refused("run", "toy.toml", "--output", "to-toy.json")
    Path("round.json").symlink_to("round.json")
    assert "its links lead nowhere" in whatif.refused("run", "toy.toml", "--output", "round.json", "--force")


@pytest.mark.parametrize("words", [["run", "toy.toml", "-o"], ["calibrate", "toy.toml", "--force", "-o"]])
def test_a_pipe_is_no_file_to_write(whatif: Command, words: list[str]) -> None:
    os.mkfifo("pipe")
    assert "it is no regular file" in whatif.refused(*words, "pipe")


def test_a_scenario_after_the_data_says_where_they_end(whatif: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.whatif.start.scenario.start_scenario", lambda *_, **__: planted_scenario_of())
    _, err = whatif("new", "--theatre", "Mali", "--as-of", "2021-06-30", "--output", "late.toml")
    assert err == ("tocsin: the figures end with 2020-12-31; nothing from then to 2021-06-30 goes into the scenario\n")
    assert whatif("new", "--theatre", "Mali", "--as-of", "2020-12-31", "--output", "now.toml")[1] == ""


# --- what is said of it ----------------------------------------------------------------------------------------------


def keys_of(answer: Any) -> set[str]:
    """Every key of a JSON document, but those that name levers, mechanisms and variants."""
    if isinstance(answer, list):
        return set().union(*map(keys_of, answer))
    if not isinstance(answer, dict):
        return set()
    below = {name: value for name, value in answer.items() if name not in ("levers", "off", "evidence", "ranges")}
    return set(answer).union(*map(keys_of, below.values()))


def documented(command: str) -> set[str]:
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "commands-whatif.md").read_text(encoding="utf-8")
    section = re.split(rf"\n## tocsin whatif {command}\b.*\n", page)[1].split("\n## ")[0]
    if command == "run":  # its keys have a page of their own
        section += (docs / "json.md").read_text(encoding="utf-8").split("\n## A what-if run\n")[1].split("\n## ")[0]
    return set(re.findall(r"`(\w+)`", section))


def test_every_key_is_documented(whatif: Command) -> None:
    assert keys_of(comparison_document(RESULT)) <= documented("run")
    variants = set(json.loads(whatif("check", "toy.toml", "--format", "json")[0])["variants"])
    assert keys_of(json.loads(whatif("check", "toy.toml", "--format", "json")[0])) <= documented("check") | variants
    whatif("run", "toy.toml", "--output", "saved.json")
    beside = json.loads(whatif("compare", "saved.json", "saved.json", "--format", "json")[0])
    assert keys_of(beside) <= documented("compare") | documented("run")


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["compare", "--help"], ["new", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['tocsin', 'whatif', *{words!r}]\n"
        "from tocsin.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'polars', 'numba', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"
