"""Where messages go: `fabgate/1/<lab>/<gate>/<what>`. The number is the wire's (decision 0023)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fabgate.wire.kinds import ID, LAB

WIRE = 1
WIRES = (WIRE,)  # those that a hub of this version speaks
ROOT = f"fabgate/{WIRE}"
HUB = "hub"  # the hub's name among the gates

# From a gate.
STATE = "state"
INFO = "info"
JOURNAL = "journal"
NOTES = "notes"
RIGHTS = "rights"
KEYS = "keys"
NEED = "need"
ANSWER = "answer"
# From the hub.
ACK = "ack"
ROSTER = "roster"
KEYRING = "keyring"
PRESENT = "present"
HUB_STATE = STATE  # as `what` under the gate name HUB

_FROM_GATE = (STATE, INFO, JOURNAL, NOTES, RIGHTS, KEYS, ANSWER, NEED)
_MACHINE = re.compile(f"machine/({ID.shape})/state")
_VERB = re.compile(r"cmd/([a-z_]{1,32})")
_WHAT = rf"[a-z]{{1,32}}|{_MACHINE.pattern}|{_VERB.pattern}"
_TOPIC = re.compile(f"{ROOT}/(?P<lab>{LAB.shape})/(?P<gate>{ID.shape})/(?P<what>{_WHAT})")


@dataclass(frozen=True, slots=True)
class Topic:
    """A place of a lab's tree. `str` of it is the topic."""

    lab: str
    gate: str
    what: str

    def __str__(self) -> str:
        return f"{ROOT}/{self.lab}/{self.gate}/{self.what}"

    @property
    def machine(self) -> str | None:
        """The machine whose state this is."""
        found = _MACHINE.fullmatch(self.what)
        return found[1] if found else None

    @property
    def verb(self) -> str | None:
        """What the command that goes here asks for; it need not be known."""
        found = _VERB.fullmatch(self.what)
        return found[1] if found else None


def parse(text: str) -> Topic | None:
    """The place that a topic names; None for one that is not of this wire. Its `what` need not be known."""
    found = _TOPIC.fullmatch(text)
    return Topic(found["lab"], found["gate"], found["what"]) if found else None


def machine_state(machine: str) -> str:
    return f"machine/{machine}/state"


def command(verb: str) -> str:
    return f"cmd/{verb}"


def to_hub(lab: str) -> tuple[str, ...]:
    """What the hub of a lab subscribes to."""
    return tuple(f"{ROOT}/{lab}/+/{what}" for what in (*_FROM_GATE, machine_state("+")))


def to_gate(lab: str, gate: str) -> tuple[str, ...]:
    """What a gate subscribes to: its own, and whether the hub is there."""
    own = (ACK, ROSTER, KEYRING, PRESENT, command("+"), STATE)
    return (*(f"{ROOT}/{lab}/{gate}/{what}" for what in own), f"{ROOT}/{lab}/{HUB}/{HUB_STATE}")
