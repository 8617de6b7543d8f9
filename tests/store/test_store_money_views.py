"""The views of money: each record moves its row as it is written, or as a hub takes it in from a gate."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import moment, new_books

from fabgate.charges import Charge, Sort
from fabgate.model import MemberId, Origin, RecordId
from fabgate.records import (
    BatchExported,
    Body,
    ChargeReversed,
    ChargeSettled,
    ChargesMade,
    Draft,
    EpochBegun,
    PeriodClosed,
    PlanEnded,
    Sale,
    SaleCancelled,
    UsageAssigned,
    UsageMarked,
    UsageSettled,
    encode,
)
from fabgate.rules import lines
from fabgate.store import chain, charged, heard, money_views, sales
from fabgate.store.db import Writer

ADA, BOB, TESS = MemberId("m-00aa"), MemberId("m-00bb"), MemberId("m-00tt")
OWN = "openfab/gate1/e0000001"
SESSION = "openfab/gate1/e0000001#40"
GATE = Origin("openfab/gate2/e0000002")


def write(writer: Writer, *bodies: Body) -> list[str]:
    with writer.write() as pen:
        return [str(pen.append(Draft(moment(), body))) for body in bodies]


def sale(payer: str = ADA, sort: Sort = Sort.PLAN, item: str = "month", day: str = "2026-10-01") -> Sale:
    return Sale(payer, sort.value, item, day, TESS)


def page(closing: str, payer: str = ADA, **taken: int) -> ChargesMade:
    charge = Charge(MemberId(payer), Sort.MACHINE, "laser", 1, 100, 100, "2026", (SESSION,), taken=taken)
    return ChargesMade(closing, payer, (lines.written(charge),))


def seal(period: str, closing: str) -> PeriodClosed:
    return PeriodClosed(period, TESS, closing, 1, "", "", (), "", (), "", "ff")


def rows(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(conn.execute(f"SELECT * FROM {name}"), key=repr) for name in money_views.TABLES}


def corrections(conn: sqlite3.Connection) -> dict[tuple[str, str], str]:
    found = conn.execute("SELECT session, field, value FROM corrections")
    return {(session, name): value for session, name, value in found}


# --- sales --------------------------------------------------------------------------------------


def test_a_sale_is_read_back_as_it_was_written_with_its_record(writer: Writer):
    said = replace(sale(sort=Sort.ITEM, item="pla"), quantity="120.5", session=SESSION)
    (record,) = write(writer, said)
    (found,) = sales.of(writer.conn, ADA)
    assert (found.record, found.payer, found.sort, found.item) == (record, ADA, Sort.ITEM, "pla")
    assert (found.day.isoformat(), found.quantity, found.cents) == ("2026-10-01", "120.5", None)
    assert (found.until, found.session) == (None, SESSION)
    assert sales.payers(writer.conn) == (ADA,)


def test_what_is_paid_in_has_its_cents(writer: Writer):
    write(writer, Sale(ADA, Sort.TOPUP.value, "", "2026-10-02", TESS, cents=5_000))
    assert [one.cents for one in sales.of(writer.conn, ADA)] == [5_000]


def test_a_sale_that_was_taken_back_counts_for_nothing_and_is_still_told(writer: Writer):
    first, second = write(writer, sale(), sale(BOB))
    write(writer, SaleCancelled(first, TESS))
    assert sales.of(writer.conn, ADA) == ()
    assert [one.cancelled for one in sales.kept(writer.conn, ADA)] == [True]
    assert sales.payers(writer.conn) == (BOB,)
    other = sales.one(writer.conn, RecordId.of(second))
    assert other is not None
    assert (other.sold.payer, other.cancelled) == (BOB, False)


def test_a_plan_ends_with_the_day_that_was_said_last(writer: Writer):
    (record,) = write(writer, sale())
    write(writer, PlanEnded(record, "2026-11-30", TESS), PlanEnded(record, "2026-10-31", TESS))
    assert [str(one.until) for one in sales.of(writer.conn, ADA)] == ["2026-10-31"]


def test_sales_come_by_day_and_those_of_a_day_as_they_were_made(writer: Writer):
    days = ("2026-10-02", "2026-10-01", "2026-10-02")
    records = write(writer, *(sale(day=day) for day in days))
    assert [one.record for one in sales.of(writer.conn, ADA)] == [records[1], records[0], records[2]]
    assert len(sales.every(writer.conn)) == 3


@pytest.mark.parametrize(
    "named",
    ["", "12", "a/b/c#x", "openfab/gate9/e1#1", "openfab/gate1/e0000001#0", "a/b#1", f"{OWN}#{1 << 64}"],
)
def test_a_word_about_a_sale_that_is_not_there_moves_nothing(writer: Writer, named: str):
    write(writer, sale(), SaleCancelled(named, TESS), PlanEnded(named, "2026-10-31", TESS))
    assert [one.until for one in sales.of(writer.conn, ADA)] == [None]


def test_a_number_of_another_epoch_names_no_sale_of_this_one(writer: Writer):
    (record,) = write(writer, sale())
    other = RecordId(Origin("openfab/gate1/e0000009"), RecordId.of(record).seq)
    assert sales.one(writer.conn, other) is None
    assert sales.one(writer.conn, RecordId(Origin("openfab/gate1/e0000001"), 1)) is None


# --- sessions, months, charges --------------------------------------------------------------------


def test_of_each_field_of_a_session_the_last_word_counts(writer: Writer):
    write(
        writer,
        UsageSettled(SESSION, 60_000, TESS),
        UsageSettled(SESSION, 90_000, TESS),
        UsageAssigned(SESSION, BOB, TESS),
        UsageMarked(SESSION, "social", TESS, free=True),
        UsageMarked(SESSION, "repair", TESS),
    )
    assert corrections(writer.conn) == {
        (SESSION, "length_ms"): "90000",
        (SESSION, "payer"): BOB,
        (SESSION, "purpose"): "repair",
        (SESSION, "free"): "",
    }


def test_what_a_closing_took_counts_once_its_month_is_sealed(writer: Writer):
    write(writer, page("c1", wallet=300, pack=60))
    assert charged.taken(writer.conn, ADA) == {}
    assert charged.closed(writer.conn) == ()
    write(writer, seal("2026-10", "c1"))
    assert charged.taken(writer.conn, ADA) == {"wallet": 300, "pack": 60}
    assert charged.taken(writer.conn, BOB) == {}
    assert str(sales.last_closed(writer.conn)) == "2026-10"


def test_pages_of_a_closing_that_was_cut_off_count_for_nothing(writer: Writer):
    write(
        writer, page("c1", wallet=300), page("c2", wallet=200), page("c2", wallet=50), seal("2026-10", "c2")
    )
    assert charged.taken(writer.conn, ADA) == {"wallet": 250}
    assert [charge.taken for charge in charged.of_payer(writer.conn, ADA)] == [
        {"wallet": 200},
        {"wallet": 50},
    ]


def test_a_month_is_closed_once(writer: Writer):
    write(writer, page("c1", wallet=1), seal("2026-10", "c1"), page("c2", wallet=2), seal("2026-10", "c2"))
    assert charged.taken(writer.conn, ADA) == {"wallet": 1}


def test_the_first_word_on_a_charge_stands(writer: Writer):
    first, _ = write(
        writer, ChargeSettled("x#1.1", "2026-11-05", TESS), ChargeSettled("x#1.1", "2026-11-09", TESS)
    )
    write(writer, ChargeReversed("x#1.2", TESS, again=True), ChargeReversed("x#1.3", TESS))
    settled = charged.marks(writer.conn, "x#1.1")
    assert {name: (mark.day, str(mark.record)) for name, mark in settled.items()} == {
        "settled": ("2026-11-05", first)
    }
    assert set(charged.marks(writer.conn, "x#1.2")) == {"reversed", "again"}
    assert set(charged.marks(writer.conn, "x#1.3")) == {"reversed"}


def test_a_record_that_is_rolled_back_moves_no_row(writer: Writer):
    before = rows(writer.conn)
    with pytest.raises(RuntimeError, match="changed my mind"), writer.write() as pen:
        pen.append(Draft(moment(), sale()))
        raise RuntimeError("changed my mind")
    assert rows(writer.conn) == before


# --- whole --------------------------------------------------------------------------------------

_PAYERS = st.sampled_from([ADA, BOB])
_SALES = st.integers(1, 12).map(lambda seq: f"openfab/gate1/e0000001#{seq}")
_BODIES = st.one_of(
    st.builds(sale, _PAYERS),
    st.builds(SaleCancelled, _SALES, st.just(TESS)),
    st.builds(PlanEnded, _SALES, st.sampled_from(["2026-10-31", "2026-11-30"]), st.just(TESS)),
    st.builds(UsageSettled, _SALES, st.integers(0, 9), st.just(TESS)),
    st.builds(UsageAssigned, _SALES, _PAYERS, st.just(TESS)),
    st.builds(UsageMarked, _SALES, st.just("social"), st.just(TESS), st.booleans()),
    st.builds(page, st.sampled_from(["c1", "c2"]), _PAYERS, wallet=st.integers(-9, 9)),
    st.builds(seal, st.sampled_from(["2026-10", "2026-11"]), st.sampled_from(["c1", "c2"])),
    st.builds(ChargeReversed, st.just("x#1.1"), st.just(TESS), st.booleans()),
    st.builds(ChargeSettled, st.just("x#1.1"), st.just("2026-11-05"), st.just(TESS)),
    st.builds(
        BatchExported,
        st.sampled_from(["b1", "b2"]),
        st.just("2026-10"),
        st.just("fec"),
        st.just(1),
        st.just("ff"),
        st.just(TESS),
    ),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_BODIES, max_size=20))
def test_the_views_are_what_the_journal_makes_of_them(tmp_path_factory, bodies):
    with new_books(tmp_path_factory.mktemp("books") / "state").writer() as writer:
        write(writer, *bodies)
        before = rows(writer.conn)
        with writer.write() as pen:
            money_views.rebuild(pen)
        assert rows(writer.conn) == before


# --- at a hub -----------------------------------------------------------------------------------


def hear(writer: Writer, *bodies: Body) -> heard.Outcome:
    """The journal of a gate that kept its own books, from its first record."""
    texts = [encode(Draft(moment(1), body)) for body in (EpochBegun("init"), *bodies)]
    link = chain.ROOT
    for seq, text in enumerate(texts, 1):
        link = chain.link(GATE, seq, link, chain.body_hash(text.encode()))
    with writer.write() as pen:
        return heard.take(pen, GATE, 1, texts, chain.ROOT, link)


def test_a_gate_that_joins_brings_its_sales_and_its_closed_months_along(writer: Writer):
    took = hear(
        writer,
        sale(),
        sale(BOB),
        SaleCancelled(f"{GATE}#3", TESS),
        page("c1", wallet=300),
        seal("2026-09", "c1"),
        UsageMarked(f"{GATE}#40", "social", TESS),
    )
    assert isinstance(took, heard.Taken)
    assert [one.record for one in sales.of(writer.conn, ADA)] == [f"{GATE}#2"]
    assert sales.of(writer.conn, BOB) == ()
    assert charged.taken(writer.conn, ADA) == {"wallet": 300}
    assert [charge.cents for charge in charged.charges(writer.conn, "2026-09")] == [100]
    assert corrections(writer.conn)[f"{GATE}#40", "purpose"] == "social"


def test_what_the_hub_says_of_a_gates_sale_is_the_last_word_also_when_the_views_are_made_anew(writer: Writer):
    hear(writer, sale(), PlanEnded(f"{GATE}#2", "2026-12-31", TESS))
    write(writer, PlanEnded(f"{GATE}#2", "2026-10-31", TESS))
    before = rows(writer.conn)
    with writer.write() as pen:
        money_views.rebuild(pen)
    assert rows(writer.conn) == before
    assert [str(one.until) for one in sales.of(writer.conn, ADA)] == ["2026-10-31"]


@pytest.mark.parametrize(
    "odd",
    [
        replace(sale(), day="2026-13-01"),
        replace(sale(), day="20261001"),
        replace(sale(), sort="gift"),
        replace(sale(), quantity="1e9"),
        replace(sale(), quantity="-1"),
        PlanEnded(f"{GATE}#2", "soon", TESS),
        SaleCancelled("12", TESS),
        ChargesMade("c1", ADA, ("no line",)),
        ChargesMade("c1", ADA, ((1,) * 17 + (7,),)),
        ChargesMade("c1", ADA, ((1,) * 17 + ((("wallet", "much"),),),)),
        ChargesMade("c1", ADA, ((1,) * 17 + ((("wallet",),),),)),
    ],
)
def test_a_hub_takes_nothing_in_that_its_views_could_not_read(writer: Writer, odd: Body):
    before = rows(writer.conn)
    assert isinstance(hear(writer, sale(), odd), heard.Broken)
    assert rows(writer.conn) == before


def test_the_place_of_what_is_taken_in_a_line_is_where_the_check_looks():
    charge = Charge(ADA, Sort.MACHINE, "laser", 1, 1, 1, "v", (), taken={"wallet": 7})
    assert list(lines.taken(lines.written(charge))) == [("wallet", 7)]
    assert lines.taken(lines.written(replace(charge, taken={}))) == ()
