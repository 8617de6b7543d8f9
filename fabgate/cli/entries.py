"""A journal record as a line: for people with handles and reasons, for programs as it was written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict

from fabgate.cli.frame import Here, printable
from fabgate.cli.show import Handles, Json, hours, local, utc
from fabgate.desk import badges
from fabgate.model import Token
from fabgate.records import FIELDS, Entry, Unknown
from fabgate.store import journal

_PEOPLE = ("member", "by", "sponsor", "vouched", "leader", "payer", "company")
_BADGES = ("badge", "sponsor_badge")
_LENGTHS = ("limit_ms", "length_ms", "uncertain_ms", "blind_ms", "busy_ms", "supervised_ms", "roster_age_ms")
_TIMES = ("until_ms", "since_ms", "as_of_ms", "own_ms", "supervised_last_ms")
_RECORDS = ("session", "proposal", "grant", "workshop", "sale")
_UNSAID = ("supersedes", "text")  # for machines; and a price list, which is a file of its own
_COUNTED = ("lines", "read", "open")  # many, each of them long


def as_line(here: Here, conn: sqlite3.Connection, entry: Entry, handles: Handles) -> str:
    """Number, time in the lab's zone, kind, what it says, and why where somebody said so.

    A time with `?` is of a clock that was not known to be right.
    """
    if entry.body is None or entry.at is None:
        return f"{entry.id.seq:>6}  {'':<20}  (blanked: a purge record says why)"
    at = _time(here, entry.at.wall_ms) + ("" if entry.at.synced else "?")
    said = " ".join(_said(here, entry, handles))
    reason = journal.notes(conn, entry.id).get("reason")
    why = f'  "{printable(reason)}"' if reason else ""
    return f"{entry.id.seq:>6}  {at:<20}  {entry.body.kind:<16} {said}{why}".rstrip()


def as_json(conn: sqlite3.Connection, entry: Entry) -> str:
    """One line of JSON: the record's id and moment, its body as it was written, the notes beside it."""
    at, body = entry.at, entry.body
    said: Json = {"record": str(entry.id)}
    if at is not None:
        said |= {"at": utc(at.wall_ms), "boot": at.boot, "boot_ms": at.boot_ms, "synced": at.synced}
    if body is not None:
        said |= {"kind": body.kind, "body": body.body if isinstance(body, Unknown) else asdict(body)}
    said["notes"] = dict(journal.notes(conn, entry.id))
    return json.dumps(said, ensure_ascii=False)


def _time(here: Here, wall_ms: int) -> str:
    return f"{local(here, wall_ms)}:{wall_ms // 1000 % 60:02d}"


def _said(here: Here, entry: Entry, handles: Handles) -> Iterator[str]:
    body = entry.body
    if isinstance(body, Unknown):
        yield printable(json.dumps(dict(body.body), ensure_ascii=False))
    elif body is not None:
        for name, default in FIELDS[body.kind]:
            value = getattr(body, name)
            # Nobody is named by nothing: the gate itself locked, or nobody owns the badge.
            if value not in (default, None, "") and name not in _UNSAID:
                yield f"{name.removesuffix('_ms')}={printable(_read(here, name, value, handles))}"


def _read(here: Here, name: str, value: object, handles: Handles) -> object:
    """A field as people read it."""
    if name in _PEOPLE:
        several = value if isinstance(value, tuple) else (value,)
        return ",".join(handles.of(str(one)) for one in several)
    if name in _BADGES:
        return badges.short(Token(str(value)))
    if name in _COUNTED and isinstance(value, tuple):
        return len(value)
    if name in _RECORDS:
        return str(value).rpartition("#")[2]
    if isinstance(value, int) and name in _LENGTHS and value >= 0:
        return hours(value)
    return local(here, value) if isinstance(value, int) and name in _TIMES else value
