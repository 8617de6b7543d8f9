"""What can be wrong with a hub, looked at one thing at a time, each with how to mend it.

`fabgate doctor` prints it on a hub's computer. Everything is read from files: nobody is called up.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fabgate.config import Settings
from fabgate.errors import FabgateError
from fabgate.hub import broker, papers
from fabgate.hub.certificates import WARN_DAYS
from fabgate.hub.standings import Standing, standings
from fabgate.model import Clock
from fabgate.reports import checks
from fabgate.reports.finding import Finding, Grade
from fabgate.store import gates as rows
from fabgate.store.db import Store
from fabgate.store.gates import OBSERVER
from fabgate.wire.roster import SPONSORSHIP

CERTIFICATES = "certificates"
SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENS = "0A"
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000


def checkup(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every finding about this hub, books first, its gates last."""
    found = checks.books(settings, "fabgate hub init --manager NAME")
    yield found
    aside = checks.moved_aside(settings, "Its gates give back what they have: see fabgate gate list.")
    if aside is not None:
        yield aside
    yield checks.keys(settings)
    yield checks.disk(settings.gate.state)
    yield checks.sqlite(sqlite3.sqlite_version_info)
    yield checks.clock(settings, clock)
    yield checks.rules(settings)
    yield _daemon(settings.gate.state)
    yield _broker(settings)
    yield from _certificates(settings, clock)
    if settings.board.serve:
        yield _board(settings)
    if found.grade is Grade.OK:
        yield from _lab(settings, clock)


def _daemon(folder: Path) -> Finding:
    if checks.runs(folder):
        return Finding("daemon", Grade.OK, "a hub runs on these books")
    return Finding("daemon", Grade.WARN, "no hub runs here", "systemctl status fabgate-hub")


def _broker(settings: Settings) -> Finding:
    """Whether anybody listens on the broker's port of this computer."""
    name, port = "broker", broker.hub_of(settings).port
    config = settings.gate.state / broker.FOLDER / broker.CONFIG
    if not config.exists():
        return Finding(name, Grade.FAIL, f"{config} is not there", "fabgate hub renew")
    listens = _listens(port)
    if listens is None:
        return Finding(name, Grade.WARN, "this system does not say who listens", "fabgate gate list")
    if not listens:
        remedy = "systemctl status fabgate-broker"
        return Finding(name, Grade.FAIL, f"nobody listens on port {port}: no gate is heard", remedy)
    return Finding(name, Grade.OK, f"listens on port {port}")


def _board(settings: Settings) -> Finding:
    """Whether the board answers; a hub does its work without it."""
    name, port = "board", settings.board.port
    if not _listens(port):
        remedy = "sudo journalctl -u fabgate-hub says why; no board wanted: [board] serve = false"
        return Finding(name, Grade.WARN, f"nobody listens on port {port}", remedy)
    return Finding(name, Grade.OK, f"listens on port {port}")


def _listens(port: int) -> bool | None:
    said = []
    for table in SOCKETS:
        try:
            said += table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
    if not said:
        return None
    return any(
        fields[3] == _LISTENS and fields[1].endswith(f":{port:04X}") for fields in map(str.split, said)
    )


def _certificates(settings: Settings, clock: Clock) -> Iterator[Finding]:
    try:
        days = papers.days_left(settings, clock.now().wall_ms)
    except FabgateError as error:
        yield Finding(CERTIFICATES, Grade.FAIL, error.what, error.remedy)
        return
    if not days:
        yield _none(settings)
        return
    soon = {name: left for name, left in days.items() if left < WARN_DAYS}
    for name, left in soon.items():
        found = f"good for {left} more days" if left >= 0 else "it has run out"
        grade = Grade.WARN if left >= 0 else Grade.FAIL
        yield Finding(f"certificate {name}", grade, found, _renewal(name))
    if not soon:
        name, left = next(iter(days.items()))
        yield Finding(CERTIFICATES, Grade.OK, f"{len(days)}, the first to end is that of {name}: {left} days")


def _none(settings: Settings) -> Finding:
    if broker.hub_of(settings).tls:
        return Finding(CERTIFICATES, Grade.FAIL, "there is no authority here", "fabgate hub init, or restore")
    return Finding(CERTIFICATES, Grade.OK, "none: this broker is on 127.0.0.1 alone")


def _renewal(name: str) -> str:
    if name.startswith(OBSERVER):
        return f"fabgate hub invite --observer {name.removeprefix(OBSERVER)} --to FOLDER"
    if name == papers.BOARD:
        return "fabgate board certify"
    own = name in (papers.BROKER, "hub", "fabgate")
    return "fabgate hub renew" if own else f"fabgate hub invite {name} --to FILE"


def _lab(settings: Settings, clock: Clock) -> Iterator[Finding]:
    wall_ms = clock.now().wall_ms
    with Store(settings.gate.state).reader() as reader:
        epoch = reader.identity.origin.rpartition("/")[2]
        found = [one for one in standings(settings, reader.conn, epoch, wall_ms) if one.state != "retired"]
        alarms = [one for one in rows.alarms(reader.conn) if one.over_ms is None]
    if not found:
        yield Finding("gates", Grade.OK, "none has joined yet: fabgate hub invite NAME --to FILE")
    for one in found:
        yield _gate(one)
        if _has_other_rules(one, settings.charter.digest):
            yield Finding(
                f"rules of {one.row.gate}",
                Grade.WARN,
                f"{one.row.gate} has other rules than the hub",
                "Copy the hub's rules.toml to the gate, and there: sudo systemctl restart fabgate-gate",
            )
    for alarm in alarms:
        remedy = f"docs/hub.md says what it means; then: fabgate hub alarms --over {alarm.alarm} {alarm.gate}"
        yield Finding(f"alarm {alarm.alarm}", Grade.FAIL, f"{alarm.gate}: {alarm.what}", remedy)


def _gate(one: Standing) -> Finding:
    name, held = f"gate {one.row.gate}", f"{one.held} records are here"
    if one.missing:
        held += f", {one.missing} are still there"
    if one.state == "invited":
        return Finding(
            name, Grade.WARN, "was invited and has not come", "On the gate: fabgate gate join FILE"
        )
    if one.away:
        since = "" if one.age_ms is None else f", heard {_ago(one.age_ms)} ago"
        remedy = "Is it on, and in the network? It works on alone meanwhile. On the gate: fabgate doctor"
        return Finding(name, Grade.WARN, f"is {one.state}{since}; {held}", remedy)
    return Finding(name, Grade.OK, f"is there; {held}")


def _has_other_rules(one: Standing, digest: str) -> bool:
    """A gate of an earlier version has none, and says so by what it lacks."""
    return one.info is not None and SPONSORSHIP in one.info.features and one.info.rules != digest


def _ago(ms: int) -> str:
    if ms < 2 * _HOUR_MS:
        return f"{ms // _MINUTE_MS} min"
    return f"{ms // _HOUR_MS} h" if ms < 2 * _DAY_MS else f"{ms // _DAY_MS} days"
