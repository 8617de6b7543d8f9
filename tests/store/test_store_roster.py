from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rights_lab import right

from fabgate.model import (
    Level,
    Lock,
    MachineId,
    MachineRules,
    MemberId,
    Person,
    RecordId,
    Role,
    SkillId,
    Standing,
    Token,
)
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
from fabgate.store import helpers, lookup, practice, present, roster
from fabgate.store.db import Writer
from fabgate.store.roster import Asked, Badge, Member, RoleHeld

LASER, LATHE = MachineId("laser"), MachineId("lathe")
CUTTING, TURNING = SkillId("laser"), SkillId("lathe")
ADA, BOB, ZOE = MemberId("a1"), MemberId("b2"), MemberId("c3")
TODAY = 1_790_000_000_000
OLD, NEW = Token("k1:" + "0" * 64), Token("k2:" + "0" * 64)


def add(writer: Writer, *people: Member) -> None:
    for one in people:
        beside = {"handle": one.handle, "name": one.name, "language": one.language, "email": one.email}
        right(writer, MemberAdded(one.id, ZOE), {**beside, "login": one.login, "nameable": one.nameable})


def give(
    writer: Writer, member: MemberId, level: Level, until_ms: int | None = None, skill: SkillId = CUTTING
) -> RecordId:
    return right(writer, GrantGiven(member, skill, level.word, ZOE, until_ms), ms=-5)


def badge(writer: Writer, token: Token, member: MemberId) -> RecordId:
    return right(writer, BadgeAdded(token, member, ZOE), {"label": "blue fob"})


def stands(writer: Writer, *tokens: Token, machine=LASER, sponsor_from=Level.AUTONOMOUS) -> Standing:
    rules = MachineRules(machine, CUTTING, "Laser", sponsor_from=sponsor_from)
    return roster.standing(writer.conn, tokens, rules, Asked(TODAY))


@pytest.fixture
def ada(writer: Writer) -> Member:
    ada = Member(ADA, "ada", "Ada Lovelace", "fr", "ada@example.org", "ada", True, added_ms=TODAY)
    add(writer, ada)
    badge(writer, OLD, ADA)
    return ada


# --- standing -----------------------------------------------------------------------------------


def test_a_badge_that_nobody_owns_stands_for_nobody(writer: Writer):
    assert stands(writer, NEW, OLD) == Standing()
    assert stands(writer) == Standing()


def test_an_autonomous_member_stands_with_name_and_language_and_needs_no_sponsor(writer: Writer, ada: Member):
    give(writer, ADA, Level.AUTONOMOUS)
    assert stands(writer, OLD) == Standing(Person(ADA, "Ada Lovelace", "fr"), level=Level.AUTONOMOUS)
    assert stands(writer, OLD).sponsors == ()


def test_a_member_without_a_grant_stands_at_none(writer: Writer, ada: Member):
    give(writer, ADA, Level.SPONSOR, skill=TURNING)
    assert stands(writer, OLD).level is Level.NONE


def test_a_badge_enrolled_under_an_older_key_is_still_known(writer: Writer, ada: Member):
    assert stands(writer, NEW, OLD).person.member == ADA


def test_of_two_badges_the_one_under_the_newest_key_counts(writer: Writer, ada: Member):
    add(writer, Member(BOB, "bob", "Bob"))
    badge(writer, NEW, BOB)
    assert stands(writer, NEW, OLD).person.member == BOB
    assert stands(writer, OLD, NEW).person.member == ADA


def test_a_blocked_badge_and_a_suspended_member_are_seen(writer: Writer, ada: Member):
    right(writer, BadgeBlocked(OLD, ADA, ZOE), ms=7)
    right(writer, MemberSuspended(ADA, ZOE), ms=8)
    now = stands(writer, OLD)
    assert (now.blocked_ms, now.suspended_ms) == (TODAY + 7, TODAY + 8)
    right(writer, MemberLifted(ADA, ZOE))
    assert stands(writer, OLD).suspended_ms is None


def test_a_locked_machine_is_locked_for_a_badge_that_nobody_owns_as_well(writer: Writer, ada: Member):
    lock = Lock(TODAY + 9, right(writer, MachineLocked(LASER, ZOE), ms=9))
    assert stands(writer, OLD).lock == lock
    assert stands(writer, NEW).lock == lock
    assert stands(writer, OLD, machine=LATHE).lock is None
    assert roster.lock(writer.conn, LASER) == lock
    right(writer, MachineUnlocked(LASER, ZOE))
    assert stands(writer, OLD).lock is None


@pytest.mark.parametrize(
    ("level", "until_ms", "left", "lapsed_ms"),
    [
        (Level.SPONSOR, None, Level.SPONSOR, None),
        (Level.SPONSOR, TODAY, Level.SPONSOR, None),
        (Level.SPONSOR, TODAY - 1, Level.TRAINEE, TODAY - 1),
        (Level.AUTONOMOUS, TODAY - 1, Level.TRAINEE, TODAY - 1),
        (Level.TRAINEE, TODAY + 1, Level.TRAINEE, None),
        (Level.TRAINEE, TODAY - 1, Level.NONE, TODAY - 1),
    ],
)
def test_a_grant_that_ran_out_leaves_one_step_of_trust_less(
    writer: Writer, ada: Member, level: Level, until_ms: int | None, left: Level, lapsed_ms: int | None
):
    give(writer, ADA, level, until_ms)
    now = stands(writer, OLD)
    assert (now.level, now.lapsed_ms) == (left, lapsed_ms)


def test_a_member_stands_the_same_by_their_id_as_by_their_badge(writer: Writer, ada: Member):
    give(writer, ADA, Level.TRAINEE)
    rules = MachineRules(LASER, CUTTING, "Laser")
    assert roster.standing_of(writer.conn, ADA, rules, Asked(TODAY)) == stands(writer, OLD)
    assert roster.standing_of(writer.conn, MemberId("?"), rules, Asked(TODAY)) == Standing()


def test_a_trainee_is_told_who_may_sponsor_of_those_who_agreed_to_be_named(writer: Writer, ada: Member):
    give(writer, ADA, Level.TRAINEE)
    people = {
        "named": Member(MemberId("m1"), "named", "Named", nameable=True),
        "shy": Member(MemberId("m2"), "shy", "Shy"),
        "suspended": Member(MemberId("m3"), "suspended", "Suspended", nameable=True),
        "lapsed": Member(MemberId("m4"), "lapsed", "Lapsed", nameable=True),
        "trainee": Member(MemberId("m5"), "trainee", "Trainee", nameable=True),
        "sponsor": Member(MemberId("m6"), "sponsor", "Sponsor", nameable=True),
    }
    add(writer, *people.values())
    levels = {"trainee": Level.TRAINEE, "sponsor": Level.SPONSOR}
    for name, person in people.items():
        until_ms = TODAY - 1 if name == "lapsed" else None
        give(writer, person.id, levels.get(name, Level.AUTONOMOUS), until_ms)
    right(writer, MemberSuspended(MemberId("m3"), ZOE))
    assert stands(writer, OLD).sponsors == ("Sponsor", "Named")
    assert stands(writer, OLD, sponsor_from=Level.SPONSOR).sponsors == ("Sponsor",)


def test_at_most_five_sponsors_are_named_and_always_the_same_ones(writer: Writer, ada: Member):
    give(writer, ADA, Level.TRAINEE)
    for number in range(9):
        who = MemberId(f"m{number}")
        add(writer, Member(who, f"h{number}", f"Name {number}", nameable=True))
        give(writer, who, Level.SPONSOR)
    named = stands(writer, OLD).sponsors
    assert named == tuple(f"Name {number}" for number in range(5))


# A gate's own epochs are a few; the rest is what the question itself brings.
KNOWN_SCANS = {"SCAN CONSTANT ROW", "SCAN here", "SCAN t VIRTUAL TABLE INDEX 1:", "SCAN origins"}


def test_a_tap_is_answered_by_indexes_alone(writer: Writer):
    given = {"machine": LASER, "skill": CUTTING, "tokens": '["x"]', "member": ADA}
    given |= {"least": 2, "status": 2, "today": TODAY, "most": 5, "members": "[]", "skills": "[]"}
    others = (lookup._LEVELS, helpers._OF_THOSE, present._OF, practice._OWN_MS)
    for question in (lookup._BY_BADGE, lookup._BY_MEMBER, *others, helpers._SPONSORS):
        plan = writer.conn.execute(f"EXPLAIN QUERY PLAN {question}", given).fetchall()
        scanned = [step for *_, step in plan if step.startswith("SCAN")]
        assert set(scanned) <= KNOWN_SCANS
    assert not any("TEMP B-TREE" in step for *_, step in plan), "who may sponsor is not sorted anew"


# --- the rest of the roster ---------------------------------------------------------------------


def test_a_member_is_found_by_handle_by_id_and_by_login(writer: Writer, ada: Member):
    for by in ("ada", ADA):
        assert roster.member(writer.conn, by) == ada
    assert roster.member_of_login(writer.conn, "ada") == ada
    assert roster.member(writer.conn, "nobody") is None
    assert roster.member_of_login(writer.conn, "nobody") is None


def test_a_login_that_stands_beside_two_people_proves_nobody(writer: Writer, ada: Member):
    add(writer, Member(BOB, "bob", "Bob", login="ada"))
    assert roster.member_of_login(writer.conn, "ada") is None


def test_a_person_can_change_everything_but_who_they_are(writer: Writer, ada: Member):
    now = Member(ADA, "countess", "Ada King", "en", None, None, False, added_ms=TODAY)
    said = {"handle": "countess", "name": "Ada King", "language": "en", "email": None, "login": None}
    right(writer, MemberEdited(ADA, ZOE, (*said, "nameable")), {**said, "nameable": False})
    assert roster.member(writer.conn, "countess") == now
    assert roster.member(writer.conn, "ada") is None


def test_members_come_by_handle(writer: Writer, ada: Member):
    add(writer, Member(ZOE, "zoe", "Zoe"), Member(BOB, "bob", "Bob"))
    assert [member.handle for member in roster.members(writer.conn)] == ["ada", "bob", "zoe"]


def test_a_suspended_member_bears_the_record_that_says_so(writer: Writer, ada: Member):
    record = right(writer, MemberSuspended(ADA, ZOE), ms=12)
    found = roster.member(writer.conn, "ada")
    assert (found.suspended_ms, found.suspended_record) == (TODAY + 12, record)


def test_badges_are_listed_with_the_record_that_moved_them(writer: Writer, ada: Member):
    add(writer, Member(BOB, "bob", "Bob"))
    badge(writer, NEW, BOB)
    assert [found.token for found in roster.badges(writer.conn)] == [OLD, NEW]
    [of_bob] = roster.badges(writer.conn, BOB)
    record = right(writer, BadgeBlocked(NEW, BOB, ZOE), ms=3)
    blocked = roster.badge(writer.conn, NEW)
    assert blocked == Badge(NEW, BOB, "blue fob", TODAY, TODAY + 3, record) != of_bob
    assert roster.badge(writer.conn, Token("k9:none")) is None


def test_a_new_grant_takes_the_place_of_the_old_one(writer: Writer, ada: Member):
    give(writer, ADA, Level.TRAINEE)
    give(writer, ADA, Level.SPONSOR, TODAY + 9)
    give(writer, ADA, Level.TRAINEE, skill=TURNING)
    of_ada = roster.grants(writer.conn, ADA)
    assert [(grant.skill, grant.level, grant.until_ms) for grant in of_ada] == [
        (CUTTING, Level.SPONSOR, TODAY + 9),
        (TURNING, Level.TRAINEE, None),
    ]
    assert roster.grants(writer.conn, skill=TURNING) == of_ada[1:]
    right(writer, GrantRevoked(ADA, CUTTING, ZOE))
    assert roster.grants(writer.conn, ADA) == of_ada[1:]


def test_grants_and_roles_that_tie_come_by_handle_and_not_by_the_ids_that_nobody_sees(writer: Writer):
    add(writer, Member(ADA, "yves", "Yves"), Member(BOB, "ada", "Ada"), Member(ZOE, "max", "Max"))
    for who in (ADA, BOB, ZOE):
        give(writer, who, Level.AUTONOMOUS)
        right(writer, RoleGiven(who, "maintainer", ZOE, LASER))
    assert [grant.member for grant in roster.grants(writer.conn)] == [BOB, ZOE, ADA]
    assert [role.member for role in roster.roles(writer.conn)] == [BOB, ZOE, ADA]


def test_roles_are_held_for_the_lab_or_for_one_machine(writer: Writer, ada: Member):
    held = (
        RoleHeld(ADA, Role.MAINTAINER, LASER, False, right(writer, RoleGiven(ADA, "maintainer", ZOE, LASER))),
        RoleHeld(ADA, Role.MANAGER, None, True, right(writer, RoleGiven(ADA, "manager", ZOE, first=True))),
    )
    assert roster.roles(writer.conn, ADA) == held
    assert roster.roles(writer.conn, BOB) == ()
    right(writer, RoleRevoked(ADA, "maintainer", ZOE, LASER))
    assert roster.roles(writer.conn) == held[1:]


numbers = itertools.count()


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_person_is_called_is_kept_as_it_was_said(writer: Writer, text: str):
    number = next(numbers)
    said = Member(MemberId(f"x{number}"), f"{number}{text}", text, email=text, added_ms=TODAY)
    add(writer, said)
    assert roster.member(writer.conn, said.handle) == said
    assert roster.member(writer.conn, said.id) == said
