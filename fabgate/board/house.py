"""What every page is given: the lab, its books, the clock, the templates, who is signed in."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event, Lock

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fabgate.board.door import Door
from fabgate.board.sessions import Sessions
from fabgate.board.speaker import Speaker, spoken_in
from fabgate.config import Settings
from fabgate.desk import Desk
from fabgate.hub.lab import with_machines
from fabgate.model import Clock, MemberId
from fabgate.store.db import Reader, Store

_FRESH_MS = 1_000  # for so long a hub's machines are what they were: gates join seldom


@dataclass
class House:
    """The board of one lab. `given` is its checked configuration; any thread may use it."""

    given: Settings
    clock: Clock
    sessions: Sessions = field(default_factory=Sessions)
    door: Door = field(default_factory=Door)
    over: Event = field(default_factory=Event, repr=False)  # the board ends: live pages let go
    drawn: dict[Hashable, Markup] = field(default_factory=dict, repr=False)  # pieces that may be shown again
    _lock: Lock = field(default_factory=Lock, repr=False)
    _lab: tuple[int, Settings] | None = None
    _speakers: dict[str, Speaker] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> Settings:
        """The configuration; at a hub with the machines of its gates as they are now."""
        if self.given.hub is None:
            return self.given
        now_ms = self.clock.now().boot_ms
        with self._lock:
            if self._lab is None or not 0 <= now_ms - self._lab[0] < _FRESH_MS:
                self._lab = now_ms, with_machines(self.given)
            return self._lab[1]

    @property
    def languages(self) -> tuple[str, ...]:
        return spoken_in(self.given)

    def speaker(self, language: str) -> Speaker:
        """Who speaks this language of the lab."""
        with self._lock:
            if language not in self._speakers:
                self._speakers[language] = Speaker(language, self.given)
            return self._speakers[language]

    @cached_property
    def store(self) -> Store:
        return Store(self.given.gate.state)

    @cached_property
    def templates(self) -> Environment:
        return Environment(
            loader=PackageLoader("fabgate.board"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The books, to read, in the thread that asks. Raises StoreError."""
        with self.store.reader() as reader:
            yield reader

    @contextmanager
    def desk(self, member: MemberId | None = None, bare: bool = False) -> Iterator[Desk]:
        """The desk, in the thread that asks; its deeds are those of the member who signed in, `bare`: of them
        without their offices."""
        with self.store.writer() as writer:
            yield Desk(self.settings, writer, self.clock, signed_in=member, bare=bare)
