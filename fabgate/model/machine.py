"""One machine: what kind it is, what is wired to it, how it behaves, what ends a session on it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from fabgate.model.ends import Ends
from fabgate.model.ids import MachineId, SkillId
from fabgate.model.people import Level, Status


class Company(enum.StrEnum):
    """Who must be there for somebody to work on a machine: its class (R4)."""

    FREE = "free"  # nobody
    ACCOMPANIED = "accompanied"  # of trainees: a sponsor is checked in on site
    SUPERVISED = "supervised"  # of trainees: a sponsor tied to this machine by a tap
    NEVER_ALONE = "never_alone"  # supervised; and of everybody: two adults present


class Kind(enum.StrEnum):
    """What a tap at this reader is for; of a machine, which kind it is: its safe endings follow from it."""

    MACHINE = "machine"  # any other
    LASER = "laser"
    CNC = "cnc"
    SAW = "saw"
    LATHE = "lathe"
    PRINTER = "printer"
    DOOR = "door"  # a strike that is pulsed; the tap checks in
    COUNTER = "counter"  # checks in and out, switches nothing

    @property
    def is_machine(self) -> bool:
        """Whether people work at it: it gets power for a session."""
        return self not in (Kind.DOOR, Kind.COUNTER)


class Stale(enum.StrEnum):
    """What a roster that is too old does to a start (R12)."""

    DENY = "deny"
    SPONSOR = "sponsor"  # everybody works as a trainee does


class Hold(enum.StrEnum):
    """How a session is held: tapped on and off, or with the badge lying in a slot."""

    TAP = "tap"
    SLOT = "slot"


class Duty(enum.StrEnum):
    """What an output is for (law 8). Only `power` and `pulse` give permission."""

    POWER = "power"  # laser enable, contactor: on after ink, off at once when the process dies
    AUX = "aux"  # extraction, chiller: gives no permission; runs on after the session, and after a restart
    PULSE = "pulse"  # on for a moment: the strike of a door, the lock of a socket
    DEADMAN = "deadman"  # a square wave from the loop while there is power: feeds a charge pump


class Sense(enum.StrEnum):
    """What an input tells."""

    ESTOP = "estop"  # wired in series and so works without us; read, shown, recorded
    LID = "lid"  # the same
    BUTTON = "button"  # "I am done": ends the session as its member's own tap does
    OOPS = "oops"  # takes the machine out of service
    KEY = "key"  # a key switch: while it is off nothing starts
    MIRROR = "mirror"  # the mirror contact of a contactor: open while its main poles are closed (law 9)
    TAMPER = "tamper"  # the box was opened
    RUNNING = "running"  # the machine itself says that it works

    @property
    def opens(self) -> bool:
        """Whether its contact is closed at rest and opens when it is active, so that a cut wire tells."""
        return self not in (Sense.BUTTON, Sense.OOPS, Sense.RUNNING)


@dataclass(frozen=True, slots=True)
class Output:
    """One output: on `on_delay_ms` after the start, off `off_delay_ms` after the end.

    A cut (emergency stop, fault, "now", the end of the process) opens `power` at once, whatever its
    delay. A `pulse` is on for the machine's `pulse_ms`.
    """

    name: str
    duty: Duty
    on_delay_ms: int = 0
    off_delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """Something to be done to the machine after so much use: each that is set counts since it was done last.

    `powered_ms` and `busy_ms` of use, `jobs` (sessions), `days`. `blocks`: nothing starts when it is over.
    """

    name: str
    powered_ms: int | None = None
    busy_ms: int | None = None
    jobs: int | None = None
    days: int | None = None
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class MachineRules:
    """How one machine behaves: its part of the configuration that the rules read.

    `limit_ms` is the longest session; `warning_ms` how long before its end people are warned;
    `grace_ms` how long a badge may be out of the slot; `wait_ms` how long each step of a
    supervised start may take; `undo_ms` how long a sponsor can take a start back.

    `company`: its class, and who must be there. `reproof_ms`: how often whoever stands by proves it
    with a tap, 0 is never; `company_grace_ms` how long they may be missing, `max_trainees` how many
    they may stand beside at once (0: any number), `check_in` whether they must be checked in,
    `sponsor_status` what they have to be in the lab.
    `praise_ms` after a supervised session its sponsor's tap says "well done"; within `confirm_ms` a
    second tap starts a machine that is out of service for maintenance, or ends an idle session of
    another. `openings`: the hours that it
    is used in (none: always), `changed_ms` (wall): when the machine was replaced by another.
    `stale_after_ms`: the age of a roster from which `stale` holds, None is never. `stay_ms`: how long a
    check-in here counts.

    `outputs` in their declared order; `mirrors`: pairs of an input's name and the output that it mirrors.
    `metered`: something tells whether the machine works (a meter or an input `running`); `meter_proves`:
    a current while all is off is a weld. Off and seen on, or on and seen off, for `settle_ms` counts (law 9).
    `overrun_ms` after the limit `ends.overrun` holds; `idle_ms`: an idle machine is switched off after it,
    `takeover_ms`: after it a member's two taps end an idle session of another; None is never.
    `audit`: nothing is refused by policy, what would have been is recorded. `services`: its upkeep.
    """

    machine: MachineId
    skill: SkillId
    title: str
    hold: Hold = Hold.TAP
    limit_ms: int = 4 * 3_600_000
    warning_ms: int = 5 * 60_000
    grace_ms: int = 30_000
    wait_ms: int = 60_000
    undo_ms: int = 10_000
    ink_ms: int = 2_000
    sponsor_from: Level = Level.AUTONOMOUS
    ends: Ends = field(default_factory=Ends)
    contact: str = ""
    kind: Kind = Kind.MACHINE
    company: Company = Company.SUPERVISED
    reproof_ms: int = 0
    company_grace_ms: int = 120_000
    max_trainees: int = 0
    check_in: bool = False
    sponsor_status: Status = Status.TRAINEE
    guests: bool = False
    praise_ms: int = 60_000
    confirm_ms: int = 10_000
    pulse_ms: int = 5_000
    openings: tuple[str, ...] = ()
    changed_ms: int | None = None
    stale_after_ms: int | None = None
    stale: Stale = Stale.DENY
    stay_ms: int = 12 * 3_600_000
    outputs: tuple[Output, ...] = (Output("relay", Duty.POWER),)
    mirrors: tuple[tuple[str, str], ...] = ()
    metered: bool = False
    meter_proves: bool = False
    settle_ms: int = 500
    overrun_ms: int = 30 * 60_000
    idle_ms: int | None = None
    takeover_ms: int | None = None
    audit: bool = False
    services: tuple[Service, ...] = ()
