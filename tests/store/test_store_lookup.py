"""What a machine is told of a badge, fact by fact: each is asked for where the lab's rules ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from made_books import BOOT, moment
from rights_lab import right

from fabgate.charter import DAY_MS, Charter, Mode, Opening, Paper, Skill, Weekly
from fabgate.model import (
    Closed,
    Code,
    Company,
    Due,
    Kind,
    Lack,
    Lapse,
    Level,
    MachineId,
    MachineRules,
    MemberId,
    Moment,
    RecordId,
    Service,
    SkillId,
    Standing,
    Status,
    Token,
    Upkeep,
    Workshop,
)
from fabgate.records import (
    BadgeAdded,
    CheckedIn,
    CheckedOut,
    Draft,
    GrantGiven,
    GrantLifted,
    GrantRenewed,
    GrantSuspended,
    HoursSet,
    MachineLocked,
    MachineServiced,
    MemberAdded,
    MemberLifted,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    RoleGiven,
    SessionProved,
    SessionStarted,
    SessionStopped,
    SkillUsed,
    SponsorAssigned,
    WorkshopClosed,
    WorkshopOpened,
)
from fabgate.rules import policy
from fabgate.rules.terms import plus_months
from fabgate.store import lookup, present
from fabgate.store.asked import Asked
from fabgate.store.db import Writer
from fabgate.store.present import Word

ADA, BOB, CY, ZOE = (MemberId(f"m-00{name}") for name in ("aa", "bb", "cc", "zz"))
LASER, SAFETY = SkillId("laser"), SkillId("safety")
MACHINE = MachineId("laser")
TODAY = moment().wall_ms
RULES = MachineRules(MACHINE, LASER, "Laser")
BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR_MS = 3_600_000


def token(who: str) -> Token:
    return Token(f"k1:{who}")


def enrol(writer: Writer, who: MemberId, **more: str | bool | None) -> None:
    person = {"handle": who[-2:], "name": who[-2:].title(), "nameable": True, **more}
    right(writer, MemberAdded(who, ZOE), person)
    right(writer, BadgeAdded(token(who), who, ZOE), {"label": ""})


def give(writer: Writer, who: MemberId, level: str, skill: str = LASER, ms: int = 0, **more: int) -> None:
    right(writer, GrantGiven(who, skill, level, ZOE, **more), ms=ms)


def came(writer: Writer, who: MemberId, at: Moment | None = None) -> None:
    with writer.write() as pen:
        pen.append(Draft(at or moment(), CheckedIn(who, who)))


def went(writer: Writer, who: MemberId, at: Moment | None = None) -> None:
    with writer.write() as pen:
        pen.append(Draft(at or moment(), CheckedOut(who, who)))


def asks(*skills: Skill, **more: object) -> Charter:
    return Charter(skills={one.id: one for one in skills}, **more)  # type: ignore[arg-type]


def stands(
    writer: Writer,
    who: MemberId = ADA,
    rules: MachineRules = RULES,
    charter: Charter | None = None,
    today_ms: int = TODAY,
    **more: object,
) -> Standing:
    asked = Asked(today_ms, charter or Charter(), **more)  # type: ignore[arg-type]
    found = lookup.standing(writer.conn, [token(who)], rules, asked)
    assert lookup.standing_of(writer.conn, who, rules, asked) == replace(found, payer=None)
    return found


@pytest.fixture
def books(writer: Writer) -> Iterator[Writer]:
    """Ada is known and has a badge; Bob is autonomous on the laser."""
    enrol(writer, ADA)
    enrol(writer, BOB)
    give(writer, BOB, "autonomous")
    yield writer


# --- what is not written is not asked -----------------------------------------------------------


def test_a_lab_without_rules_is_asked_once_for_a_tap(books: Writer):
    give(books, ADA, "autonomous")
    told: list[str] = []
    books.conn.set_trace_callback(told.append)
    lookup.standing(books.conn, [token(ADA)], RULES, Asked(TODAY))
    books.conn.set_trace_callback(None)
    assert len(told) == 1


def test_a_lab_without_rules_has_nobody_due_lacking_or_shut_out(books: Writer):
    give(books, ADA, "autonomous", until_ms=TODAY + DAY_MS)
    now = stands(books)
    assert (now.due, now.lacks, now.closed, now.needed, now.lapse) == (None, (), None, None, None)
    assert now.level is Level.AUTONOMOUS
    assert policy.start(RULES, now) is policy.Start.ALONE


# --- the person ---------------------------------------------------------------------------------


def test_the_status_of_a_member_is_told(books: Writer):
    """R1."""
    assert stands(books).status is Status.TRAINEE
    right(books, MemberStatus(ADA, "left", ZOE))
    assert stands(books).status is Status.LEFT


def test_a_suspension_that_is_over_is_told_no_more(books: Writer):
    """R9."""
    right(books, MemberSuspended(ADA, ZOE, until_ms=TODAY + 5))
    assert stands(books, today_ms=TODAY + 5).suspended_ms == TODAY
    assert stands(books, today_ms=TODAY + 6).suspended_ms is None
    right(books, MemberSuspended(ADA, ZOE))
    assert stands(books, today_ms=TODAY * 2).suspended_ms == TODAY
    right(books, MemberLifted(ADA, ZOE))
    assert stands(books).suspended_ms is None


def test_a_minor_is_one_until_midnight_where_the_lab_is(books: Writer):
    """Edge case 11."""
    enrol(books, CY, minor_until="2026-11-24")
    eve = 1_795_474_799_999  # 2026-11-23T23:59:59.999+01:00
    assert stands(books, CY, today_ms=eve, zone=BRUSSELS).minor
    assert not stands(books, CY, today_ms=eve + 1, zone=BRUSSELS).minor
    assert stands(books, CY, today_ms=eve + 1, zone=UTC).minor
    assert not stands(books).minor


def test_the_payer_of_a_badge_is_told(books: Writer):
    """Edge case 7."""
    right(books, BadgeAdded(token(ADA), ADA, ZOE, payer="m-guild"), {"label": ""})
    assert stands(books).payer == "m-guild"
    assert stands(books, BOB).payer is None


def test_the_age_of_the_roster_is_passed_on(books: Writer):
    """R12."""
    assert stands(books, roster_age_ms=77).roster_age_ms == 77
    assert stands(books, roster_age_ms=None).roster_age_ms is None
    assert stands(books).roster_age_ms == 0
    nobody = lookup.standing(books.conn, [token("nobody")], RULES, Asked(TODAY, roster_age_ms=9))
    assert nobody == Standing(roster_age_ms=9)


# --- papers -------------------------------------------------------------------------------------

DUES, WAIVER = Paper("dues", "Dues", grace_days=30), Paper("waiver", "Waiver")
PARENT = Paper("parent", "Parental form", minors=True)


def with_papers(*papers: Paper, **more: object) -> Charter:
    return asks(papers={one.id: one for one in papers}, **more)


def test_papers_that_are_asked_for_stand_in_the_way(books: Writer):
    """R2."""
    charter = with_papers(DUES, WAIVER, PARENT)
    assert stands(books, charter=charter).lacks == (Lack("dues"), Lack("waiver"))
    right(books, PaperFiled(ADA, "dues", ZOE, TODAY))
    right(books, PaperFiled(ADA, "waiver", ZOE))
    assert stands(books, charter=charter).lacks == ()
    assert stands(books, charter=charter, today_ms=TODAY + 30 * DAY_MS).lacks == (), "in grace"
    late = TODAY + 30 * DAY_MS + 1
    assert stands(books, charter=charter, today_ms=late).lacks == (Lack("dues", TODAY),)


def test_a_minor_is_asked_for_the_parental_form(books: Writer):
    """R2."""
    enrol(books, CY, minor_until="2039-01-01")
    assert stands(books, CY, charter=with_papers(PARENT)).lacks == (Lack("parent"),)
    assert stands(books, charter=with_papers(PARENT)).lacks == ()


def test_what_runs_out_soon_is_told_the_soonest_first(books: Writer):
    """R8."""
    give(books, ADA, "autonomous", until_ms=TODAY + 9 * DAY_MS)
    right(books, PaperFiled(ADA, "waiver", ZOE, TODAY + 5 * DAY_MS))
    charter = with_papers(WAIVER, digest="0123")
    assert stands(books, charter=charter).due == Due("waiver", TODAY + 5 * DAY_MS)
    assert stands(books, charter=asks(digest="0123")).due == Due("laser", TODAY + 9 * DAY_MS)
    assert stands(books, charter=asks(digest="0123", notice_days=(7,))).due is None


# --- the right ----------------------------------------------------------------------------------


def test_a_skill_that_is_suspended_is_told_with_the_level_that_it_had(books: Writer):
    """R9."""
    give(books, ADA, "autonomous")
    right(books, GrantSuspended(ADA, LASER, ZOE, TODAY + 5))
    now = stands(books)
    assert (now.held_ms, now.level, now.suspended_ms) == (TODAY, Level.AUTONOMOUS, None)
    assert stands(books, today_ms=TODAY + 6).held_ms is None
    right(books, GrantSuspended(ADA, LASER, ZOE))
    assert stands(books, today_ms=TODAY * 2).held_ms == TODAY
    right(books, GrantLifted(ADA, LASER, ZOE))
    assert stands(books).held_ms is None


def test_a_grant_lapses_by_its_giver_s_day_its_validity_or_its_disuse(books: Writer):
    """R8: whatever comes first, and back to trainee."""
    give(books, ADA, "autonomous", until_ms=TODAY + 400 * DAY_MS)
    yearly = asks(Skill(LASER, "Laser", valid_months=12))
    end = plus_months(TODAY, 12)
    assert stands(books, charter=yearly, today_ms=end).level is Level.AUTONOMOUS
    over = stands(books, charter=yearly, today_ms=end + 1)
    assert (over.level, over.lapsed_ms, over.lapse) == (Level.TRAINEE, end, Lapse.VALIDITY)
    unused = asks(Skill(LASER, "Laser", valid_months=12, unused_months=6))
    half = plus_months(TODAY, 6)
    over = stands(books, charter=unused, today_ms=half + 1)
    assert (over.level, over.lapsed_ms, over.lapse) == (Level.TRAINEE, half, Lapse.DISUSE)
    over = stands(books, today_ms=TODAY + 400 * DAY_MS + 1)
    assert (over.level, over.lapse) == (Level.TRAINEE, Lapse.UNTIL)


def test_disuse_counts_from_the_last_own_session_here_or_anywhere(books: Writer):
    """R8: what the journal here says, and what the hub says of other gates."""
    give(books, ADA, "autonomous")
    charter = asks(Skill(LASER, "Laser", unused_months=6))
    late = plus_months(TODAY, 6) + 1
    assert stands(books, charter=charter, today_ms=late).lapse is Lapse.DISUSE
    session(books, ADA, "autonomous", 10)
    assert stands(books, charter=charter, today_ms=late).level is Level.AUTONOMOUS
    assert stands(books, charter=charter, today_ms=plus_months(TODAY + 20, 6)).lapse is None
    assert stands(books, charter=charter, today_ms=plus_months(TODAY + 20, 6) + 1).lapse is Lapse.DISUSE
    right(books, SkillUsed(ADA, LASER, own_ms=TODAY + 99 * DAY_MS))
    assert stands(books, charter=charter, today_ms=plus_months(TODAY, 9)).lapse is None


def session(writer: Writer, who: MemberId, level: str, ms: int, sponsor: str | None = None) -> None:
    with writer.write() as pen:
        said = SessionStarted("laser", LASER, who, token(who), level, "tap", 9, sponsor)
        begun = pen.append(Draft(moment(ms), said))
    with writer.write() as pen:
        pen.append(Draft(moment(ms + 10), SessionStopped(str(begun), "laser", "own_tap", 10)))


def test_a_renewal_brings_a_lapsed_grant_back_and_not_one_whose_giver_said_until_when(books: Writer):
    """R8."""
    give(books, ADA, "autonomous")
    charter = asks(Skill(LASER, "Laser", valid_months=12))
    right(books, GrantRenewed(ADA, LASER, BOB), ms=DAY_MS)
    assert stands(books, charter=charter, today_ms=plus_months(TODAY, 12) + 1).level is Level.AUTONOMOUS
    give(books, ADA, "autonomous", until_ms=TODAY + 5)
    right(books, GrantRenewed(ADA, LASER, BOB), ms=4)
    assert stands(books, charter=charter, today_ms=TODAY + 6).lapse is Lapse.UNTIL


def test_a_machine_that_was_replaced_asks_everybody_anew_and_only_there(books: Writer):
    """Edge case 9."""
    give(books, ADA, "autonomous")
    replaced = replace(RULES, changed_ms=TODAY + 5)
    over = stands(books, rules=replaced, today_ms=TODAY + 6)
    assert (over.level, over.lapse) == (Level.TRAINEE, Lapse.CHANGED)
    assert stands(books, today_ms=TODAY + 6).level is Level.AUTONOMOUS
    right(books, GrantRenewed(ADA, LASER, BOB), ms=6)
    assert stands(books, rules=replaced, today_ms=TODAY + 7).level is Level.AUTONOMOUS


def test_what_comes_first_is_asked_for_as_autonomous_in_force_and_not_suspended(books: Writer):
    """R2."""
    give(books, ADA, "autonomous")
    machine = Skill(LASER, "Laser", requires=(SAFETY, SkillId("fire")))
    charter = asks(machine, Skill(SAFETY, "101", unused_months=6))
    assert stands(books, charter=charter).needed == SAFETY
    give(books, ADA, "trainee", SAFETY)
    assert stands(books, charter=charter).needed == SAFETY
    give(books, ADA, "autonomous", SAFETY)
    assert stands(books, charter=charter).needed == "fire"
    give(books, ADA, "autonomous", "fire", until_ms=TODAY + DAY_MS)
    assert stands(books, charter=charter).needed is None
    assert stands(books, charter=charter, today_ms=TODAY + DAY_MS + 1).needed == "fire"
    right(books, GrantSuspended(ADA, SAFETY, ZOE, TODAY + 5))
    assert stands(books, charter=charter).needed == SAFETY
    assert stands(books, charter=charter, today_ms=TODAY + 6).needed is None
    assert stands(books, charter=charter, today_ms=plus_months(TODAY, 6) + 1).needed == SAFETY


def test_who_keeps_a_machine_may_start_it_out_of_service(books: Writer):
    """Edge case 18: its maintainer, and a manager who may use it."""
    right(books, MachineLocked("laser", ZOE))
    assert not stands(books, BOB).keeps
    right(books, RoleGiven(BOB, "manager", ZOE))
    right(books, RoleGiven(ADA, "manager", ZOE))
    right(books, RoleGiven(CY, "maintainer", ZOE, "laser"))
    enrol(books, CY)
    assert stands(books, BOB).keeps
    assert not stands(books, ADA).keeps, "a manager who does not know it"
    assert stands(books, CY).keeps
    lathe = replace(RULES, machine=MachineId("lathe"))
    assert not stands(books, CY, lathe).keeps


# --- hours --------------------------------------------------------------------------------------

# moment() is a Monday, 16:13:20 in Brussels
EVENING = Opening("evening", Mode.PUBLIC, weekly=(Weekly(0, 17 * 60, 22 * 60),))
AFTERNOON = Opening("afternoon", Mode.PUBLIC, weekly=(Weekly(0, 13 * 60, 16 * 60 + 30),))
STAFFED = Opening("staffed", Mode.STAFFED)


def with_openings(*openings: Opening, **more: object) -> Charter:
    return asks(openings={one.id: one for one in openings}, **more)


def at_hours(*openings: str) -> MachineRules:
    return replace(RULES, openings=openings)


def test_a_machine_is_open_at_the_hours_that_it_names(books: Writer):
    """R2."""
    charter = with_openings(EVENING, AFTERNOON)
    shut = stands(books, BOB, at_hours("evening"), charter, zone=BRUSSELS)
    assert shut.closed.code is Code.CLOSED_NOW
    assert shut.closed.opens_ms == 1_790_002_800_000, "at five in the afternoon"
    assert stands(books, BOB, at_hours("evening", "afternoon"), charter, zone=BRUSSELS).closed is None
    assert stands(books, BOB, RULES, charter, zone=BRUSSELS).closed is None


def test_an_opening_that_nobody_wrote_down_is_never_open(books: Writer):
    """A doubt refuses."""
    assert stands(books, BOB, at_hours("sometime"), with_openings(EVENING)).closed == Closed(Code.CLOSED_NOW)


def test_the_spans_of_a_calendar_are_hours_too(books: Writer):
    """R2."""
    charter = with_openings(EVENING)
    right(books, HoursSet("evening", ZOE, ("2026-09-21T16:00/2026-09-21T16:30",)))
    assert stands(books, BOB, at_hours("evening"), charter, zone=BRUSSELS).closed is None
    late = TODAY + HOUR_MS // 2
    assert stands(books, BOB, at_hours("evening"), charter, late, zone=BRUSSELS).closed is not None


def test_who_is_autonomous_is_not_asked_for_the_hours_while_nobody_knows_the_time(books: Writer):
    """R2."""
    charter, rules = with_openings(EVENING), at_hours("evening")
    now = stands(books, BOB, rules, charter, zone=BRUSSELS, synced=False)
    assert (now.closed, now.hours_unasked) == (None, True)
    now = stands(books, ADA, rules, charter, zone=BRUSSELS, synced=False)
    assert (now.closed.code, now.hours_unasked) == (Code.CLOSED_NOW, False)
    assert not stands(books, BOB, RULES, charter, synced=False).hours_unasked, "it names no hours"


def test_a_subscription_opens_the_hours_that_are_for_subscribers(books: Writer):
    """R2."""
    paper = Paper("month", "Month card", subscription=True)
    charter = with_openings(Opening("sub", Mode.SUBSCRIPTION), papers={"month": paper})
    assert stands(books, BOB, at_hours("sub"), charter).closed == Closed(Code.NOT_SUBSCRIBED)
    right(books, PaperFiled(BOB, "month", ZOE, TODAY))
    assert stands(books, BOB, at_hours("sub"), charter).closed is None


def test_a_lab_is_staffed_while_a_keyholder_is_checked_in(books: Writer):
    """R1."""
    charter, rules = with_openings(STAFFED), at_hours("staffed")
    came(books, BOB)
    assert stands(books, ADA, rules, charter).closed == Closed(Code.NOBODY_STAFFS)
    right(books, MemberStatus(BOB, "autonomous", ZOE))
    assert stands(books, ADA, rules, charter).closed is None
    went(books, BOB)
    assert stands(books, ADA, rules, charter).closed == Closed(Code.NOBODY_STAFFS)


def test_a_right_on_a_machine_is_no_key_to_a_door(books: Writer):
    """R1: who has the keys comes at any hour, the others while the lab is staffed."""
    door = MachineRules(MachineId("door"), SkillId(""), "Door", kind=Kind.DOOR)
    assert stands(books, BOB, door).closed == Closed(Code.NOBODY_STAFFS)
    right(books, MemberStatus(BOB, "autonomous", ZOE))
    assert stands(books, BOB, door).closed is None
    came(books, BOB)
    assert stands(books, ADA, door).closed is None
    counter = replace(door, kind=Kind.COUNTER)
    went(books, BOB)
    assert stands(books, ADA, counter).closed is None, "whoever comes may say so"


def test_while_nobody_knows_the_time_a_door_lets_in_who_has_the_keys_and_nobody_for_a_machine(books: Writer):
    """R1, R2."""
    door = replace(at_hours("evening"), kind=Kind.DOOR)
    asked = {"charter": with_openings(EVENING), "zone": BRUSSELS, "synced": False}
    now = stands(books, BOB, door, **asked)
    assert (now.level, now.closed.code, now.hours_unasked) == (Level.AUTONOMOUS, Code.CLOSED_NOW, False)
    right(books, MemberStatus(BOB, "autonomous", ZOE))
    now = stands(books, BOB, door, **asked)
    assert (now.closed, now.hours_unasked) == (None, True)


# --- who is here --------------------------------------------------------------------------------

ACCOMPANIED = replace(RULES, company=Company.ACCOMPANIED)
NEVER_ALONE = replace(RULES, company=Company.NEVER_ALONE)


def test_who_is_checked_in_is_here_and_who_went_was_until_then(books: Writer):
    """R4."""
    now = stands(books)
    assert (now.here, now.gone_ms) == (False, None)
    came(books, ADA)
    assert stands(books).here
    went(books, ADA, moment(50))
    now = stands(books, today_ms=TODAY + 60)
    assert (now.here, now.gone_ms) == (False, TODAY + 50)


def test_a_machine_is_told_who_may_sponsor_of_those_who_are_here(books: Writer):
    """R4: the sponsor who is checked in on site."""
    enrol(books, CY)
    give(books, CY, "trainee")
    for who in (ADA, BOB, CY):
        came(books, who)
    now = stands(books, ADA, ACCOMPANIED)
    assert (now.sponsors_here, now.adults_here) == ((BOB,), (BOB, CY))
    assert stands(books, BOB, ACCOMPANIED).sponsors_here == (), "nobody is their own company"
    assert stands(books, ADA, RULES).adults_here == (), "nobody asks"
    assert stands(books, ADA, replace(ACCOMPANIED, sponsor_from=Level.SPONSOR)).sponsors_here == ()
    asked = stands(books, ADA, replace(RULES, check_in=True))
    assert asked.sponsors_here == (BOB,)


@pytest.mark.parametrize(
    "loses",
    [
        MemberSuspended(BOB, ZOE),
        MemberStatus(BOB, "left", ZOE),
        MemberStatus(BOB, "guest", ZOE),
        GrantSuspended(BOB, LASER, ZOE),
        GrantGiven(BOB, LASER, "trainee", ZOE),
        GrantGiven(BOB, LASER, "autonomous", ZOE, TODAY - 1),
    ],
    ids=lambda body: body.kind,
)
def test_who_may_not_sponsor_is_no_sponsor_for_being_here(books: Writer, loses):
    """R3."""
    came(books, BOB)
    assert stands(books, ADA, ACCOMPANIED).sponsors_here == (BOB,)
    right(books, loses)
    assert stands(books, ADA, ACCOMPANIED).sponsors_here == ()


def test_a_sponsor_whose_own_right_ran_out_is_none(books: Writer):
    """R3, R8: by papers, disuse, validity, a machine that was replaced, as their own tap would be refused."""
    came(books, BOB)
    charter = asks(Skill(LASER, "Laser", valid_months=12))
    stay = {"charter": replace(charter, stay_ms=999 * DAY_MS)}
    late = plus_months(TODAY, 12) + 1
    assert stands(books, ADA, ACCOMPANIED, today_ms=late - 1, **stay).sponsors_here == (BOB,)
    assert stands(books, ADA, ACCOMPANIED, today_ms=late, **stay).sponsors_here == ()
    unused = replace(asks(Skill(LASER, "Laser", unused_months=12)), stay_ms=999 * DAY_MS)
    assert stands(books, ADA, ACCOMPANIED, unused, late).sponsors_here == ()
    assert stands(books, ADA, ACCOMPANIED, with_papers(WAIVER)).sponsors_here == ()
    assert stands(books, ADA, replace(ACCOMPANIED, changed_ms=TODAY + 1)).sponsors_here == (BOB,)
    assert (
        stands(books, ADA, replace(ACCOMPANIED, changed_ms=TODAY + 1), today_ms=TODAY + 2).sponsors_here == ()
    )
    right(books, PaperFiled(BOB, "waiver", ZOE))
    assert stands(books, ADA, ACCOMPANIED, with_papers(WAIVER)).sponsors_here == (BOB,)


def test_a_minor_is_here_and_neither_sponsor_nor_adult(books: Writer):
    """R4."""
    enrol(books, CY, minor_until="2039-01-01")
    give(books, CY, "autonomous")
    came(books, CY)
    now = stands(books, ADA, NEVER_ALONE)
    assert (now.sponsors_here, now.adults_here) == ((), ())


def test_a_guest_who_is_of_age_is_company(books: Writer):
    """R4."""
    enrol(books, CY)
    right(books, MemberStatus(CY, "guest", ZOE))
    came(books, CY)
    assert stands(books, ADA, NEVER_ALONE).adults_here == (CY,)
    right(books, MemberStatus(CY, "left", ZOE))
    assert stands(books, ADA, NEVER_ALONE).adults_here == ()


def test_who_is_elsewhere_counts_while_the_link_is_there(books: Writer):
    """R4: with the link down only those who checked in at this gate are known to be here."""
    with books.write() as pen:
        present.put_elsewhere(pen, [Word(BOB, "hub", TODAY)])
    assert stands(books, ADA, ACCOMPANIED).sponsors_here == (BOB,)
    assert stands(books, ADA, ACCOMPANIED, linked=False).sponsors_here == ()
    came(books, BOB)
    assert stands(books, ADA, ACCOMPANIED, linked=False).sponsors_here == (BOB,)


def test_a_check_in_of_this_boot_is_timed_by_the_clock_of_the_boot(books: Writer):
    """Law 5: somebody who sets the wall clock sends nobody home."""
    charter = Charter(stay_ms=HOUR_MS)
    came(books, BOB)
    at = moment(HOUR_MS - 1)
    leap = {"charter": charter, "today_ms": TODAY + 99 * HOUR_MS}
    assert stands(books, ADA, ACCOMPANIED, at=at, **leap).adults_here == (BOB,)
    assert stands(books, ADA, ACCOMPANIED, at=moment(HOUR_MS), **leap).adults_here == ()
    assert stands(books, ADA, ACCOMPANIED, at=moment(0, boot="other"), **leap).adults_here == ()
    assert BOOT != "other"


# --- who stands by, who leads -------------------------------------------------------------------


def running(writer: Writer, machine: str, sponsor: MemberId) -> RecordId:
    with writer.write() as pen:
        said = SessionStarted(machine, LASER, ADA, token(ADA), "trainee", "tap", 9, sponsor, token(sponsor))
        return pen.append(Draft(moment(), said))


def test_how_many_somebody_stands_beside_at_other_machines_is_counted_where_it_is_limited(books: Writer):
    """R4, edge case 3."""
    limited = replace(RULES, max_trainees=1)
    lathe = running(books, "lathe", BOB)
    running(books, "mill", CY)
    assert stands(books, BOB, limited).sponsoring == 1
    assert stands(books, BOB, RULES).sponsoring == 0, "nobody asks"
    assert stands(books, ADA, limited).sponsoring == 0
    running(books, "laser", BOB)
    assert stands(books, BOB, limited).sponsoring == 1, "the session that is asked about is not another"
    with books.write() as pen:
        pen.append(Draft(moment(), SessionStopped(str(lathe), "lathe", "own_tap", 9)))
    assert stands(books, BOB, limited).sponsoring == 0


def test_r4_who_took_a_sponsors_place_stands_beside_that_trainee_and_the_first_does_no_more(books: Writer):
    limited = replace(RULES, max_trainees=1)
    enrol(books, CY)
    right(books, GrantGiven(CY, LASER, "autonomous", ZOE))
    lathe = running(books, "lathe", BOB)
    with books.write() as pen:
        pen.append(Draft(moment(), SessionProved(str(lathe), "lathe", CY)))
    assert stands(books, CY, limited).sponsoring == 1
    assert stands(books, BOB, limited).sponsoring == 0


def test_a_workshop_is_told_to_its_leader_and_to_nobody_else(books: Writer):
    """Edge case 8."""
    record = right(books, WorkshopOpened("laser", BOB, ZOE, 8, "social", TODAY + 5))
    assert stands(books, BOB).workshop == Workshop(record, 8, "social", TODAY + 5)
    assert stands(books, ADA).workshop is None
    assert stands(books, BOB, replace(RULES, machine=MachineId("lathe"))).workshop is None
    assert stands(books, BOB, today_ms=TODAY + 6).workshop is None
    right(books, WorkshopClosed("laser", ZOE))
    assert stands(books, BOB).workshop is None


# --- who could help -----------------------------------------------------------------------------


def test_who_looks_after_a_newcomer_is_named_first(books: Writer):
    enrol(books, CY)
    give(books, CY, "sponsor")
    give(books, ADA, "trainee")
    assert stands(books).sponsors == ("Cc", "Bb")
    right(books, SponsorAssigned(ADA, BOB, ZOE))
    assert stands(books).sponsors == ("Bb", "Cc")


def test_nobody_is_named_who_could_not_help(books: Writer):
    """R3, R8: neither by the one who looks after them nor by the order of the index."""
    give(books, ADA, "trainee")
    right(books, SponsorAssigned(ADA, BOB, ZOE))
    assert stands(books).sponsors == ("Bb",)
    yearly = asks(Skill(LASER, "Laser", valid_months=12))
    assert stands(books, charter=yearly, today_ms=plus_months(TODAY, 12) + 1).sponsors == ()
    assert stands(books, charter=with_papers(WAIVER)).sponsors == ()
    for loses in (GrantSuspended(BOB, LASER, ZOE), MemberStatus(BOB, "left", ZOE), MemberSuspended(BOB, ZOE)):
        right(books, loses)
        assert stands(books).sponsors == ()
        undo = GrantLifted(BOB, LASER, ZOE), MemberStatus(BOB, "trainee", ZOE), MemberLifted(BOB, ZOE)
        for body in undo:
            right(books, body)
        assert stands(books).sponsors == ("Bb",)


def test_nobody_is_named_to_themselves(books: Writer):
    give(books, BOB, "autonomous", until_ms=TODAY - 1)
    give(books, ADA, "autonomous")
    right(books, SponsorAssigned(BOB, ADA, ZOE))
    assert stands(books, BOB).sponsors == ("Aa",)
    assert stands(books, ADA).sponsors == ()


# --- closing time, managers ---------------------------------------------------------------------


def test_the_closing_time_is_that_of_the_hours_which_let_them_in(books: Writer):
    charter, rules = with_openings(EVENING, AFTERNOON), at_hours("evening", "afternoon")
    now = stands(books, BOB, rules, charter, zone=BRUSSELS)
    assert (now.closed, now.closes_ms) == (None, 1_790_001_000_000), "at half past four"
    assert stands(books, BOB, RULES, charter, zone=BRUSSELS).closes_ms is None, "it names no hours"
    shut = stands(books, BOB, at_hours("evening"), charter, zone=BRUSSELS)
    assert shut.closes_ms is None, "it is closed"


def test_nobody_knows_the_closing_time_who_does_not_know_the_time(books: Writer):
    charter, rules = with_openings(AFTERNOON), at_hours("afternoon")
    assert stands(books, BOB, rules, charter, zone=BRUSSELS, synced=False).closes_ms is None


def test_a_door_has_no_closing_time(books: Writer):
    door = replace(at_hours("afternoon"), kind=Kind.DOOR)
    assert stands(books, BOB, door, with_openings(AFTERNOON), zone=BRUSSELS).closes_ms is None


def test_who_is_a_fab_manager_is_told(books: Writer):
    assert not stands(books, BOB).manages
    right(books, RoleGiven(BOB, "manager", ZOE))
    assert stands(books, BOB).manages


# --- services -----------------------------------------------------------------------------------

LENS = Service("lens", jobs=10, blocks=True)


def ran(writer: Writer, times: int) -> None:
    with writer.write() as pen:
        for _ in range(times):
            pen.append(Draft(moment(), SessionStopped("openfab/gate1/e0000001#1", MACHINE, "own_tap", 1_000)))


def test_what_the_machine_needs_soonest_is_told_of_it_to_everybody(books: Writer):
    rules = replace(RULES, services=(LENS,))
    ran(books, 8)
    assert stands(books, BOB, rules).upkeep is None
    ran(books, 1)
    assert stands(books, BOB, rules).upkeep == stands(books, ADA, rules).upkeep
    assert stands(books, BOB, rules).upkeep == Upkeep("lens", left_jobs=1, blocks=True)
    ran(books, 1)
    assert stands(books, BOB, rules).upkeep.over
    with books.write() as pen:
        pen.append(Draft(moment(), MachineServiced(MACHINE, "lens", ZOE)))
    assert stands(books, BOB, rules).upkeep is None


def test_a_machine_without_services_is_asked_for_none(books: Writer):
    ran(books, 20)
    assert stands(books, BOB).upkeep is None
