"""What ever happened to a member, on a skill or at a machine, as far as these books know it (R11).

Every record of a right is here, also one that another took the place of; what followed by itself, such
as a right that ran out, is computed and has no record. Who was where is not part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from fabgate.desk import held, who
from fabgate.desk.deed import Desk
from fabgate.model import Code, Denied, Lapse, MemberId, Moment, RecordId, SkillId
from fabgate.records import (
    AccountState,
    AlarmCalled,
    Body,
    CloseAsked,
    Entry,
    GrantGiven,
    GrantSuspended,
    LidSeen,
    MachineServiced,
    MemberSuspended,
    PaperFiled,
    PowerMissed,
    SessionStarted,
    SessionStopped,
    SkillUsed,
    TroubleBegan,
    TroubleOver,
    WorkshopOpened,
)
from fabgate.rules.ledger import SYNC_KINDS, Ledger, Session, Usage, first_syncs
from fabgate.rules.standing import grant_subject
from fabgate.store import annals, journal, rights
from fabgate.store.rights import Told

_PEOPLE = ("member", "sponsor", "leader", "payer")
_SUMS = (SkillUsed, AccountState)  # what a hub tells its gates now and then: nothing happened
_FLOOR = (
    TroubleBegan.kind,
    TroubleOver.kind,
    CloseAsked.kind,
    LidSeen.kind,
    PowerMissed.kind,
    AlarmCalled.kind,
    MachineServiced.kind,
)


@dataclass(frozen=True, slots=True)
class RanOut:
    """What record `of` said came to its end; it happened by itself, and no record says so.

    `why`: by what a grant lapsed; of everything else its giver wrote the day.
    """

    of: Body
    why: Lapse = Lapse.UNTIL


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, at which gate, by which record (None: it followed by itself).

    `over` is the record that took its place, None for what still counts. `beside`: the texts that were
    written with it, a `reason` or a `ref`, where these books have them.
    """

    at: Moment
    gate: str
    what: Body | RanOut | Session
    record: RecordId | None = None
    over: RecordId | None = None
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sums:
    """The sessions that are behind a history: how many, how many of them with a sponsor, how long."""

    sessions: int = 0
    supervised: int = 0
    length_ms: int = 0
    first_ms: int | None = None
    last_ms: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """`of`: what bears the name that was asked for; one name may be a skill's and a machine's."""

    name: str
    of: tuple[str, ...]
    lines: tuple[Line, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class _Meant:
    """Whom or what a name means, by the fields of a record that bear it."""

    fields: tuple[tuple[str, str], ...]
    of: tuple[str, ...]

    def says(self, body: object) -> bool:
        return any(getattr(body, name, None) == value for name, value in self.fields)


def told(desk: Desk, name: str, of: str | None = None, sessions: bool = False) -> History | Denied:
    """The history of a member, a skill or a machine; of all that bear the name, where `of` does not say.

    `sessions`: each of them is a line too. Also of a skill or machine that is no longer configured.
    """
    name = who.sound(name)
    meant = _meant(desk, name, of)
    if isinstance(meant, Denied):
        return meant
    used = _sessions(desk, meant)
    lines = [*_rights(desk, meant), *(_floor(desk, meant) if "machine" in meant.of else ())]
    if sessions:
        lines += [_session(one) for one in used]
    return History(name, meant.of, _in_order(lines), _sums(used))


def of_grants(desk: Desk, whom: str, skill: str | None = None) -> tuple[Line, ...] | Denied:
    """What was given to a member and taken away; of one skill, also one that is gone. Without expiries.

    In the order in which these books came to know it, skill by skill. Where several words count, they
    did not know of each other, and the most restrictive holds.
    """
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    if skill is None:
        about = rights.subjects(desk.conn, grant_subject(member.id, ""))
    else:
        about = (grant_subject(member.id, who.sound(skill)),)
    return tuple(_line(desk, one) for subject in about for one in rights.history(desk.conn, subject))


# --- who or what is meant -----------------------------------------------------------------------


def _meant(desk: Desk, name: str, of: str | None) -> _Meant | Denied:
    member = who.find(desk.conn, name)
    fields: list[tuple[str, str]] = []
    found: list[str] = []
    if not isinstance(member, Denied) and of in (None, "member"):
        found.append("member")
        fields += [(field, member.id) for field in _PEOPLE]
    known = {"skill": set(map(str, desk.settings.skills)), "machine": set(map(str, desk.settings.machines))}
    for kind, names in known.items():
        if of in (None, kind) and (name in names or annals.subjects(desk.conn, kind, name)):
            found.append(kind)
            fields.append((kind, name))
    if found:
        return _Meant(tuple(fields), tuple(found))
    return _nobody(desk, name, of)


def _nobody(desk: Desk, name: str, of: str | None) -> Denied:
    skill, machine, member = desk.skill(name), desk.machine(name), who.find(desk.conn, name)
    if of == "skill" and isinstance(skill, Denied):
        return skill
    if of == "machine" and isinstance(machine, Denied):
        return machine
    near = [
        str(one)
        for no in (member, skill, machine)
        if isinstance(no, Denied) and isinstance(names := no.facts.get("near"), tuple)
        for one in names
    ]
    return Denied(Code.UNKNOWN_MEMBER, {"handle": name, "near": tuple(dict.fromkeys(near))})


# --- rights -------------------------------------------------------------------------------------


def _rights(desk: Desk, meant: _Meant) -> Iterator[Line]:
    about = dict.fromkeys(
        subject for name, value in meant.fields for subject in annals.subjects(desk.conn, name, value)
    )
    today = who.today_ms(desk.conn, desk.clock.now())
    for subject in about:
        said = rights.history(desk.conn, subject)
        at_ms = {one.record: one.at.wall_ms for one in said}
        for one in said:
            if meant.says(one.body) and not isinstance(one.body, _SUMS):
                yield _line(desk, one)
                upto = today if one.superseded_by is None else at_ms.get(one.superseded_by, today)
                yield from _end(desk, one, today, upto)


def _line(desk: Desk, one: Told) -> Line:
    beside = journal.notes(desk.conn, one.record)
    return Line(one.at, _gate(one.record), one.body, one.record, one.superseded_by, beside)


def _end(desk: Desk, one: Told, today: int, upto_ms: int) -> Iterator[Line]:
    """What became of it by itself before another record took its place, or until now."""
    until, why = _until(desk, one, today)
    if until is not None and until < upto_ms:
        at = Moment(one.at.boot, one.at.boot_ms, until, synced=True)
        yield Line(at, _gate(one.record), RanOut(one.body, why), None, one.superseded_by)


def _until(desk: Desk, one: Told, today: int) -> tuple[int | None, Lapse]:
    """The last moment of what a record says, None where it has none. What R8 computes is known of a grant
    that counts; of an older one, what its giver wrote."""
    body = one.body
    if isinstance(body, GrantGiven) and one.superseded_by is None:
        skills = desk.settings.skills
        found = held.on(desk.conn, skills, MemberId(body.member), SkillId(body.skill), today)
        if found is not None and found.end is not None:
            return found.end.ms, found.end.why
    if isinstance(body, GrantGiven | GrantSuspended | MemberSuspended | PaperFiled | WorkshopOpened):
        return body.until_ms, Lapse.UNTIL
    return None, Lapse.UNTIL


# --- what happened at machines ------------------------------------------------------------------


def _floor(desk: Desk, meant: _Meant) -> Iterator[Line]:
    for name, value in meant.fields:
        if name == "machine":
            saying = annals.said(name, value)
            for entry in journal.entries(desk.conn, kinds=_FLOOR, saying=saying):
                if entry.at is not None and entry.body is not None and meant.says(entry.body):
                    beside = journal.notes(desk.conn, entry.id)
                    yield Line(entry.at, _gate(entry.id), entry.body, entry.id, beside=beside)


def _sessions(desk: Desk, meant: _Meant) -> list[Session]:
    """Their sessions by their starts; those of others that they only sponsored or paid for are no part."""
    fields = [(name, value) for name, value in meant.fields if name in ("member", "skill", "machine")]
    starts = {
        entry.id: entry
        for name, value in fields
        for entry in journal.entries(desk.conn, kinds=(SessionStarted.kind,), saying=annals.said(name, value))
        if getattr(entry.body, name, None) == value
    }
    unsure = any(entry.at is not None and not entry.at.synced for entry in starts.values())
    ledger = Ledger(first_syncs(journal.entries(desk.conn, kinds=SYNC_KINDS) if unsure else ()))
    ended = list(ledger.usages(chain(starts.values(), _stops(desk, starts, fields))))
    return [*ended, *ledger.still_open()]


def _stops(desk: Desk, starts: Collection[RecordId], fields: Sequence[tuple[str, str]]) -> Iterator[Entry]:
    wanted = {str(start) for start in starts}
    machines = [value for name, value in fields if name == "machine"]
    saying = annals.said("machine", machines[0]) if len(fields) == len(machines) == 1 else None
    for entry in journal.entries(desk.conn, kinds=(SessionStopped.kind,), saying=saying):
        if isinstance(entry.body, SessionStopped) and entry.body.session in wanted:
            yield entry


def _session(one: Session) -> Line:
    return Line(one.start, _gate(one.session), one, one.session)


def _sums(used: Iterable[Session]) -> Sums:
    """Those that were taken back count for nothing."""
    counted = [one for one in used if not isinstance(one, Usage) or one.charged]
    starts = [one.start.wall_ms for one in counted]
    return Sums(
        sessions=len(counted),
        supervised=sum(one.sponsor is not None for one in counted),
        length_ms=sum(one.length_ms for one in counted if isinstance(one, Usage)),
        first_ms=min(starts, default=None),
        last_ms=max(starts, default=None),
    )


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """By the clocks of their gates; what followed by itself comes last."""
    return tuple(sorted(lines, key=_place))


def _place(one: Line) -> tuple[int, bool, str, int]:
    if one.record is None:
        return one.at.wall_ms, True, one.gate, 0
    return one.at.wall_ms, False, one.record.origin, one.record.seq


def _gate(record: RecordId) -> str:
    return record.origin.split("/")[1]
