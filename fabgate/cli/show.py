"""How moments, lengths, people and sessions look on a terminal and in JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

import click

from fabgate.cli.frame import Here, printable
from fabgate.store import roster

Json = dict[str, object]


def local(here: Here, wall_ms: int | None) -> str:
    """A wall time as the lab reads it: 2026-10-24 09:00."""
    return (
        "" if wall_ms is None else _at(wall_ms).astimezone(here.settings.lab.zone).strftime("%Y-%m-%d %H:%M")
    )


def day(here: Here, wall_ms: int | None) -> str:
    """The lab's day that a wall time lies in: 2026-10-24."""
    return local(here, wall_ms)[:10]


def utc(wall_ms: int | None) -> str | None:
    """A wall time for programs: 2026-10-24T07:00:00Z."""
    return None if wall_ms is None else _at(wall_ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def _at(wall_ms: int) -> datetime:
    # A clock that was never set, or set to nonsense, is shown as near as Python's dates go.
    return datetime.fromtimestamp(min(max(wall_ms, 0), 253_370_764_799_000) / 1000, UTC)


def hours(length_ms: int) -> str:
    """A length as people say it: 1:05:09."""
    seconds = length_ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def show_facts(facts: Iterable[tuple[str, object]]) -> None:
    """A thing and what is known of it, a line each; what is not known is left out."""
    known = [(what, printable(value)) for what, value in facts]
    for what, value in known:
        if value:
            click.echo(f"{what + ':':<14} {value}")


class Handles:
    """The handles behind members' ids; the id itself where nobody is known by it any more."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._of = cache(lambda member: _handle(conn, member))

    def of(self, member: str) -> str:
        return self._of(member)


def _handle(conn: sqlite3.Connection, member: str) -> str:
    found = roster.member(conn, member)
    return member if found is None else found.handle


def person(member: roster.Member | None) -> str:
    """A member with their handle: Ada Lovelace (ada)."""
    return "" if member is None else f"{member.name} ({member.handle})"


def handle(member: roster.Member | None) -> str:
    return "" if member is None else member.handle


def or_id(member: roster.Member | None, known_as: str) -> str:
    """The handle of somebody; their id where these books do not know them any more."""
    return known_as if member is None else member.handle
