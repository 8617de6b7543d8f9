"""No purge changes a total: what is erased by age, and what of it the books want longer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from billed import NOVEMBER, OCTOBER, PRICES, TOKEN, Billed, at_ms
from first_day import HandClock, Lab, done, settings_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.config.retention import Retention, Span
from fabgate.desk import charges, closing, forgetting, retention, status
from fabgate.desk.closing import Closed
from fabgate.desk.deed import Desk
from fabgate.desk.lab import init
from fabgate.desk.members import Details
from fabgate.model import Moment, RecordId, Status
from fabgate.records import CheckedIn, ClockSynced, DoorOpened, Draft, MachineServiced, Note, Refused, Sale
from fabgate.rules.month import Month
from fabgate.store import charged, journal, practice, roster, sealed
from fabgate.store.db import Store
from fabgate.store.linked import FOLDER
from fabgate.tariff import Plan, Tariff

DECEMBER = Month(2026, 12)


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def put(lab: Billed, body: object, at: str, synced: bool = True, *notes: Note) -> RecordId:
    with lab.desk.writer.write() as pen:
        return pen.append(Draft(Moment("b", 0, at_ms(at), synced), body), notes)  # type: ignore[arg-type]


def keep(lab: Billed, **spans: Span) -> None:
    kept = Retention(**spans)
    lab.desk = replace(lab.desk, settings=replace(lab.desk.settings, retention=kept))


def purge(lab: Billed, **how: bool) -> Counter[str]:
    """How many of each key went; what is left is whole."""
    found = Counter({one.key: one.count for one in retention.purge(lab.desk, **how) if one.count})
    assert journal.verify(lab.desk.conn).sound
    return found


def tick(lab: Billed, text: str) -> None:
    """It is that time, and the gate knows it."""
    lab.now(text)
    put(lab, ClockSynced(), text)


def some_months(lab: Billed) -> None:
    """Two closed months with sessions of two people, one of them held; then more than a year goes by."""
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.worked("bob", "2026-10-25T12:00", 65, machine="router")
    lab.worked("ada", "2026-10-25T13:00", 5)
    lab.now("2026-11-02T08:00")
    lab.closed()
    lab.worked("ada", "2026-11-24T12:00", 45)
    tick(lab, "2026-12-02T08:00")
    lab.closed(NOVEMBER)


def totals(lab: Billed) -> list[object]:
    """All that the books of the lab say in money, and that they are what was sealed."""
    checked = sealed.verify(lab.desk.conn)
    assert checked.flaws == ()
    months = charged.periods(lab.desk.conn)
    lines = [charge for month in months for charge in charged.charges(lab.desk.conn, month.month)]
    taken = [dict(charged.taken(lab.desk.conn, member)) for member in lab.member.values()]
    return [checked, [(one.month, one.body.totals, one.body.hash) for one in months], lines, taken]


def test_no_purge_changes_a_total_however_late_it_comes(lab):
    some_months(lab)
    before = totals(lab)
    for day in ("2027-02-28", "2027-11-30", "2028-01-02", "2031-12-31", "2040-01-01"):
        tick(lab, f"{day}T08:00")
        purge(lab)
        assert totals(lab) == before
    assert set(lab.sessions()) and journal.entry(lab.desk.conn, RecordId.of(lab.sessions()[0])).body is None


def test_sessions_go_when_their_month_is_closed_and_thirteen_months_are_over(lab):
    some_months(lab)
    tick(lab, "2027-11-24T08:00")
    assert purge(lab)["sessions"] == 0
    tick(lab, "2027-11-26T08:00")
    assert purge(lab)["sessions"] == 6  # October's
    tick(lab, "2027-12-26T08:00")
    assert purge(lab)["sessions"] == 2
    assert purge(lab)["sessions"] == 0


def test_a_month_that_is_not_closed_keeps_its_sessions_for_years(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    tick(lab, "2030-01-01T08:00")
    assert purge(lab)["sessions"] == 0
    assert lab.closed().done.facts["amount"] == 600
    assert purge(lab)["sessions"] == 2


def test_what_came_late_stays_until_it_is_charged(lab):
    some_months(lab)
    late = lab.worked("bob", "2026-10-24T18:00", 60)
    tick(lab, "2028-01-02T08:00")
    assert purge(lab)["sessions"] == 8
    assert journal.entry(lab.desk.conn, RecordId.of(late)).body is not None
    lab.closed(DECEMBER)
    assert lab.sessions(DECEMBER) == [late]


def test_a_session_that_was_left_out_stays_until_it_is_charged(lab):
    running = lab.began("bob", "2026-10-24T11:00")
    some = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed(force=True, reason="the gate burnt down")
    lab.ended(running, "2026-10-24T11:00", 60)
    tick(lab, "2028-01-02T08:00")
    purge(lab)
    assert journal.entry(lab.desk.conn, RecordId.of(running)).body is not None
    lab.closed(NOVEMBER)
    assert lab.sessions(NOVEMBER) == [running]
    assert some in lab.sessions()


def test_what_is_to_be_priced_again_stays_until_it_is(lab):
    some_months(lab)
    [again] = [one for one in lab.charges(NOVEMBER) if one.sessions]
    tick(lab, "2026-12-10T08:00")
    done(charges.reverse(lab.desk, "zoe", again.id, again=True, reason="wrong machine"))
    tick(lab, "2030-01-01T08:00")
    assert purge(lab)["sessions"] == 6
    lab.closed(DECEMBER)
    lines = lab.charges(DECEMBER)
    assert [one.of for one in lines if one.of] == [again.id]
    assert [one.sessions for one in lines if not one.of] == [again.sessions]


def test_a_lab_without_a_price_list_keeps_them_for_thirteen_months(here):
    lab = Billed(here, Tariff())
    lab.worked("ada", "2026-10-24T12:00", 30)
    tick(lab, "2027-11-23T08:00")
    assert purge(lab)["sessions"] == 0
    tick(lab, "2027-11-25T08:00")
    assert purge(lab)["sessions"] == 2


def test_a_lab_that_lost_its_price_list_keeps_what_it_has_not_charged(lab):
    some_months(lab)
    lab.worked("ada", "2026-12-24T12:00", 45)
    lab.desk = replace(lab.desk, settings=replace(lab.desk.settings, tariff=Tariff()))
    tick(lab, "2030-01-01T08:00")
    assert purge(lab)["sessions"] == 8


def test_a_gate_that_has_a_hub_keeps_its_sessions_until_the_hub_has_them(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    (lab.desk.settings.gate.state / FOLDER).mkdir()
    put(lab, Refused("cutter", "unknown_badge", TOKEN), "2026-10-24T13:00")
    left(lab, "bob", "2026-10-25T09:00")
    tick(lab, "2040-01-01T08:00")
    assert purge(lab, dry=True) == {"refusals": 1}
    assert purge(lab, hub_has_all=True) == {"refusals": 1, "sessions": 2}
    assert not gone(lab, "bob")  # nobody knows here what he owes


def test_a_slice_is_written_at_a_time_and_others_are_let_in_between(lab):
    for _ in range(3):
        for _ in range(25):
            lab.worked("ada", "2026-10-24T12:00", 1)
    lab.now("2026-11-02T08:00")
    lab.closed()
    tick(lab, "2028-01-02T08:00")
    pauses: list[int] = []
    written = [journal.last_seq(lab.desk.conn)]

    def pause() -> None:
        pauses.append(journal.last_seq(lab.desk.conn) - written[-1])
        written.append(journal.last_seq(lab.desk.conn))

    found = {one.key: one.count for one in retention.purge(lab.desk, pause=pause)}
    assert found["sessions"] == 150
    assert [count for count in pauses if count] == [1, 1, 1]  # a record for each slice of 64


def test_how_much_somebody_has_worked_is_known_after_it(lab):
    some_months(lab)
    before = practice.of_all(lab.desk.conn)
    tick(lab, "2030-01-01T08:00")
    assert purge(lab)["sessions"] == 8
    assert practice.of_all(lab.desk.conn) == before != {}


def test_who_went_where_is_known_for_three_months_and_an_unknown_badge_for_three_days(lab):
    ada = lab.member["ada"]
    put(lab, DoorOpened("door", ada, TOKEN, "autonomous"), "2026-10-21T09:00")
    put(lab, CheckedIn(ada, ada), "2026-10-21T09:00")
    put(lab, Refused("cutter", "no_grant", TOKEN, ada), "2026-10-21T09:00")
    put(lab, Refused("cutter", "unknown_badge", TOKEN), "2026-10-21T09:00")
    tick(lab, "2026-10-24T08:00")
    assert purge(lab) == {}
    tick(lab, "2026-10-25T08:00")
    assert purge(lab) == {"unknown": 1}
    tick(lab, "2027-01-21T08:00")
    assert purge(lab) == {}
    tick(lab, "2027-01-22T08:00")
    assert purge(lab) == {"doors": 1, "presence": 1, "refusals": 1}


def test_a_dry_run_says_what_a_purge_does_and_does_nothing(lab):
    some_months(lab)
    put(lab, Refused("cutter", "unknown_badge", TOKEN), "2026-12-02T09:00")
    put(lab, MachineServiced("cutter", "lens", "zoe"), "2026-12-02T10:00", True, Note("reason", "why"))
    tick(lab, "2030-01-01T08:00")
    written = journal.last_seq(lab.desk.conn)
    said = purge(lab, dry=True)
    assert journal.last_seq(lab.desk.conn) == written
    assert said == purge(lab) == {"sessions": 8, "refusals": 1, "notes": 1}
    assert purge(lab, dry=True) == purge(lab) == {}


def test_nothing_is_erased_by_a_clock_that_is_not_right(lab):
    some_months(lab)
    lab.now("2040-01-01T08:00")
    lab.clock.synced = False
    assert purge(lab) == {}


def test_what_is_kept_for_ever_stays(lab):
    some_months(lab)
    keep(lab, sessions=Span(), left=Span(), notes=Span(), charges=Span())
    tick(lab, "2060-01-01T08:00")
    assert purge(lab) == {}


def test_reasons_stay_beside_money_for_ten_years(lab):
    sold = Sale(lab.member["ada"], "topup", "", "2026-10-02", lab.member["zoe"], cents=500)
    record = put(lab, sold, "2026-10-22T09:00", True, Note("ref", "receipt 12"))
    tick(lab, "2036-10-22T08:00")
    purge(lab)
    assert journal.notes(lab.desk.conn, record) == {"ref": "receipt 12"}
    tick(lab, "2036-10-23T08:00")
    assert purge(lab)["charges"] == 1
    assert journal.notes(lab.desk.conn, record) == {}
    assert journal.entry(lab.desk.conn, record).body == sold


# --- who left -----------------------------------------------------------------------------------


def gone(lab: Billed, who: str) -> bool:
    return lab.member[who] in forgotten(lab)


def forgotten(lab: Billed) -> set[str]:
    return {one.id for one in roster.members(lab.desk.conn) if one.handle == one.id}


def left(lab: Billed, who: str, at: str) -> None:
    tick(lab, at)
    done(status.give(lab.desk, "zoe", who, Status.LEFT, "moved"))


def test_who_left_five_years_ago_is_forgotten(lab):
    left(lab, "bob", "2026-10-02T09:00")
    tick(lab, "2031-10-02T08:00")
    assert purge(lab)["left"] == 0 and not gone(lab, "bob")
    tick(lab, "2031-10-03T08:00")
    assert purge(lab)["left"] == 1
    assert gone(lab, "bob") and not gone(lab, "ada")
    assert purge(lab)["left"] == 0


def test_who_came_back_is_not_forgotten(lab):
    left(lab, "bob", "2026-10-02T09:00")
    done(status.give(lab.desk, "zoe", "bob", Status.TRAINEE, None))
    tick(lab, "2040-01-01T08:00")
    assert purge(lab)["left"] == 0


def test_who_still_owes_is_not_forgotten_by_age(lab):
    lab.worked("bob", "2026-10-24T12:00", 30)
    left(lab, "bob", "2026-11-02T09:00")
    tick(lab, "2040-01-01T08:00")
    assert purge(lab)["left"] == 0
    lab.closed()
    assert purge(lab)["left"] == 0
    assert forgetting.owing(lab.desk, lab.member.values()) == {lab.member["bob"]: 600}


def test_the_manager_who_is_left_alone_is_never_forgotten(lab):
    tick(lab, "2040-01-01T08:00")
    purge(lab)
    assert not gone(lab, "zoe")


# --- any history --------------------------------------------------------------------------------

_PLANS = Tariff(
    (replace(PRICES.versions[0], plans={"month": Plan("A month", Decimal(20))}, since=date(2026, 10, 1)),),
    digest="d1",
    text="[version.2026-10]",
)
_SESSION = st.tuples(
    st.sampled_from(["ada", "bob"]),
    st.integers(1, 28),
    st.integers(1, 600),
    st.sampled_from(["cutter", "router"]),
    st.booleans(),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    worked=st.lists(_SESSION, max_size=8),
    months=st.integers(0, 3),
    purged=st.lists(st.integers(0, 40), max_size=4),
)
def test_whatever_was_worked_and_whenever_it_is_purged_each_line_is_charged_as_without(
    tmp_path_factory, worked, months, purged
):
    plain, erased = (_lab(tmp_path_factory.mktemp(name)) for name in ("plain", "erased"))
    for lab in (plain, erased):
        for who, day, minutes, machine, ended in worked:
            session = lab.began(who, f"2026-10-{day:02}T10:00", machine)
            if ended:
                lab.ended(session, f"2026-10-{day:02}T10:00", minutes, machine)
        for month in [OCTOBER, NOVEMBER, DECEMBER][:months]:
            _close(lab, month)
    for later in purged:
        day = f"{2027 + (later // 12)}-{later % 12 + 1:02}-15T08:00"
        tick(erased, day)
        purge(erased)
    for month in [OCTOBER, NOVEMBER, DECEMBER][months:]:
        _close(plain, month)
        _close(erased, month)
    assert _money(plain) == _money(erased)
    assert totals(erased)
    for lab in (plain, erased):
        lab.desk.writer.close()


def _lab(folder) -> Billed:
    clock, settings_ = HandClock(), settings_in(folder)
    done(init(settings_, clock, Details("Zoé Dupont", "zoe", login="zdupont")))
    writer = Store(settings_.gate.state).writer()
    return Billed(Lab(Desk(settings_, writer, clock, login="oslogin"), clock), _PLANS)


def _close(lab: Billed, month: Month) -> None:
    tick(lab, "2031-01-01T08:00")
    assert isinstance(closing.close(lab.desk, "zoe", month, force=True, reason="all at once"), Closed)


def _money(lab: Billed) -> list[object]:
    """Every line by what it says in money and time; ids are each lab's own."""
    names = {member: who for who, member in lab.member.items()}
    return [
        (month, names[one.payer], one.item, one.at_s, one.cents, one.list_cents, one.billed_s)
        for month in (OCTOBER, NOVEMBER, DECEMBER)
        for one in sorted(lab.charges(month), key=lambda one: (names[one.payer], one.at_s, one.item))
    ]
