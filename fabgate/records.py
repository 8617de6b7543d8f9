"""What the journal says: one frozen dataclass for each kind of record, and its JSON.

A body is UTF-8 JSON text made once, here, at its origin; it is then stored, hashed and sent byte
for byte (law 6). It holds ids and numbers, never a name, a reason or a UID (law 12): those travel
as notes beside it. Kinds that this version does not know are kept as `Unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, get_args

from fabgate.model import Moment, RecordId


@dataclass(frozen=True, slots=True)
class EpochBegun:
    """The first record of an origin: why it began, and where the one before it stood."""

    kind: ClassVar[str] = "epoch.begin"
    cause: str  # init | corrupt | restore | fork
    previous_origin: str | None = None
    last_seq: int | None = None
    last_hash: str | None = None


@dataclass(frozen=True, slots=True)
class GateStarted:
    kind: ClassVar[str] = "gate.start"
    version: str
    clean: bool  # whether the run before ended as it should


@dataclass(frozen=True, slots=True)
class GateStopped:
    """An orderly end. `checked` is False where the books are damaged, or were not read through yet."""

    kind: ClassVar[str] = "gate.stop"
    checked: bool = True


@dataclass(frozen=True, slots=True)
class ClockSynced:
    """The first moment of a boot at which the wall clock was right: re-dates that boot (law 5)."""

    kind: ClassVar[str] = "clock.sync"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """Written before the relay closes (law 1). `level` is the member's at the time."""

    kind: ClassVar[str] = "session.start"
    machine: str
    skill: str
    member: str
    badge: str
    level: str
    hold: str
    limit_ms: int
    sponsor: str | None = None
    sponsor_badge: str | None = None


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """The end of the session that began with record `session`; `length_ms` is powered time.

    `recovered`: nobody saw the end; `length_ms` reaches to the last heartbeat and the true end
    lies at most `uncertain_ms` later. `charged` is False for an undone or aborted start. For
    `blind_ms` of the length the reader saw nothing: the member could not have tapped off.
    """

    kind: ClassVar[str] = "session.stop"
    session: str
    machine: str
    why: str
    length_ms: int
    charged: bool = True
    recovered: bool = False
    uncertain_ms: int = 0
    blind_ms: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal at a machine. The first is written at once; its like of the next minute share a `count`."""

    kind: ClassVar[str] = "session.refused"
    machine: str
    code: str
    badge: str
    member: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class CloseAsked:
    """A person at the command line said "now" to a running session."""

    kind: ClassVar[str] = "session.close"
    session: str
    machine: str
    by: str


@dataclass(frozen=True, slots=True)
class TroubleBegan:
    kind: ClassVar[str] = "machine.trouble"
    machine: str
    trouble: str


@dataclass(frozen=True, slots=True)
class TroubleOver:
    kind: ClassVar[str] = "machine.mended"
    machine: str
    trouble: str


@dataclass(frozen=True, slots=True)
class MachineLocked:
    kind: ClassVar[str] = "machine.lock"
    machine: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineUnlocked:
    kind: ClassVar[str] = "machine.unlock"
    machine: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberAdded:
    kind: ClassVar[str] = "member.add"
    member: str
    by: str


@dataclass(frozen=True, slots=True)
class MemberEdited:
    """Something about the person changed; what it is stays beside the journal."""

    kind: ClassVar[str] = "member.edit"
    member: str
    by: str
    fields: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberSuspended:
    kind: ClassVar[str] = "member.suspend"
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberLifted:
    kind: ClassVar[str] = "member.lift"
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadgeAdded:
    kind: ClassVar[str] = "badge.add"
    badge: str
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadgeBlocked:
    kind: ClassVar[str] = "badge.block"
    badge: str
    member: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleGiven:
    kind: ClassVar[str] = "role.give"
    member: str
    role: str
    by: str
    machine: str | None = None
    first: bool = False  # the manager that `init` made
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    kind: ClassVar[str] = "role.revoke"
    member: str
    role: str
    by: str
    machine: str | None = None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantGiven:
    """`supersedes` names the records for the same member and skill that the giver saw."""

    kind: ClassVar[str] = "grant.give"
    member: str
    skill: str
    level: str
    by: str
    until_ms: int | None = None
    bootstrap: bool = False
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantRevoked:
    kind: ClassVar[str] = "grant.revoke"
    member: str
    skill: str
    by: str
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purged:
    """Bodies of this origin's records `first` to `last` of the kinds named were blanked under `rule`."""

    kind: ClassVar[str] = "purge"
    first: int
    last: int
    rule: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateInvited:
    """A certificate was made for a gate or an observer; `fingerprint` is its SHA-256 in hexadecimal."""

    kind: ClassVar[str] = "gate.invite"
    gate: str
    by: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class GateJoined:
    """A gate was heard at the hub for the first time under this certificate."""

    kind: ClassVar[str] = "gate.join"
    gate: str


@dataclass(frozen=True, slots=True)
class GateRetired:
    """The certificates of a gate are revoked: nothing that it says counts any more."""

    kind: ClassVar[str] = "gate.retire"
    gate: str
    by: str


@dataclass(frozen=True, slots=True)
class GateCommanded:
    """A person at the hub asks a gate to do something, until `until_ms` (wall time, UTC)."""

    kind: ClassVar[str] = "gate.command"
    gate: str
    verb: str
    by: str
    until_ms: int
    machine: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class GateAnswered:
    """What became of record `command`: done, late, refused, unknown."""

    kind: ClassVar[str] = "gate.answer"
    gate: str
    command: str
    answer: str


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """Heard from a gate whose clock was not set, at a hub whose clock was: its `boot_ms` is `wall_ms`."""

    kind: ClassVar[str] = "clock.seen"
    gate: str
    of_boot: str
    boot_ms: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Something that a person must look at: which gate it is about, and what; `over` once it is."""

    kind: ClassVar[str] = "hub.alarm"
    gate: str
    alarm: str
    what: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class RightsHanded:
    """A hub that began anew got so many records of rights back from a gate."""

    kind: ClassVar[str] = "rights.handed"
    gate: str
    records: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A record of a kind that this version does not know: kept, passed on, not understood."""

    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)


Body = (
    EpochBegun
    | GateStarted
    | GateStopped
    | ClockSynced
    | SessionStarted
    | SessionStopped
    | Refused
    | CloseAsked
    | TroubleBegan
    | TroubleOver
    | MachineLocked
    | MachineUnlocked
    | MemberAdded
    | MemberEdited
    | MemberSuspended
    | MemberLifted
    | BadgeAdded
    | BadgeBlocked
    | RoleGiven
    | RoleRevoked
    | GrantGiven
    | GrantRevoked
    | Purged
    | GateInvited
    | GateJoined
    | GateRetired
    | GateCommanded
    | GateAnswered
    | ClockSeen
    | AlarmRaised
    | RightsHanded
    | Unknown
)

_KNOWN = tuple(cls for cls in get_args(Body) if cls is not Unknown)
KINDS: Mapping[str, Callable[..., Body]] = {cls.kind: cls for cls in _KNOWN}
# The fields of each kind in their order, each with its default (MISSING where it has none).
FIELDS = {cls.kind: tuple((f.name, f.default) for f in fields(cls)) for cls in _KNOWN}


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be: what happened, and when. The writer gives it its id."""

    at: Moment
    body: Body


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it was read: its id, when, what. `body` is None when it was purged."""

    id: RecordId
    at: Moment | None
    body: Body | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text that belongs to a record and stays beside the journal: a reason, a name, a login."""

    kind: str
    text: str


def encode(draft: Draft) -> str:
    """The one JSON text of a record, for ever: its kind, its moment, its fields in their order.

    A field that stands at its default is left out, so that a version that adds a field writes
    the same text where it does not use it.
    """
    at, body = draft.at, draft.body
    said: dict[str, Any] = {
        "kind": body.kind,
        "boot": at.boot,
        "ms": at.boot_ms,
        "wall": at.wall_ms,
        "synced": at.synced,
    }
    if isinstance(body, Unknown):
        said.update(body.body)
    else:
        for name, default in FIELDS[body.kind]:
            value = getattr(body, name)
            if value != default:
                said[name] = value
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> tuple[Moment, Body]:
    """The moment and the body that a record's text says. Fields it does not know are passed over.

    Raises ValueError when the text is not a record at all.
    """
    said = json.loads(text)
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str):
        raise ValueError("not a journal record")
    try:
        at = Moment(said.pop("boot"), said.pop("ms"), said.pop("wall"), said.pop("synced"))
    except KeyError as missing:
        raise ValueError(f"a journal record without {missing}") from missing
    kind = said.pop("kind")
    known = KINDS.get(kind)
    if known is None:
        return at, Unknown(kind, said)
    given = {name: _frozen(said[name]) for name, _ in FIELDS[kind] if name in said}
    try:
        return at, known(**given)
    except TypeError as short:
        raise ValueError(f"a {kind} record that lacks a field") from short


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
