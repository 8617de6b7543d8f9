"""Who can be named as somebody who helps on a skill: by the same eyes as a machine's."""

from __future__ import annotations

import sqlite3

from fabgate.charter import Skill
from fabgate.config import Settings
from fabgate.model import Level, MachineId, MachineRules, MemberId, SkillId
from fabgate.store import people, roster
from fabgate.store.asked import Asked
from fabgate.store.helpers import Helpers
from fabgate.store.practice import Worked

NO_MACHINE = MachineId("")
NOBODY = MemberId("")


def sponsors(
    conn: sqlite3.Connection,
    settings: Settings,
    skill: SkillId,
    today_ms: int,
    least: Level,
    of: MemberId = NOBODY,
    worked: Worked | None = None,
) -> tuple[str, ...]:
    """Names of those who may stand beside others on a skill at a level or above, and agreed to be named.

    Without whoever asks (`of`); their own sponsor comes first, the others by their names. `worked` is
    given where several skills are asked for at one moment.
    """
    known = settings.skills.get(skill) or Skill(skill, skill)
    status = known.sponsor_status
    rules = MachineRules(NO_MACHINE, skill, known.title, sponsor_from=least, sponsor_status=status)
    asked = Asked(today_ms, settings.charter, settings.lab.zone)
    names = Helpers(conn, rules, asked, known, worked or Worked(conn)).names(of)
    own = own_sponsor(conn, of)
    return tuple(sorted(names, key=lambda name: (name != own, name)))


def own_sponsor(conn: sqlite3.Connection, of: MemberId) -> str | None:
    """The name of whoever looks after a member, if they agreed to be named."""
    duty = people.duty(conn, of)
    sponsor = None if duty is None else roster.member(conn, duty.sponsor)
    return sponsor.name if sponsor is not None and sponsor.nameable else None
