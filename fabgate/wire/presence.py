"""Who is there and what stands there: the retained messages. No person is in any of them (law 12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from fabgate.model import Moment
from fabgate.wire.forms import OneLine
from fabgate.wire.kinds import Digest, HashOrNone, Id, Line, Ms, Name, Number, Shaped
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.topics import WIRE

Presence = Literal["ready", "stopping", "lost"]
Standing = Literal["free", "waiting", "opening", "in_use", "ending", "locked", "fault"]
Trouble = Annotated[str, Shaped("a trouble", "[a-z_]{1,32}")]


@dataclass(frozen=True, slots=True)
class GateState(OneLine):
    """Whether a gate is there. The broker says `lost`, as its last will: then `at` is null."""

    state: Presence
    instance: Name
    at: Moment | None
    version: Line


@dataclass(frozen=True, slots=True)
class MachineInfo:
    """A machine as its gate is configured. Lengths are ms.

    `kind`: a machine, or a door or counter, which take no skill: their own id stands in `skill`.
    `metered`: something tells whether it works. `openings`: the hours that it is for, as the lab's rules name
    them; nothing where it is for all hours, or its gate is too old to say.
    """

    machine: Id
    title: Line
    skill: Id
    hold: Id
    limit_ms: Ms
    warning_ms: Ms
    sponsor_from: Id
    kind: Id = "machine"
    metered: bool = False
    openings: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class GateInfo(OneLine):
    """What a gate is and has; also its hello: the hub answers with an `Ack` for each origin.

    `certificate` is the fingerprint of the one that it has; nothing on a broker that asks for none.
    `rules` tells its file of rules from another one; nothing where it has none, or is too old to say.
    """

    instance: Name
    version: Line
    wire: Number = field(default=WIRE, kw_only=True)
    origins: tuple[OriginMark, ...]
    roster: RosterMark
    keys: tuple[Id, ...]
    machines: tuple[MachineInfo, ...]
    features: tuple[Id, ...]
    certificate: HashOrNone = ""
    rules: Digest = ""


@dataclass(frozen=True, slots=True)
class MachineState(OneLine):
    """What a machine does, as the gate commands it. `powered`: whether its relay is closed; `busy`: whether
    it works, null where nothing tells."""

    state: Standing
    powered: bool
    troubles: tuple[Trouble, ...]
    at: Moment
    busy: bool | None = None


@dataclass(frozen=True, slots=True)
class HubState(OneLine):
    """Whether the hub is there, in which epoch, and which numbers of the wire it speaks."""

    state: Presence
    hub: Id
    instance: Name
    at: Moment | None
    version: Line
    wire: tuple[Number, ...]

    @property
    def understood(self) -> bool:
        """Whether this version can talk with that hub."""
        return WIRE in self.wire
