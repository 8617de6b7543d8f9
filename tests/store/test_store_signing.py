"""Ways to sign in, as the books keep them: digests, and nothing of a person who is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_books import moment
from rights_lab import right

from fabgate.model import MachineId, MemberId, RecordId
from fabgate.records import MemberAdded, MemberForgotten
from fabgate.store import signing
from fabgate.store.db import Writer, create
from fabgate.store.signing import ApiToken, Hashed, Link, Password, Terminal

ADA, BOB = MemberId("m-00000000000000ada"), MemberId("m-00000000000000bob")
ONE, TWO = bytes(32), bytes(31) + b"\1"
WHY = RecordId.of("openfab/gate1/e1#2")


def password(member: MemberId, since_ms: int = 5) -> Password:
    return Password(member, Hashed(ONE, bytes(16), 16384, 8, 1), since_ms)


def token(name: str, member: MemberId, since_ms: int = 5) -> ApiToken:
    return ApiToken(name, member, ("lab", "act"), "a display", since_ms, 99, TWO)


def test_what_was_put_is_found_again(writer: Writer):
    with writer.write() as pen:
        signing.put_password(pen, password(ADA), WHY)
        signing.put_link(pen, Link(ADA, ONE, 9), WHY, 5)
        signing.put_token(pen, token("0a", ADA), WHY)
        signing.put_terminal(pen, Terminal("0b", MachineId("laser"), 5, TWO), WHY)
    conn = writer.conn
    assert signing.password(conn, ADA) == password(ADA)
    assert signing.password(conn, BOB) is None
    assert signing.link(conn, ONE) == Link(ADA, ONE, 9)
    assert signing.link(conn, TWO) is None
    assert signing.token(conn, "0a") == token("0a", ADA)
    assert signing.token(conn, "0b") is None
    assert signing.terminal(conn, "0b") == Terminal("0b", MachineId("laser"), 5, TWO)
    assert signing.terminals(conn) == (Terminal("0b", MachineId("laser"), 5, TWO),)


def test_a_new_password_stands_in_the_place_of_the_old_one(writer: Writer):
    with writer.write() as pen:
        signing.put_password(pen, password(ADA, 1), WHY)
        signing.put_password(pen, password(ADA, 2), WHY)
        assert signing.password(writer.conn, ADA) in (None, password(ADA, 2))
        assert signing.drop_password(pen, ADA)
        assert not signing.drop_password(pen, ADA)


def test_links_that_ran_out_go_when_another_is_made(writer: Writer):
    with writer.write() as pen:
        signing.put_link(pen, Link(BOB, ONE, 9), WHY, 5)
        signing.put_link(pen, Link(ADA, TWO, 20), WHY, 9)
    assert signing.links(writer.conn, BOB) == (Link(BOB, ONE, 9),)
    with writer.write() as pen:
        signing.put_link(pen, Link(ADA, bytes([7] * 32), 30), WHY, 10)
    assert signing.links(writer.conn, BOB) == ()
    assert len(signing.links(writer.conn, ADA)) == 2


def test_tokens_are_told_by_age_and_of_one_member(writer: Writer):
    with writer.write() as pen:
        for name, member, since in (("c", ADA, 1), ("a", ADA, 3), ("b", BOB, 2)):
            signing.put_token(pen, token(name, member, since), WHY)
    assert [one.token for one in signing.tokens(writer.conn)] == ["c", "b", "a"]
    assert [one.token for one in signing.tokens(writer.conn, ADA)] == ["c", "a"]
    with writer.write() as pen:
        assert signing.drop_token(pen, "a") and not signing.drop_token(pen, "a")
    assert [one.token for one in signing.tokens(writer.conn)] == ["c", "b"]


def test_who_is_forgotten_has_no_way_in_any_more(tmp_path: Path):
    with create(tmp_path / "hub", "openfab", "hub", moment(), epoch="h1").writer() as hub:
        for member in (ADA, BOB):
            right(hub, MemberAdded(member, member), {"handle": member[-3:], "name": member[-3:]})
        with hub.write() as pen:
            for place, member in enumerate((ADA, BOB)):
                signing.put_password(pen, password(member), WHY)
                signing.put_link(pen, Link(member, bytes([place] * 32), 9), WHY, 5)
                signing.put_token(pen, token(f"t{place}", member), WHY)
        right(hub, MemberForgotten(ADA, BOB))
        assert signing.password(hub.conn, ADA) is None
        assert signing.links(hub.conn, ADA) == () == signing.tokens(hub.conn, ADA)
        assert signing.password(hub.conn, BOB) is not None
        assert len(signing.links(hub.conn, BOB)) == len(signing.tokens(hub.conn, BOB)) == 1


@pytest.mark.parametrize("table", ["passwords", "links", "tokens", "terminals"])
def test_no_table_of_ours_takes_more_than_a_digest(writer: Writer, table: str):
    columns = [row[1:3] for row in writer.conn.execute(f"PRAGMA table_info({table})")]
    assert ("digest", "BLOB") in columns
    assert not {name for name, _ in columns} & {"secret", "password", "key"}
