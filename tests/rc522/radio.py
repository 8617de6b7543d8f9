"""The contactless side of the chip: it puts a frame on the air and tells when what came back.

It knows the field and the faults of the air, no register.
"""

from __future__ import annotations

from typing import Protocol

from .clock import Clock, Event
from .faults import AirFault, Faults
from .field import Field, Received, Reply, superposed
from .frame import Frame, etu_ns

FIFTH_BIT = 5


class Listener(Protocol):
    """What the radio tells the chip, each at its time."""

    def on_sent(self) -> None: ...

    def on_began(self) -> None:
        """The fifth bit of an answer is there (start bit and four bits)."""

    def on_received(self, received: Received) -> None: ...


class Radio:
    def __init__(self, clock: Clock, field: Field, faults: Faults, listener: Listener) -> None:
        self._clock = clock
        self._field = field
        self._faults = faults
        self._listener = listener
        self._sending: Event | None = None
        self._began_ns = 0

    @property
    def sending(self) -> bool:
        return self._sending is not None

    def send(self, frame: Frame, *, understood: bool = True) -> None:
        """Begin to send. `understood`: modulated as a badge of type A expects it."""
        self._began_ns = self._clock.now_ns

        def sent() -> None:
            self._sending = None
            self._listener.on_sent()
            if understood:
                self._answered(self._field.carry(frame, self._began_ns))

        self._frame = frame
        self._sending = self._clock.at(self._began_ns + frame.air_ns, sent)

    def cancel(self) -> None:
        """Stop in the middle of a frame; the badges have heard a part of it."""
        if self._sending is None:
            return
        self._sending.cancel()
        self._sending = None
        part = self._frame.first(self._frame.bits_after(self._clock.now_ns - self._began_ns))
        self._field.carry(part, self._began_ns)

    def _answered(self, replies: list[Reply]) -> None:
        if not replies:
            return
        starts_ns = replies[0].starts_ns
        ends_ns = max(reply.ends_ns for reply in replies)
        self._clock.at(min(starts_ns + etu_ns(FIFTH_BIT), ends_ns), lambda: self._begun(replies))
        self._clock.at(ends_ns, lambda: self._ended(replies))

    def _begun(self, replies: list[Reply]) -> None:
        if any(reply.torn_ns is None for reply in replies):
            self._listener.on_began()

    def _ended(self, replies: list[Reply]) -> None:
        frames = [part for part in (reply.arrived() for reply in replies) if part.length]
        if not frames:
            return
        received = superposed(frames)
        fault = self._faults.strike(AirFault)
        if fault is not None:
            frame, parity_error = fault.spoil(received.frame)
            if not frame.length:
                return
            received = Received(frame, received.collision, parity_error)
        self._listener.on_received(received)
