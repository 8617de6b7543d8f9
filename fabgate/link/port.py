"""The seam between the protocol and MQTT: what an engine says to a broker, and what it hears.

The engines of gate and hub know this file only. `mqtt.py` brings it over paho; a rehearsal brings an
exchange in memory, without threads or sockets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Fate(StrEnum):
    """What became of a message that was published, as the broker said. None of it is durability (law 7)."""

    OK = "ok"
    NOBODY = "nobody"  # no subscriber: no hub is listening
    REFUSED = "refused"  # not authorized
    TOO_LARGE = "too_large"
    FAILED = "failed"  # never sent, or answered with another error


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has taken us, and our subscriptions."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone; the port tries again by itself."""

    why: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something came in. `number` is the port's own, to acknowledge it by."""

    topic: str
    payload: bytes
    retained: bool = False
    reply_to: str | None = None
    correlation: bytes | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the message that `publish` gave this number."""

    number: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class Alarmed:
    """Something about the connection that a person must look at, such as `two_clients`."""

    alarm: str
    what: str


PortEvent = Connected | Lost | Message | Delivered | Alarmed


class Port(Protocol):
    """One client of a broker, used by one thread. At least once: QoS 1."""

    @property
    def connected(self) -> bool:
        """Whether a message that is published now has a chance."""

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expiry_s: int | None = None,
        reply_to: str | None = None,
        correlation: bytes | None = None,
    ) -> int:
        """Send; never waits. The number comes back in `Delivered`, unless the connection is lost first:
        what was under way is then forgotten, and the engine sends it again (law 7)."""

    def acknowledge(self, message: Message) -> None:
        """The message is dealt with, durably where it has to be: the broker may forget it."""
