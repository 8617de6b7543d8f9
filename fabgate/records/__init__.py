"""What the journal says: one frozen dataclass for each kind of record, and its JSON.

A body is UTF-8 JSON text made once, here, at its origin; it is then stored, hashed and sent byte
for byte (law 6). It holds ids and numbers, never a name, a reason or a UID (law 12): those travel
as notes beside it. Kinds that this version does not know are kept as `Unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args

from fabgate.model import Moment, RecordId
from fabgate.records.board import (
    LinkMade,
    PasswordEnded,
    PasswordSet,
    TerminalEnded,
    TerminalMade,
    TokenEnded,
    TokenMade,
)
from fabgate.records.floor import (
    AlarmCalled,
    CheckedIn,
    CheckedOut,
    ClockSynced,
    CloseAsked,
    DoorOpened,
    EpochBegun,
    GateStarted,
    GateStopped,
    LidSeen,
    MachineServiced,
    PowerMissed,
    Purged,
    PurgedElsewhere,
    Refused,
    SessionAlone,
    SessionProved,
    SessionStarted,
    SessionStopped,
    TroubleBegan,
    TroubleOver,
)
from fabgate.records.hub import (
    AlarmRaised,
    ClockSeen,
    GateAnswered,
    GateCommanded,
    GateInvited,
    GateJoined,
    GateRetired,
    RightsHanded,
)
from fabgate.records.money import (
    AccountSet,
    AccountState,
    AddressSet,
    BatchExported,
    ChargeReversed,
    ChargeSettled,
    ChargesMade,
    MemberForgotten,
    PeriodClosed,
    PlanEnded,
    Sale,
    SaleCancelled,
    TariffKept,
    UsageAssigned,
    UsageMarked,
    UsageSettled,
)
from fabgate.records.rights import (
    BadgeAdded,
    BadgeBlocked,
    EvidenceNoted,
    EvidenceStruck,
    GrantGiven,
    GrantLifted,
    GrantProposed,
    GrantRenewed,
    GrantReviewed,
    GrantRevoked,
    GrantSuspended,
    HoursSet,
    MachineLocked,
    MachineUnlocked,
    MemberAdded,
    MemberEdited,
    MemberLifted,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    PaperWithdrawn,
    ProposalApproved,
    ProposalRefused,
    RoleGiven,
    RoleRevoked,
    SkillUsed,
    SponsorAssigned,
    SponsorReleased,
    WorkshopClosed,
    WorkshopOpened,
)

__all__ = [
    "FIELDS",
    "KINDS",
    "AccountSet",
    "AccountState",
    "AddressSet",
    "AlarmCalled",
    "AlarmRaised",
    "BadgeAdded",
    "BadgeBlocked",
    "BatchExported",
    "Body",
    "ChargeReversed",
    "ChargeSettled",
    "ChargesMade",
    "CheckedIn",
    "CheckedOut",
    "ClockSeen",
    "ClockSynced",
    "CloseAsked",
    "DoorOpened",
    "Draft",
    "Entry",
    "EpochBegun",
    "EvidenceNoted",
    "EvidenceStruck",
    "GateAnswered",
    "GateCommanded",
    "GateInvited",
    "GateJoined",
    "GateRetired",
    "GateStarted",
    "GateStopped",
    "GrantGiven",
    "GrantLifted",
    "GrantProposed",
    "GrantRenewed",
    "GrantReviewed",
    "GrantRevoked",
    "GrantSuspended",
    "HoursSet",
    "LidSeen",
    "LinkMade",
    "MachineLocked",
    "MachineServiced",
    "MachineUnlocked",
    "MemberAdded",
    "MemberEdited",
    "MemberForgotten",
    "MemberLifted",
    "MemberStatus",
    "MemberSuspended",
    "Note",
    "PaperFiled",
    "PaperWithdrawn",
    "PasswordEnded",
    "PasswordSet",
    "PeriodClosed",
    "PlanEnded",
    "PowerMissed",
    "ProposalApproved",
    "ProposalRefused",
    "Purged",
    "PurgedElsewhere",
    "Refused",
    "RightsHanded",
    "RoleGiven",
    "RoleRevoked",
    "Sale",
    "SaleCancelled",
    "SessionAlone",
    "SessionProved",
    "SessionStarted",
    "SessionStopped",
    "SkillUsed",
    "SponsorAssigned",
    "SponsorReleased",
    "TariffKept",
    "TerminalEnded",
    "TerminalMade",
    "TokenEnded",
    "TokenMade",
    "TroubleBegan",
    "TroubleOver",
    "Unknown",
    "UsageAssigned",
    "UsageMarked",
    "UsageSettled",
    "WorkshopClosed",
    "WorkshopOpened",
    "decode",
    "encode",
]


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
    | SessionAlone
    | SessionProved
    | DoorOpened
    | CheckedIn
    | CheckedOut
    | Refused
    | CloseAsked
    | TroubleBegan
    | TroubleOver
    | LidSeen
    | PowerMissed
    | AlarmCalled
    | MachineServiced
    | MachineLocked
    | MachineUnlocked
    | MemberAdded
    | MemberEdited
    | MemberSuspended
    | MemberLifted
    | MemberStatus
    | PaperFiled
    | PaperWithdrawn
    | SponsorAssigned
    | SponsorReleased
    | BadgeAdded
    | BadgeBlocked
    | RoleGiven
    | RoleRevoked
    | GrantGiven
    | GrantRevoked
    | GrantSuspended
    | GrantLifted
    | GrantRenewed
    | GrantProposed
    | ProposalApproved
    | ProposalRefused
    | GrantReviewed
    | EvidenceNoted
    | EvidenceStruck
    | SkillUsed
    | HoursSet
    | WorkshopOpened
    | WorkshopClosed
    | Purged
    | PurgedElsewhere
    | GateInvited
    | GateJoined
    | GateRetired
    | GateCommanded
    | GateAnswered
    | ClockSeen
    | AlarmRaised
    | RightsHanded
    | AccountSet
    | AccountState
    | AddressSet
    | Sale
    | SaleCancelled
    | PlanEnded
    | UsageSettled
    | UsageAssigned
    | UsageMarked
    | TariffKept
    | ChargesMade
    | PeriodClosed
    | ChargeReversed
    | ChargeSettled
    | BatchExported
    | MemberForgotten
    | LinkMade
    | PasswordSet
    | PasswordEnded
    | TokenMade
    | TokenEnded
    | TerminalMade
    | TerminalEnded
    | Unknown
)

_KNOWN = tuple(cls for cls in get_args(Body) if cls is not Unknown)
KINDS: Mapping[str, Callable[..., Body]] = {cls.kind: cls for cls in _KNOWN}
# The fields of each kind in their order, each with its default (MISSING where it has none).
FIELDS = {cls.kind: tuple((f.name, f.default) for f in fields(cls)) for cls in _KNOWN}
_NAMES = {kind: frozenset(name for name, _ in named) for kind, named in FIELDS.items()}


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
    names = _NAMES[kind]
    given = {
        name: _frozen(value) if type(value) is list else value
        for name, value in said.items()
        if name in names
    }
    try:
        return at, known(**given)
    except TypeError as short:
        raise ValueError(f"a {kind} record that lacks a field") from short


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
