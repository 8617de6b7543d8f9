"""How much members have worked, over all gates, told to all gates: as rights, so that each of them knows.

Disuse and practice are counted where the decision falls (R5, R8), and no gate hears of the sessions at the
others. Only what the lab's rules ask for is told, and seldom: the set of rights never shrinks. Of one
member's skill that is at most two records in eight days for their own work, one a week for who comes each
week, and one for each supervised session: a lab of 200 people who come weekly writes some 10,000 a year, of
300 bytes each.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fabgate.charter import DAY_MS, Charter, Skill
from fabgate.errors import DiskFull, StoreBusy
from fabgate.hub.books import HubBooks
from fabgate.model import Moment, SkillId
from fabgate.records import Draft, SkillUsed
from fabgate.rules.progress import Practice
from fabgate.store.practice import Skilled

log = logging.getLogger(__name__)
EVERY_MS = 600_000
SOON_MS = 50  # between two slices of a journal that is read for the first time
AGAIN_MS = 60_000  # where somebody else writes just now
HOUR_MS = 3_600_000
STEP_MS = 7 * DAY_MS  # of disuse, which is counted in months


class Uses:
    """Reads the journals on, and writes down what moved. `turn` costs little where nothing is due."""

    def __init__(self, books: HubBooks, charter: Charter) -> None:
        self._books = books
        self._asked = {skill for skill, one in charter.skills.items() if _is_asked(one)}
        self._due_ms = 0
        self._told_ms: dict[Skilled, int] = {}  # by the clock of this boot

    def turn(self, at: Moment) -> None:
        """Do what is due. A full disk and another writer are tried again."""
        if not self._asked or at.boot_ms < self._due_ms:
            return
        try:
            more = self._books.read_practice()
            if not more:
                self._tell(at)
        except (DiskFull, StoreBusy) as error:
            log.error("event=practice_not_told error=%r", error.what)
            self._due_ms = at.boot_ms + AGAIN_MS
        else:
            self._due_ms = at.boot_ms + (SOON_MS if more else EVERY_MS)

    def _tell(self, at: Moment) -> None:
        due = {pair: one for pair, one in self._untold(at).items() if self._is_due(pair, at)}
        if not due:
            return
        with self._books.write() as pen:
            for (member, skill), one in due.items():
                pen.append(Draft(at, _told(member, skill, one)))
        self._told_ms |= dict.fromkeys(due, at.boot_ms)

    def _untold(self, at: Moment) -> Mapping[Skilled, Practice]:
        """What moved far enough; and what is less, once it is that old: the last session of somebody who
        stays away counts to the day."""
        far = self._books.untold(STEP_MS)
        if not at.synced:
            return far
        near = self._books.untold(1).items()
        return {**far, **{pair: one for pair, one in near if at.wall_ms - one.own_ms >= STEP_MS}}

    def _is_due(self, pair: Skilled, at: Moment) -> bool:
        told_ms = self._told_ms.get(pair)
        return pair[1] in self._asked and (told_ms is None or at.boot_ms - told_ms >= HOUR_MS)


def _is_asked(skill: Skill) -> bool:
    """Whether some rule of a skill reads how much somebody has worked on it."""
    return any((skill.unused_months, skill.valid_months, skill.sessions, skill.minutes))


def _told(member: str, skill: SkillId, one: Practice) -> SkillUsed:
    return SkillUsed(member, skill, one.own_ms, one.sessions, one.supervised_ms, one.supervised_last_ms)
