"""A machine's readers: from a UID to a token. No UID goes further than this file (law 12).

A machine may have two, a slot and one to tap. To the machine they are one: it is in trouble while
any of them is blind, and what lies on the ones that see is told again whenever that changes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from fabgate.badges.uid import Uid
from fabgate.devices.protocols import Appeared, Left, Reader, Refused, Sighting
from fabgate.errors import DeviceError, StoreError
from fabgate.events import BadgeGone, BadgeSeen, BadgeUnfit, Event, Mended, Troubled
from fabgate.model import Clock, MachineId, Token, Trouble
from fabgate.store.keys import Keys

log = logging.getLogger(__name__)
MOST_LYING = 16  # badges that went while their reader was blind are forgotten some day
Post = Callable[[Event], None]


class Eyes:
    """What the readers of one machine see together; each is turned by a thread of its own."""

    def __init__(self, machine: MachineId, clock: Clock, post: Post) -> None:
        self._machine, self._clock, self._post = machine, clock, post
        self._blind: set[object] = set()
        self._lying: dict[object, BadgeSeen] = {}
        self._lock = threading.Lock()

    def told(self, reader: object, event: BadgeSeen | BadgeGone | BadgeUnfit) -> None:
        """A reader saw something: pass it on, and remember what lies there."""
        with self._lock:
            match event:
                case BadgeSeen():
                    self._lying[reader] = event
                case BadgeGone():
                    self._lying.pop(reader, None)
                case BadgeUnfit():
                    pass
            self._post(event)

    def went_blind(self, reader: object) -> None:
        """From now on this reader sees nothing; what lay there is no longer known."""
        with self._lock:
            self._blind.add(reader)
            self._lying.pop(reader, None)
            self._post(Troubled(self._machine, Trouble.READER, self._clock.now()))
            self._remind()

    def sees(self, reader: object) -> None:
        """It sees again, and says next what lies there; with all of them the trouble is over."""
        with self._lock:
            self._blind.discard(reader)
            if not self._blind:
                self._post(Mended(self._machine, Trouble.READER, self._clock.now()))
                self._remind()

    def _remind(self) -> None:
        """The machine forgets what lies there when a reader fails; one that works says it only once."""
        for seen in self._lying.values():
            self._post(replace(seen, at=self._clock.now(), fresh=False))


class Tokens(Protocol):
    """Whatever makes the tokens of a badge, the newest key's first."""

    def tokens(self, uid: Uid) -> tuple[Token, ...]: ...


class Ring:
    """The badge keys in use, for all readers; they may change while the gate runs."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError without keys."""
        self._folder = folder
        self._keys = Keys.load(folder)

    def tokens(self, uid: Uid) -> tuple[Token, ...]:
        return self._keys.tokens(uid)

    def reload(self) -> None:
        """The file has changed: from now on these are the keys. What cannot be read changes nothing."""
        try:
            self._keys = Keys.load(self._folder)
        except StoreError as error:
            log.error("event=keys_not_read error=%r", error.what)


class ReaderEdge:
    """One reader of one machine, turned by its thread or by a rehearsal."""

    def __init__(
        self,
        machine: MachineId,
        reader: Reader,
        keys: Tokens,
        clock: Clock,
        post: Post,
        eyes: Eyes | None = None,
    ) -> None:
        self.machine, self.blind = machine, False
        self._reader, self._keys, self._clock = reader, keys, clock
        self._eyes = eyes or Eyes(machine, clock, post)
        self._lying: dict[Uid, tuple[Token, ...]] = {}

    def turn(self, timeout_s: float) -> None:
        """Wait for badges for at most `timeout_s` seconds and post what came; a dead reader is told once."""
        try:
            if self.blind:
                self._reader.revive()
                self.blind = False
                self._eyes.sees(self)
            sightings = self._reader.wait(timeout_s)
        except DeviceError as error:
            self._went_blind(error)
            return
        for sighting in sightings:
            self._eyes.told(self, self._event(sighting))

    def _went_blind(self, error: DeviceError) -> None:
        if not self.blind:
            log.error("event=reader_blind machine=%s error=%r", self.machine, error.what)
            self.blind = True
            self._eyes.went_blind(self)

    def _event(self, sighting: Sighting) -> BadgeSeen | BadgeGone | BadgeUnfit:
        at = self._clock.now()
        if isinstance(sighting, Refused):
            return BadgeUnfit(self.machine, sighting.code, at)
        token, *older = self._tokens(sighting)
        if isinstance(sighting, Left):
            return BadgeGone(self.machine, token, at)
        return BadgeSeen(self.machine, token, at, tuple(older), sighting.fresh)

    def _tokens(self, sighting: Appeared | Left) -> tuple[Token, ...]:
        """Under the keys of now; a badge that lies there keeps what it came with until it leaves.

        Else new keys would turn it into another one, and nobody would notice when it is taken out.
        """
        known = self._lying.pop(sighting.uid, None)
        fresh = isinstance(sighting, Appeared) and sighting.fresh
        tokens = self._keys.tokens(sighting.uid) if known is None or fresh else known
        if isinstance(sighting, Appeared):
            self._lying[sighting.uid] = tokens
            if len(self._lying) > MOST_LYING:
                self._lying.pop(next(iter(self._lying)))
        return tokens


def edges(
    machine: MachineId, readers: tuple[Reader, ...], keys: Tokens, clock: Clock, post: Post
) -> tuple[ReaderEdge, ...]:
    """The edges of one machine's readers, which see together."""
    eyes = Eyes(machine, clock, post)
    return tuple(ReaderEdge(machine, reader, keys, clock, post, eyes) for reader in readers)
