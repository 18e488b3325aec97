"""Every number a scenario rests on: its name, what it means, its unit, the mechanism that uses it, and its default.

`THEATRE` are the numbers of a theatre, `GROUP` those of a group in it; their order is that of the columns of the arrays
that the kernel reads. A default is a range wide enough to hold what the literature disagrees about; where nothing is
known it says so (`assumed`). `None` stands where only data can tell: a scenario file has to give the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Evidence = Literal["estimated", "literature", "assumed"]
Scale = Literal["linear", "log"]
EVIDENCE: Final[tuple[Evidence, ...]] = get_args(Evidence)


@dataclass(frozen=True)
class Quantity:
    """A number, or what is known of one.

    With `low` and `high` a draw is made anew for each simulated run: `estimated` ones from a normal distribution (of
    the logarithm where `scale` is log) of which they are the 90% interval, all others evenly between them. `source`
    says where it is from.
    """

    low: float
    high: float
    evidence: Evidence = "assumed"
    source: str = ""
    scale: Scale = "linear"

    @property
    def is_range(self) -> bool:
        """Whether it varies between runs."""
        return self.low != self.high


@dataclass(frozen=True)
class Parameter:
    """What one number means, where it is allowed to lie (`least` to `most`), and what it is unless a file says else."""

    name: str
    mechanism: str
    words: str
    unit: str
    default: Quantity | None
    least: float
    most: float


_MIR_MOORE = "Mir & Moore 2019, doi:10.1093/isq/sqz040 (9-13 attacks a month fewer of about 21)"
_RIGTERINK = "Rigterink 2021, doi:10.1017/S0003055420000908 (48-70% more after a leader was hit rather than missed)"
_JADOON_MINES = (
    "Jadoon & Mines 2020, Broken, but Not Defeated, Combating Terrorism Center (reported by officials for the Islamic "
    "State in Afghanistan, 2015-2018: 11,668 killed, 696 captured)"
)
_SIDES = (
    "Oppenheim, Steele, Vargas & Weintraub 2015, doi:10.1177/0022002715576750, find that ideology holds fighters back; "
    "Seymour 2014, doi:10.1162/ISEC_a_00179, that it hardly does"
)
_REINTEGRATED = (
    "10,404 men in the Afghan programme of 2010-2016 (Action on Armed Violence 2016), of 20,000 to 60,000 fighters, "
    "are 0.002 to 0.007; SIGAR 2019, Reintegration of Ex-Combatants, doubts that many of them had fought"
)
_STRUCK_CIVILIANS = (
    "385-775 civilians in seven years of strikes in Pakistan (Bureau of Investigative Journalism 2011), which is 4 to "
    "9 a month; wider, since campaigns differ"
)

# Why an assumed range is where it is: what it would mean, where nothing measures it.
_WHY: dict[str, str] = {
    "strike_attrition": "from far fewer than in all other fighting to as many",
    "urban_cover": "members in cities are harder to find: a twentieth to half of the hazard",
    "leaving": "6 to 30% of members a year",
    "replacement": "while nothing changes a group is taken to hold its size, give or take",
    "visibility": "from no effect of a name to one in proportion",
    "standing_half_life": "a season to a year",
    "shock_weight": "what is remembered are the great attacks; nothing measures by how much",
    "pool": "half to three times as many as are under arms; nobody has counted them",
    "defection": "0.4 to 6% a year: rarer than leaving altogether",
    "cohesion_effect": "1.6 to 20 times as many as cohesion goes from its usual level to none",
    "cohesion_repair": "half of what was lost is back in two months to a year",
    "divisions": "a tenth of full cohesion a year, to all of it; part of that heals meanwhile",
    "bandwagon": "none, to 11% a year once only one side is left",
    "alliance": "none, to a third of what an ally has",
    "displacement": "one to ten leave a place for each that more are killed there",
    "urban_severity": "no effect, to 4.5 times the odds: crowds are in cities",
    "intelligence_gain": "a tenth more, to two and a half times as many",
    "strike_precision": "60% fewer, since strikes know more, to 30% more, since partners have scores to settle",
    "grievance": "none, to 6% a year of a side of the same ideology",
    "hedging": "none, to 21% of allies a year",
    "policing_start": "insurgents know how to rule villages; how far that goes in cities is not known",
    "policing_growth": "half of what is missing is learned in 8 months to 6 years",
    "policing_gain": "a third slower, where it goes to other ends, to three times as fast",
    "policing_foils": "a tenth to six tenths; foiled attacks are seldom published",
    "prison_leak": "6 to 46% a year, by release, flight or bribe",
    "prison_gain": "a fifth to four fifths fewer",
    "mediation_effect": "a fifth more, to half as many",
    "mediation_splits": "none, to three times as many: talks split those who talk from those who would not",
    "matching": "none, to a third more attacks of a group whose rival has twice its name",
    "deterrence": "none, to seven times fewer",
    "size_elasticity": "half the members make half as many attacks, or 0.7 times as many",
    "embolden": "none, to twice as many",
    "outdo": "none, to twice as many",
    "demonstration_half_life": "a season to a year and a half",
    "prestige": "none, to twice the odds",
    "timing": "none, to 2.7 times as many",
    "chaos_half_life": "two weeks to two months",
    "external_pressure": "from hardly, to more than in proportion",
    "attack_size": "nearly Poisson: what moves rates has numbers of its own",
    "clash_size": "nearly Poisson: what moves rates has numbers of its own",
    "clash_deaths_size": "most clashes kill few, some many",
    "driver_sd": "10 to 50% up or down",
    "swing_sd": "20 to 100% up or down",
    "swing_half_life": "a season to a year",
    "most_deaths": "four attacks on civilians by groups since 1989 were deadlier, of some 17,000 (UCDP GED 21.1)",
    "urban_share": "most fighters of most insurgencies are in the country",
    "cohesion": "most groups hold together; none does wholly",
}


def _p(
    name: str,
    mechanism: str,
    low: float | None,
    high: float | None,
    allowed: tuple[float, float],
    unit: str,
    words: str,
    *,
    evidence: Evidence = "assumed",
    source: str = "",
    scale: Scale = "linear",
) -> Parameter:
    default = (
        None if low is None or high is None else Quantity(low, high, evidence, source or _WHY.get(name, ""), scale)
    )
    return Parameter(name, mechanism, words, unit, default, *allowed)


_SHARE = (0.0, 1.0)
_RATE = (0.0, 10.0)
_ANY = (-10.0, 10.0)
_MONTHS = (0.05, 600.0)

# One number a paragraph: as a table they can be read side by side.
# fmt: off
THEATRE: tuple[Parameter, ...] = (
    # Members: losses, leaving, coming.
    _p("attrition", "attrition", 0.005, 0.03, _RATE, "share of rural members a month",
       "killed where all armed people are enemies and operate as before", scale="log",
       source=f"{_JADOON_MINES}: of a few thousand members 0.05 or more a month. Claims run high, and strikes "
       "have a number of their own, so less is taken as the most"),
    _p("strike_attrition", "attrition", 0.002, 0.03, _RATE, "share of rural members a month",
       "killed by strikes at full strength, without shared intelligence", scale="log"),
    _p("urban_cover", "attrition", 0.05, 0.5, _SHARE, "ratio",
       "how much of these hazards reaches members in cities"),
    _p("leaving", "recruitment", 0.005, 0.03, _RATE, "share of members a month",
       "leave for the pool of those who may join again", scale="log"),
    _p("replacement", "recruitment", 0.7, 1.3, (0.0, 5.0), "ratio",
       "of its losses each group makes up for by recruits while nothing changes"),
    _p("visibility", "recruitment", 0.0, 1.0, (0.0, 3.0), "elasticity",
       "of joining (and, inversely, of leaving) to a group's share of all names against that at the start"),
    _p("standing_half_life", "recruitment", 2.0, 12.0, _MONTHS, "months", "after which half of a name has faded",
       scale="log"),
    _p("shock_weight", "recruitment", 3.0, 20.0, (0.0, 1000.0), "attacks",
       "that a mass-casualty attack adds to a name on top of itself", scale="log"),
    _p("pool", "recruitment", 0.5, 3.0, (0.0, 100.0), "ratio to all members at the start",
       "people who may join a group", scale="log"),
    _p("defection", "defection", 0.0003, 0.005, _RATE, "share of members a month",
       "go over to a rival of the same ideology, standing and size", scale="log"),
    _p("defection_distance", "defection", 0.15, 0.8, (0.01, 10.0), "ideology",
       "distance over which going over becomes 2.7 times rarer", source=f"{_SIDES}: both stay in the range"),
    _p("cohesion_effect", "cohesion", 0.5, 3.0, (0.0, 20.0), "log factor",
       "more leaving and going over when cohesion falls from its usual level to none"),
    _p("cohesion_repair", "cohesion", 0.05, 0.3, _SHARE, "share a month", "of lost cohesion that comes back"),
    _p("divisions", "cohesion", 0.01, 0.1, _SHARE, "cohesion a month",
       "that the ruling side loses while it is seen to work with a foreign power", scale="log"),
    _p("bandwagon", "bandwagon", 0.0, 0.01, _RATE, "share of members a month",
       "change to the strongest side of the same ideology when it is all there is"),
    _p("alliance", "alliance", 0.0, 0.3, _SHARE, "ratio", "of its allies' members that count as a group's own"),
    _p("displacement", "displacement", 1.0, 10.0, (0.0, 100.0), "ratio",
       "members who move between country and city per member at greater risk of death where they are", scale="log"),
    _p("urban_severity", "displacement", 0.0, 1.5, _ANY, "log odds",
       "that an attack is mass-casualty, of a group wholly in cities against one wholly outside"),
    # Pressure and what answers it.
    _p("intelligence_gain", "intelligence", 0.1, 1.5, (0.0, 10.0), "ratio",
       "by which strikes and the ruling side's operations kill more when intelligence is shared"),
    _p("strike_response", "strike_response", -0.97, 0.53, _ANY, "log factor",
       "of a group's attacks while it is struck; below 0 where strikes suppress", evidence="literature",
       source=f"{_MIR_MOORE}; {_RIGTERINK}"),
    _p("strike_civilians", "strike_harm", 1.0, 15.0, (0.0, 10000.0), "deaths a month",
       "of civilians by strikes at full strength", evidence="literature", source=_STRUCK_CIVILIANS, scale="log"),
    _p("strike_precision", "intelligence", -0.6, 0.3, (-1.0, 5.0), "ratio",
       "change of the civilians killed by strikes when intelligence is shared"),
    _p("grievance", "grievance", 0.0, 0.005, _RATE, "share of members a month",
       "leave a ruling side framed as a traitor for a rival of the same ideology, while it works with a foreign power"),
    _p("hedging", "hedging", 0.0, 0.02, _RATE, "share of members a month",
       "of the ruling side's allies, of the same ideology and size, who insure themselves with its enemies while it "
       "works with a foreign power"),
    # Order.
    _p("policing_start", "policing", 0.1, 0.5, _SHARE, "share of full capacity",
       "a ruling side's that took power anew"),
    _p("policing_growth", "policing", 0.01, 0.08, _SHARE, "share a month",
       "of what is missing to full capacity that is learned", scale="log"),
    _p("policing_gain", "policing", -0.3, 2.0, (-1.0, 20.0), "ratio",
       "faster learning with support; below 0 where support is misused"),
    _p("policing_foils", "policing", 0.1, 0.6, _SHARE, "share", "of urban attacks foiled at full capacity"),
    _p("capture", "policing", 0.002, 0.02, _RATE, "share of urban members a month", "jailed at full capacity",
       scale="log", source=f"{_JADOON_MINES}: of a few thousand members about 0.005 a month, by a police at war"),
    _p("prison_leak", "policing", 0.005, 0.05, _RATE, "share of prisoners a month", "who return to their group",
       scale="log"),
    _p("prison_gain", "policing", 0.2, 0.8, _SHARE, "ratio",
       "fewer returns, and fewer freed in a jail break, with support to prisons"),
    # Programmes.
    _p("reintegration_rate", "reintegration", 0.001, 0.01, _RATE, "share of members a month",
       "who give up arms while a programme runs", evidence="literature", source=_REINTEGRATED, scale="log"),
    _p("mediation_effect", "mediation", -0.2, 0.5, (-1.0, 1.0), "ratio",
       "fewer attacks and clashes of groups that talk, while they do; below 0 where force is to back words"),
    _p("mediation_splits", "mediation", 0.0, 2.0, (0.0, 20.0), "ratio",
       "more going over from groups that talk to those that do not"),
    # Competition.
    _p("response_half_life", "outbidding_number", 1.0, 1.0, (0.05, 520.0), "weeks",
       "of one group's answer to another's attacks, and to its own", evidence="estimated",
       source="the rivalry fit's choice for many theatres"),
    _p("severity_link", "outbidding_severity", 0.0, 0.174, _ANY, "log odds",
       "that an attack is mass-casualty, per recent mass-casualty attack of others", evidence="estimated",
       source="rivalry fit pooled over the world, UCDP GED 21.1, 1989-2020"),
    _p("matching", "outbidding_number", 0.0, 0.4, _ANY, "elasticity",
       "of a group's attacks to how far its best rival's standing is above its own; only where rivals match"),
    _p("deterrence", "outbidding_number", 0.0, 2.0, (0.0, 20.0), "log factor",
       "fewer attacks and recruits of a group against the strongest; only where a dominant group deters"),
    _p("size_elasticity", "attacks", 0.5, 1.0, (0.0, 3.0), "elasticity", "of a group's attacks to its members"),
    # Events of the story.
    _p("embolden", "demonstration", 0.0, 1.0, (0.0, 20.0), "ratio",
       "more recruits (and reach abroad) of a group's allies, and its own, just after its triumph"),
    _p("outdo", "demonstration", 0.0, 0.7, _ANY, "log factor", "of its rivals' attacks just after its triumph"),
    _p("demonstration_half_life", "demonstration", 3.0, 18.0, _MONTHS, "months", "of both", scale="log"),
    _p("prestige", "prestige", 0.0, 0.7, _ANY, "log odds",
       "that an attack is mass-casualty while soldiers of a great power are there and no rival has just struck so"),
    _p("timing", "timing", 0.0, 1.0, _ANY, "log factor", "of attacks while things are in turmoil"),
    _p("chaos_half_life", "timing", 0.5, 2.0, _MONTHS, "months", "of turmoil after a withdrawal or a take-over",
       scale="log"),
    _p("external_pressure", "external_reach", 0.2, 2.0, (0.0, 20.0), "ratio",
       "how strongly losses, against those at the start, limit attacks abroad"),
    # Chance.
    _p("clash_deaths_size", "attacks", 0.5, 0.5, (0.001, 1e9), "size of a negative binomial",
       "of the deaths of one clash", scale="log"),
    _p("driver_sd", "attacks", 0.1, 0.4, (0.0, 5.0), "standard deviation of a log factor",
       "of what moves all groups together"),
    _p("swing_half_life", "attacks", 3.0, 12.0, _MONTHS, "months", "of that, and of what moves each side alone",
       scale="log"),
    _p("tail_shape", "severity", 0.61, 0.78, (-0.5, 2.0), "shape of a generalised Pareto",
       "of deaths above 20 in an attack", evidence="estimated",
       source="attacks on civilians of all groups, UCDP GED 21.1, 1989-2020"),
    _p("tail_scale", "severity", 6.9, 33.7, (0.1, 1000.0), "deaths", "scale of the same, of any theatre",
       evidence="estimated", source="attacks on civilians by theatre, UCDP GED 21.1, 1989-2020"),
    _p("most_deaths", "severity", 1500.0, 1500.0, (21.0, 1e5), "deaths",
       "in one attack at most: without a limit the mean rests on attacks never seen"),
)

GROUP: tuple[Parameter, ...] = (
    _p("members", "recruitment", None, None, (0.0, 5e6), "people", "under arms at the start", scale="log"),
    _p("prisoners", "policing", 0.0, 0.0, (0.0, 5e6), "people", "of the group in jail at the start"),
    _p("urban_share", "displacement", 0.1, 0.3, _SHARE, "share of members", "in cities at the start"),
    _p("cohesion", "cohesion", 0.6, 0.9, (0.05, 1.0), "0 to 1", "how firmly the group holds together, as a rule"),
    _p("pressure", "attrition", 0.0, 0.0, (0.0, 10.0), "1 as of enemies who are all that is armed",
       "from outside the theatre's groups, at the start and after"),
    _p("attack_rate", "attacks", None, None, (0.0, 10000.0), "attacks on civilians a month",
       "at the start's strength, those that answer others not counted", scale="log"),
    _p("attack_swing", "attacks", 0.0, 0.0, _ANY, "log factor", "of attacks at the start against the rate"),
    _p("own_response", "outbidding_number", 0.0, 0.0, (0.0, 0.95), "attacks per attack", "that follow on its own"),
    _p("mass_casualty_share", "severity", None, None, (0.0, 1.0), "share of attacks",
       "with 20 deaths or more, at the start's share in cities", scale="log"),
    _p("small_deaths", "severity", 2.0, 2.0, (1.0, 10.0), "deaths", "in an attack with fewer than 20, on average"),
    _p("clash_rate", "attacks", 0.0, 0.0, (0.0, 100000.0), "clashes a month", "at the start's strength", scale="log"),
    _p("clash_swing", "attacks", 0.0, 0.0, _ANY, "log factor", "of clashes at the start against the rate"),
    _p("clash_deaths", "severity", 2.0, 2.0, (0.0, 10000.0), "deaths", "in a clash, of all sides, on average",
       scale="log"),
    _p("external_rate", "external_reach", 0.0, 0.0, (0.0, 100.0), "attacks a month",
       "outside the theatre at the start's strength and losses", scale="log"),
    _p("attack_size", "attacks", 20.0, 20.0, (0.001, 1e9), "size of a negative binomial",
       "of attacks in a month given their rate", scale="log"),
    _p("clash_size", "attacks", 20.0, 20.0, (0.001, 1e9), "size of a negative binomial",
       "of clashes in a month given their rate", scale="log"),
    _p("swing_sd", "attacks", 0.2, 0.7, (0.0, 5.0), "standard deviation of a log factor",
       "of what moves its attacks alone, and its clashes alone"),
)
# fmt: on

THEATRE_NAMES: tuple[str, ...] = tuple(parameter.name for parameter in THEATRE)
GROUP_NAMES: tuple[str, ...] = tuple(parameter.name for parameter in GROUP)
