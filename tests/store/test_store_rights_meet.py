"""Rights that were given and taken at several places at once, in every order in which they can meet."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from rights_lab import PLACES, Lab, all_meet, known, lab_of, play, rows_of, take

from fabgate.model import Level, MemberId, SkillId, Token
from fabgate.records import (
    BadgeAdded,
    BadgeBlocked,
    GrantGiven,
    GrantRevoked,
    MachineLocked,
    MachineUnlocked,
    MemberAdded,
    MemberEdited,
    MemberLifted,
    MemberSuspended,
    RoleGiven,
    RoleRevoked,
)
from fabgate.rules import standing
from fabgate.store import rights, roster

MEMBERS = ("m-0aa1", "m-0bb2", "m-0aa1ff")
TOKENS = ("k1:" + "0" * 8, "k1:" + "1" * 8)
HANDLES = ("ada", "bob", "ada-0bb2")

place = st.sampled_from(PLACES)
member = st.sampled_from(MEMBERS)
token = st.sampled_from(TOKENS)
handle = st.sampled_from(HANDLES)
level = st.sampled_from(["trainee", "autonomous", "sponsor"])
until = st.sampled_from([None, 1_800_000_000_000, 1_900_000_000_000])
office = st.tuples(member, st.sampled_from([("manager", None), ("maintainer", "laser")]))


def person(handle: str) -> standing.Beside:
    told = {"language": None, "email": f"{handle}@example.org", "login": None, "nameable": True}
    return {"handle": handle, "name": handle.title(), **told}


def bare(body: object) -> tuple[object, None]:
    return body, None


deed = st.one_of(
    st.builds(lambda who, as_: (MemberAdded(who, "z"), person(as_)), member, handle),
    st.builds(lambda who, as_: (MemberEdited(who, "z", ("handle",)), {"handle": as_}), member, handle),
    st.builds(lambda who, as_: (MemberEdited(who, "z", ("name",)), {"name": as_}), member, handle),
    st.builds(lambda who: bare(MemberSuspended(who, "z")), member),
    st.builds(lambda who: bare(MemberLifted(who, "z")), member),
    st.builds(lambda what, who, label: (BadgeAdded(what, who, "z"), {"label": label}), token, member, handle),
    st.builds(lambda what, who: bare(BadgeBlocked(what, who, "z")), token, member),
    st.builds(lambda of: bare(RoleGiven(of[0], of[1][0], "z", of[1][1])), office),
    st.builds(lambda of: bare(RoleRevoked(of[0], of[1][0], "z", of[1][1])), office),
    st.builds(lambda who, at, end: bare(GrantGiven(who, "laser", at, "z", end)), member, level, until),
    st.builds(lambda who: bare(GrantRevoked(who, "laser", "z")), member),
    st.builds(lambda: bare(MachineLocked("laser", "z"))),
    st.builds(lambda: bare(MachineUnlocked("laser", "z"))),
)
step = st.one_of(
    st.tuples(st.just("deed"), place, deed),
    st.tuples(st.just("meet"), st.tuples(place, place), st.integers(1, 9)),
)


@given(st.lists(step, max_size=24), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_stores_that_know_the_same_records_have_the_same_roster_whatever_the_order(steps, chance):
    with tempfile.TemporaryDirectory() as folder, lab_of(Path(folder), *PLACES) as lab:
        play(lab, steps)
        all_meet(lab, chance)
        found = [rows_of(writer.conn) for writer in lab.stores.values()]
        marks = {(mark.records, mark.digest) for mark in map(mark_of, lab.stores.values())}
        assert len(marks) == 1
        assert found[0] == found[1] == found[2]
        for writer in lab.stores.values():
            with writer.write() as pen:
                rights.rebuild(pen)
            assert rows_of(writer.conn) == found[0], "made anew it is what it grew to be"
        check_by_who_saw_what(lab)


def mark_of(writer) -> rights.Mark:
    return rights.mark(writer.conn)


def check_by_who_saw_what(lab: Lab) -> None:
    """The roster against an oracle that knows nothing of `supersedes`: only who had seen what."""
    conn = lab.stores["hub"].conn
    known_members = {one.id for one in roster.members(conn)}
    for who in MEMBERS:
        words = lab.last_words(standing.grant_subject(who, "laser"))
        held = roster.grants(conn, MemberId(who), SkillId("laser"))
        if not words or who not in known_members or any(isinstance(word, GrantRevoked) for word in words):
            assert held == ()
        else:
            assert [one.level for one in held] == [min(Level.of(word.level) for word in words)]
            ends = [word.until_ms for word in words if word.until_ms is not None]
            assert held[0].until_ms == min(ends, default=None)
        holds = lab.last_words(f"hold/{who}")
        found = roster.member(conn, who)
        if found is not None:
            suspended = any(isinstance(word, MemberSuspended) for word in holds)
            assert (found.suspended_ms is not None) == suspended
    for what in TOKENS:
        check_badge(conn, what, lab.last_words(standing.badge_subject(what)), known_members)
    locked = any(isinstance(word, MachineLocked) for word in lab.last_words("lock/laser"))
    assert bool(roster.locks(conn)) == locked


def check_badge(conn, what: str, words: list, known_members: set[str]) -> None:
    owners = {word.member for word in words if isinstance(word, BadgeAdded)}
    blocked = any(isinstance(word, BadgeBlocked) for word in words)
    found = roster.badge(conn, Token(what))
    if found is None:
        assert not (owners or {word.member for word in words}) & known_members
    elif not blocked and len(owners) == 1:
        assert ({found.member}, found.blocked_ms, found.rivals) == (owners, None, ())
    else:
        assert found.blocked_ms is not None, "it opens nothing"
        assert len(owners) < 2 or set(found.rivals) == owners


@given(st.lists(step, max_size=16), st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_rights_that_come_in_slices_pass_through_every_state_that_their_store_had(steps, size):
    """Whoever reads a store's rights from the first to the last stands, after each, where a store did
    that knew just these: a slice that ends anywhere gives nobody more than the whole order did."""
    with tempfile.TemporaryDirectory() as folder, lab_of(Path(folder), *PLACES, "late", "once") as lab:
        play(lab, steps)
        source, late, once = lab.stores["gate1"], lab.stores["late"], lab.stores["once"]
        after = 0
        while after < mark_of(source).arrived:
            stretch = rights.after(source.conn, after, 3, size)
            assert len(stretch.rights) <= 3
            take(late, *stretch.rights)
            after = stretch.upto
        take(once, *known(source))
        assert rows_of(late.conn) == rows_of(once.conn) == rows_of(source.conn)
        assert mark_of(late) == mark_of(once)
