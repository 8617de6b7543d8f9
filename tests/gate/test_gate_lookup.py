"""The lookup: how a badge stands, and what the desk has changed, whatever the disk does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from gate_lab import ADA, AT, LASER, LATHE, SKILL, STRANGER, TOM, WALL_MS, token_of

from fabgate.charter import Charter
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.events import Ask, CloseNow, LockChanged, Looked, LookFailed, Recheck, Rechecked, RosterMoved
from fabgate.gate.lookup import Lookup, Terms
from fabgate.link.hooks import LastWord
from fabgate.model import Company, Level, Lock, MachineId, MemberId, Moment, RecordId
from fabgate.records import (
    BadgeBlocked,
    Body,
    CheckedIn,
    CheckedOut,
    CloseAsked,
    Draft,
    EvidenceNoted,
    GrantLifted,
    GrantProposed,
    GrantRenewed,
    GrantRevoked,
    GrantSuspended,
    HoursSet,
    MachineLocked,
    MachineUnlocked,
    MemberStatus,
    PaperWithdrawn,
    Refused,
    SessionStarted,
    SponsorAssigned,
    WorkshopClosed,
    encode,
)
from fabgate.store import present, rights
from fabgate.store.db import Store
from fabgate.store.present import Word

ADA_ID = MemberId("m-ada")
AT_CLOCK = SimClock(WALL_MS).now()


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


@pytest.fixture
def lookup(lab: Settings, clock: SimClock) -> Iterator[Lookup]:
    rules = {machine: wired.rules for machine, wired in lab.machines.items()}
    made = Lookup(Store(lab.gate.state), rules, clock)
    made.open()
    yield made
    made.close()


@pytest.fixture
def desk(lab: Settings) -> Callable[..., RecordId]:
    """Another process writes a record, which moves the roster with it."""

    def write(body: Body) -> RecordId:
        with Store(lab.gate.state).writer() as writer, writer.write() as pen:
            return pen.append(Draft(AT, body))

    return write


def ask(lab: Settings, at: Moment = AT) -> Ask:
    return Ask(LASER, token_of(lab, ADA), at)


def spoil(lab: Settings, sql: str) -> None:
    """Somebody edits the database by hand."""
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        pen.execute(sql)


def test_a_badge_is_answered_with_its_standing(lookup: Lookup, lab: Settings):
    answer = lookup.answer(ask(lab))
    assert isinstance(answer, Looked)
    assert answer.tapped == AT
    assert (answer.standing.person.name, answer.standing.level) == ("Ada", Level.AUTONOMOUS)


def test_a_badge_that_nobody_owns_is_answered_too(lookup: Lookup, lab: Settings):
    answer = lookup.answer(Ask(LASER, token_of(lab, STRANGER), AT))
    assert answer.standing.person is None


def test_a_badge_is_found_by_an_older_key(lookup: Lookup, lab: Settings):
    answer = lookup.answer(Ask(LASER, "new:0", AT, older=(token_of(lab, ADA),)))
    assert answer.standing.person.name == "Ada"
    assert answer.token == "new:0"


def test_a_store_that_cannot_be_asked_is_an_answer_and_no_end(lookup: Lookup, lab: Settings):
    spoil(lab, "ALTER TABLE badges RENAME TO gone")
    assert isinstance(lookup.answer(ask(lab)), LookFailed)


def test_a_recheck_that_failed_is_asked_again_by_the_next_look(lookup: Lookup, lab: Settings):
    spoil(lab, "ALTER TABLE badges RENAME TO gone")
    job = Recheck(LASER, token_of(lab, ADA), AT)
    assert lookup.answer(job) is None
    spoil(lab, "ALTER TABLE gone RENAME TO badges")
    assert lookup.watch() == [RosterMoved(LASER, AT_CLOCK)]
    assert isinstance(lookup.answer(job), Rechecked)


def test_what_happened_before_the_daemon_began_is_no_news(lookup: Lookup):
    assert lookup.watch() == []


def test_a_lock_at_the_desk_is_told_once(lookup: Lookup, desk: Callable[..., RecordId]):
    record = desk(MachineLocked(LASER, "m-zoe"))
    assert lookup.watch() == [LockChanged(LASER, Lock(AT_CLOCK.wall_ms, record), AT_CLOCK)]
    assert lookup.watch() == []
    desk(MachineUnlocked(LASER, "m-zoe"))
    assert lookup.watch() == [LockChanged(LASER, None, AT_CLOCK)]


def test_a_person_who_says_now_is_heard(lookup: Lookup, desk: Callable[..., RecordId]):
    session = desk(SessionStarted(LASER, SKILL, ADA_ID, "k:1", "autonomous", "tap", 1))
    desk(CloseAsked(str(session), LASER, "m-zoe"))
    assert lookup.watch() == [CloseNow(LASER, session, AT_CLOCK)]


def test_a_change_of_the_roster_is_told_to_every_machine_once_however_many_there_were(
    lookup: Lookup, desk: Callable[..., RecordId]
):
    """Else a thousand members taken up at once stood before the next tap in the lookup's queue."""
    for _ in range(20):
        desk(GrantRevoked(ADA_ID, SKILL, "m-zoe"))
    assert sorted(lookup.watch(), key=lambda event: event.machine) == [
        RosterMoved(LASER, AT_CLOCK),
        RosterMoved(LATHE, AT_CLOCK),
    ]


def test_what_concerns_another_gate_is_no_news(lookup: Lookup, desk: Callable[..., RecordId]):
    desk(MachineLocked("mill", "m-zoe"))
    desk(CloseAsked("openfab/gate1/00000000#7", MachineId("mill"), "m-zoe"))
    desk(Refused(LASER, "unknown_badge", "k:1"))
    assert lookup.watch() == []


def test_a_record_that_cannot_be_read_hides_none_of_those_behind_it(
    lookup: Lookup, lab: Settings, desk: Callable[..., RecordId]
):
    desk(Refused(LASER, "unknown_badge", "k:1"))
    spoil(lab, "UPDATE journal SET body = '{}' WHERE position = (SELECT max(position) FROM journal)")
    locked = desk(MachineLocked(LASER, "m-zoe"))
    heard = lookup.watch() + lookup.watch()
    assert LockChanged(LASER, Lock(AT_CLOCK.wall_ms, locked), AT_CLOCK) in heard
    assert RosterMoved(LASER, AT_CLOCK) in heard, (
        "what could not be read may have been a change of the roster"
    )
    assert lookup.watch() == []


def test_a_look_that_fails_ends_nothing_and_loses_nothing(
    lookup: Lookup, lab: Settings, desk: Callable[..., RecordId], caplog: pytest.LogCaptureFixture
):
    locked = desk(MachineLocked(LASER, "m-zoe"))
    spoil(lab, "ALTER TABLE locks RENAME TO gone")
    for _ in range(20):
        assert lookup.watch() == []
    assert len(caplog.records) == 1, "and it is told once, not ten times a second"
    spoil(lab, "ALTER TABLE gone RENAME TO locks")
    [told] = lookup.watch()
    assert told.lock.record == locked


def test_without_a_clock_that_is_set_a_grant_is_held_against_the_latest_time_that_was_right(
    lookup: Lookup, lab: Settings, clock: SimClock
):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        pen.execute("UPDATE grants SET until_ms = ? WHERE member = ?", (WALL_MS - 1, ADA_ID))
    behind = Moment("boot-9", 0, WALL_MS - 86_400_000, synced=False)
    answer = lookup.answer(ask(lab, behind))
    assert answer.standing.lapsed_ms == WALL_MS - 1


def test_a_lock_and_a_revocation_of_the_hub_are_news_though_they_are_no_records_of_this_gate(
    lookup: Lookup, lab: Settings
):
    from_the_hub(lab, 1, MachineLocked(LASER, "m-zoe"))
    [told] = lookup.watch()
    assert isinstance(told, LockChanged)
    assert told.lock is not None
    from_the_hub(lab, 2, GrantRevoked(ADA_ID, SKILL, "m-zoe"))
    assert sorted(lookup.watch(), key=lambda event: event.machine) == [
        RosterMoved(LASER, AT_CLOCK),
        RosterMoved(LATHE, AT_CLOCK),
    ]
    assert lookup.watch() == []


def test_many_rights_of_the_hub_at_once_are_one_look_at_each_machine(lookup: Lookup, lab: Settings):
    from_the_hub(lab, 1, *(GrantRevoked(f"m-{number}", SKILL, "m-zoe") for number in range(1_200)))
    assert len(lookup.watch()) == 2
    assert lookup.watch() == []


TAKES = (
    MemberStatus(ADA_ID, "left", "m-zoe"),
    GrantSuspended(ADA_ID, SKILL, "m-zoe"),
    GrantLifted(ADA_ID, SKILL, "m-zoe"),
    GrantRenewed(ADA_ID, SKILL, "m-zoe"),
    PaperWithdrawn(ADA_ID, "waiver", "m-zoe"),
    BadgeBlocked("k:1", ADA_ID, "m-zoe"),
    WorkshopClosed(LASER, "m-zoe"),
    CheckedIn("m-zoe", "m-zoe"),
    CheckedOut("m-zoe", "m-zoe"),
)
LEAVES = (
    SponsorAssigned(ADA_ID, "m-zoe", "m-zoe"),
    GrantProposed(ADA_ID, SKILL, "sponsor", "m-zoe"),
    EvidenceNoted(ADA_ID, SKILL, "tick", "focus", "m-zoe"),
)


@pytest.mark.parametrize("body", TAKES, ids=lambda body: body.kind)
def test_what_may_take_somebodys_ground_has_everybody_looked_up_again(
    lookup: Lookup, desk: Callable[..., RecordId], body: Body
):
    desk(body)
    assert {event.machine for event in lookup.watch()} == {LASER, LATHE}
    assert lookup.watch() == []


@pytest.mark.parametrize("body", LEAVES, ids=lambda body: body.kind)
def test_a_duty_a_proposal_and_evidence_take_nothing_from_anybody(
    lookup: Lookup, desk: Callable[..., RecordId], body: Body
):
    desk(body)
    assert lookup.watch() == []


# --- who is on site -----------------------------------------------------------------------------

HOUR_MS = 3_600_000


def made(lab: Settings, clock: SimClock, **terms: object) -> Lookup:
    rules = {machine: wired.rules for machine, wired in lab.machines.items()}
    lookup = Lookup(Store(lab.gate.state), rules, clock, Terms(**terms))  # type: ignore[arg-type]
    lookup.open()
    return lookup


def test_a_check_in_that_is_over_by_itself_has_everybody_looked_up_again_once(
    lab: Settings, clock: SimClock, desk: Callable[..., RecordId]
):
    lookup = made(lab, clock, charter=Charter(stay_ms=HOUR_MS))
    desk(CheckedIn("m-grace", "m-grace", LASER))
    assert len(lookup.watch()) == 2
    clock.advance(HOUR_MS - 1)
    assert lookup.watch() == []
    assert lookup.wake_ms() == clock.now().boot_ms + 1
    clock.advance(1)
    assert len(lookup.watch()) == 2
    assert (lookup.watch(), lookup.wake_ms()) == ([], None)
    lookup.close()


def test_nothing_is_read_ten_times_a_second_while_nobody_comes_or_goes(
    lab: Settings, clock: SimClock, desk: Callable[..., RecordId]
):
    lookup = made(lab, clock, charter=Charter(stay_ms=HOUR_MS))
    desk(CheckedIn("m-grace", "m-grace", LASER))
    lookup.watch()
    asked: list[str] = []
    lookup.reader.conn.set_trace_callback(asked.append)
    for _ in range(10):
        clock.advance(100)
        lookup.watch()
    assert {one.split()[0] for one in asked} == {"PRAGMA"}
    lookup.close()


def test_a_clock_that_becomes_right_moves_the_end_of_a_check_in(
    lab: Settings, clock: SimClock, desk: Callable[..., RecordId]
):
    lookup = made(lab, clock, charter=Charter(stay_ms=HOUR_MS))
    desk(CheckedIn("m-grace", "m-grace", LASER))
    lookup.watch()
    clock.synced = False
    lookup.watch()
    clock.step_wall(HOUR_MS // 2)
    clock.synced = True
    assert lookup.watch() == []
    assert lookup.wake_ms() is not None
    lookup.close()


def test_a_list_of_the_hub_has_everybody_looked_up_again(lab: Settings, clock: SimClock):
    word = LastWord()
    lookup = made(lab, clock, word=word)
    lookup.watch()
    word.lists += 1
    assert len(lookup.watch()) == 2
    assert lookup.watch() == []
    lookup.close()


def test_who_is_on_site_elsewhere_counts_for_a_start_while_the_link_is_up_and_for_who_works_longer_r4(
    lab: Settings, clock: SimClock
):
    word = LastWord()
    lookup = made(lab, clock, word=word)
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        present.put_elsewhere(pen, [Word(MemberId("m-grace"), "hub", WALL_MS - 1)])
    lookup._machines = {
        machine: replace(rules, company=Company.ACCOMPANIED) for machine, rules in lookup._machines.items()
    }
    tom = token_of(lab, TOM)

    def sponsors(job: Ask | Recheck) -> tuple[str, ...]:
        answer = lookup.answer(job)
        assert isinstance(answer, Looked | Rechecked)
        return answer.standing.sponsors_here

    assert sponsors(Ask(LASER, tom, clock.now())) == ()
    word.heard(clock.now())
    word.listed = True
    assert sponsors(Ask(LASER, tom, clock.now())) == ("m-grace",)
    clock.advance(10 * 60_000)
    assert sponsors(Ask(LASER, tom, clock.now())) == ()
    assert sponsors(Recheck(LASER, tom, clock.now())) == ("m-grace",)
    lookup.close()


# --- how old the rights are ---------------------------------------------------------------------


def test_a_gate_on_its_own_is_its_own_source_and_never_stale_r12(lookup: Lookup, lab: Settings):
    assert lookup.answer(ask(lab)).standing.roster_age_ms == 0


def test_the_age_of_the_rights_stands_in_every_answer_r12(lab: Settings, clock: SimClock):
    word = LastWord()
    lookup = made(lab, clock, word=word)
    assert lookup.answer(ask(lab, clock.now())).standing.roster_age_ms is None
    word.heard(clock.now())
    clock.advance(HOUR_MS)
    assert lookup.answer(ask(lab, clock.now())).standing.roster_age_ms == HOUR_MS
    lookup.close()


def from_the_hub(lab: Settings, first: int, *bodies: Body) -> None:
    """Rights as the link takes them up: none of them stands in this gate's journal."""
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        for seq, body in enumerate(bodies, first):
            record = RecordId.of(f"openfab/hub/hub00001#{seq}")
            rights.take(pen, record, seq.to_bytes(32, "big"), encode(Draft(AT, body)))


def test_other_hours_let_whoever_works_be_looked_up_again(lookup: Lookup, desk: Callable[..., RecordId]):
    """Their closing time may be another one now."""
    desk(HoursSet("evening", "m-zoe", ("2026-11-24T17:00/2026-11-24T22:00",)))
    assert lookup.watch() == [RosterMoved(LASER, AT_CLOCK), RosterMoved(LATHE, AT_CLOCK)]
