"""A month is closed once, whole, over what was there; what comes late is charged later."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from billed import NOVEMBER, OCTOBER, PRICES, Billed, at_ms, done
from first_day import settings_in

from fabgate.charges import Charge, Sort
from fabgate.desk import accounts, closing, month, sales, usages
from fabgate.desk import lab as founding
from fabgate.desk.accounts import Terms
from fabgate.desk.closing import Closed, Look
from fabgate.desk.members import Details
from fabgate.desk.month import drafts
from fabgate.desk.sales import Wanted
from fabgate.desk.usages import Counts
from fabgate.errors import StoreBusy
from fabgate.model import Code, Denied, MemberId, Moment, Role
from fabgate.records import ChargesMade, Draft, TariffKept
from fabgate.rules import lines
from fabgate.rules.closing import PAGE_BYTES, Kind
from fabgate.rules.month import Month
from fabgate.store import chain, charged, heard, journal, sealed
from fabgate.store import sales as stored_sales
from fabgate.store.db import Store
from fabgate.store.worksheet import packed
from fabgate.tariff import Regime

HERE = Path(__file__).parent


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def kinds(found):
    assert isinstance(found, Look), found
    return [one.kind for one in found.obstacles]


def refused(found):
    assert isinstance(found, Denied), found
    return found.code


# --- one month ----------------------------------------------------------------------------------


def test_what_somebody_worked_is_charged_when_the_month_is_closed(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    assert lab.closed().done.facts["amount"] == 600
    (charge,) = lab.charges()
    assert (charge.payer, charge.cents, charge.sessions) == (lab.member["ada"], 600, (session,))
    assert charge.id.rpartition(".")[2] == "1"


def test_a_month_that_is_closed_twice_is_closed_once(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    first = lab.closed()
    end = journal.last_seq(lab.desk.conn)
    again = lab.closed()
    assert again.again and again.period == first.period
    assert (len(lab.charges()), journal.last_seq(lab.desk.conn)) == (1, end)


def test_a_month_in_which_nobody_worked_is_closed_too(lab):
    lab.now("2026-11-02T08:00")
    assert lab.closed().period.body.pages == 0
    assert sealed.verify(lab.desk.conn).flaws == ()


def test_a_month_is_not_closed_before_it_is_over(lab):
    lab.now("2026-10-31T22:59")
    assert refused(lab.close()) is Code.PERIOD_RUNS
    lab.now("2026-10-31T23:00")
    lab.closed()


def test_without_a_price_list_nothing_is_closed(lab):
    lab.desk = replace(lab.desk, settings=replace(lab.desk.settings, tariff=replace(PRICES, versions=())))
    lab.now("2026-11-02T08:00")
    assert refused(lab.close()) is Code.NO_TARIFF


def test_the_treasurer_closes_and_a_member_does_not(lab):
    lab.lab.role("bob", Role.TREASURER)
    lab.now("2026-11-02T08:00")
    assert refused(lab.close(by="ada")) is Code.NOT_ALLOWED
    assert isinstance(lab.close(by="bob"), Closed)


def test_a_gate_that_has_joined_a_hub_closes_nothing(lab):
    (lab.desk.settings.gate.state / "link").mkdir()
    lab.now("2026-11-02T08:00")
    assert refused(lab.close()) is Code.NOT_THE_BOOKS
    assert refused(closing.look(lab.desk, "zoe", OCTOBER)) is Code.NOT_THE_BOOKS


def test_the_price_list_is_kept_once_with_the_months_that_it_priced(lab):
    lab.now("2026-12-02T08:00")
    lab.closed()
    lab.closed(NOVEMBER)
    kept = [one.body for one in journal.entries(lab.desk.conn, kinds=(TariffKept.kind,))]
    assert kept == [TariffKept("d1", "[version.2026-10]")]


def test_a_look_writes_nothing_and_has_the_sums_that_the_closing_has(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    end = journal.last_seq(lab.desk.conn)
    looked = lab.look()
    assert (looked.sums.cents, journal.last_seq(lab.desk.conn)) == (600, end)
    assert lab.closed().period.body.totals == looked.sums.totals


def test_sessions_older_than_the_price_list_and_of_nobodys_badge_are_not_charged(lab):
    lab.worked("ada", "2026-09-30T21:00", 10)
    lab.member["nobody"] = MemberId("")
    lab.worked("nobody", "2026-10-24T12:00", 10)
    lab.now("2026-11-02T08:00")
    lab.closed()
    assert lab.charges() == []


def test_what_a_gate_does_while_the_month_is_closed_is_charged_later(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    late = []

    def tell(what, _):
        if what == "written" and not late:
            late.append(lab.worked("bob", "2026-10-25T12:00", 30))

    lab.closed(tell=tell)
    assert len(lab.charges()) == 1
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert lab.sessions(NOVEMBER) == late


# --- which month --------------------------------------------------------------------------------


def test_a_session_that_ends_in_the_next_month_is_charged_there(lab):
    session = lab.worked("ada", "2026-10-31T22:50", 30)
    lab.now("2026-12-02T08:00")
    lab.closed()
    assert lab.sessions() == []
    lab.closed(NOVEMBER)
    assert lab.sessions(NOVEMBER) == [session]


def test_what_counts_as_one_and_goes_on_into_the_next_month_goes_there_whole(lab):
    one = lab.worked("ada", "2026-10-31T22:20", 30)
    other = lab.worked("ada", "2026-10-31T22:55", 30)
    lab.now("2026-12-02T08:00")
    lab.closed()
    assert lab.sessions() == []
    lab.closed(NOVEMBER)
    assert [charge.sessions for charge in lab.charges(NOVEMBER)] == [(one, other)]


def test_what_comes_late_is_charged_by_the_next_month_and_dated_in_it(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    late = lab.worked("bob", "2026-10-25T12:00", 30)
    lab.now("2026-12-02T08:00")
    assert lab.look(NOVEMBER).late == 1
    lab.closed(NOVEMBER)
    (charge,) = lab.charges(NOVEMBER)
    assert charge.sessions == (late,)
    assert charge.at_s == NOVEMBER.bounds(lab.desk.settings.lab.zone)[0]
    assert charge.started_s == at_ms("2026-10-25T12:00") // 1000


def test_a_session_that_was_open_over_two_closings_is_charged_once_it_has_ended(lab):
    session = lab.began("ada", "2026-10-31T12:00")
    for number in range(3):
        lab.worked("bob", f"2026-11-1{number}T12:00", 10)
    lab.now("2026-12-02T08:00")
    lab.closed(force=True, reason="its gate is broken")
    lab.closed(NOVEMBER, force=True, reason="its gate is broken")
    lab.ended(session, "2026-10-31T12:00", 60)
    lab.now("2027-01-02T08:00")
    lab.closed(Month(2026, 12))
    assert lab.sessions(Month(2026, 12)) == [session]
    assert sealed.verify(lab.desk.conn).flaws == ()


def test_months_are_closed_in_their_order(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2027-01-02T08:00")
    found = lab.close(NOVEMBER)
    assert refused(found) is Code.PERIOD_BEFORE
    assert found.facts["period"] == "2026-10"
    lab.closed()
    assert refused(lab.close(Month(2026, 12))) is Code.PERIOD_BEFORE
    lab.closed(NOVEMBER)
    assert refused(lab.close(Month(2026, 9))) is Code.PERIOD_CLOSED


def test_the_first_month_that_is_closed_is_the_first_with_anything_in_it(lab):
    lab.worked("ada", "2026-11-24T12:00", 30)
    lab.now("2027-01-02T08:00")
    lab.closed(NOVEMBER)
    assert refused(lab.close(OCTOBER)) is Code.PERIOD_CLOSED


def test_a_membership_that_began_long_ago_does_not_ask_for_the_months_before(lab):
    done(sales.sell(lab.desk, "zoe", "ada", Wanted(Sort.PLAN, "month", "2026-10-01")))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert [(one.sort, one.cents) for one in lab.charges(NOVEMBER)] == [(Sort.PLAN, 2_000)]


def test_what_was_looked_at_is_closed_and_nothing_else(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    seen = lab.look().seen
    done(usages.assign(lab.desk, "zoe", session, "bob", "his"))  # the sums are the same
    assert refused(lab.close(seen=seen)) is Code.PERIOD_MOVED
    away = lab.worked("bob", "2026-10-25T12:00", 30, why="recovered", recovered=True)
    seen, told = lab.look().seen, {"force": True, "reason": "no time"}
    assert kinds(lab.close(seen=seen)) == [Kind.RECOVERED]
    done(usages.settle(lab.desk, "zoe", away, Counts(as_recorded=True), "asked"))
    assert refused(lab.close(seen=seen, **told)) is Code.PERIOD_MOVED
    lab.worked("bob", "2026-11-01T12:00", 30)  # of another month
    assert lab.closed(seen=lab.look().seen, **told).period.body.held == ()


# --- what stands in the way ---------------------------------------------------------------------


def test_an_open_session_stands_in_the_way(lab):
    session = lab.began("ada", "2026-10-31T12:00")
    lab.began("bob", "2026-11-01T12:00")
    lab.now("2026-11-02T08:00")
    found = lab.close()
    assert [(one.kind, one.session) for one in found.obstacles] == [(Kind.OPEN, session)]
    assert lab.charges() == []


def test_forced_over_it_needs_a_reason_which_is_kept(lab):
    lab.began("ada", "2026-10-31T12:00")
    lab.now("2026-11-02T08:00")
    assert refused(lab.close(force=True)) is Code.REASON_NEEDED
    done_ = lab.closed(force=True, reason="the gate burnt down")
    assert done_.period.body.forced
    assert journal.notes(lab.desk.conn, done_.period.record)["reason"] == "the gate burnt down"


def test_a_session_that_was_left_out_is_charged_once_it_is_settled(lab):
    lab.worked("bob", "2026-10-24T12:00", 15)
    session = lab.worked("ada", "2026-10-24T12:00", 30, why="recovered", recovered=True)
    lab.now("2026-11-02T08:00")
    assert lab.closed(force=True, reason="no time").period.body.held == (session,)
    assert session not in lab.sessions()
    lab.now("2026-12-02T08:00")
    assert kinds(lab.close(NOVEMBER)) == [Kind.RECOVERED]
    done(usages.settle(lab.desk, "zoe", session, Counts(as_recorded=True), "asked"))
    lab.closed(NOVEMBER)
    assert lab.sessions(NOVEMBER) == [session]
    assert sealed.verify(lab.desk.conn).flaws == ()


def test_a_line_that_costs_nothing_without_a_reason_stands_in_the_way(lab):
    lab.worked("ada", "2026-10-24T12:00", 30, machine="engraver")
    lab.now("2026-11-02T08:00")
    (one,) = lab.close().obstacles
    assert (one.kind, one.what) == (Kind.ZERO, "engraver")


def test_an_organisation_needs_an_address_and_where_vat_is_due_a_number(lab):
    done(accounts.put(lab.desk, "zoe", "ada", Terms(organisation=True)))
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    assert kinds(lab.close()) == [Kind.ADDRESS]
    prices = replace(PRICES, regime=Regime.TAXABLE)
    lab.desk = replace(lab.desk, settings=replace(lab.desk.settings, tariff=prices))
    assert kinds(lab.close()) == [Kind.ADDRESS, Kind.VAT_NUMBER]
    done(accounts.put_address(lab.desk, "zoe", "ada", ("Rue Voot 61",), "BE0123456789"))
    lab.closed()


def test_an_undone_start_and_maintenance_cost_nothing_and_say_so(lab):
    lab.worked("ada", "2026-10-24T12:00", 1, why="undone", charged=False)
    lab.now("2026-11-02T08:00")
    lab.closed()
    assert [(one.cents, one.reason) for one in lab.charges()] == [(0, "undone")]


class AtTheNextWrite:
    """The seam of a full disk, used to do something just before somebody writes."""

    def __init__(self, deed):
        self.deed = deed

    def before_write(self):
        deed, self.deed = self.deed, None
        if deed is not None:
            deed()


# --- cut off, and two at a time -----------------------------------------------------------------


def many(lab, payers=40):
    for number in range(payers):
        lab.member[f"p{number}"] = MemberId(f"m-{number:016x}")
        lab.worked(f"p{number}", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")


@pytest.mark.parametrize("slices", [1, 2, 4])
def test_a_closing_that_is_killed_leaves_a_month_that_is_closed_again_once(lab, tmp_path, slices):
    many(lab)
    ran = subprocess.run(
        [sys.executable, str(HERE / "closer.py"), str(tmp_path), str(slices)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    assert charged.closed(lab.desk.conn) == () and lab.charges() == []
    assert journal.last_seq(lab.desk.conn) > 80
    assert charged.taken(lab.desk.conn, lab.member["p0"]) == {}
    assert lab.closed().done.facts["amount"] == 40 * 600
    assert len(lab.sessions()) == len({*lab.sessions()}) == 40
    assert sealed.verify(lab.desk.conn).flaws == ()
    assert journal.verify(lab.desk.conn).sound


def test_a_month_that_somebody_else_closes_meanwhile_is_closed_once(lab):
    many(lab, 3)
    other = []

    def tell(what, _):
        if what == "written" and not other:
            other.append(lab.closed())

    answer = lab.closed(tell=tell)
    assert answer.again and answer.period == other[0].period
    assert len(lab.sessions()) == 3


def test_what_is_sold_while_the_month_is_closed_is_in_it(lab):
    many(lab, 3)
    sold = []

    def tell(what, _):
        if what == "written" and not sold:
            sold.append(done(sales.sell(lab.desk, "zoe", "ada", Wanted(Sort.PLAN, "month", "2026-10-31"))))

    lab.closed(tell=tell)
    assert [one.sort for one in lab.charges() if one.payer == lab.member["ada"]] == [Sort.PLAN]


def test_what_is_sold_just_before_the_seal_is_in_the_month_too(lab):
    """At the last moment: when all was looked at, and the seal only waits for its turn to write."""
    many(lab, 3)

    def sell():
        done(sales.sell(lab.desk, "zoe", "ada", Wanted(Sort.PLAN, "month", "2026-10-31")))

    between = AtTheNextWrite(None)

    def tell(what, _):
        if what == "written" and not sales_of(lab, "ada"):
            between.deed = sell

    with Store(lab.desk.settings.gate.state, between).writer() as writer:
        answer = closing.close(replace(lab.desk, writer=writer), "zoe", OCTOBER, tell=tell)
    assert isinstance(answer, Closed)
    assert [one.sort for one in lab.charges() if one.payer == lab.member["ada"]] == [Sort.PLAN]


def sales_of(lab, who):
    return stored_sales.of(lab.desk.conn, lab.member[who])


def test_books_in_which_somebody_always_writes_are_not_closed(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    purposes = iter(["lab", "", "lab", ""])

    def tell(what, _):
        if what == "written":
            done(usages.mark(lab.desk, "zoe", session, next(purposes), None, "x"))

    with pytest.raises(StoreBusy):
        lab.close(tell=tell)
    assert charged.closed(lab.desk.conn) == ()


# --- pages --------------------------------------------------------------------------------------


def test_pages_are_of_one_payer_and_short_enough_for_a_record(lab):
    for number in range(300):
        lab.worked("ada" if number % 3 else "bob", f"2026-10-{1 + number % 28:02}T{number % 22:02}:00", 9)
    lab.now("2026-11-02T08:00")
    lab.closed()
    found = list(charged.pages(lab.desk.conn, "2026-10"))
    assert len(found) > 2
    assert [one.payer for one in found] == sorted(one.payer for one in found)
    assert max(len(one.body.encode()) for one in found) <= PAGE_BYTES
    ids = [one.id for one in lab.charges()]
    assert len({*ids}) == len(ids)
    for who in ("ada", "bob"):
        dates = [one.at_s for one in lab.charges() if one.payer == lab.member[who]]
        assert dates == sorted(dates)


def test_the_longest_lines_that_there_can_be_make_no_page_too_long():
    ids = tuple(f"{'l' * 32}/{'g' * 32}/{'e' * 16}#{10**11 + number}" for number in range(40))
    numbers = tuple((10**10,) * 6 for _ in range(30))
    for one in (
        Charge(MemberId("m"), Sort.MACHINE, "x", 10**10, 10**10, 10**10, "v", ids, ids[:20], busy_s=None),
        Charge(MemberId("m"), Sort.MACHINE, "x", 10**10, 10**10, 10**10, "v", (), steps=numbers),
        Charge(
            MemberId("m"), Sort.MACHINE, "é" * 40, 1, 1, 1, "v", (), taken={f"p{n}": 9 for n in range(99)}
        ),
    ):
        line = lines.written(one)
        count = max(1, month.PAGE // len(packed(line)))
        body = ChargesMade("0" * 16, "m-" + "0" * 16, (line,) * count)
        text = journal_text(body)
        assert len(text.encode()) <= PAGE_BYTES


def journal_text(body):
    from fabgate.records import encode

    return encode(Draft(Moment("b" * 36, 10**10, 10**13, True), body))


def test_what_was_taken_counts_once_the_month_is_sealed(lab):
    many(lab, 2)
    with drafts(lab.desk.conn, lab.desk.settings, OCTOBER, lab.clock.now()) as found:
        assert {payer for payer, _ in found} == {lab.member["p0"], lab.member["p1"]}
        assert [one.id for _, several in found for one in several] == ["", ""]
    assert lab.desk.settings.tariff.at(date(2026, 10, 1)) is not None


# --- looked at again ----------------------------------------------------------------------------


def flaws(lab):
    return " ".join(one.what for one in sealed.verify(lab.desk.conn).flaws)


def altered(lab, kind, change):
    """Alter the newest record of a kind, as nobody may."""
    with lab.desk.writer.write() as pen:
        at, body = pen.execute(
            "SELECT position, body FROM journal WHERE kind = ? ORDER BY position DESC LIMIT 1", (kind,)
        ).fetchone()
        said = json.loads(body)
        change(said)
        text = json.dumps(said, separators=(",", ":"))
        pen.execute("UPDATE journal SET body = ? WHERE position = ?", (text, at))


def test_a_line_that_was_altered_is_found(lab):
    many(lab, 2)
    lab.closed()
    assert flaws(lab) == ""
    altered(lab, "charges", lambda said: said["lines"][0].__setitem__(3, 1))
    assert "is not what its hash says" in flaws(lab) and "add up to" in flaws(lab)


@pytest.mark.parametrize("field", ["pages", "held", "totals", "previous", "after", "read", "tariff"])
def test_a_seal_that_was_altered_is_found(lab, field):
    many(lab, 2)
    lab.closed()
    other = {"pages": 3, "totals": [9, 9, 9, 9], "previous": "x", "tariff": "y"}.get(field, ["x#1"])
    altered(lab, "period.close", lambda said: said.__setitem__(field, other))
    assert "its hash is not the one" in flaws(lab)


def test_a_page_that_is_gone_is_found(lab):
    many(lab, 3)
    lab.closed()
    with lab.desk.writer.write() as pen:
        pen.execute("DELETE FROM pages WHERE position = (SELECT max(position) FROM pages)")
    assert "page(s)" in flaws(lab) and "hash" in flaws(lab)


def test_a_month_that_is_gone_is_found(lab):
    lab.now("2026-12-02T08:00")
    lab.closed()
    lab.closed(NOVEMBER)
    assert flaws(lab) == ""
    with lab.desk.writer.write() as pen:
        pen.execute("DELETE FROM periods WHERE period = '2026-10'")
    assert flaws(lab) == "it does not follow on the month that was closed before it"


def test_a_session_that_is_charged_twice_is_found(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    with lab.desk.writer.write() as pen:
        pen.execute("DELETE FROM periods")
    lab.now("2026-12-02T08:00")
    first = charged.last_period(lab.desk.conn)
    assert first is None
    lab.closed(OCTOBER)
    with lab.desk.writer.write() as pen:
        old = pen.execute("SELECT closing, min(position) FROM pages").fetchone()[0]
        seal = pen.execute("SELECT position FROM journal WHERE kind = 'period.close' ORDER BY 1").fetchone()[
            0
        ]
        pen.execute(
            "INSERT INTO periods (lab, period, closing, position, hash) VALUES (?, '2026-09', ?, ?, '')",
            (pen.lab, old, seal),
        )
    assert "is charged twice" in flaws(lab)


# --- a gate that kept the books by itself joins a hub -------------------------------------------


def hub_of(lab, folder):
    """The settings of a hub's books, which are made, and what takes a gate's journal into them."""
    settings = settings_in(folder)
    settings = replace(settings, gate=replace(settings.gate, name="other"), tariff=PRICES)
    done(founding.init(settings, lab.clock, Details("Zoé Dupont", "zoe", login="zdupont")))
    origin = lab.desk.writer.identity.origin

    def take():
        rows = lab.desk.conn.execute("SELECT body, hash FROM journal ORDER BY position").fetchall()
        with Store(settings.gate.state).writer() as writer, writer.write() as pen:
            bodies = [body for body, _ in rows]
            taken = heard.take(pen, origin, 1, bodies, chain.ROOT, bytes(rows[-1][1]))
            assert isinstance(taken, heard.Taken), taken

    return settings, take


def test_what_a_gate_has_closed_before_it_joined_a_hub_is_not_charged_there_again(lab, tmp_path):
    done_at_home = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    later = lab.worked("ada", "2026-11-10T12:00", 30)
    settings, take = hub_of(lab, tmp_path / "hub")
    take()
    with Store(settings.gate.state).writer() as writer:
        hub = Billed.over(replace(lab.lab.desk, settings=settings, writer=writer), lab)
        assert hub.sessions() == [done_at_home]
        lab.now("2026-12-02T08:00")
        assert hub.look(NOVEMBER).late == 0
        hub.closed(NOVEMBER)
        assert hub.sessions(NOVEMBER) == [later]
        assert sealed.verify(writer.conn).flaws == ()


def test_a_hub_that_hears_while_it_closes_that_its_gate_has_closed_does_not_close(lab, tmp_path):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    settings, take = hub_of(lab, tmp_path / "hub")
    with Store(settings.gate.state, AtTheNextWrite(take)).writer() as writer:
        hub = Billed.over(replace(lab.lab.desk, settings=settings, writer=writer), lab)
        assert hub.closed().again
        assert len(list(journal.entries(writer.conn, kinds=("period.close",)))) == 1
