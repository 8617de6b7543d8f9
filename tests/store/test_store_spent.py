"""What payers did at this gate since their state was told, and what a tap is answered in labs that charge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from made_books import moment, write
from rights_lab import right

from fabgate.model import (
    Credit,
    Kind,
    MachineId,
    MachineRules,
    MemberId,
    Moment,
    RecordId,
    SkillId,
    Standing,
    Token,
)
from fabgate.records import (
    AccountSet,
    AccountState,
    BadgeAdded,
    Draft,
    GrantGiven,
    MemberAdded,
    SessionStarted,
    SessionStopped,
    WorkshopOpened,
)
from fabgate.rules.credit import Used
from fabgate.store import lookup, spent
from fabgate.store.asked import Asked, Money
from fabgate.store.db import Writer
from fabgate.store.spent import Spent, reads
from fabgate.tariff import Band, Plan, Purpose, Tariff, TimePrice, Version

ADA, GUILD, ZOE = MemberId("m-00aa"), MemberId("m-00gg"), MemberId("m-00zz")
MINUTE_MS = 60_000
HERE = "openfab/gate1/e0000001"
NOW = moment(600 * MINUTE_MS)
RULES = MachineRules(MachineId("laser"), SkillId("laser"), "Laser")
BADGE = Token("k1:ada")
TARIFF = Tariff(
    (
        Version(
            "2026",
            date(2026, 1, 1),
            machines={
                "laser": {"": TimePrice((Band(Decimal(60)),)), "guild": TimePrice((Band(Decimal(30)),))}
            },
            purposes={"lab": Purpose("For the lab", factor=Decimal(0))},
            plans={"month": Plan("A month", Decimal(30), category="guild")},
            minimum_balance=Decimal(5),
        ),
    )
)


@pytest.fixture
def books(writer: Writer) -> Iterator[Writer]:
    right(writer, MemberAdded(ADA, ZOE), {"handle": "ada", "name": "Ada"})
    right(writer, MemberAdded(GUILD, ZOE), {"handle": "guild", "name": "The guild"})
    right(writer, BadgeAdded(BADGE, ADA, ZOE), {"label": ""})
    yield writer


def begin(books: Writer, minute: int, **more: object) -> RecordId:
    said = SessionStarted("laser", "laser", ADA, BADGE, "autonomous", "tap", 1)
    [record] = write(books, Draft(moment(minute * MINUTE_MS), replace(said, **more)))  # type: ignore[arg-type]
    return record


def end(books: Writer, session: RecordId, minutes: int, **more: object) -> RecordId:
    said = replace(SessionStopped(str(session), "laser", "own_tap", minutes * MINUTE_MS), **more)  # type: ignore[arg-type]
    [record] = write(books, Draft(NOW, said))
    return record


def session(books: Writer, minute: int, minutes: int, **more: object) -> RecordId:
    return end(books, begin(books, minute, **more), minutes)


def lengths(found: list[Used]) -> list[int]:
    return [one.seconds // 60 for one in found]


def since(books: Writer, read: dict[str, int] | None = None, who: str = ADA, as_of_ms: int = 0) -> list[int]:
    return lengths(Spent().of(books.conn, who, read or {}, as_of_ms, NOW))


# --- since the state ------------------------------------------------------------------------------


def test_what_ended_behind_the_record_that_a_state_has_read_is_new_and_nothing_else(books: Writer):
    first, last = session(books, 0, 5), session(books, 10, 7)
    assert since(books, {HERE: first.seq}) == [7]
    assert since(books, {HERE: last.seq}) == []
    assert since(books, {HERE: first.seq - 1}) == [5, 7]


def test_a_session_that_ran_when_the_state_was_told_is_new_whole(books: Writer):
    """The books price a session when it is over."""
    start = begin(books, 0)
    end(books, start, 30)
    assert since(books, {HERE: start.seq}) == [30]


def test_where_a_state_does_not_name_this_gate_what_ended_after_it_was_told_is_new(books: Writer):
    session(books, 0, 5)
    session(books, 10, 7)
    assert since(books, {}, as_of_ms=moment(8 * MINUTE_MS).wall_ms) == [7]


def test_whoever_pays_is_asked_and_nobody_else(books: Writer):
    session(books, 0, 5)
    session(books, 10, 7, payer=GUILD)
    assert (since(books), since(books, who=GUILD)) == ([5], [7])


def test_what_runs_counts_for_as_long_as_it_has_run(books: Writer):
    begin(books, 590)
    assert since(books) == [10]
    other = Moment("another boot", 0, NOW.wall_ms, synced=True)
    assert Spent().of(books.conn, ADA, {}, 0, other) == [], "a crash left it open: its end will be written"


def test_what_was_undone_and_maintenance_and_a_gate_that_looks_on_cost_nothing(books: Writer):
    undone = begin(books, 0)
    end(books, undone, 5, charged=False)
    session(books, 10, 5, purpose="maintenance")
    session(books, 20, 5, would="no_credit")
    begin(books, 30, purpose="maintenance")
    assert since(books) == []


def test_what_the_reader_was_blind_for_is_left_to_a_person(books: Writer):
    end(books, begin(books, 0), 10, blind_ms=4 * MINUTE_MS)
    assert since(books) == [6]


def test_each_session_says_all_that_it_is_priced_by(books: Writer):
    start = begin(books, 0, level="trainee", sponsor="m-bob", purpose="client")
    end(books, start, 10, busy_ms=90_500)
    [one] = Spent().of(books.conn, ADA, {}, 0, NOW)
    started_s = moment().wall_ms // 1000
    assert one == Used("laser", "client", True, started_s, started_s + 600, 600, 90)


def test_it_reads_on_and_never_from_the_start(books: Writer):
    kept = Spent()
    session(books, 0, 5)
    assert lengths(kept.of(books.conn, ADA, {}, 0, NOW)) == [5]
    start = begin(books, 10)
    kept.of(books.conn, ADA, {}, 0, NOW)
    end(books, start, 7)
    told: list[str] = []
    books.conn.set_trace_callback(told.append)
    assert lengths(kept.of(books.conn, ADA, {}, 0, NOW)) == [5, 7]
    books.conn.set_trace_callback(None)
    last = start.seq + 1
    read = [one for one in told if "body" in one]
    assert all(f"position > {(1 << 40) + last - 1}" in one for one in read)
    assert len(read) == 1


def test_whoever_has_time_reads_it_in_slices_and_each_session_counts_once(
    books: Writer, monkeypatch: pytest.MonkeyPatch
):
    """A tap that comes before it is done reads the rest."""
    for number in range(6):
        session(books, number * 10, 1)
    monkeypatch.setattr(spent, "SLICE", 5)
    for turns in range(5):
        kept = Spent()
        for _ in range(turns):
            kept.warm(books.conn)
        assert lengths(kept.of(books.conn, ADA, {}, 0, NOW)) == [1] * 6
        kept.warm(books.conn)
        assert lengths(kept.of(books.conn, ADA, {}, 0, NOW)) == [1] * 6


def test_what_is_written_while_it_reads_counts_once(books: Writer):
    session(books, 0, 1)
    kept, late = Spent(), []

    def once(statement: str) -> None:
        if "body" in statement and not late:
            late.append(session(books, 10, 1))

    books.conn.set_trace_callback(once)
    first = lengths(kept.of(books.conn, ADA, {}, 0, NOW))
    books.conn.set_trace_callback(None)
    assert (first, late != []) == ([1], True)
    assert lengths(kept.of(books.conn, ADA, {}, 0, NOW)) == [1, 1]


def test_it_begins_where_the_oldest_state_has_read(books: Writer, monkeypatch: pytest.MonkeyPatch):
    first = session(books, 0, 5)
    right(books, AccountState(ADA, 1, 1, read=(f"{HERE}#{first.seq}",)))
    session(books, 10, 7)
    assert since(books, {}) == [7], "what lies before it, no state wants to know"
    monkeypatch.setattr(spent, "FAR", 1)
    assert since(books, {}) == []


def test_what_cannot_be_read_in_a_state_is_passed_over():
    assert reads(f'["{HERE}#4", "odd", "x#y"]') == {HERE: 4}


def test_a_record_that_was_blanked_or_spoilt_ends_nothing(books: Writer):
    start = begin(books, 0)
    end(books, start, 5)
    with books.write() as pen:
        pen.execute("UPDATE journal SET body = NULL, body_hash = zeroblob(32) WHERE seq = ?", (start.seq,))
    assert since(books) == []


# --- at a tap -------------------------------------------------------------------------------------


def stands(books: Writer, tariff: Tariff | None = TARIFF, rules: MachineRules = RULES) -> Standing:
    money = None if tariff is None else Money(tariff, Spent())
    asked = Asked(NOW.wall_ms, at=NOW, money=money)
    return lookup.standing(books.conn, [BADGE], rules, asked)


def state(books: Writer, who: MemberId, cents: int, **more: object) -> None:
    right(books, AccountState(who, cents, NOW.wall_ms, **more))  # type: ignore[arg-type]


def test_a_lab_without_a_price_list_is_asked_and_told_nothing_of_money(books: Writer):
    state(books, ADA, 1_000)
    found = stands(books, tariff=None)
    assert (found.fare, found.credit) == (None, None)


def test_who_has_no_account_pays_everybodys_price_and_has_nothing(books: Writer):
    found = stands(books)
    assert found.credit == Credit(0, 500)
    assert (found.fare.category, found.fare.plans) == ("", ())


def test_a_balance_is_told_less_what_was_used_here_since(books: Writer):
    done = session(books, 0, 10)
    state(books, ADA, 2_000, read=(f"{HERE}#{done.seq}",))
    assert stands(books).credit == Credit(2_000, 500)
    session(books, 20, 5)
    assert stands(books).credit == Credit(1_500, 500)


def test_whoever_pays_for_the_badge_is_the_one_who_needs_a_balance(books: Writer):
    """Edge case 7: the badge chooses who pays, and what it is for."""
    right(books, BadgeAdded(BADGE, ADA, ZOE, payer=GUILD, purpose="client"), {"label": ""})
    right(books, AccountSet(GUILD, ZOE, "guild", organisation=True, prepaid=True))
    state(books, GUILD, 700)
    session(books, 0, 2, payer=GUILD)
    found = stands(books)
    assert (found.payer, found.purpose) == (GUILD, "client")
    assert found.credit == Credit(700, 500), "it ended before the state was told"
    assert found.fare.category == "guild"
    session(books, 601, 2, payer=GUILD)
    assert stands(books).credit == Credit(600, 500)


def test_an_organisation_that_is_invoiced_needs_none(books: Writer):
    right(books, BadgeAdded(BADGE, ADA, ZOE, payer=GUILD), {"label": ""})
    right(books, AccountSet(GUILD, ZOE, "guild", organisation=True))
    assert stands(books).credit == Credit(0, None)


def test_what_the_badge_is_for_may_cost_nothing_and_a_workshop_comes_before_it(books: Writer):
    right(books, BadgeAdded(BADGE, ADA, ZOE, purpose="lab"), {"label": ""})
    assert stands(books).credit == Credit(0, None)
    right(books, WorkshopOpened("laser", ADA, ZOE, 8, "client", NOW.wall_ms + 1))
    assert stands(books).credit == Credit(0, 500)


def test_doors_and_counters_ask_no_money(books: Writer):
    found = stands(books, rules=replace(RULES, kind=Kind.COUNTER))
    assert (found.fare, found.credit) == (None, None)


def test_before_the_price_list_holds_nothing_is_asked(books: Writer):
    found = stands(books, Tariff((replace(TARIFF.versions[0], since=date(2099, 1, 1)),)))
    assert (found.fare, found.credit) == (None, None)


def test_one_statement_answers_where_nobody_has_a_state(books: Writer):
    right(books, GrantGiven(ADA, "laser", "autonomous", ZOE))
    told: list[str] = []
    books.conn.set_trace_callback(told.append)
    stands(books)
    books.conn.set_trace_callback(None)
    assert len(told) == 1


def test_a_member_by_id_is_priced_by_their_own_account(books: Writer):
    state(books, ADA, 900, plans=("month:",))
    asked = Asked(NOW.wall_ms, at=NOW, money=Money(TARIFF, Spent()))
    found = lookup.standing_of(books.conn, ADA, RULES, asked)
    assert (found.credit, found.fare.category) == (Credit(900, 500), "guild")
