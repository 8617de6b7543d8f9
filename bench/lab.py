"""A lab to measure in: books with many members, one laser, no screen."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.desk import lab as founding
from fabgate.desk.members import Details
from fabgate.devices.clock import SystemClock
from fabgate.link import joined
from fabgate.link.invitation import Invitation, lines_of
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.store.db import Store
from fabgate.store.keys import Keys

TOML = """
[lab]
name = "openfab"
zone = "Europe/Brussels"
[gate]
clock = "trusted"
heartbeat = "60s"
state = "{state}"
[actors]
proof = "claimed"
[machine.laser]
skill = "laser"
limit = "12h"
[machine.laser.output.relay]
role = "power"
pin = 17
"""
TOKEN = "5a0c91d2:" + "ab" * 32
ADA = Uid(bytes.fromhex("04A2B3C4D5E680"))
STRANGER = Uid(bytes.fromhex("04FFFFFFFFFF80"))


def settings(folder: Path) -> Settings:
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    path = folder / "fabgate.toml"
    path.write_text(TOML.format(state=state))
    return config.load(path)


def found(folder: Path, members: int) -> Settings:
    """A lab whose roster has so many members, each with a badge and a grant; one of them is Ada."""
    made = settings(folder)
    founding.init(made, SystemClock("trusted"), Details(name="Zoe", handle="zoe"))
    keys = Keys.load(made.gate.state)
    with Store(made.gate.state).writer() as writer, writer.write() as pen:
        lab = pen.lab
        for number in range(members):
            member = f"m-{number:016x}"
            token = keys.tokens(ADA)[0] if number == members // 2 else f"x:{number:064x}"
            pen.execute("INSERT INTO members (lab, id, added_ms) VALUES (?, ?, 0)", (lab, member))
            pen.execute(
                "INSERT INTO people (lab, member, handle, name, nameable) VALUES (?, ?, ?, ?, 0)",
                (lab, member, f"h{number}", f"Member {number}"),
            )
            pen.execute(
                "INSERT INTO badges (lab, token, member, label, added_ms, record)"
                " VALUES (?, ?, ?, '', 0, '')",
                (lab, token, member),
            )
            pen.execute(
                "INSERT INTO grants (lab, member, skill, level, given_by, record, since_ms)"
                " VALUES (?, ?, 'laser', 2, '', '', 0)",
                (lab, member),
            )
    with Store(made.gate.state).writer() as writer:
        writer.checkpoint()
    return made


def backlog(made: Settings, records: int) -> None:
    """So many records that no hub has yet: starts and stops of sessions of an earlier day."""
    at = Moment("an-earlier-day", 0, 1_790_000_000_000, synced=True)
    with Store(made.gate.state).writer() as writer:
        for _ in range(0, records, 2_000):
            with writer.write() as pen:
                for _ in range(1_000):
                    body = SessionStarted("laser", "laser", "m-0", TOKEN, "autonomous", "tap", 3_600_000)
                    start = pen.append(Draft(at, body))
                    pen.append(Draft(at, SessionStopped(str(start), "laser", "own_tap", 60_000)))
        writer.checkpoint()


def join(made: Settings, port: int) -> None:
    """Join the hub on this machine, as `fabgate gate join` does."""
    keys = lines_of(Keys.load(made.gate.state))
    gate = made.gate.name
    joined.keep(
        made.gate.state,
        Invitation("fabgate-invitation-1", made.lab.name, gate, "127.0.0.1", port, 0, None, keys),
    )


def plain_copy(folder: Path, members: int) -> sqlite3.Connection:
    """The floor's own little database: the same sizes, a few plain lines."""
    conn = sqlite3.connect(folder / "floor.db", isolation_level=None, check_same_thread=False)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    conn.execute("PRAGMA wal_autocheckpoint=0")
    conn.execute("CREATE TABLE badges (token TEXT PRIMARY KEY, member TEXT) WITHOUT ROWID")
    conn.execute("CREATE TABLE members (id TEXT PRIMARY KEY, name TEXT, suspended INTEGER) WITHOUT ROWID")
    conn.execute(
        "CREATE TABLE grants (member TEXT, skill TEXT, level INT, PRIMARY KEY (member, skill)) WITHOUT ROWID"
    )
    conn.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, hash BLOB, body TEXT)")
    conn.execute("BEGIN")
    for number in range(members):
        conn.execute("INSERT INTO badges VALUES (?, ?)", (f"x:{number:064x}", f"m-{number:016x}"))
        conn.execute("INSERT INTO members VALUES (?, ?, NULL)", (f"m-{number:016x}", f"Member {number}"))
        conn.execute("INSERT INTO grants VALUES (?, 'laser', 2)", (f"m-{number:016x}",))
    conn.execute("COMMIT")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return conn


__all__ = ["ADA", "STRANGER", "found", "plain_copy", "replace", "settings"]
