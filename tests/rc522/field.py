"""The air over one antenna: which badges lie in it, and what comes back when the reader speaks."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import Clock
from .frame import FDT_AFTER_0, FDT_AFTER_1, TURNAROUND, Frame, carrier_ns
from .picc import Picc, State

CAPTURE = 4.0  # so many times as strong as all others together, and only that badge is heard


@dataclass(slots=True)
class Reply:
    """A badge's answer on the air from `starts_ns`; it is torn at `torn_ns` if the badge goes."""

    picc: Picc
    frame: Frame
    starts_ns: int
    torn_ns: int | None = None

    @property
    def ends_ns(self) -> int:
        return self.starts_ns + self.frame.air_ns

    def arrived(self) -> Frame:
        """The part that reached the antenna."""
        if self.torn_ns is None:
            return self.frame
        return self.frame.first(self.frame.bits_after(self.torn_ns - self.starts_ns))


class Field:
    """The field of one reader. It is off until its chip turns both antenna drivers on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.on = False
        self.on_since_ns = 0
        self._off_since_ns = 0
        self._awake_ns: dict[Picc, int] = {}
        self._replies: list[Reply] = []
        self._quiet_ns = 0

    @property
    def badges(self) -> tuple[Picc, ...]:
        return tuple(self._awake_ns)

    def switch(self, on: bool) -> None:
        """The carrier comes or goes. A badge loses its state when it is gone for its `hold_us`."""
        if on == self.on:
            return
        self.on = on
        if not on:
            self._off_since_ns = self._clock.now_ns
            self._tear(self.badges)
            return
        now = self.on_since_ns = self._clock.now_ns
        for picc in self.badges:
            if picc.state is State.POWER_OFF or now - self._off_since_ns >= picc.hold_ns:
                picc.power_up()
                self._awake_ns[picc] = now + picc.wake_ns

    def lay(self, picc: Picc, *, awake: bool = True) -> None:
        """Put a badge into the field. `awake`: it lies there long enough to answer."""
        picc.power_down()
        self._awake_ns[picc] = self._clock.now_ns + (0 if awake else picc.wake_ns)
        if self.on:
            picc.power_up()

    def take(self, picc: Picc) -> None:
        """Take a badge away, at once, also in the middle of its answer."""
        del self._awake_ns[picc]
        picc.power_down()
        self._tear((picc,))

    def _tear(self, piccs: tuple[Picc, ...]) -> None:
        for reply in self._replies:
            if reply.picc in piccs and reply.torn_ns is None:
                reply.torn_ns = self._clock.now_ns

    def carry(self, frame: Frame, began_ns: int) -> list[Reply]:
        """The reader's frame has ended now: the answers, those that begin first, to this frame."""
        now = self._clock.now_ns
        if not self.on or self.on_since_ns > began_ns or began_ns < self._quiet_ns:
            return []
        fdt = carrier_ns(FDT_AFTER_1 if frame.ends_with_1 else FDT_AFTER_0)
        replies = []
        for picc, awake_ns in tuple(self._awake_ns.items()):
            answer = picc.hear(frame) if awake_ns <= began_ns else None
            if answer is not None and answer.length:
                replies.append(Reply(picc, answer, now + fdt + picc.delay_ns))
        self._replies = self._audible(replies)
        if self._replies:
            self._quiet_ns = max(reply.ends_ns for reply in self._replies) + carrier_ns(TURNAROUND)
        return self._replies

    @staticmethod
    def _audible(replies: list[Reply]) -> list[Reply]:
        """What the receiver makes out: the first to speak, or the one that drowns the others."""
        if not replies:
            return []
        first_ns = min(reply.starts_ns for reply in replies)
        replies = [reply for reply in replies if reply.starts_ns == first_ns]
        loudest = max(replies, key=lambda reply: reply.picc.strength)
        others = sum(reply.picc.strength for reply in replies) - loudest.picc.strength
        return [loudest] if others and loudest.picc.strength >= CAPTURE * others else replies


@dataclass(frozen=True, slots=True)
class Received:
    """What the receiver got: the bits, the first bit where badges differed, and parity."""

    frame: Frame
    collision: int | None = None
    parity_error: bool = False


def superposed(frames: list[Frame]) -> Received:
    """Several answers at once: both halves of a bit modulated is a collision, and is read as 1."""
    longest = max(frame.length for frame in frames)
    merged = 0
    differs = 0
    for frame in frames:
        merged |= frame.bits
    for frame in frames:
        differs |= (merged ^ frame.bits) & ((1 << frame.length) - 1)
    collision = (differs & -differs).bit_length() - 1 if differs else None
    return Received(Frame(merged, longest), collision)
