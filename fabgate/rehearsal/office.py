"""The desk as the seeded world uses it: words of a command in, the deed itself done, no command line."""

from __future__ import annotations

import sqlite3
from types import TracebackType
from typing import Self

from fabgate.config import Settings
from fabgate.desk import badges, grants, lab, machines, members, sessions
from fabgate.desk.deed import Desk, Done
from fabgate.model import Clock, Denied, Level
from fabgate.store.db import Store
from fabgate.store.keys import Keys


class Office:
    """A manager called zoe, with the books open."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._writer = Store(settings.gate.state).writer()
        self.desk = Desk(settings, self._writer, clock, None, Keys.load(settings.gate.state))

    @property
    def conn(self) -> sqlite3.Connection:
        """The books, to read."""
        return self._writer.conn

    def do(self, argv: tuple[str, ...]) -> bool:
        """Do the deed that these words name; whether it was done, and not refused."""
        return isinstance(self._deed(argv), Done)

    def _deed(self, argv: tuple[str, ...]) -> Done | Denied:
        match argv:
            case ("machine", "lock", machine, "--by", by, "--reason", reason):
                return machines.lock(self.desk, by, machine, reason)
            case ("machine", "unlock", machine, "--by", by, "--reason", reason):
                return machines.unlock(self.desk, by, machine, reason)
            case ("member", "suspend", whom, "--by", by, "--reason", reason):
                return members.suspend(self.desk, by, whom, reason)
            case ("member", "lift", whom, "--by", by, "--reason", reason):
                return members.lift(self.desk, by, whom, reason)
            case ("grant", "give", whom, skill, "--level", level, "--by", by, "--reason", reason):
                return grants.give(self.desk, by, whom, skill, Level.of(level), reason)
            case ("grant", "revoke", whom, skill, "--by", by, "--reason", reason):
                return grants.revoke(self.desk, by, whom, skill, reason)
            case ("session", "close", what, "--by", by, "--reason", reason):
                return sessions.close(self.desk, by, what, reason)
            case _:
                raise ValueError(f"the office knows no deed {argv}")

    def enrol(self, handle: str, uid: str) -> None:
        """A member with a badge."""
        members.add(self.desk, "zoe", members.Details(name=handle.title(), handle=handle))
        badges.add(self.desk, "zoe", handle, uid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()


def found(settings: Settings, clock: Clock) -> None:
    """The books of a lab whose first manager is zoe."""
    lab.init(settings, clock, members.Details(name="Zoe", handle="zoe"))
