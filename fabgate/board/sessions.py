"""Who is signed in, in the memory of the board alone: a restart signs all out, a stolen disk tells nothing.

A browser holds a random key in a cookie; here stands its digest. What a member may see is asked anew at
every request: nothing about rights is remembered. A session whose time is over opens nothing any more; for a
while it is known, so that what was typed into a form by then is there again when the same member has signed
in anew in the same browser.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition, Lock

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
KEPT_MS = 2 * 3_600_000  # a form that was begun before a long lunch
MOST_OVER = 100  # sessions whose time is over, each with one form at most
_LONGEST_WAY = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form that stood on the page `at`, and was sent to `to`."""

    at: str
    to: str
    fields: Mapping[str, str]


@dataclass(slots=True)
class Sent:
    """A form that was sent: the digest of `what` stood in it, and where it `led`: nowhere where that is
    empty, not known yet where it is None."""

    what: bytes
    led: str | None = None


@dataclass(slots=True)
class Session:
    """Somebody who signed in. Times are CLOCK_BOOTTIME ms; `csrf` stands in each of their forms.

    `sent` are the forms that they sent already; `said` is what the next page tells them once. `proof` is
    what their password was known by when they typed it, None where nothing was typed. `typed` is what they
    typed into a form when the time of their session was over.
    """

    member: MemberId
    way: Way
    began_ms: int
    seen_ms: int
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    sent: OrderedDict[str, Sent] = field(default_factory=OrderedDict)
    said: str = ""
    proof: bytes | None = None
    typed: Typed | None = None
    _lock: Condition = field(default_factory=Condition, repr=False)

    def ended(self, now_ms: int) -> bool:
        idle_ms, longest_ms = (TAP_IDLE_MS, TAP_LONGEST_MS) if self.way is Way.TAP else (IDLE_MS, LONGEST_MS)
        return now_ms - self.seen_ms >= idle_ms or now_ms - self.began_ms >= longest_ms

    def first_time(self, once: str, what: bytes = b"") -> bool:
        """Whether this form was not sent before; it counts as sent from now on."""
        with self._lock:
            if once in self.sent:
                return False
            self.sent[once] = Sent(what)
            while len(self.sent) > MOST_FORMS:
                self.sent.popitem(last=False)
            return True

    def led(self, once: str, path: str) -> None:
        """Where a form that was sent has led, is known now; empty: to no other page."""
        with self._lock:
            if once in self.sent:
                self.sent[once].led = path if len(path) <= _LONGEST_WAY else ""
            self._lock.notify_all()

    def leads(self, once: str, what: bytes, patience_s: float) -> str:
        """Where the form led that was sent before with the same in it, as soon as that is known; empty where
        it led nowhere, where something else stands in it now, or where it takes longer."""
        with self._lock:
            sent = self.sent.get(once)
            if sent is None or sent.what != what:
                return ""
            self._lock.wait_for(lambda: sent.led is not None, patience_s)
            return sent.led or ""

    def take_typed(self, at: str) -> Typed | None:
        """What was typed on this page when the time was over; once."""
        with self._lock:
            if self.typed is None or self.typed.at != at:
                return None
            typed, self.typed = self.typed, None
            return typed


class Sessions:
    """All of them. Any thread may call any of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: OrderedDict[bytes, Session] = OrderedDict()
        self._over: OrderedDict[bytes, Session] = OrderedDict()  # by time, with a password

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
            if found is None:
                return None
            if found.ended(now_ms):
                self._sweep(now_ms)
                return None
            found.seen_ms = now_ms if used else found.seen_ms
            return found

    def stands(self, key: str | None, now_ms: int) -> bool:
        """Whether the session of a key has not ended, without using it: a live page that nobody touches
        keeps nobody signed in."""
        with self._lock:
            found = self._open.get(_digest(key or ""))
            return found is not None and not found.ended(now_ms)

    def over(self, key: str | None, now_ms: int) -> Session | None:
        """The session of a key that began with a password, and whose time was over not long ago. It opens
        nothing: it tells whose browser this was, and which forms it was handed."""
        if not key:
            return None
        with self._lock:
            self._sweep(now_ms)
            return self._over.get(_digest(key))

    def left(self, key: str | None, member: MemberId, proof: bytes | None, now_ms: int) -> Typed | None:
        """What this member typed in the browser with this key when their time was over; None where it was
        somebody else, or where they have another password since."""
        before = self.over(key, now_ms)
        same = before is not None and before.member == member and before.proof == proof
        return before.typed if before is not None and same else None

    def close(self, key: str | None) -> None:
        with self._lock:
            self._open.pop(_digest(key or ""), None)
            self._over.pop(_digest(key or ""), None)

    def close_all(self, of: MemberId, but: Session | None = None) -> int:
        """End all sessions of a member, save this one; how many there were."""
        return self._close(lambda one: one.member == of and one is not but)

    def _sweep(self, now_ms: int) -> None:
        for key in [key for key, one in self._open.items() if one.ended(now_ms)]:
            ended = self._open.pop(key)
            if ended.way is Way.PASSWORD:
                self._over[key] = ended
        for key in [key for key, one in self._over.items() if one.ended(now_ms - KEPT_MS)]:
            del self._over[key]
        while len(self._over) > MOST_OVER:
            self._over.popitem(last=False)

    def _close(self, which: Callable[[Session], bool]) -> int:
        with self._lock:
            ended = [key for key, one in self._open.items() if which(one)]
            for key in ended:
                del self._open[key]
            for key in [key for key, one in self._over.items() if which(one)]:
                del self._over[key]
        return len(ended)

    def __len__(self) -> int:
        return len(self._open)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
