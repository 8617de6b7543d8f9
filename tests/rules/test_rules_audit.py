"""A gate that only looks on, by example: it refuses nobody by policy, and writes what it would have said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    BLOCKED,
    BOBS,
    CLEOS,
    DANS,
    EVES,
    GUSS,
    HOUR,
    KIM,
    KIMS,
    LASER,
    LEAS,
    LOCK,
    MIAS,
    RULES,
    SLOT_RULES,
    SUSPENDED,
    UNKNOWN,
    MachineBench,
    person,
    powers,
)

from fabgate.events import BadgeUnfit, CloseNow, RosterMoved
from fabgate.model import (
    Closed,
    Code,
    Company,
    Kind,
    Lack,
    Level,
    MachineRules,
    MemberId,
    Notice,
    Stale,
    Standing,
    Status,
    Token,
    Trouble,
    Why,
)
from fabgate.records import Refused, SessionAlone
from fabgate.rules.gestures import Name

AUDIT = replace(RULES, audit=True)


def looking_on(rules: MachineRules = AUDIT, token: Token = ADAS, **fields: object) -> MachineBench:
    """A gate that looks on, at which this badge is tapped."""
    bench = MachineBench(rules)
    bench.roster[token] = replace(bench.roster.get(token, Standing()), **fields)
    bench.tap(token)
    bench.wait(3)
    return bench


def would(bench: MachineBench) -> str:
    assert bench.relay
    return bench.start.would


def test_who_may_work_here_starts_as_ever():
    bench = looking_on()
    assert (would(bench), bench.said, bench.start.level) == ("", Notice.OPENED, "autonomous")


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (UNKNOWN, Code.UNKNOWN_BADGE),
        (BLOCKED, Code.BLOCKED_BADGE),
        (SUSPENDED, Code.SUSPENDED_MEMBER),
        (EVES, Code.NOT_QUALIFIED),
        (BOBS, Code.NEEDS_SPONSOR),
        (GUSS, Code.GUEST_ALONE),
    ],
)
def test_everybody_else_starts_at_once_and_the_record_says_what_would_have_been(token, code):
    bench = looking_on(token=token)
    assert (would(bench), bench.said, bench.refused) == (code, Notice.OPENED_AUDIT, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"contested": True}, Code.CONTESTED_BADGE),
        ({"status": Status.LEFT}, Code.MEMBER_LEFT),
        ({"lacks": (Lack("waiver"),)}, Code.PAPER_MISSING),
        ({"lacks": (Lack("dues", 5),)}, Code.PAPER_EXPIRED),
        ({"needed": "safety"}, Code.PREREQUISITE),
        ({"held_ms": 5}, Code.SUSPENDED_SKILL),
        ({"level": Level.NONE, "lapsed_ms": 5}, Code.LAPSED),
        ({"closed": Closed(Code.NOBODY_STAFFS)}, Code.NOBODY_STAFFS),
    ],
)
def test_no_rule_of_the_lab_refuses(fields, code):
    assert would(looking_on(**fields)) == code


def test_neither_an_old_roster_nor_an_empty_room_refuses():
    stale = replace(AUDIT, stale_after_ms=1, stale=Stale.DENY)
    assert would(looking_on(stale, roster_age_ms=None)) == Code.STALE_ROSTER
    alone = replace(AUDIT, company=Company.NEVER_ALONE)
    assert would(looking_on(alone)) == Code.NEEDS_COMPANY
    assert would(looking_on(alone, MIAS)) == Code.NEEDS_COMPANY


def test_a_badge_that_nobody_owns_is_nobodys_session_and_ends_by_itself():
    bench = looking_on(token=UNKNOWN)
    start = bench.start
    assert (start.member, start.badge, start.level, start.payer) == ("", UNKNOWN, "none", None)
    bench.tap(UNKNOWN)
    assert (bench.stop.why, bench.state.name) == (Why.OWN_TAP, Name.FREE)


def test_a_guest_has_no_level_of_their_own_here_either():
    assert looking_on(token=GUSS, level=Level.AUTONOMOUS).start.level == "none"


def test_who_leads_a_workshop_leads_it():
    bench = looking_on(token=LEAS)
    assert (would(bench), bench.start.people, bench.said) == ("", 8, Notice.OPENED_WORKSHOP)


def test_power_waits_for_the_record_here_too():
    bench = MachineBench(AUDIT)
    bench.see(UNKNOWN)
    assert powers(bench.answer()) == []
    bench.fail_ink()
    assert (bench.said, bench.relay) == (Code.LEDGER_UNAVAILABLE, False)
    bench.wait(3)
    bench.see(UNKNOWN)
    bench.fail_lookups()
    assert (bench.said, bench.starts) == (Code.LEDGER_UNAVAILABLE, [])


@pytest.mark.parametrize("token", [ADAS, UNKNOWN, BOBS])
def test_a_lockout_and_a_fault_hold_for_everybody(token):
    bench = MachineBench(AUDIT)
    bench.lock()
    bench.tap(token)
    assert (bench.said, bench.starts) == (Code.MACHINE_LOCKED, [])
    bench = MachineBench(AUDIT)
    bench.trouble(Trouble.KEY)
    bench.tap(token)
    assert (bench.said, bench.starts) == (Code.MACHINE_FAULT, [])


def test_a_lock_that_only_the_store_knows_yet_holds_for_a_badge_that_nobody_owns():
    bench = MachineBench(AUDIT)
    bench.locked = LOCK
    bench.tap(UNKNOWN)
    assert (bench.said, bench.starts) == (Code.MACHINE_LOCKED, [])


def test_a_badge_that_cannot_be_told_from_another_starts_nothing():
    bench = MachineBench(AUDIT)
    bench.send(BadgeUnfit(LASER, Code.RANDOM_BADGE, bench.now))
    assert (bench.said, bench.starts) == (Code.RANDOM_BADGE, [])


def test_a_machine_in_use_is_in_use():
    bench = looking_on()
    for token in (DANS, UNKNOWN, BOBS, BLOCKED):
        bench.tap(token)
        assert (bench.said, bench.relay) == (Code.MACHINE_IN_USE, True)


def test_an_emergency_stop_and_a_person_who_says_now_end_it():
    bench = looking_on(token=UNKNOWN)
    bench.trouble(Trouble.ESTOP)
    assert bench.stop.why == Why.ESTOP
    bench = looking_on(token=EVES)
    bench.send(CloseNow(LASER, bench.records[0][0], bench.now))
    assert bench.stop.why == Why.CLOSED


@pytest.mark.parametrize("token", [UNKNOWN, BLOCKED, SUSPENDED, EVES, BOBS, GUSS])
def test_who_had_no_right_at_the_start_is_not_told_that_it_is_gone(token):
    bench = looking_on(token=token)
    told = len(bench.told)
    bench.send(RosterMoved(LASER, bench.now))
    bench.answer()
    bench.wait(HOUR)
    assert (len(bench.told), bench.relay) == (told, True)


def test_who_was_alone_at_the_start_is_missed_by_nobody():
    bench = looking_on(replace(AUDIT, company=Company.NEVER_ALONE))
    bench.send(RosterMoved(LASER, bench.now))
    bench.answer()
    assert bench.written(SessionAlone) == []


def test_who_had_a_right_is_told_that_it_is_gone():
    bench = looking_on(adults_here=(KIM,))
    bench.change(ADAS, level=Level.NONE)
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.TOLD, Why.REVOKED)


def test_a_right_that_is_taken_before_the_ink_stops_no_start():
    bench = MachineBench(AUDIT)
    bench.see(ADAS)
    bench.answer()
    bench.change(ADAS, level=Level.NONE)
    assert powers(bench.write()) == [True]


def test_in_a_slot_the_badge_of_a_stranger_holds_its_session():
    bench = MachineBench(replace(SLOT_RULES, audit=True))
    bench.lay(UNKNOWN)
    assert bench.relay
    bench.lift(UNKNOWN)
    bench.wait(30)
    assert bench.stop.why == Why.BADGE_GONE


def test_who_keeps_the_machine_still_confirms_maintenance():
    bench = MachineBench(AUDIT)
    bench.lock()
    bench.tap(KIMS)
    assert bench.said is Notice.CONFIRM


def test_a_door_looks_on_at_nothing_a_door_that_opens_for_all_is_none():
    bench = MachineBench(replace(AUDIT, kind=Kind.DOOR))
    bench.tap(UNKNOWN)
    assert (bench.said, bench.relay) == (Code.UNKNOWN_BADGE, False)


def test_a_gate_that_does_more_than_look_on_writes_nothing_of_it():
    bench = MachineBench()
    bench.roster[ADAS] = Standing(person("Ada"), level=Level.AUTONOMOUS)
    bench.tap(ADAS)
    assert bench.start.would == ""
    bench = MachineBench()
    bench.tap(EVES)
    assert (bench.said, bench.starts, bench.written(Refused)) == (Code.NOT_QUALIFIED, [], [])


def test_nobody_sponsors_where_nobody_waits_for_a_sponsor():
    bench = looking_on(token=BOBS)
    bench.tap(CLEOS)
    assert (bench.said, bench.start.sponsor) == (Code.MACHINE_IN_USE, None)
    assert bench.state.run.session.user.member == MemberId("m-bob")
