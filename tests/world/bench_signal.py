"""Whether a machine works, as whoever stands beside it with a clamp meter would note it down."""

from __future__ import annotations

from bench_kit import BUSY_MA, IDLE_MA, Kit


class Signal:
    """What is known of one machine's work: True, False, or None where nothing tells."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.busy: bool | None = None
        self.since_ms = 0  # it is so
        self._below_ms: int | None = None  # since when its current is that of a machine at rest
        self._moves: list[tuple[int, bool | None]] = [(0, None)]

    def begins(self, at_ms: int) -> None:
        """A new daemon knows nothing yet."""
        self._below_ms = None
        self._set(None, at_ms)

    def reads(self, ma: int, at_ms: int) -> None:
        """What the clamp says now, and every time that something changes."""
        self.catch_up(at_ms)
        if ma >= BUSY_MA:
            self._below_ms = None
            self._set(True, at_ms)
        elif ma >= IDLE_MA:  # between the two it stays as it was, and counts as work where nobody knew
            self._below_ms = None
            self._set(self.busy is not False, at_ms)
        elif self._below_ms is None:
            self._below_ms = at_ms
            self.catch_up(at_ms)

    def says(self, running: bool, at_ms: int) -> None:
        """What the machine says of itself: at once, and without a doubt."""
        self._set(running, at_ms)

    def fails(self, at_ms: int) -> None:
        """The clamp does not answer."""
        self.catch_up(at_ms)
        self._below_ms = None
        self._set(None, at_ms)

    def catch_up(self, now_ms: int) -> None:
        """Whoever was below long enough does nothing."""
        if self._below_ms is not None and self.busy is not False:
            idle_ms = self._below_ms + self._kit.hold_ms
            if idle_ms <= now_ms:
                self._set(False, idle_ms)

    @property
    def may_cut(self) -> bool:
        """Whether it is known to do nothing; where nothing ever tells, time alone counts."""
        return not self._kit.metered or self.busy is False

    def worked_ms(self, from_ms: int, to_ms: int) -> int:
        """For how long it worked between the two."""
        total = 0
        ends = [at for at, _ in self._moves[1:]] + [to_ms]
        for (begins, busy), end in zip(self._moves, ends, strict=True):
            if busy:
                total += max(0, min(end, to_ms) - max(begins, from_ms))
        return total

    def always_known(self, from_ms: int, to_ms: int) -> bool:
        """Whether something told all the time between the two."""
        ends = [at for at, _ in self._moves[1:]] + [1 << 60]
        spans = zip(self._moves, ends, strict=True)
        return all(busy is not None or end <= from_ms or at >= to_ms for (at, busy), end in spans)

    def _set(self, busy: bool | None, at_ms: int) -> None:
        if busy is not self.busy:
            self.busy, self.since_ms = busy, at_ms
            self._moves.append((at_ms, busy))
