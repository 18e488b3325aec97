"""The one sentence above an assessment: the most important thing, plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.warn.assessment import Assessment, GroupAssessment


def headline(assessment: Assessment) -> str:
    """What stands out: the new risk most likely to reach 25 deaths, and the highest risk of a mass-casualty attack."""
    if not assessment.groups:
        return f"As of {assessment.as_of:%-d %B %Y} no group has a recorded death."
    where = f" in {assessment.theatre}" if assessment.theatre else ""
    new, risky = assessment.view("new_risk", 1), assessment.view("mass_casualty", 1)
    warned = sum(group.level == "warning" for group in assessment.groups)
    parts = []
    if new:
        parts.append(
            f"of the groups{where} with fewer than 25 deaths in the past year, {new[0].group} is the most likely to "
            f"reach 25 {assessment.span} ({new[0].words_deaths25}: {percent(new[0].p_deaths25)}, "
            f"{between(new[0].p_deaths25_low, new[0].p_deaths25_high)}; "
            f"base rate {percent(new[0].base_rate_deaths25)})"
        )
    else:
        parts.append(f"every group seen{where} already had 25 deaths or more in the past year")
    if risky:
        parts.append(
            f"a mass-casualty attack {assessment.span} is most likely by {_named(risky[0])} "
            f"({risky[0].words_mass_casualty}: {percent(risky[0].p_mass_casualty)}, "
            f"{between(risky[0].p_mass_casualty_low, risky[0].p_mass_casualty_high)}; "
            f"base rate {percent(risky[0].base_rate_mass_casualty)})"
        )
    count = "no group is" if not warned else "1 group is" if warned == 1 else f"{warned} groups are"
    return f"As of {assessment.as_of:%-d %B %Y}, " + "; ".join(parts) + f"; {count} on warning."


def percent(p: float) -> str:
    """A probability for people: whole percent, finer below 10%, never a bare 0% or 100%.

    >>> percent(0.614), percent(0.0152), percent(0.0001), percent(0.9993)
    ('61%', '1.5%', '<0.1%', '>99%')
    """
    if p < 0.001:
        return "<0.1%"
    if p > 0.99:
        return ">99%"
    return f"{p:.1%}" if p < 0.095 else f"{p:.0%}"


def between(low: float, high: float) -> str:
    """The interval of a probability's estimate, for a sentence.

    >>> between(0.104, 0.4)
    '90% interval 10% to 40%'
    """
    return f"90% interval {percent(low)} to {percent(high)}"


def observed(share: float) -> str:
    """A share that was counted, of cases that are over: unlike a probability it may well be none or all of them.

    >>> observed(1.0), observed(0.0), observed(0.614), observed(0.0152), observed(0.9967)
    ('100%', '0%', '61%', '1.5%', '99.7%')
    """
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    return f"{min(share, 0.999):.1%}" if share > 0.99 else percent(share)


def shown(p: float) -> float:
    """A probability as `percent` shows it, so that words beside the number are those of the number; ends stay as given.

    >>> shown(0.5466), shown(0.0496), shown(0.9993)
    (0.55, 0.05, 0.9993)
    """
    said = percent(p)
    return p if said[0] in "<>" else float(said[:-1]) / 100


def counted(n: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "attack"), counted(1200, "death"), counted(0, "clash", "clashes")
    ('1 attack', '1,200 deaths', '0 clashes')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def factor(odds: float) -> str:
    """What something multiplies the odds by, to two figures.

    >>> factor(7.432), factor(0.5416), factor(23.9), factor(131.0)
    ('x7.4', 'x0.54', 'x24', 'x130')
    """
    return f"x{float(f'{odds:.2g}'):,.0f}" if odds >= 9.95 else f"x{odds:.1f}" if odds >= 0.995 else f"x{odds:.2g}"


def _named(group: GroupAssessment) -> str:
    return f"{group.group} (resurgent)" if group.resurgent else group.group
