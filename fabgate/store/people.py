"""What is known of members beside their rights: papers, evidence, proposals, reviews, renewals, duties.

Read by the desk. Each function asks one question, for one member or for all; `roster.py` tells who
holds what.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from fabgate.model import Level, MemberId, RecordId, SkillId
from fabgate.rules import standing
from fabgate.rules.progress import Evidence
from fabgate.rules.standing import (
    DutyStands,
    HoldStands,
    PaperStands,
    ProposalStands,
    RenewalStands,
    ReviewStands,
)
from fabgate.rules.terms import Held
from fabgate.store import practice, rights
from fabgate.store.faults import told

Skilled = tuple[MemberId, SkillId]
"""One skill of one member."""


def _rows(
    conn: sqlite3.Connection, sql: str, order: str, member: MemberId | None, skill: SkillId | None = None
) -> Iterator[tuple]:  # type: ignore[type-arg] # a row is what its statement says
    """The rows of all, or of one member, or of one skill of theirs: one text for each, by its index."""
    given = {"member": member, "skill": skill}
    asked = {name: value for name, value in given.items() if value is not None}
    which = "".join(f" AND {name} = :{name}" for name in asked)
    yield from conn.execute(sql + which + order, asked)


@told
def papers(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[PaperStands, ...]:
    """All papers on file, or those of one member, by member and paper (R2)."""
    return tuple(
        PaperStands(MemberId(who), paper, until, MemberId(by), RecordId.of(record), at)
        for who, paper, until, by, record, at in _rows(conn, _PAPERS, " ORDER BY member, paper", member)
    )


_PAPERS = "SELECT member, paper, until_ms, given_by, record, at_ms FROM papers WHERE lab = lab()"


def filed(conn: sqlite3.Connection, member: MemberId) -> dict[str, int | None]:
    """What is on file of one member by paper, and until when: as `terms.lacks` asks for it."""
    return {one.paper: one.until_ms for one in papers(conn, member)}


def evidence(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> tuple[Evidence, ...]:
    """What a member has shown of a skill, the oldest first; what was struck is not there (R5)."""
    return _evidence(conn, member, skill).get((member, skill), ())


def all_evidence(
    conn: sqlite3.Connection, member: MemberId | None = None
) -> dict[Skilled, tuple[Evidence, ...]]:
    """The same of every skill, of one member or of all."""
    return _evidence(conn, member)


@told
def _evidence(
    conn: sqlite3.Connection, member: MemberId | None, skill: SkillId | None = None
) -> dict[Skilled, tuple[Evidence, ...]]:
    found: dict[Skilled, tuple[Evidence, ...]] = {}
    for who, on, what, item, score, by, record, at in _rows(conn, _EVIDENCE, _BY_AGE, member, skill):
        key = MemberId(who), SkillId(on)
        found[key] = (*found.get(key, ()), Evidence(what, item, MemberId(by), record, at, score))
    return found


_EVIDENCE = """\
SELECT member, skill, what, item, score, given_by, record, at_ms FROM evidence WHERE lab = lab()"""
_BY_AGE = " ORDER BY at_ms, record"


@told
def proposals(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[ProposalStands, ...]:
    """The proposals that wait, of one member or all, the oldest first (R6)."""
    return tuple(
        ProposalStands(MemberId(who), SkillId(skill), Level(level), MemberId(by), RecordId.of(record), at)
        for who, skill, level, by, record, at in _rows(conn, _PROPOSALS, _BY_AGE, member)
    )


_PROPOSALS = "SELECT member, skill, level, given_by, record, at_ms FROM proposals WHERE lab = lab()"


def proposal(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> ProposalStands | None:
    """The proposal that waits for one skill of one member."""
    return next((one for one in proposals(conn, member) if one.skill == skill), None)


@told
def reviews(conn: sqlite3.Connection, member: MemberId | None = None) -> tuple[ReviewStands, ...]:
    """The grants that somebody looked at again, of one member or all, the oldest first (R10)."""
    return tuple(
        ReviewStands(MemberId(who), SkillId(skill), RecordId.of(given), MemberId(by), RecordId.of(record), at)
        for who, skill, given, by, record, at in _rows(conn, _REVIEWS, _BY_AGE, member)
    )


_REVIEWS = "SELECT member, skill, given, given_by, record, at_ms FROM reviews WHERE lab = lab()"


@told
def renewals(conn: sqlite3.Connection, member: MemberId | None = None) -> dict[Skilled, RenewalStands]:
    """The last renewal of each skill, of one member or of all (R8)."""
    return {
        (MemberId(who), SkillId(skill)): RenewalStands(
            MemberId(who), SkillId(skill), MemberId(by), session, RecordId.of(record), at
        )
        for who, skill, by, session, record, at in _rows(conn, _RENEWALS, "", member)
    }


_RENEWALS = "SELECT member, skill, given_by, session, record, at_ms FROM renewals WHERE lab = lab()"


@told
def skill_holds(conn: sqlite3.Connection, member: MemberId | None = None) -> dict[Skilled, HoldStands]:
    """The suspensions of single skills, of one member or of all; ask each whether it still holds (R9)."""
    return {
        (MemberId(who), SkillId(skill)): HoldStands(
            MemberId(who), SkillId(skill), since, until, cause, MemberId(by), RecordId.of(record)
        )
        for who, skill, since, until, cause, by, record in _rows(conn, _HOLDS, "", member)
    }


_HOLDS = """\
SELECT member, skill, since_ms, until_ms, cause, given_by, record FROM grant_holds WHERE lab = lab()"""


def suspension(conn: sqlite3.Connection, member: MemberId) -> HoldStands | None:
    """The suspension of a member as a whole, with its cause; ask it whether it still holds (R9)."""
    return standing.hold(rights.said_of(conn, standing.hold_subject(member)))


def duties(conn: sqlite3.Connection) -> dict[MemberId, DutyStands]:
    """Every newcomer who has a sponsor of their own, by the newcomer."""
    return _duties(conn, None)


def duty(conn: sqlite3.Connection, member: MemberId) -> DutyStands | None:
    """Whose duty it is to look after one member."""
    return _duties(conn, member).get(member)


@told
def _duties(conn: sqlite3.Connection, member: MemberId | None) -> dict[MemberId, DutyStands]:
    return {
        MemberId(who): DutyStands(MemberId(who), MemberId(sponsor), MemberId(by), RecordId.of(record), at)
        for who, sponsor, by, record, at in _rows(conn, _DUTIES, "", member)
    }


_DUTIES = "SELECT member, sponsor, given_by, record, at_ms FROM duties WHERE lab = lab()"


@told
def held(
    conn: sqlite3.Connection, member: MemberId | None = None, skill: SkillId | None = None
) -> dict[Skilled, Held]:
    """Every grant as `terms.left` asks for it: with its renewal and the last own session (R8)."""
    worked = practice.of_all(conn, member)
    found: dict[Skilled, Held] = {}
    for who, on, level, since, until, renewed in _rows(conn, _HELD, "", member, skill):
        key = MemberId(who), SkillId(on)
        own = worked[key].own_ms if key in worked else 0
        found[key] = Held(Level(level), since, until, renewed, own or None)
    return found


_HELD = """\
SELECT member, skill, level, since_ms, until_ms,
(SELECT at_ms FROM renewals AS r WHERE r.member = g.member AND r.skill = g.skill)
FROM grants AS g WHERE lab = lab()"""
