"""Scenario files: what is written reads back as it was, and everything wrong with a file is told at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted_scenario import option, scenario, side, toy

from tocsin.errors import DataError, InputError, MissingFileError
from tocsin.months import month_id
from tocsin.whatif.catalogue import LEVER_DEFAULTS, VARIANT_NAMES
from tocsin.whatif.files.problems import line_numbers, spelled
from tocsin.whatif.files.reading import packaged_scenarios, parse_scenario, read_scenario, write_scenario
from tocsin.whatif.files.text import scenario_text
from tocsin.whatif.parameters import GROUP, THEATRE, Parameter, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Link, Option, Relation, Scenario, Side

SHORT = """
name = "short"
title = "As short as can be"
theatre = "Nowhere"
as_of = 2020-12-31
first_month = "2021-01"
months = 12

[[sides]]
name = "A"
ideology = [0.2, 0.9]
members = {low = 1500, high = 2200, scale = "log", evidence = "literature", source = "a report"}
attack_rate = 3.5
mass_casualty_share = {value = 0.05, evidence = "estimated", source = "a fit"}
"""
SECOND = """
[[sides]]
name = "B"
ideology = [1, 0]
members = 900
attack_rate = 1
mass_casualty_share = 0
"""


def within_horizon(base: Scenario) -> Scenario:
    last = base.first + base.months - 1
    return replace(base, options=tuple(replace(o, last=min(o.last, last)) for o in base.options))


def complaints(text: str) -> list[str]:
    """What is said to be wrong, one line each, without the file's name and the hint."""
    with pytest.raises(DataError) as caught:
        parse_scenario(text, name="x.toml")
    message = str(caught.value)
    assert message.startswith("x.toml: ")
    assert "docs/scenario-files.md" in message
    lines = [line.strip() for line in message.split("\n")]
    if len(lines) > 1:
        assert lines[0].startswith(f"x.toml: {len(lines) - 1} things are wrong")
        return lines[1:]
    return [message.removeprefix("x.toml: ")]


def test_a_short_file_gets_defaults_for_what_it_leaves_out() -> None:
    read = parse_scenario(SHORT)
    assert read.first == month_id(date(2021, 1, 1))
    assert (read.months, read.horizons, read.draws, read.seed) == (12, (6, 12), 10_000, 1)
    assert (read.ruler, read.foreign_presence, read.off, read.data_until) == (None, False, (), None)
    assert read.variants == VARIANT_NAMES
    assert read.levers == LEVER_DEFAULTS
    assert read.options == (Option(DO_NOTHING, "Do nothing", {}, read.first, read.first + 11),)
    assert read.quantities == {p.name: p.default for p in THEATRE}
    (one,) = read.sides
    assert one.ideology == (0.2, 0.9)
    assert one.numbers["members"] == Quantity(1500.0, 2200.0, "literature", "a report", "log")
    assert one.numbers["attack_rate"] == Quantity(3.5, 3.5)
    assert one.numbers["mass_casualty_share"] == Quantity(0.05, 0.05, "estimated", "a fit")
    assert one.numbers["cohesion"] == next(p.default for p in GROUP if p.name == "cohesion")


def test_a_range_has_the_scale_of_its_default_unless_it_cannot() -> None:
    def attrition(low: float) -> Quantity:
        given = f'attrition = {{low = {low}, high = 0.1, evidence = "assumed"}}'
        return parse_scenario(f"{SHORT}\n[parameters]\n{given}").quantities["attrition"]

    assert attrition(0.01).scale == "log"
    assert attrition(0).scale == "linear"


def test_a_state_is_silent_unless_the_file_says_else() -> None:
    state = '[[sides]]\nname = "State"\nkind = "state"\nmembers = 1000\n'
    read = parse_scenario('ruler = "State"\n' + SHORT + state)
    assert read.sides[1].numbers["attack_rate"].high == 0
    assert read.sides[1].numbers["mass_casualty_share"].high == 0


def test_all_parts_are_read() -> None:
    read = parse_scenario(
        'ruler = "A"\nforeign_presence = true\noff = ["hedging"]\nvariants = ["none", "match"]\n'
        'data_until = "2020-11-30"\nnotes = ["one", "two"]\nhorizons = [3]\ndraws = 7\nseed = 0\n' + SHORT + SECOND
        + """
[[relations]]
pair = ["B", "A"]
kind = "enemies"
source = "known"
[[links]]
source = "A"
target = "B"
low = -0.1
high = 0.3
evidence = "estimated"
from = "rivalry fit"
[parameters]
attrition = 0.01
[levers]
strikes = 0.5
[[shocks]]
kind = "withdrawal"
month = "2021-03"
[[shocks]]
kind = "jail_break"
group = "B"
first = "2021-02"
last = "2021-04"
probability = {low = 0.1, high = 0.9, evidence = "assumed"}
size = 0.5
source = "a fear"
[[options]]
name = "strike"
title = "Strike"
about = "for a while"
levers = {strikes = 1, mediation = 0.5}
first = "2021-05"
[[options]]
name = "do_nothing"
title = "Wait"
"""
    )  # fmt: skip
    assert read.ruler == "A"
    assert read.foreign_presence
    assert read.off == ("hedging",)
    assert read.variants == ("none", "match")
    assert read.data_until == date(2020, 11, 30)
    assert read.notes == ("one", "two")
    assert (read.horizons, read.draws, read.seed) == ((3,), 7, 0)
    assert read.relations == (Relation(("B", "A"), "enemies", "known"),)
    assert read.links == (Link("A", "B", Quantity(-0.1, 0.3, "estimated", "rivalry fit")),)
    assert read.quantities["attrition"].low == read.quantities["attrition"].high == 0.01
    assert read.levers["strikes"] == 0.5
    assert read.levers["operations"] == 1.0
    withdrawal, jail_break = read.shocks
    assert (withdrawal.first, withdrawal.last, withdrawal.group) == (read.first + 2, read.first + 2, None)
    assert withdrawal.probability == Quantity(1.0, 1.0)
    assert (jail_break.first, jail_break.last, jail_break.source) == (read.first + 1, read.first + 3, "a fear")
    assert jail_break.probability == Quantity(0.1, 0.9)
    assert jail_break.size == Quantity(0.5, 0.5)
    # Doing nothing comes first, wherever it stands in the file.
    nothing, strike = read.options
    assert (nothing.name, nothing.title) == (DO_NOTHING, "Wait")
    assert strike == Option(
        "strike", "Strike", {"strikes": 1.0, "mediation": 0.5}, read.first + 4, read.first + 11, "for a while"
    )


TOP, IN_SIDE, AFTER = "top", "in the side", "after"
WRONG = [
    (TOP, "titel = 1", r"titel: there is no key 'titel' here\. Did you mean title"),
    (TOP, "about = 3", "about: 3 is not a text"),
    (TOP, 'about = "a\\u0007"', "cannot be printed"),
    (TOP, f'vintage = "{"x" * 20_001}"', "20,001 characters"),
    (TOP, "horizons = [6, 13]", "horizons: 13 is not from 1 to 12"),
    (TOP, "horizons = [12, 6]", "not in rising order"),
    (TOP, "horizons = [6, 6]", "more than once"),
    (TOP, "horizons = [1.5]", "not a list of months"),
    (TOP, "draws = 1000001", "1,000,001 is out of what is allowed, 1 to 1,000,000"),
    (TOP, "draws = true", "True is not a whole number"),
    (TOP, "seed = -1", "out of what is allowed"),
    (TOP, 'foreign_presence = "yes"', "'yes' is not true or false"),
    (TOP, 'ruler = "AA"', "there is no side 'AA'. Did you mean A"),
    (TOP, 'variants = ["fited"]', "'fited' is not known; .*Did you mean fitted"),
    (TOP, "variants = []", "at least one is needed"),
    (TOP, 'off = ["hedgin"]', "Did you mean hedging"),
    (TOP, 'off = ["hedging", "hedging"]', "hedging stands there more than once"),
    (TOP, "data_until = 2021-01-31", "figures until 2021-01-31 are after the as-of day"),
    (TOP, 'data_until = "soon"', "'soon' is not a day"),
    (TOP, "notes = 3", "3 is not a list of texts"),
    (TOP, "links = 3", "is not tables, each headed"),
    (IN_SIDE, "memers = 3", "Did you mean members"),
    (IN_SIDE, 'kind = "army"', "'army' is not known; expected group, state"),
    (IN_SIDE, "talks = 1", "1 is not true or false"),
    (IN_SIDE, "prisoners = -1", r"sides\[1\]\.prisoners: -1 is out of what is allowed, 0 to 5e\+06"),
    (IN_SIDE, "prisoners = nan", "not a number"),
    (IN_SIDE, 'prisoners = "many"', "'many' is not a number"),
    (IN_SIDE, "prisoners = {low = 3, high = 4}", "evidence is missing"),
    (IN_SIDE, 'prisoners = {low = 5, high = 4, evidence = "assumed"}', "low 5 is above high 4"),
    (IN_SIDE, 'prisoners = {low = 5, evidence = "assumed"}', "either low and high, or value; got low"),
    (IN_SIDE, 'prisoners = {value = 5, high = 6, evidence = "assumed"}', "got high and value"),
    (IN_SIDE, 'prisoners = {evidence = "assumed"}', "got none"),
    (IN_SIDE, 'prisoners = {low = "a", high = 4, evidence = "assumed"}', "low: 'a' is not a finite number"),
    (IN_SIDE, 'prisoners = {low = 0, high = 4, scale = "log", evidence = "assumed"}', "no logarithm"),
    (IN_SIDE, 'prisoners = {value = 4, evidence = "literature"}', "evidence is literature, so source has to say"),
    (IN_SIDE, 'prisoners = {value = 4, evidence = "estimated", source = " "}', "so source has to say"),
    (IN_SIDE, 'prisoners = {value = 4, evidence = "gess", source = "x"}', "'gess' is not known"),
    (IN_SIDE, 'prisoners = {value = 4, evidence = "assumed", sorce = "x"}', "Did you mean source"),
    (AFTER, SECOND.replace('"B"', '"A"'), "two sides called 'A'"),
    (AFTER, SECOND.replace('"B"', '"A>B"'), "holds '>'"),
    (AFTER, SECOND.replace('"B"', '" B"'), "begins or ends with a space"),
    (AFTER, SECOND.replace("[1, 0]", "[1, 2]"), "not .how global, how exclusive"),
    (AFTER, SECOND.replace("ideology = [1, 0]\n", ""), "ideology is missing"),
    (AFTER, SECOND.replace("members = 900\n", ""), "members is missing: people, under arms"),
    (AFTER, '[[sides]]\nname = "S"\nkind = "state"\nmembers = 1', "S is a state, so it rules .* here nobody does"),
    (AFTER, '[[relations]]\npair = ["A", "C"]\nkind = "allies"', r"relations\[1\]\.pair: there is no side 'C'"),
    (AFTER, '[[relations]]\npair = ["A", "A"]\nkind = "allies"', "not two sides that differ"),
    (AFTER, '[[relations]]\npair = ["A"]\nkind = "allies"', "not two sides that differ"),
    (AFTER, '[[relations]]\nkind = "allies"', "pair is missing"),
    (AFTER, SECOND + '[[relations]]\npair = ["A", "B"]\nkind = "friends"', "'friends' is not known"),
    (
        AFTER,
        SECOND + '[[relations]]\npair = ["A", "B"]\nkind = "allies"\n[[relations]]\npair = ["B", "A"]\nkind = "rivals"',
        "B and A have a relation already",
    ),
    (AFTER, '[[links]]\nsource = "A"\ntarget = "Z"\nvalue = 0\nevidence = "assumed"', "there is no side 'Z'"),
    (AFTER, '[[links]]\nsource = "A"\ntarget = "A"\nvalue = 0\nevidence = "assumed"', "own_response"),
    (AFTER, SECOND + '[[links]]\nsource = "A"\ntarget = "B"\nlow = 0\nhigh = 1', "evidence is missing"),
    (
        AFTER,
        SECOND + '[[links]]\nsource = "A"\ntarget = "B"\nvalue = 1\nevidence = "estimated"',
        "so from has to say where",
    ),
    (AFTER, SECOND + '[[links]]\nsource = "A"\ntarget = "B"\nvalue = 9\nevidence = "assumed"', "allowed, -5 to 5"),
    (AFTER, "[parameters]\nattrtion = 1", "Did you mean attrition"),
    (AFTER, "[parameters]\nurban_cover = 1.5", r"parameters\.urban_cover: 1.5 is out of what is allowed, 0 to 1"),
    (AFTER, "[levers]\nstrike = 1", "Did you mean strikes"),
    (AFTER, "[levers]\nprisons = 1.5", "1.5 is out of what is allowed, 0 to 1"),
    (AFTER, "[levers]\nprisons = 'x'", "'x' is not a number"),
    (AFTER, "levers = 3", "there is no key 'levers' here"),
    (AFTER, '[[shocks]]\nkind = "coup"\nmonth = "2021-02"', "'coup' is not known"),
    (AFTER, '[[shocks]]\nkind = "withdrawal"\nmonth = "2022-01"', "2022-01 is outside .*2021-01 to 2021-12"),
    (AFTER, '[[shocks]]\nkind = "withdrawal"\nmonth = "2021-13"', "'2021-13' is not a month"),
    (AFTER, '[[shocks]]\nkind = "withdrawal"', "either month, or first and last; got none"),
    (AFTER, '[[shocks]]\nkind = "withdrawal"\nfirst = "2021-03"\nlast = "2021-02"', "first 2021-03 is after last"),
    (AFTER, '[[shocks]]\nkind = "withdrawal"\nmonth = "2021-03"\ngroup = "A"', "a withdrawal is of no group"),
    (AFTER, '[[shocks]]\nkind = "withdrawal"\nmonth = "2021-03"\nsize = 0.5', "a withdrawal has no size"),
    (AFTER, '[[shocks]]\nkind = "amnesty"\nmonth = "2021-03"\ngroup = "A"', "size is missing"),
    (AFTER, '[[shocks]]\nkind = "amnesty"\nmonth = "2021-03"\nsize = 0.1', "group is missing"),
    (AFTER, '[[shocks]]\nkind = "amnesty"\nmonth = "2021-03"\ngroup = "A"\nsize = 1.1', "allowed, 0 to 1"),
    (AFTER, '[[shocks]]\nkind = "take_over"\nmonth = "2021-03"\ngroup = "A"\nprobability = 2', "allowed, 0 to 1"),
    (AFTER, '[[options]]\nname = "x"\ntitle = "X"', "levers is missing: an option moves at least one"),
    (AFTER, '[[options]]\nname = "x"\nlevers = {strikes = 1}', "title is missing"),
    (AFTER, '[[options]]\nname = "x y"\ntitle = "X"\nlevers = {strikes = 1}', "no name for commands"),
    (AFTER, '[[options]]\nname = "do_nothing"\nlevers = {strikes = 1}', "is doing nothing, but it moves strikes"),
    (AFTER, '[[options]]\nname = "x"\ntitle = "X"\nlevers = {strikes = 1}\nlast = "2020-12"', "outside the months"),
    (AFTER, '[[options]]\nname = "x"\ntitle = "X"\nlevers = {strikes = 1}\n' * 2, "two options called 'x'"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "wrong", "expected"), WRONG, ids=[f"{w[1][:40]}-{n}" for n, w in enumerate(WRONG)])
def test_each_fault_is_told_once_and_alone(where: str, wrong: str, expected: str) -> None:
    text = {TOP: wrong + "\n" + SHORT, IN_SIDE: SHORT + wrong, AFTER: SHORT + wrong}[where]
    (said,) = complaints(text)
    assert re.search(expected, said), said


@pytest.mark.parametrize("key", ["name", "title", "theatre", "as_of", "first_month", "months"])
def test_what_a_file_must_say(key: str) -> None:
    (said,) = complaints(re.sub(rf"\n{key} = .*", "", SHORT, count=1))
    assert said.startswith(f"{key} is missing")


def test_a_month_that_is_over_on_the_as_of_day_is_not_simulated() -> None:
    (said,) = complaints(SHORT.replace('"2021-01"', '"2020-12"'))
    assert "2020-12 is over on the as-of day" in said
    assert parse_scenario(SHORT.replace("2020-12-31", "2021-01-30")).first == month_id(date(2021, 1, 1))


def test_everything_wrong_is_told_at_once_with_its_line() -> None:
    text = SHORT.replace("months = 12", "months = 0") + "small_deaths = 99\n" + "[levers]\nprison = 1\n\n[[options]]\n"
    said = complaints(text)
    lines = text.split("\n")
    places = [
        ("months = 0", "months: 0 is out"),
        ("small_deaths", "sides[1].small_deaths: 99 is out"),
        ("prison", "levers.prison: there is no key"),
        ("[[options]]", "options[1]: name is missing"),
        ("[[options]]", "options[1]: title is missing"),
    ]
    for found, (line, words) in zip(said[:5], places, strict=True):
        number = next(n for n, one in enumerate(lines, 1) if one.startswith(line))
        assert found.startswith(f"line {number}, {words}"), found
    assert len(said) == 6  # and that the option moves nothing


def test_too_many_of_something_are_refused() -> None:
    sides = "".join(SECOND.replace('"B"', f'"B{n}"') for n in range(40))
    assert complaints(SHORT + sides)[0].startswith("line 9, sides: 41 sides; at most 40 are allowed")
    options = "".join(f'[[options]]\nname = "o{n}"\ntitle = "x"\nlevers = {{strikes = 1}}\n' for n in range(51))
    assert "51 options; at most 50" in complaints(SHORT + options)[0]
    (said,) = complaints(SHORT.replace("months = 12", "months = 601"))
    assert "601 is out of what is allowed" in said


def test_lines_are_found_in_spite_of_texts_that_look_like_keys() -> None:
    text = 'a = """\nb = 1\n[[c]]\n"""\n# d = 2\n[e] # x\nf.g = 1\n"h i" = 2\n[[j]]\nk = 1\n[[j]]\nk = [\n"l = 1",\n]\n'
    found = {spelled(place): line for place, line in line_numbers(text).items()}
    assert found == {
        "a": 1, "e": 6, "e.f": 7, "e.f.g": 7, "e.h i": 8, "j": 9, "j[1]": 9, "j[1].k": 10, "j[2]": 11, "j[2].k": 12,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a = ", "a = 1\na = 2", "\x00", "[[sides]]\n[sides]"])
def test_what_is_no_toml_is_said_to_be_none(text: str) -> None:
    with pytest.raises(DataError, match=r"^x\.toml: not TOML"):
        parse_scenario(text, name="x.toml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"a = '\xff'", "line 1: not UTF-8"), (b"#" * 4_000_001, "larger than"), (b"", "things are wrong")],
)
def test_files_that_are_none_are_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(DataError, match=expected):
        read_scenario(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no scenario file nowhere"):
        read_scenario("nowhere")
    with pytest.raises(InputError, match="cannot be read"):
        read_scenario(tmp_path)


@pytest.mark.parametrize("name", packaged_scenarios())
def test_packaged_scenarios_are_read_by_name_and_written_back(name: str) -> None:
    read = read_scenario(name)
    assert read.name == name
    assert parse_scenario(scenario_text(read)) == read


def test_a_file_written_reads_back_as_it_was(tmp_path: Path) -> None:
    written = within_horizon(toy(ruler="State"))
    write_scenario(written, tmp_path / "toy.toml")
    assert read_scenario(tmp_path / "toy.toml") == written
    assert read_scenario(str(tmp_path / "toy.toml")) == written
    assert [file.name for file in tmp_path.iterdir()] == ["toy.toml"]


def test_every_number_of_a_written_file_is_explained() -> None:
    text = scenario_text(within_horizon(toy(ruler="State")))
    for parameter in (*THEATRE, *GROUP):
        assert re.search(rf"\n# {re.escape(parameter.unit)}, [^=]*\n{parameter.name} = ", text), parameter.name
    assert max(len(line) for line in text.split("\n") if line.startswith("#")) <= 120
    assert "scenario, not a forecast" in text.split("\n")[0]


def test_what_no_file_may_hold_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("as it was")
    with pytest.raises(InputError, match="outside the months that are simulated"):
        write_scenario(scenario([side("A")], options=[option("late", (0, 90), strikes=1.0)]), file)
    assert file.read_text() == "as it was"
    with pytest.raises(InputError, match="cannot be written"):
        write_scenario(scenario([side("A")]), tmp_path / "nowhere" / "x.toml")


LETTERS = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"])
NAMES = st.text(LETTERS, min_size=1, max_size=12).filter(lambda name: ">" not in name)
WORDS = st.text(LETTERS | st.sampled_from(" \"'\\#[]="), max_size=30).filter(lambda text: text == "" or text.strip())
LONG = st.lists(WORDS, max_size=4).map("\n".join).filter(lambda text: text == "" or text.strip())


def quantities(parameter: Parameter) -> st.SearchStrategy[Quantity]:
    inside = st.floats(parameter.least, parameter.most, allow_subnormal=False)

    def one(ends: list[float], evidence: str, source: str, scale: str) -> Quantity:
        low, high = ends
        log = scale == "log" and (low > 0 or low == high)
        return Quantity(low, high, evidence, source or "x", "log" if log else "linear")  # type: ignore[arg-type]

    evidence, scale = st.sampled_from(["estimated", "literature", "assumed"]), st.sampled_from(["linear", "log"])
    made = st.builds(one, st.tuples(inside, inside).map(sorted), evidence, WORDS, scale)
    return made | inside.map(lambda value: Quantity(value, value)) | st.just(parameter.default or Quantity(0.0, 0.0))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    some = draw(st.sampled_from(GROUP)), draw(st.sampled_from(THEATRE))
    base = scenario([side(name, ranges=True) for name in names], ranges=True)
    unit = st.floats(0, 1)
    sides = tuple(
        Side(
            one.name,
            "group",
            (draw(unit), draw(unit)),
            draw(st.booleans()),
            draw(st.booleans()),
            {**one.numbers, some[0].name: draw(quantities(some[0]))},
        )
        for one in base.sides
    )
    link = Parameter("", "", "", "", None, -5.0, 5.0)
    ordered = [(a, b) for a in names for b in names if a != b]
    return replace(
        base,
        title=draw(WORDS) or "t",
        about=draw(LONG),
        vintage=draw(LONG),
        notes=tuple(note for note in draw(st.lists(LONG, max_size=2)) if note),
        sides=sides,
        ruler=draw(st.sampled_from([None, *names])),
        quantities={**base.quantities, some[1].name: draw(quantities(some[1]))},
        relations=tuple(Relation(pair, "allies", draw(WORDS)) for pair in ordered if pair[0] < pair[1]),
        links=tuple(Link(*pair, draw(quantities(link))) for pair in ordered),
        data_until=draw(st.none() | st.dates(date(2000, 1, 1), base.as_of)),
        off=tuple(draw(st.sets(st.sampled_from(["hedging", "shocks", "timing"])))),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios())
def test_any_scenario_that_may_be_reads_back_as_it_was(written: Scenario) -> None:
    assert parse_scenario(scenario_text(written)) == written


KEYS = [
    "name",
    "as_of",
    "months",
    "sides",
    "links",
    "options",
    "levers",
    "parameters",
    "members",
    "kind",
    "pair",
    "low",
]
VALUES = ["1", "-1.5", '"x"', "true", "[]", "[[]]", "{}", "[{}]", "{a = 1}", "2020-01-01", "inf"]
LINES = st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map(" = ".join) | st.sampled_from(
    ["[[sides]]", "[[links]]", "[[shocks]]", "[[options]]", "[levers]", "[[relations]]", "[x]"]
)


@given(st.lists(LINES, max_size=12).map("\n".join), st.sampled_from(["", SHORT]))
def test_whatever_is_in_a_file_it_is_a_scenario_or_one_clear_error(text: str, before: str) -> None:
    try:
        read = parse_scenario(before + text)
    except DataError:
        return
    assert read.sides
