"""Reports for funders from the books of a hub: what was done at any of its gates is in them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hub_lab import Lab

from fabgate.charter import Charter
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.reports.gathered import Period, gather
from fabgate.rules.month import Month
from fabgate.store.db import Store

UTC = ZoneInfo("UTC")


def test_the_figures_of_a_hub_are_those_of_all_its_gates(lab: Lab):
    gates = lab.join("gate1", "gate2")
    for gate in gates:
        for number in range(3):
            said = SessionStarted(gate.machine, "laser", f"m-{number}", "k:00", "autonomous", "tap", 1)
            (start,) = gate.write(Draft(gate.clock.now(), said))
            stop = SessionStopped(str(start), gate.machine, "own_tap", 60_000)
            gate.write(Draft(gate.clock.now(), stop))
    lab.settle()
    now_s = lab.clock.now().wall_ms // 1000
    month = Month.at(now_s, UTC)
    with Store(lab.settings.gate.state).reader() as reader:
        found = gather(reader.conn, Charter(), (), Period(month, month, UTC, now_s + 3_600))
    assert (found.census.whole.sessions, found.census.whole.powered_s) == (6, 360)
    assert found.census.whole.who == {"m-0", "m-1", "m-2"}
    assert set(found.census.machines) == {gate.machine for gate in gates}
    assert len(found.census.visits) == 3
