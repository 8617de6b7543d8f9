"""When a badge at the reader counts as a tap: again only after two seconds away.

A hand that trembles, a reader that misses a poll or a badge left lying there must not switch a
machine twice. Each machine remembers the badges that lie on its reader or left it just now.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.model import Token

AWAY_MS = 2_000


@dataclass(frozen=True, slots=True)
class Presence:
    """Badges and when they left (CLOCK_BOOTTIME ms); None for those that lie there still."""

    badges: tuple[tuple[Token, int | None], ...] = ()

    def seen(self, token: Token, at_ms: int, fresh: bool) -> tuple[Presence, bool]:
        """The presence with this badge on the reader, and whether that counts as a tap."""
        others = self._recent(token, at_ms)
        counts = fresh and len(others) == len(self._recent(None, at_ms))
        return Presence((*others, (token, None))), counts

    def gone(self, token: Token, at_ms: int) -> Presence:
        """The presence after this badge left the reader."""
        return Presence((*self._recent(token, at_ms), (token, at_ms)))

    def lies(self, token: Token) -> bool:
        """Whether this badge is on the reader now."""
        return (token, None) in self.badges

    def _recent(self, but: Token | None, at_ms: int) -> tuple[tuple[Token, int | None], ...]:
        return tuple(
            (token, left)
            for token, left in self.badges
            if token != but and (left is None or at_ms - left < AWAY_MS)
        )
