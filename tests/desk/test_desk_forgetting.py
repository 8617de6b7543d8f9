"""A person is forgotten, and the books stay whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from billed import NOVEMBER, Billed
from first_day import done

from fabgate.config import HubSettings
from fabgate.desk import forgetting, holds, privacy, retention, roles, status
from fabgate.desk.deed import Done
from fabgate.model import Code, Denied, MemberId, Role, Status
from fabgate.records import ChargeSettled, Draft, MemberForgotten, Sale
from fabgate.store import accounts, charged, journal, people, roster, sealed
from fabgate.store.accounts import Address
from fabgate.store.linked import FOLDER

WHY = "asked for it, letter 12"


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def forget(
    lab: Billed, who: str = "ada", by: str = "zoe", reason: str = WHY, force: bool = False
) -> Done | Denied:
    return forgetting.forget(lab.desk, by, who, reason, force)


def put(lab: Billed, body: Sale | ChargeSettled) -> None:
    with lab.desk.writer.write() as pen:
        pen.append(Draft(lab.clock.now(), body))


def code(found: Done | Denied) -> Code:
    assert isinstance(found, Denied), found
    return found.code


def test_nothing_personal_is_left_and_their_badges_open_nothing(lab):
    lab.lab.badge("ada", "04A2B3C4D5E680", "Ada's blue fob")
    lab.lab.role("ada", Role.TREASURER)
    with lab.desk.writer.write() as pen:
        accounts.put_address(pen, lab.member["ada"], Address(("Rue Gray 1",), ""))
    facts = done(forget(lab)).facts
    assert (facts["member"], facts["badges"], facts["subject"]) == (lab.member["ada"], 1, "Ada")
    gone = roster.member(lab.desk.conn, lab.member["ada"])
    assert gone is not None
    assert (gone.name, gone.handle, gone.status) == (gone.id, gone.id, Status.LEFT)
    [badge] = roster.badges(lab.desk.conn, gone.id)
    assert badge.label == "" and badge.blocked_ms is not None
    assert roster.roles(lab.desk.conn, gone.id) == ()
    assert accounts.address(lab.desk.conn, gone.id) is None
    assert roster.member(lab.desk.conn, "ada") is None


def test_to_forget_somebody_changes_no_total_and_no_line(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    before = lab.charges(), charged.periods(lab.desk.conn)
    done(forget(lab, force=True))
    retention.sweep(lab.desk)
    assert (lab.charges(), charged.periods(lab.desk.conn)) == before
    assert sealed.verify(lab.desk.conn).flaws == ()
    assert journal.verify(lab.desk.conn).sound


def test_who_has_something_to_pay_is_forgotten_only_by_force(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    open_ = forget(lab)
    assert code(open_) is Code.STILL_OWES
    assert isinstance(open_, Denied) and open_.facts["amount"] == "6.00 EUR"
    lab.closed()
    assert code(forget(lab)) is Code.STILL_OWES
    assert done(forget(lab, force=True)).facts["owed"] == "6.00 EUR"


def test_who_has_paid_all_is_forgotten(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    [charge] = lab.charges()
    put(lab, ChargeSettled(charge.id, "2026-11-01", lab.member["zoe"]))
    assert done(forget(lab)).facts["owed"] == ""


def test_nobody_is_forgotten_while_they_work(lab):
    session = lab.began("ada", "2026-10-24T12:00")
    lab.now("2026-10-24T13:00")
    found = forget(lab, force=True)
    assert code(found) is Code.SESSION_RUNS
    assert isinstance(found, Denied) and found.facts["session"] == session
    lab.ended(session, "2026-10-24T12:00", 30)
    done(forget(lab, force=True))


@pytest.mark.parametrize(
    ("by", "who", "reason", "why"),
    [
        ("bob", "ada", WHY, Code.NOT_ALLOWED),
        ("ada", "ada", WHY, Code.NOT_ALLOWED),
        ("zoe", "zoe", WHY, Code.LAST_MANAGER),
        ("zoe", "ada", "  ", Code.REASON_NEEDED),
        ("zoe", "adda", WHY, Code.UNKNOWN_MEMBER),
    ],
)
def test_only_a_manager_has_somebody_else_forgotten_and_says_why(lab, by, who, reason, why):
    assert code(forget(lab, who, by, reason)) is why
    assert not list(journal.entries(lab.desk.conn, kinds=[MemberForgotten.kind]))


def test_a_manager_is_forgotten_by_another_one(lab):
    done(roles.give(lab.desk, "zoe", "ada", Role.MANAGER, "elected"))
    assert code(forget(lab, "zoe", by="zoe")) is Code.NOT_TO_YOURSELF
    done(forget(lab, "zoe", by="ada"))


def test_nobody_is_forgotten_twice(lab):
    done(forget(lab))
    assert code(forget(lab, lab.member["ada"])) is Code.NOTHING_TO_DO


def test_it_is_done_where_the_books_are_kept(lab):
    (lab.desk.settings.gate.state / FOLDER).mkdir()
    assert code(forget(lab)) is Code.NOT_THE_BOOKS
    hub = replace(lab.desk.settings, hub=HubSettings("hub.lan"))
    lab.desk = replace(lab.desk, settings=hub)
    done(forget(lab))


def test_the_reasons_beside_what_happened_to_them_go_and_why_they_were_forgotten_stays(lab):
    done(status.give(lab.desk, "zoe", "ada", Status.GUEST, "Ada broke the lens"))
    facts = forget(lab)
    retention.sweep(lab.desk)
    texts = lab.desk.conn.execute("SELECT text FROM notes WHERE kind = 'reason'").fetchall()
    assert texts == [(WHY,)]
    assert isinstance(facts, Done) and facts.record is not None


def test_what_they_were_trusted_with_stays_in_the_history_under_their_id(lab):
    done(forget(lab))
    assert people.duties(lab.desk.conn) == {}
    found = roster.member(lab.desk.conn, lab.member["ada"])
    assert found is not None and found.added_ms > 0


def test_a_plan_that_runs_on_is_something_to_pay(lab):
    sold = Sale(lab.member["ada"], "plan", "month", "2026-10-05", lab.member["zoe"])
    put(lab, sold)
    lab.now("2026-11-02T08:00")
    assert code(forget(lab)) is Code.STILL_OWES
    lab.closed()
    assert code(forget(lab)) is Code.STILL_OWES
    assert lab.charges(NOVEMBER) == []


def test_who_is_handed_what_is_kept_about_a_member(lab):
    ada = lab.member["ada"]
    for by in ("ada", "zoe"):
        found = privacy.to_take_out(lab.desk, by, "ada")
        assert not isinstance(found, Denied) and found.id == MemberId(ada)
    denied = privacy.to_take_out(lab.desk, "bob", "ada")
    assert isinstance(denied, Denied) and denied.code is Code.NOT_ALLOWED


def test_who_left_or_is_suspended_still_has_what_is_kept_about_them_and_nobody_elses(lab):
    ada = lab.member["ada"]
    done(holds.suspend(lab.desk, "zoe", "ada", "unsafe"))
    suspended = privacy.to_take_out(lab.desk, "ada", "ada")
    done(status.give(lab.desk, "zoe", "ada", Status.LEFT, "moved"))
    for found in (suspended, privacy.to_take_out(lab.desk, "ada", "ada")):
        assert not isinstance(found, Denied) and found.id == ada
    denied = privacy.to_take_out(lab.desk, "ada", "bob")
    assert isinstance(denied, Denied) and denied.code is Code.MEMBER_LEFT
