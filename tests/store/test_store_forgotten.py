"""A person who is forgotten is forgotten everywhere, in whatever order stores hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_books import moment
from rights_lab import hand, right, rows_of

from fabgate.model import MemberId, Origin
from fabgate.records import (
    BadgeAdded,
    BadgeBlocked,
    Draft,
    GrantGiven,
    MemberAdded,
    MemberEdited,
    MemberForgotten,
    MemberSuspended,
    Note,
    Sale,
    SessionStarted,
)
from fabgate.rules.standing import PERSON_FIELDS
from fabgate.store import accounts, journal, purging, rights, roster
from fabgate.store.accounts import Address
from fabgate.store.db import Writer, create

ADA, BOB, ZOE = "m-00000000000000ada", "m-00000000000000bob", "m-00000000000000zoe"
BADGE = "k1:" + "ab" * 32
PERSON = dict.fromkeys(PERSON_FIELDS, None) | {
    "handle": "ada",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "login": "ada",
    "nameable": True,
}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Writer, Writer]]:
    """A gate and a hub that both know Ada and her badge."""
    with (
        create(tmp_path / "gate", "openfab", "gate1", moment(), epoch="e1").writer() as gate,
        create(tmp_path / "hub", "openfab", "hub", moment(), epoch="h1").writer() as hub,
    ):
        right(gate, MemberAdded(ADA, ZOE), PERSON)
        right(gate, BadgeAdded(BADGE, ADA, ZOE), {"label": "Ada's blue fob"})
        right(gate, GrantGiven(ADA, "laser", "autonomous", ZOE))
        hand(gate, hub)
        yield gate, hub


def whole(writer: Writer) -> str:
    """Every text that the books hold, but the ids in records of rights."""
    found = [*rows_of(writer.conn).items(), writer.conn.execute("SELECT beside FROM rights").fetchall()]
    found += [writer.conn.execute(f"SELECT * FROM {table}").fetchall() for table in ("notes", "addresses")]
    return repr(found)


def nothing_is_left(writer: Writer) -> bool:
    said = whole(writer)
    return not any(word in said for word in ("Lovelace", "ada@example", "blue fob", "'ada'", '"ada"'))


def test_nothing_personal_is_left_where_somebody_is_forgotten_and_where_it_is_heard_of(
    stores: tuple[Writer, Writer],
):
    gate, hub = stores
    right(hub, MemberForgotten(ADA, ZOE))
    hand(hub, gate)
    assert nothing_is_left(hub) and nothing_is_left(gate)
    for writer in stores:
        [badge] = roster.badges(writer.conn)
        assert (badge.member, badge.label) == (ADA, "")
        gone = roster.member(writer.conn, ADA)
        assert gone is not None
        assert (gone.name, gone.handle, gone.email, gone.login, gone.nameable) == (
            ADA,
            ADA,
            None,
            None,
            False,
        )
        assert [grant.skill for grant in roster.grants(writer.conn, MemberId(ADA))] == ["laser"]


def test_who_did_not_know_of_it_and_wrote_a_name_meanwhile_brings_nothing_back(stores: tuple[Writer, Writer]):
    gate, hub = stores
    right(gate, MemberEdited(ADA, ZOE, ("name",)), {"name": "Ada King, Countess of Lovelace"}, ms=9)
    right(gate, BadgeBlocked(BADGE, ADA, ZOE))
    right(gate, BadgeAdded(BADGE, ADA, ZOE), {"label": "Ada's blue fob, found again"})
    right(hub, MemberForgotten(ADA, ZOE), ms=5)
    hand(gate, hub)
    hand(hub, gate)
    hand(gate, hub)
    assert nothing_is_left(hub) and nothing_is_left(gate)
    assert rights.mark(gate.conn).digest == rights.mark(hub.conn).digest


def test_a_store_that_hears_of_the_erasure_before_the_person_never_learns_their_name(
    stores: tuple[Writer, Writer], tmp_path: Path
):
    gate, hub = stores
    right(hub, MemberForgotten(ADA, ZOE))
    with create(tmp_path / "new", "openfab", "gate2", moment(), epoch="n1").writer() as new:
        hand(hub, new)
        hand(gate, new)
        assert nothing_is_left(new)


def test_the_badge_of_who_was_forgotten_keeps_its_label_with_whoever_has_it_now(
    stores: tuple[Writer, Writer],
):
    gate, _ = stores
    right(gate, MemberAdded(BOB, ZOE), PERSON | {"handle": "bob", "name": "Bob Noyce", "login": None})
    right(gate, BadgeAdded(BADGE, BOB, ZOE), {"label": "green"})
    right(gate, MemberForgotten(ADA, ZOE))
    assert [(one.member, one.label) for one in roster.badges(gate.conn)] == [(BOB, "green")]
    assert "blue fob" not in whole(gate)


def test_the_handle_of_who_was_forgotten_is_free_again(stores: tuple[Writer, Writer]):
    gate, _ = stores
    right(gate, MemberForgotten(ADA, ZOE))
    right(gate, MemberAdded(BOB, ZOE), PERSON | {"name": "Ada Byron", "login": None})
    found = roster.member(gate.conn, "ada")
    assert found is not None
    assert (found.id, found.handle, found.name) == (BOB, "ada", "Ada Byron")


def test_an_address_goes_in_the_moment_of_the_erasure(stores: tuple[Writer, Writer]):
    _, hub = stores
    with hub.write() as pen:
        accounts.put_address(pen, MemberId(ADA), Address(("Ada Lovelace", "Rue Gray 1"), "BE 0123.456.749"))
    right(hub, MemberForgotten(ADA, ZOE))
    assert accounts.address(hub.conn, MemberId(ADA)) is None


def test_texts_beside_what_happened_to_them_go_and_others_stay(stores: tuple[Writer, Writer]):
    gate, _ = stores
    with gate.write() as pen:
        reason, login = Note("reason", "coffee in the laser"), Note("login", "zoe")
        pen.append(Draft(moment(1), MemberSuspended(ADA, ZOE)), (reason, login))
        pen.append(Draft(moment(2), MemberSuspended(BOB, ADA)), (reason, Note("login", "ada")))
        pen.append(Draft(moment(3), MemberForgotten(ADA, ZOE)), (Note("reason", "asked for it"),))
        pen.append(Draft(moment(4), _start(sponsor=ADA)), (Note("reason", "a sponsor"),))
    erase(gate)
    assert notes(gate) == [
        ("login", "zoe"),  # her suspension: who wrote it, not why
        ("reason", "coffee in the laser"),  # Bob's: why, and no more who wrote it
        ("reason", "asked for it"),
    ]


def _start(sponsor: str) -> SessionStarted:
    return SessionStarted("laser", "laser", BOB, BADGE, "trainee", "tap", 1, sponsor)


def erase(writer: Writer) -> int:
    gone = list(purging.about(writer.conn, purging.forgotten(writer.conn)))
    with writer.write() as pen:
        for one in gone:
            purging.drop_text(pen, one)
    return len(gone)


def notes(writer: Writer) -> list[tuple[str, str]]:
    return writer.conn.execute("SELECT kind, text FROM notes ORDER BY position, kind").fetchall()


def test_texts_beside_money_stay_with_the_line_that_they_defend(stores: tuple[Writer, Writer]):
    _, hub = stores
    with hub.write() as pen:
        sold = Sale(ADA, "item", "pla", "2026-10-02", ZOE)
        pen.append(Draft(moment(1), sold), (Note("ref", "receipt 12"), Note("reason", "25 g for a lamp")))
        pen.append(Draft(moment(2), Sale(BOB, "item", "pla", "2026-10-02", ADA)), (Note("login", "ada"),))
        pen.append(Draft(moment(3), MemberForgotten(ADA, ZOE)))
    assert erase(hub) == 0
    assert len(notes(hub)) == 3


def test_of_a_badge_with_two_owners_only_the_label_of_who_was_forgotten_goes(stores: tuple[Writer, Writer]):
    gate, hub = stores
    both = "k1:" + "cd" * 32
    right(hub, MemberAdded(BOB, ZOE), PERSON | {"handle": "bob", "name": "Bob Noyce", "login": None})
    right(gate, BadgeAdded(both, ADA, ZOE), {"label": "Ada's blue fob"})
    right(hub, BadgeAdded(both, BOB, ZOE), {"label": "green"})
    hand(gate, hub)
    right(hub, MemberForgotten(ADA, ZOE))
    hand(hub, gate)
    for writer in stores:
        assert "blue fob" not in whole(writer)
        assert "green" in repr(writer.conn.execute("SELECT beside FROM rights").fetchall())


def test_to_erase_twice_erases_nothing_more(stores: tuple[Writer, Writer]):
    gate, _ = stores
    with gate.write() as pen:
        pen.append(Draft(moment(1), MemberSuspended(ADA, ZOE)), (Note("reason", "coffee"),))
    assert erase(gate) == 0  # nobody is forgotten
    right(gate, MemberForgotten(ADA, ZOE))
    assert purging.forgotten(gate.conn) == {ADA}
    assert [erase(gate), erase(gate)] == [1, 0]


def test_many_texts_are_read_in_pages_and_none_is_passed_over(stores: tuple[Writer, Writer]):
    gate, _ = stores
    with gate.write() as pen:
        for ms in range(1_300):
            who = ADA if ms % 2 else BOB
            both = (Note("reason", "why"), Note("login", "zoe"))
            pen.append(Draft(moment(ms), _start(sponsor=who)), both)
        pen.append(Draft(moment(3), MemberForgotten(ADA, ZOE)))
    assert erase(gate) == 650
    assert len(notes(gate)) == 2 * 1_300 - 650


def test_the_journal_is_whole_after_it(stores: tuple[Writer, Writer]):
    gate, hub = stores
    right(hub, MemberForgotten(ADA, ZOE))
    hand(hub, gate)
    assert journal.verify(gate.conn).sound and journal.verify(hub.conn).sound
    assert rights.said_of(gate.conn, f"member/{ADA}")[-1].record.origin == Origin("openfab/hub/h1")
