"""Everything about one group, without what takes long: who answers whom is a question of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from tocsin.errors import NotHeldError
from tocsin.groups import GroupName, resolve_group
from tocsin.settings import Settings
from tocsin.warn.explain import Around, explanation_of, offshoots_of
from tocsin.warn.explanation import Explanation
from tocsin.warn.situation import Situation
from tocsin.web.asked import Asked
from tocsin.web.gate import terms_held
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import assessment_of, drawn_of, situation_of


@dataclass(frozen=True)
class GroupAnswer:
    """`explanation` is of the group asked for, its rivalry left out.

    `asked_as` is the name that was given, `assumed` what was assumed of it, if anything. `held_back` says why figures
    are missing where the terms of a source forbid to show them, and is empty where nothing is missing.
    """

    explanation: Explanation
    asked_as: str
    assumed: str
    held_back: str


@dataclass(frozen=True)
class OneGroup:
    """A group by any name that `resolve_group` takes."""

    asked: Asked
    name: str
    lane: ClassVar[Lane] = "figures"

    def answer(self, settings: Settings, tell: Tell) -> GroupAnswer:
        """Raises as `tocsin.explain`."""
        situation, found = group_asked(self.asked, self.name, settings, tell)
        whole = assessment_of(situation, self.asked.horizon)
        line = next((one for one in whole.groups if one.group == found.name), None)
        if line is None:
            raise NotHeldError(
                f"{found.name} has events but no recorded death by {situation.data_until}, so nothing is said of what "
                "is to come"
            )
        around = Around(
            theatre=found.theatre,
            drawn=drawn_of(situation, self.asked.horizon),
            offshoots=offshoots_of(situation, found.theatre.name),
            rivalry=None,
        )
        notes = (*whole.notes, found.note) if found.note else whole.notes
        alone = replace(whole, groups=(line,), new_entrants=(), headline=line.level_sentence, notes=notes)
        terms = terms_held(settings)
        return GroupAnswer(
            explanation=explanation_of(situation, alone, around),
            asked_as=self.name,
            assumed=found.note,
            held_back="" if terms.reversible else terms.why,
        )


def group_asked(asked: Asked, name: str, settings: Settings, tell: Tell) -> tuple[Situation, GroupName]:
    """The group that a name stands for, and the situation it is to be looked at in: of the world, or of its view.

    Raises as `load_situation` and `resolve_group`.
    """
    situation = situation_of(asked, None, settings, tell)
    under = situation.settings
    found = resolve_group(name, situation.digest.monthly, under, as_of_month=situation.month)
    if found.theatre.is_view:
        situation = situation_of(asked, found.theatre.name, settings, tell)
    return situation, found
