"""What a gate that looks on would have refused, counted for whoever mends it."""

from __future__ import annotations

from fabgate.desk import audited
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted
from fabgate.rules.month import Month

OCTOBER = 1_792_836_000_000


def begun(machine: str, member: str, day: int = 0, would: str = "") -> Draft:
    at = Moment("b", day, OCTOBER + day * 86_400_000, True)
    return Draft(at, SessionStarted(machine, "laser", member, "k:0", "none", "tap", 1, would=would))


def test_refusals_are_counted_by_machine_code_and_member(here):
    ada = here.member("ada", "Ada")
    with here.desk.writer.write() as pen:
        for day in (0, 1, 2):
            pen.append(begun("cutter", ada, day, "lapsed"))
        pen.append(begun("cutter", "", 3, "unknown_badge"))
        pen.append(begun("cutter", ada, 4))
        pen.append(begun("router", ada, 4))
        pen.append(begun("cutter", ada, 20, "lapsed"))
    found = audited.of_month(here.desk, Month.of("2026-10"))
    assert [(one.machine, one.code, one.sessions) for one in found.refusals] == [
        ("cutter", "lapsed", 3),
        ("cutter", "unknown_badge", 1),
    ]
    assert found.refusals[0].member.handle == "ada"
    assert found.refusals[0].last_ms == OCTOBER + 2 * 86_400_000
    assert found.refusals[1].member is None
    assert found.machines == (("cutter", 5, 1),)


def test_another_month_has_its_own(here):
    assert audited.of_month(here.desk, Month.of("2026-09")) == audited.Audit((), ())
