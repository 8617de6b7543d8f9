"""A gate that is sure of a time that is not: told, not believed, and no export breaks."""

from __future__ import annotations

import json

import pytest
from hub_lab import WALL_MS, Lab
from test_hub_hostile import batch, begun

from fabgate.cli import command
from fabgate.model import Moment
from fabgate.records import ClockSeen, Draft, SessionStarted, SessionStopped, encode
from fabgate.rehearsal.expect import Ran
from fabgate.store import gates, journal
from fabgate.store.db import Store
from fabgate.wire.presence import GateState

FAR_MS = 4_070_908_800_000  # 2099
LAST_MS = 253_370_764_799_000  # the last moment that a record may have
HERE, THERE = "export usage --month 2026-09", "export usage --month 2099-01"


def session(wall_ms: int, synced: bool = True) -> list[str]:
    """An epoch with one session of a minute, which began then by its gate's clock."""
    start = SessionStarted("laser", "laser", "m-1", "k:00", "autonomous", "tap", 3_600_000)
    stop = SessionStopped("openfab/gate-9/e1#2", "laser", "own_tap", 60_000)
    begin, end = (Moment("boot", 5 + ms, wall_ms + ms, synced) for ms in (0, 60_000))
    return [begun(), encode(Draft(begin, start)), encode(Draft(end, stop))]


def take(lab: Lab, wall_ms: int, synced: bool = True) -> None:
    lab.say("gate-9", "journal", batch("gate-9", "e1", session(wall_ms, synced)).encode())
    lab.settle()
    assert len(lab.held()["openfab/gate-9/e1"]) == 3


def typed(lab: Lab, line: str) -> Ran:
    ran = command(line.split(), lab.settings, lab.clock)
    assert ran.status == 0, ran.printed
    return ran


@pytest.mark.parametrize("synced", [True, False])
def test_a_gate_in_2099_is_told_of_and_moves_no_time_at_the_hub(lab: Lab, synced: bool) -> None:
    at = Moment("boot", 5, FAR_MS, synced)
    lab.say("gate-9", "state", GateState("ready", "a", at, "1").encode())
    lab.settle()
    lab.pass_ms(2_000)
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        row = gates.gates(reader.conn)["gate-9"]
        seen = [one.body for one in journal.entries(reader.conn, kinds=(ClockSeen.kind,))]
    now_ms = lab.clock.now().wall_ms
    assert all(one is not None and one <= now_ms for one in (row.heard_ms, row.state_ms, row.joined_ms))
    if synced:
        assert (set(lab.alarms()), seen) == ({("gate-9", "clock")}, [])
    else:
        assert lab.alarms() == {}
        assert [one.wall_ms <= now_ms for one in seen if isinstance(one, ClockSeen)] == [True]


@pytest.mark.parametrize("wall_ms", [FAR_MS, LAST_MS - 60_000])
def test_a_session_of_2099_breaks_no_export_and_is_named_beside_the_month(lab: Lab, wall_ms: int) -> None:
    take(lab, wall_ms)
    here = typed(lab, HERE).printed
    assert "gate-9" not in here
    assert "1 session(s) stand in " in here
    for line in ("session list", "session list --month 2026-09", "journal tail", f"{HERE} --per member"):
        typed(lab, line)
    assert len(json.loads(typed(lab, "session list --json").printed)) == 1


def test_a_session_of_2099_stands_in_the_month_that_it_says(lab: Lab) -> None:
    take(lab, FAR_MS)
    assert "openfab/gate-9/e1#2" in typed(lab, THERE).printed


def test_a_session_of_this_month_is_named_beside_no_other(lab: Lab) -> None:
    take(lab, WALL_MS)
    assert "stand in" not in typed(lab, "export usage --month 2026-08").printed
    assert "openfab/gate-9/e1#2" in typed(lab, HERE).printed


def test_a_hub_that_does_not_know_the_time_calls_no_session_late(lab: Lab) -> None:
    take(lab, WALL_MS)
    lab.clock.synced = False
    lab.clock.step_wall(-WALL_MS)
    assert "stand in" not in typed(lab, "export usage --month 2026-08").printed


def test_a_session_of_an_unsure_clock_in_2099_is_dated_by_when_the_hub_heard_of_it(lab: Lab) -> None:
    at = Moment("boot", 5, FAR_MS, False)
    lab.say("gate-9", "state", GateState("ready", "a", at, "1").encode())
    take(lab, FAR_MS, synced=False)
    assert "openfab/gate-9/e1#2" in typed(lab, HERE).printed


def test_a_record_from_beyond_every_calendar_is_refused(lab: Lab) -> None:
    lab.say("gate-9", "journal", batch("gate-9", "e1", session(LAST_MS + 1)).encode())
    lab.settle()
    assert lab.held() == {}
    assert ("gate-9", "unsound") in lab.alarms()
