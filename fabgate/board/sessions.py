"""Who is signed in, in the memory of the board alone: a restart signs all out, a stolen disk tells nothing.

A browser holds a random key in a cookie; here stands its digest. What a member may see is asked anew at
every request: nothing about rights is remembered.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from fabgate.model import MemberId
from fabgate.rules.viewing import Way

COOKIE = "__Host-fabgate"
IDLE_MS = 30 * 60_000  # a desk is left alone at noon
LONGEST_MS = 12 * 3_600_000  # a day's work
TAP_IDLE_MS = 2 * 60_000  # a screen that everybody uses
TAP_LONGEST_MS = 10 * 60_000
MOST = 2_000
MOST_OF_ONE = 20  # browsers of one member: who signs in again and again ends none but their own
MOST_FORMS = 200  # remembered as sent


@dataclass(slots=True)
class Session:
    """Somebody who signed in. Times are CLOCK_BOOTTIME ms; `csrf` stands in each of their forms.

    `sent` are the forms that they sent already; `said` is what the next page tells them once. `proof` is
    what their password was known by when they typed it, None where nothing was typed.
    """

    member: MemberId
    way: Way
    began_ms: int
    seen_ms: int
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    sent: OrderedDict[str, None] = field(default_factory=OrderedDict)
    said: str = ""
    proof: bytes | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def ended(self, now_ms: int) -> bool:
        idle_ms, longest_ms = (TAP_IDLE_MS, TAP_LONGEST_MS) if self.way is Way.TAP else (IDLE_MS, LONGEST_MS)
        return now_ms - self.seen_ms >= idle_ms or now_ms - self.began_ms >= longest_ms

    def first_time(self, once: str) -> bool:
        """Whether this form was not sent before; it counts as sent from now on."""
        with self._lock:
            if once in self.sent:
                return False
            self.sent[once] = None
            while len(self.sent) > MOST_FORMS:
                self.sent.popitem(last=False)
            return True


class Sessions:
    """All of them. Any thread may call any of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: OrderedDict[bytes, Session] = OrderedDict()

    def open(self, member: MemberId, way: Way, now_ms: int, proof: bytes | None = None) -> str:
        """A new session; the key that its browser shows from now on."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._sweep(now_ms)
            self._open[_digest(key)] = Session(member, way, now_ms, now_ms, proof=proof)
            theirs = [name for name, one in self._open.items() if one.member == member]
            for name in theirs[:-MOST_OF_ONE]:
                del self._open[name]
            while len(self._open) > MOST:
                self._open.popitem(last=False)
        return key

    def find(self, key: str | None, now_ms: int, used: bool = True) -> Session | None:
        """The session of a key, which is used now; None for one that ended or never was."""
        if not key:
            return None
        with self._lock:
            found = self._open.get(_digest(key))
            if found is None or found.ended(now_ms):
                self._open.pop(_digest(key), None)
                return None
            found.seen_ms = now_ms if used else found.seen_ms
            return found

    def stands(self, key: str | None, now_ms: int) -> bool:
        """Whether the session of a key has not ended, without using it: a live page that nobody touches
        keeps nobody signed in."""
        with self._lock:
            found = self._open.get(_digest(key or ""))
            return found is not None and not found.ended(now_ms)

    def close(self, key: str | None) -> None:
        with self._lock:
            self._open.pop(_digest(key or ""), None)

    def close_all(self, of: MemberId, but: Session | None = None) -> int:
        """End all sessions of a member, save this one; how many there were."""
        return self._close(lambda one: one.member == of and one is not but)

    def _sweep(self, now_ms: int) -> None:
        for key in [key for key, one in self._open.items() if one.ended(now_ms)]:
            del self._open[key]

    def _close(self, which: Callable[[Session], bool]) -> int:
        with self._lock:
            ended = [key for key, one in self._open.items() if which(one)]
            for key in ended:
                del self._open[key]
        return len(ended)

    def __len__(self) -> int:
        return len(self._open)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
