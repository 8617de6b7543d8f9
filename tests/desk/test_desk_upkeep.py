"""How machines are kept: services done and due, and when they could not be used."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_day import NOON, done

from fabgate.desk import machines, upkeep
from fabgate.model import Code, Denied, MachineId, Moment, Role, Service
from fabgate.records import (
    ClockSynced,
    Draft,
    GateStarted,
    GateStopped,
    MachineLocked,
    MachineServiced,
    SessionStopped,
    TroubleBegan,
    TroubleOver,
)
from fabgate.rules.downtime import Stretch

HOUR = 3_600_000
SERVICES = (Service("lens", jobs=10, blocks=True), Service("belt", days=30))
CUTTER = MachineId("cutter")
EVER = (0, 1 << 50)


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


@pytest.fixture
def desk(here):
    """Where the cutter has services."""
    cutter = here.desk.settings.machines[CUTTER]
    cutter = replace(cutter, rules=replace(cutter.rules, services=SERVICES))
    settings = replace(here.desk.settings, machines={**here.desk.settings.machines, CUTTER: cutter})
    return replace(here.desk, settings=settings)


def put(desk, body, ms=0, synced=True, boot="b1"):
    with desk.writer.write() as pen:
        return pen.append(Draft(Moment(boot, ms, NOON + ms, synced), body))


def ran(desk, times):
    for _ in range(times):
        put(desk, SessionStopped("a/b/c#1", "cutter", "own_tap", 60_000, busy_ms=1_000))


def kept(desk):
    return {one.service.name: one for one in upkeep.kept(desk, desk.settings.machines[CUTTER])}


def test_a_service_counts_from_the_first_use_and_anew_when_it_was_done(here, desk):
    ran(desk, 9)
    lens = kept(desk)["lens"]
    assert (lens.left.left_jobs, lens.left.over, lens.done_ms, lens.by) == (1, False, None, None)
    ran(desk, 1)
    assert kept(desk)["lens"].left.over
    answer = done(upkeep.serviced(desk, "zoe", "cutter", "lens", "cleaned"))
    assert (answer.facts["service"], answer.facts["title"]) == ("lens", "Cutter")
    zoe = here.last().body.by
    assert here.last().body == MachineServiced("cutter", "lens", zoe)
    assert here.said_beside()["reason"] == "cleaned"
    lens, belt = kept(desk)["lens"], kept(desk)["belt"]
    assert (lens.left.left_jobs, lens.done_ms, lens.by) == (10, NOON, zoe)
    assert (belt.wear.jobs, belt.done_ms) == (10, None)


def test_only_who_keeps_the_machine_says_that_it_was_serviced(here, desk):
    here.member("ada")
    refused(upkeep.serviced(desk, "ada", "cutter", "lens", None), Code.NOT_ALLOWED)
    here.role("ada", Role.MAINTAINER, "router")
    refused(upkeep.serviced(desk, "ada", "cutter", "lens", None), Code.NOT_ALLOWED)
    here.role("ada", Role.MAINTAINER, "cutter")
    done(upkeep.serviced(desk, "ada", "cutter", "lens", None))
    here.suspend("ada")
    refused(upkeep.serviced(desk, "ada", "cutter", "lens", None), Code.SUSPENDED_MEMBER)


def test_a_service_or_a_machine_that_is_not_there_is_told(desk):
    refused(upkeep.serviced(desk, "zoe", "cutter", "oil", None), Code.NOTHING_TO_DO)
    refused(upkeep.serviced(desk, "zoe", "router", "lens", None), Code.NOTHING_TO_DO)
    refused(upkeep.serviced(desk, "zoe", "toaster", "lens", None), Code.UNKNOWN_MACHINE)


# --- out of service -----------------------------------------------------------------------------


def out(desk, machine=CUTTER, span=EVER):
    return upkeep.out_of_service(desk, machine, *span)


def test_a_lock_lasts_from_when_it_was_made_until_it_was_lifted(here, desk):
    assert out(desk) == ()
    done(machines.lock(desk, "zoe", "cutter", "x"))
    here.clock.wall_ms += HOUR
    assert out(desk) == (Stretch("locked", NOON, NOON + HOUR),), "it lasts still"
    done(machines.unlock(desk, "zoe", "cutter"))
    here.clock.wall_ms += HOUR
    assert out(desk) == (Stretch("locked", NOON, NOON + HOUR),)
    assert out(desk, MachineId("router")) == ()
    assert out(desk, span=(NOON + 5, NOON + 9)) == (Stretch("locked", NOON + 5, NOON + 9),)


def test_a_lock_that_the_machine_made_says_by_what(here, desk):
    put(desk, MachineLocked("cutter", "", cause="oops"))
    here.clock.wall_ms += HOUR
    assert [one.cause for one in out(desk)] == ["oops"]
    shown = machines.shown(desk, "cutter")
    assert (shown.locked.by, shown.locked.cause) == (None, "oops")


def test_a_trouble_lasts_until_it_is_over_or_until_its_gate_begins_anew(here, desk):
    here.clock.wall_ms += 10 * HOUR
    put(desk, TroubleBegan("cutter", "estop"), HOUR)
    put(desk, TroubleBegan("router", "estop"), HOUR)
    put(desk, TroubleOver("cutter", "estop"), 2 * HOUR)
    put(desk, TroubleBegan("cutter", "reader"), 3 * HOUR)
    put(desk, GateStopped(), 4 * HOUR)
    put(desk, TroubleBegan("cutter", "key"), 5 * HOUR)
    put(desk, GateStarted("1", clean=False), 6 * HOUR)
    put(desk, TroubleOver("cutter", "key"), 7 * HOUR)
    assert out(desk) == (
        Stretch("estop", NOON + HOUR, NOON + 2 * HOUR),
        Stretch("reader", NOON + 3 * HOUR, NOON + 4 * HOUR),
        Stretch("key", NOON + 5 * HOUR, NOON + 6 * HOUR),
    )


def test_a_trouble_is_dated_by_the_clock_that_came_right_later(here, desk):
    here.clock.wall_ms += 10 * HOUR
    with desk.writer.write() as pen:
        pen.append(Draft(Moment("b2", 1_000, 5, synced=False), TroubleBegan("cutter", "estop")))
        pen.append(Draft(Moment("b2", 2_000, NOON + 2_000, synced=True), ClockSynced()))
        pen.append(Draft(Moment("b2", 3_000, NOON + 3_000, synced=True), TroubleOver("cutter", "estop")))
    assert out(desk) == (Stretch("estop", NOON + 1_000, NOON + 3_000),)
