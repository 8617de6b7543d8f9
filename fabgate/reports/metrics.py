"""The numbers of a gate and of a hub for Prometheus: every one that there is, and how it is made.

Pure: what is so comes in as `GateFigures` or `HubFigures`, a text goes out. Base units, `_total` for what
only grows. No number bears a member, a badge, a name or a session (law 12): labels are ids of the
lab's machines and gates, and words of closed lists.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from fabgate.model import Code, Trouble, Why
from fabgate.reports.textfile import Family, Kind, Sample, exposed

OTHER = "other"  # a word that a later version wrote, and this one does not know
STATES = ("free", "in_use", "locked", "fault", "off")
GATE_STATES = ("ready", "stopping", "lost", "invited", "retired")

INFO = Family("fabgate_info", "The version of fabgate that counts here.", ("role", "version"))
UP = Family("fabgate_up", "Whether the daemon runs.")
CLOCK = Family("fabgate_clock_synced", "Whether the wall clock is known to be right.")
FREE = Family("fabgate_disk_free_bytes", "Room on the disk of the books.")
SEQ = Family("fabgate_journal_seq", "The number of the newest record of the present epoch.")
RIGHTS = Family("fabgate_rights_records", "Records of rights that are held here.")
EXPIRY = Family(
    "fabgate_certificate_expiry_timestamp_seconds",
    "When a certificate of this gate or hub ends, since 1970.",
    ("certificate",),
)
OPEN = Family("fabgate_session_open", "Whether a session is open at the machine.", ("machine",))
STATE = Family("fabgate_machine_state", "1 for the state that the machine is in.", ("machine", "state"))
TROUBLE = Family("fabgate_machine_trouble", "1 for what keeps it from starting.", ("machine", "trouble"))
SESSIONS = Family("fabgate_sessions_total", "Sessions that ended, by why.", ("machine", "why"), Kind.COUNTER)
POWERED = Family("fabgate_session_seconds_total", "Powered time.", ("machine",), Kind.COUNTER)
REFUSALS = Family("fabgate_refusals_total", "Refusals, by code.", ("machine", "code"), Kind.COUNTER)
CONNECTED = Family("fabgate_link_connected", "Whether the gate has its hub's broker.")
UNSENT = Family("fabgate_link_unsent_records", "Records that the hub has not acknowledged yet.")
SILENCE = Family("fabgate_link_silence_seconds", "How long ago the hub's last word came.")
ROSTER_AGE = Family(
    "fabgate_roster_age_seconds",
    "How old the rights are that this gate decides by: since its hub's last word, 0 without a hub.",
)
GATES = Family("fabgate_hub_gates", "Gates, by their state as the hub knows it.", ("state",))
READY = Family("fabgate_hub_gate_ready", "Whether the gate is there and serves.", ("gate",))
AGE = Family("fabgate_hub_gate_age_seconds", "How long ago the gate's last word came.", ("gate",))
HELD = Family("fabgate_hub_gate_held_records", "Records of the gate that the hub holds.", ("gate",))
OFFSET = Family("fabgate_hub_gate_clock_offset_seconds", "The gate's wall clock less the hub's.", ("gate",))
GATE_EXPIRY = Family(
    "fabgate_hub_gate_certificate_expiry_timestamp_seconds",
    "When the newest certificate that was made for the gate ends, since 1970.",
    ("gate",),
)
ALARM = Family("fabgate_hub_alarm", "Whether an alarm stands.", ("gate", "alarm"))
RAISED = Family("fabgate_hub_alarms_total", "How often it was raised.", ("gate", "alarm"), Kind.COUNTER)

_BOTH = (INFO, UP, CLOCK, FREE, SEQ, RIGHTS, EXPIRY)
_GATE = (OPEN, STATE, TROUBLE, SESSIONS, POWERED, REFUSALS, CONNECTED, UNSENT, SILENCE, ROSTER_AGE)
_HUB = (GATES, READY, AGE, HELD, OFFSET, GATE_EXPIRY, ALARM, RAISED)
FAMILIES = (*_BOTH, *_GATE, *_HUB)


@dataclass(frozen=True, slots=True)
class Common:
    """What a gate and a hub both tell. What is not known is None and is not shown.

    `expiry_s` by what the certificate is: `own`, `authority`, `broker`; seconds since 1970.
    """

    lab: str
    gate: str
    version: str
    up: bool
    synced: bool
    free_bytes: int | None
    seq: int
    rights: int
    expiry_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """One machine: whether a session is open there, whether it is locked out, what troubles it."""

    machine: str
    open: bool = False
    locked: bool = False
    troubles: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """The link of a gate that has joined a hub; lengths in milliseconds, None where not known."""

    connected: bool
    unsent: int | None = None
    silent_ms: int | None = None


@dataclass(frozen=True, slots=True)
class GateFigures:
    """A gate at one moment. Counts by machine and why, machine, machine and code; None: it has no hub.

    `roster_age_ms`: since the hub's last word, 0 where the gate is its own source, None where nobody knows.
    """

    common: Common
    machines: tuple[MachineFigures, ...] = ()
    sessions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    powered_ms: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    link: LinkFigures | None = None
    roster_age_ms: int | None = 0


@dataclass(frozen=True, slots=True)
class SeenGate:
    """What the hub knows of a gate; `state` as it said itself. Without `joined` it was invited and never
    heard: its name is nobody's business yet."""

    gate: str
    state: str | None
    joined: bool = True
    retired: bool = False
    age_ms: int | None = None
    held: int = 0
    offset_ms: int | None = None
    expiry_s: float | None = None

    @property
    def stands(self) -> str:
        """One of GATE_STATES."""
        if self.retired:
            return "retired"
        if not self.joined:
            return "invited"
        return self.state if self.state in ("ready", "stopping") else "lost"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that stands or stood: which gate it is about, its kind, how often it was raised."""

    gate: str
    alarm: str
    stands: bool
    count: int


@dataclass(frozen=True, slots=True)
class HubFigures:
    """A hub at one moment."""

    common: Common
    gates: tuple[SeenGate, ...] = ()
    alarms: tuple[Alarm, ...] = ()


def gate_text(figures: GateFigures) -> str:
    """The numbers of a gate as Prometheus reads them."""
    return exposed(_of_gate(figures), _labels(figures.common))


def hub_text(figures: HubFigures) -> str:
    """The numbers of a hub as Prometheus reads them."""
    return exposed(_of_hub(figures), _labels(figures.common))


def _labels(common: Common) -> dict[str, str]:
    # On every line: a hub and a gate on one machine are read by the same collector.
    return {"lab": common.lab, "gate": common.gate}


def _of_both(common: Common, role: str) -> Iterator[Sample]:
    yield Sample(INFO, 1, (role, common.version))
    yield Sample(UP, common.up)
    yield Sample(CLOCK, common.synced)
    if common.free_bytes is not None:
        yield Sample(FREE, common.free_bytes)
    yield Sample(SEQ, common.seq)
    yield Sample(RIGHTS, common.rights)
    for certificate, expiry_s in common.expiry_s.items():
        yield Sample(EXPIRY, expiry_s, (certificate,))


def _of_gate(figures: GateFigures) -> Iterator[Sample]:
    yield from _of_both(figures.common, "gate")
    for machine in figures.machines:
        yield from _of_machine(machine, figures.common.up)
    for (where, why), number in _known(figures.sessions, Why).items():
        yield Sample(SESSIONS, number, (where, why))
    for where, powered_ms in figures.powered_ms.items():
        yield Sample(POWERED, powered_ms / 1000, (where,))
    for (where, code), number in _known(figures.refusals, Code).items():
        yield Sample(REFUSALS, number, (where, code))
    if figures.link is not None:
        yield from _of_link(figures.link)
    if figures.roster_age_ms is not None:
        yield Sample(ROSTER_AGE, figures.roster_age_ms / 1000)


def _of_machine(machine: MachineFigures, up: bool) -> Iterator[Sample]:
    yield Sample(OPEN, machine.open, (machine.machine,))
    now = _state(machine, up)
    for state in STATES:
        yield Sample(STATE, state == now, (machine.machine, state))
    troubles = {_word(trouble, Trouble) for trouble in machine.troubles}
    for trouble in (*Trouble, OTHER):
        yield Sample(TROUBLE, trouble in troubles, (machine.machine, str(trouble)))


def _state(machine: MachineFigures, up: bool) -> str:
    """The one word for it: without its daemon a machine has no power, whatever the journal says."""
    so = {"off": not up, "in_use": machine.open, "locked": machine.locked, "fault": bool(machine.troubles)}
    return next((state for state, is_so in so.items() if is_so), "free")


def _known(counts: Mapping[tuple[str, str], int], words: type[enum.StrEnum]) -> dict[tuple[str, str], int]:
    """The counts with every word that is not of the list put together as `other`."""
    found: dict[tuple[str, str], int] = {}
    for (where, word), number in counts.items():
        key = where, _word(word, words)
        found[key] = found.get(key, 0) + number
    return found


def _word(word: str, words: type[enum.StrEnum]) -> str:
    return word if word in frozenset(words) else OTHER


def _of_link(link: LinkFigures) -> Iterator[Sample]:
    yield Sample(CONNECTED, link.connected)
    if link.unsent is not None:
        yield Sample(UNSENT, link.unsent)
    if link.silent_ms is not None:
        yield Sample(SILENCE, link.silent_ms / 1000)


def _of_hub(figures: HubFigures) -> Iterator[Sample]:
    yield from _of_both(figures.common, "hub")
    for state in GATE_STATES:
        yield Sample(GATES, sum(gate.stands == state for gate in figures.gates), (state,))
    for gate in figures.gates:
        if gate.joined and not gate.retired:
            yield from _of_seen(gate)
    for alarm in figures.alarms:
        yield Sample(ALARM, alarm.stands, (alarm.gate, alarm.alarm))
        yield Sample(RAISED, alarm.count, (alarm.gate, alarm.alarm))


def _of_seen(gate: SeenGate) -> Iterator[Sample]:
    yield Sample(READY, gate.stands == "ready", (gate.gate,))
    yield Sample(HELD, gate.held, (gate.gate,))
    if gate.age_ms is not None:
        yield Sample(AGE, gate.age_ms / 1000, (gate.gate,))
    if gate.offset_ms is not None:
        yield Sample(OFFSET, gate.offset_ms / 1000, (gate.gate,))
    if gate.expiry_s is not None:
        yield Sample(GATE_EXPIRY, gate.expiry_s, (gate.gate,))
