"""What is known of members beside their rights: papers, evidence, proposals, reviews, renewals, duties.

Read by the desk. Each function asks one question, for one member or for all; `roster.py` tells who
holds what.
"""

from __future__ import annotations

import sqlite3

from fabgate.model import MemberId, SkillId
from fabgate.rules.earned import (
    DutyStands,
    HoldStands,
    PaperStands,
    ProposalStands,
    RenewalStands,
    ReviewStands,
)
from fabgate.rules.progress import Evidence
from fabgate.rules.terms import Held

Skilled = tuple[MemberId, SkillId]
"""One skill of one member."""


def papers(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[PaperStands, ...]:
    """All papers on file, or those of one member, by paper."""
    raise NotImplementedError


def filed(conn: sqlite3.Connection, member: MemberId) -> dict[str, int | None]:
    """What is on file of one member by paper, and until when: as `terms.lacks` asks for it."""
    raise NotImplementedError


def evidence(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> tuple[Evidence, ...]:
    """What a member has shown of a skill, the oldest first; what was struck is not there (R5)."""
    raise NotImplementedError


def all_evidence(
    conn: sqlite3.Connection, member: MemberId | None = None
) -> dict[Skilled, tuple[Evidence, ...]]:
    """The same of every skill, of one member or of all."""
    raise NotImplementedError


def proposals(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[ProposalStands, ...]:
    """The proposals that wait, of one member or all, the oldest first (R6)."""
    raise NotImplementedError


def proposal(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> ProposalStands | None:
    """The proposal that waits for one skill of one member."""
    raise NotImplementedError


def reviews(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[ReviewStands, ...]:
    """The grants that somebody looked at again, of one member or all, the oldest first (R10)."""
    raise NotImplementedError


def renewals(conn: sqlite3.Connection, member: MemberId | None = None) -> dict[Skilled, RenewalStands]:
    """The last renewal of each skill, of one member or of all (R8)."""
    raise NotImplementedError


def skill_holds(conn: sqlite3.Connection, member: MemberId | None = None) -> dict[Skilled, HoldStands]:
    """The suspensions of single skills, of one member or of all; ask each whether it still holds (R9)."""
    raise NotImplementedError


def suspension(conn: sqlite3.Connection, member: MemberId) -> HoldStands | None:
    """The suspension of a member as a whole; ask it whether it still holds (R9)."""
    raise NotImplementedError


def duties(conn: sqlite3.Connection) -> dict[MemberId, DutyStands]:
    """Every newcomer who has a sponsor of their own, by the newcomer."""
    raise NotImplementedError


def duty(conn: sqlite3.Connection, member: MemberId) -> DutyStands | None:
    """Whose duty it is to look after one member."""
    raise NotImplementedError


def held(
    conn: sqlite3.Connection, member: MemberId | None = None, skill: SkillId | None = None
) -> dict[Skilled, Held]:
    """Every grant as `terms.left` asks for it: with its renewal and the last own session (R8)."""
    raise NotImplementedError
