"""The rows of what stands beside a grant, as a subject's records make them. Used by `settling.py` only.

Each subject has one row or none. A row that names its member waits for them, as `waiting.py` says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from fabgate import records
from fabgate.model import MemberId, SkillId
from fabgate.records import (
    EvidenceNoted,
    EvidenceStruck,
    GrantGiven,
    GrantLifted,
    GrantProposed,
    GrantSuspended,
    PaperFiled,
    PaperWithdrawn,
    ProposalApproved,
    ProposalRefused,
    SponsorAssigned,
    SponsorReleased,
    WorkshopClosed,
    WorkshopOpened,
)
from fabgate.rules import standing
from fabgate.rules.standing import Said
from fabgate.store.nib import Nib, Value
from fabgate.store.waiting import knows

Key = Mapping[str, Value]


def _put(pen: Nib, table: str, key: Key, row: Key) -> None:
    """The one row of a subject: these columns, in place of what stood there."""
    values = {"lab": pen.lab, **key, **row}
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    pen.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 - ours


def _end(pen: Nib, table: str, key: Key) -> None:
    which = " AND ".join(f"{name} = :{name}" for name in key)
    pen.execute(f"DELETE FROM {table} WHERE lab = :lab AND {which}", {"lab": pen.lab, **key})  # noqa: S608


def _paper(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, PaperFiled | PaperWithdrawn)
    key = {"member": body.member, "paper": body.paper}
    now = standing.paper(found)
    if now is None or not knows(pen, body.member, about):
        _end(pen, "papers", key)
        return
    row: Key = {"until_ms": now.until_ms, "given_by": now.by, "record": str(now.record), "at_ms": now.at_ms}
    _put(pen, "papers", key, row)


def _pause(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, GrantSuspended | GrantLifted)
    key = {"member": body.member, "skill": body.skill}
    now = standing.hold(found)
    if now is None or not knows(pen, body.member, about):
        _end(pen, "grant_holds", key)
        return
    row: Key = {"since_ms": now.since_ms, "until_ms": now.until_ms, "cause": now.cause}
    _put(pen, "grant_holds", key, {**row, "given_by": now.by, "record": str(now.record)})


def _renewal(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.renewal(found)
    if now is not None and knows(pen, now.member, about):
        row: Key = {"given_by": now.by, "session": now.session, "record": str(now.record), "at_ms": now.at_ms}
        _put(pen, "renewals", {"member": now.member, "skill": now.skill}, row)


def _proposal(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, GrantProposed | ProposalApproved | ProposalRefused)
    key = {"member": body.member, "skill": body.skill}
    now = standing.proposal(found)
    taken = _taken_up(pen, body.member, body.skill)
    if now is None or str(now.record) in taken or not knows(pen, body.member, about):
        _end(pen, "proposals", key)
        return
    row: Key = {"level": int(now.level), "given_by": now.by, "record": str(now.record), "at_ms": now.at_ms}
    _put(pen, "proposals", key, row)


def _taken_up(pen: Nib, member: str, skill: str) -> set[str | None]:
    """The proposals that a grant was given upon, whatever became of the grant since."""
    about = standing.grant_subject(MemberId(member), SkillId(skill))
    found = pen.execute("SELECT body FROM rights WHERE lab = ? AND subject = ?", (pen.lab, about))
    bodies = [records.decode(text)[1] for (text,) in found if '"proposal"' in text]
    return {body.proposal for body in bodies if isinstance(body, GrantGiven)}


def answer(pen: Nib, found: Sequence[Said]) -> None:
    """No proposal waits that one of these grants was given upon."""
    for one in found:
        if isinstance(body := one.body, GrantGiven) and body.proposal is not None:
            _end(pen, "proposals", {"member": body.member, "skill": body.skill, "record": body.proposal})


def _review(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.review(found)
    if now is not None and knows(pen, now.member, about):
        key = {"member": now.member, "skill": now.skill, "given": str(now.grant)}
        _put(pen, "reviews", key, {"given_by": now.by, "record": str(now.record), "at_ms": now.at_ms})


def _evidence(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, EvidenceNoted | EvidenceStruck)
    key = {"member": body.member, "skill": body.skill, "what": body.what, "item": body.item}
    now = standing.evidence(found)
    if now is None or not knows(pen, body.member, about):
        _end(pen, "evidence", key)
        return
    row: Key = {"score": now.score, "given_by": now.by, "record": str(now.record), "at_ms": now.at_ms}
    _put(pen, "evidence", key, row)


def _duty(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, SponsorAssigned | SponsorReleased)
    now = standing.duty(found)
    if now is None or not knows(pen, body.member, about):
        _end(pen, "duties", {"member": body.member})
        return
    row: Key = {"sponsor": now.sponsor, "given_by": now.by, "record": str(now.record), "at_ms": now.at_ms}
    _put(pen, "duties", {"member": now.member}, row)


def _use(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.use(found)
    if now is not None and knows(pen, now.member, about):
        said = now.practice
        own: Key = {"own_ms": said.own_ms}
        others: Key = {"sessions": said.sessions, "supervised_ms": said.supervised_ms}
        row = {**own, **others, "supervised_last_ms": said.supervised_last_ms}
        _put(pen, "uses", {"member": now.member, "skill": now.skill}, row)


def _hours(pen: Nib, _: str, found: Sequence[Said]) -> None:
    now = standing.hours(found)
    if now is not None:
        row: Key = {"spans": json.dumps(now.spans), "given_by": now.by, "record": str(now.record)}
        _put(pen, "openings", {"opening": now.opening}, {**row, "at_ms": now.at_ms})


def _workshop(pen: Nib, about: str, found: Sequence[Said]) -> None:
    body = found[0].body
    assert isinstance(body, WorkshopOpened | WorkshopClosed)
    now = standing.workshop(found)
    if now is None or not knows(pen, now.leader, about):
        _end(pen, "workshops", {"machine": body.machine})
        return
    what: Key = {"leader": now.leader, "people": now.people, "purpose": now.purpose}
    when: Key = {"until_ms": now.until_ms, "since_ms": now.since_ms}
    row = {**what, **when, "given_by": now.by, "record": str(now.record)}
    _put(pen, "workshops", {"machine": now.machine}, row)


BY_KIND: Mapping[str, Callable[[Nib, str, Sequence[Said]], None]] = {
    "paper": _paper,
    "pause": _pause,
    "renew": _renewal,
    "proposal": _proposal,
    "review": _review,
    "evidence": _evidence,
    "duty": _duty,
    "use": _use,
    "hours": _hours,
    "workshop": _workshop,
}
"""By the kind of a subject, which stands before its first slash."""
