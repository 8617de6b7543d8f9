"""Who pays, and where their bills go: out of the rights, and out of a table that goes nowhere."""

from __future__ import annotations

import pytest
from made_books import WALL_MS, moment
from rights_lab import hand, right

from fabgate.charges import Payer
from fabgate.model import MemberId
from fabgate.records import AccountSet, MemberAdded
from fabgate.store import accounts
from fabgate.store.accounts import Address
from fabgate.store.db import Writer, create

ADA, BOB, TESS = MemberId("m-00aa"), MemberId("m-00bb"), MemberId("m-00tt")
SECOND = WALL_MS // 1000


@pytest.fixture
def books(writer: Writer) -> Writer:
    for who in (ADA, BOB):
        right(writer, MemberAdded(who, TESS), {"handle": who[-2:], "name": who[-2:]})
    return writer


def test_who_was_never_said_to_be_anything_pays_by_invoice_and_is_in_no_category(books: Writer):
    assert accounts.payer(books.conn, ADA) == Payer(ADA)
    assert accounts.known(books.conn) == ()


def test_a_payer_is_what_was_said_last_and_was_what_was_said_before(books: Writer):
    right(books, AccountSet(ADA, TESS, "member", organisation=True))
    right(books, AccountSet(ADA, TESS, "student", prepaid=True), ms=5_000)
    found = accounts.payer(books.conn, ADA)
    assert found == Payer(ADA, ((SECOND, "member"), (SECOND + 5, "student")), False, True)
    assert accounts.known(books.conn) == (ADA,)


def test_the_account_of_another_is_nobodys(books: Writer):
    right(books, AccountSet(ADA, TESS, "member"))
    assert accounts.payer(books.conn, BOB) == Payer(BOB)


def test_a_gate_knows_the_account_as_its_hub_does(books: Writer, tmp_path):
    right(books, AccountSet(ADA, TESS, "member", since_ms=WALL_MS - 60_000))
    with create(tmp_path / "hub", "openfab", "hub", epoch="e00000aa", at=moment()).writer() as hub:
        hand(books, hub)
        assert accounts.payer(hub.conn, ADA) == accounts.payer(books.conn, ADA)
        assert accounts.payer(hub.conn, ADA).categories == ((SECOND - 60, "member"),)


# --- addresses ------------------------------------------------------------------------------------

VOOT = Address(("Rue Voot 61", "1200 Bruxelles"), "BE0123456789")


def put(writer: Writer, member: MemberId, what: Address) -> None:
    with writer.write() as pen:
        accounts.put_address(pen, member, what)


def test_an_address_is_kept_line_by_line_and_each_has_their_own(books: Writer):
    put(books, ADA, VOOT)
    put(books, BOB, Address((), "FR12345678901"))
    assert accounts.address(books.conn, ADA) == VOOT
    assert accounts.addresses(books.conn) == {ADA: VOOT, BOB: Address((), "FR12345678901")}


def test_the_last_address_takes_the_place_of_the_one_before_and_an_empty_one_leaves_none(books: Writer):
    put(books, ADA, VOOT)
    put(books, ADA, Address(("Rue du Fort 37",)))
    assert accounts.address(books.conn, ADA) == Address(("Rue du Fort 37",))
    put(books, ADA, Address())
    assert accounts.address(books.conn, ADA) is None


def test_an_address_can_be_forgotten(books: Writer):
    put(books, ADA, VOOT)
    put(books, BOB, VOOT)
    with books.write() as pen:
        assert accounts.drop_address(pen, ADA)
        assert not accounts.drop_address(pen, ADA)
    assert set(accounts.addresses(books.conn)) == {BOB}
