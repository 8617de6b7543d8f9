"""Whatever is done at the desk, in whatever order: nobody raises themselves (law 11)."""

from __future__ import annotations

import random
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from first_day import DAY, NOON

from fabgate.desk import badges, grants, holds, machines, members, roles, sessions, status, who
from fabgate.desk.deed import Done
from fabgate.desk.holds import Terms
from fabgate.desk.members import Details
from fabgate.model import Code, Denied, Level, Role, Status
from fabgate.records import GrantGiven
from fabgate.store import journal, roster
from fabgate.texts import Catalogue

PEOPLE = ["ada", "bob", "carl", "dora"]
EVERYBODY = ["zoe", *PEOPLE, "nobody"]
SKILLS = ["laser", "mill"]
MACHINES = ["cutter", "router"]
NUMBERS = ["04A2B3C4D5E680", "04112233445566", "DEADBEEF"]
REASONS = ["because", "because", "because", ""]


def one_deed(here, dice: random.Random, by: str) -> object:
    desk, pick = here.desk, dice.choice
    whom, reason = pick([*EVERYBODY, by]), pick(REASONS)
    until = pick([None, None, NOON - 1, NOON + DAY, NOON + 30 * DAY])
    deeds: list[Callable[[], object]] = [
        lambda: members.add(desk, by, Details(pick(["Eve", "Ada", ""]), pick([None, "ada", "eve"]))),
        lambda: members.edit(desk, by, whom, Details(name=pick(["Eve", "Ada"]), nameable=pick([True, None]))),
        lambda: members.edit(desk, by, whom, Details(login=pick(["oslogin", "zdupont", "root"]))),
        lambda: members.edit(desk, by, whom, Details(handle=pick([*PEOPLE, "eve"]))),
        lambda: members.suspend(desk, by, whom, reason),
        lambda: members.lift(desk, by, whom, reason),
        lambda: holds.suspend(desk, by, whom, reason, Terms(until), pick([None, *SKILLS])),
        lambda: holds.lift(desk, by, whom, reason, pick(SKILLS)),
        lambda: status.give(desk, by, whom, pick(list(Status)), reason),
        lambda: badges.add(desk, by, whom, pick(NUMBERS)),
        lambda: badges.block(desk, by, pick(NUMBERS)),
        lambda: roles.give(desk, by, whom, pick([Role.MANAGER, Role.TREASURER]), reason),
        lambda: roles.give(desk, by, whom, Role.MAINTAINER, reason, pick(MACHINES)),
        lambda: roles.revoke(desk, by, whom, pick([Role.MANAGER, Role.TREASURER]), reason),
        lambda: grants.give(
            desk, by, whom, pick(SKILLS), pick(list(Level)), reason, until, pick([True, False])
        ),
        lambda: grants.give(desk, by, whom, pick(SKILLS), pick(list(Level)), reason, until),
        lambda: grants.give(desk, by, by, pick(SKILLS), pick(list(Level)), reason, until),
        lambda: grants.revoke(desk, by, whom, pick(SKILLS), reason),
        lambda: machines.lock(desk, by, pick(MACHINES), reason),
        lambda: machines.unlock(desk, by, pick(MACHINES)),
        lambda: sessions.close(desk, by, pick(MACHINES), reason),
    ]
    return pick(deeds)()


def ranks(here) -> dict[str, dict[str, object]]:
    """What everybody holds now: levels, roles, whether they may act. Greater is more."""
    conn, today = here.desk.conn, who.today_ms(here.desk.conn, here.clock.now())
    found = {}
    for member in roster.members(conn):
        actor = who.actor(conn, here.desk.settings.skills, member, today)
        found[member.id] = {
            "levels": {skill: actor.level(skill) for skill in SKILLS},
            "roles": actor.roles | {f"maintainer of {machine}" for machine in actor.maintains},
            "active": actor.suspended_ms is None and actor.status is not Status.LEFT,
            "login": member.login,
            "status": actor.status,
        }
    return found


def is_bootstrap(here) -> bool:
    """The one way of the first manager to a level of their own, which the record calls by its name."""
    body = here.last().body
    return isinstance(body, GrantGiven) and body.bootstrap


def settle(here) -> None:
    """A lab in full swing: a sponsor, somebody autonomous, a trainee, a maintainer, a second manager."""
    for handle in PEOPLE:
        here.member(handle)
    here.grant("ada", "laser", Level.SPONSOR)
    here.grant("bob", "laser", Level.AUTONOMOUS)
    here.grant("bob", "mill", Level.SPONSOR)
    here.grant("carl", "laser", Level.TRAINEE)
    here.role("carl", Role.MAINTAINER, "cutter")
    here.badge("ada", NUMBERS[0])


@pytest.mark.parametrize("seed", range(6))
def test_no_walk_of_members_without_office_raises_anybody_to_one_nor_themselves_at_all(here, seed):
    dice = random.Random(seed)
    settle(here)
    done = 0
    for _ in range(120):
        here.clock.wall_ms += dice.choice([0, 0, DAY // 2])
        by = dice.choice(PEOPLE)
        actor = roster.member(here.desk.conn, by)
        before = ranks(here)
        answer = one_deed(here, dice, by)
        after = ranks(here)
        done += isinstance(answer, Done)
        assert set(after) == set(before), "nobody without office takes members in"
        for member, was in before.items():
            now = after[member]
            assert now["roles"] == was["roles"]
            assert now["active"] == was["active"]
            assert now["login"] == was["login"]
            assert now["status"] is was["status"], "keys are a manager's to give (R1, R6)"
            for skill in SKILLS:
                raised = now["levels"][skill] > was["levels"][skill]
                assert not (raised and member == actor.id), f"{by} raised themselves: seed {seed}"
                assert not (raised and now["levels"][skill] is Level.SPONSOR)
                assert not raised or before[actor.id]["levels"][skill] is Level.SPONSOR
    assert done, "a walk on which nothing is ever allowed proves nothing"


@pytest.mark.parametrize("seed", range(6))
def test_on_no_walk_does_a_manager_raise_themselves_nor_is_the_lab_left_without_one(here, seed):
    dice = random.Random(100 + seed)
    texts = Catalogue.load(["en", "fr", "nl"], ZoneInfo("Europe/Brussels"))
    settle(here)
    here.grant("dora", "mill", Level.AUTONOMOUS)
    here.role("dora", Role.MANAGER)
    for _ in range(120):
        by = dice.choice(["zoe", "zoe", "dora", "ada", "bob"])
        actor = roster.member(here.desk.conn, by)
        before, written = ranks(here), journal.last_seq(here.desk.conn)
        answer = one_deed(here, dice, by)
        after = ranks(here)
        assert who.managers(here.desk.conn, here.clock.wall_ms), "a lab without a manager"
        if isinstance(answer, Denied):
            assert after == before
            assert journal.last_seq(here.desk.conn) == written
            assert texts.say(answer.code, answer.facts, dice.choice(["en", "fr", "nl"])).next
            continue
        assert journal.last_seq(here.desk.conn) == written + 1
        assert answer.record.seq == written + 1
        if actor is None or actor.id not in after:
            continue
        was, now = before[actor.id], after[actor.id]
        assert now["roles"] <= was["roles"]
        assert now["active"] == was["active"]
        if not is_bootstrap(here):
            assert all(now["levels"][skill] <= was["levels"][skill] for skill in SKILLS)
    assert journal.verify(here.desk.conn).broken == ()


def test_two_sponsors_cannot_lift_each_other_any_higher(here):
    """The one way up is a manager: sponsors give `autonomous` at most, and never lower a sponsor."""
    settle(here)
    assert isinstance(grants.give(here.desk, "zoe", "bob", "laser", Level.SPONSOR, "because"), Done)
    for by, whom in (("ada", "bob"), ("bob", "ada")):
        for level in Level:
            answer = grants.give(here.desk, by, whom, "laser", level, "because")
            assert isinstance(answer, Denied)
            assert answer.code in (Code.NOT_ALLOWED, Code.NOTHING_TO_DO)
