"""What retention erases of the journal, and what it leaves whatever its age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from made_books import TOKEN, begin_second_epoch, moment, refusal, start, stop

from fabgate.model import Origin, RecordId
from fabgate.records import (
    Body,
    CheckedIn,
    ClockSynced,
    DoorOpened,
    Draft,
    EpochBegun,
    GrantGiven,
    MemberAdded,
    Note,
    Purged,
    PurgedElsewhere,
    Refused,
    Sale,
    SessionStopped,
    encode,
)
from fabgate.store import chain, heard, journal, purging
from fabgate.store.db import Store, Writer
from fabgate.store.purging import Needed, Rule, Stretch

DAY_MS = 86_400_000
NOW_MS = moment(200 * DAY_MS).wall_ms
UNASKED = Needed()
FAR = Origin("openfab/gate9/f1")


def door(day: int, synced: bool = True) -> Draft:
    return Draft(moment(day * DAY_MS, synced=synced), DoorOpened("door", "m-1", TOKEN, "trainee"))


def rule(*kinds: str, before: int) -> Rule:
    return Rule("retention.test", kinds, moment(before * DAY_MS).wall_ms)


def put(writer: Writer, *drafts: Draft) -> list[RecordId]:
    with writer.write() as pen:
        return [pen.append(draft) for draft in drafts]


def due(writer: Writer, *rules: Rule, needed: Needed = UNASKED) -> list[Stretch]:
    return list(purging.stretches(writer.conn, rules, NOW_MS, needed))


def purge(writer: Writer, *rules: Rule, needed: Needed = UNASKED) -> int:
    """How many records were blanked; all of them, slice by slice."""
    count = 0
    for stretch in due(writer, *rules, needed=needed):
        with writer.write() as pen:
            purging.blank(pen, moment(200 * DAY_MS), stretch)
        count += stretch.count
    assert journal.verify(writer.conn).sound
    return count


def left(writer: Writer) -> list[str]:
    return [entry.body.kind if entry.body else "-" for entry in journal.entries(writer.conn)][1:]


def test_what_is_older_goes_and_what_is_younger_stays(writer: Writer):
    put(writer, door(1), refusal(1), door(2), door(50), door(51))
    assert purge(writer, rule("door.open", before=10)) == 2
    assert left(writer) == ["-", "session.refused", "-", "door.open", "door.open", "purge"]


def test_the_record_of_a_purge_says_what_went_and_by_which_rule(writer: Writer):
    put(writer, door(1), refusal(1), door(2))
    put(writer, door(50))
    purge(writer, rule("door.open", before=10))
    *_, last = journal.entries(writer.conn)
    assert last.body == Purged(2, 4, "retention.test", ("door.open",))


def test_to_purge_again_changes_nothing(writer: Writer):
    put(writer, door(1), door(50))
    purge(writer, rule("door.open", before=10))
    seq = journal.last_seq(writer.conn)
    assert purge(writer, rule("door.open", before=10)) == 0
    assert journal.last_seq(writer.conn) == seq


def test_a_record_of_a_clock_that_was_never_right_is_as_young_as_what_comes_after(writer: Writer):
    put(writer, door(1), door(0, synced=False), door(0, synced=False), door(50))
    assert purge(writer, rule("door.open", before=10)) == 1
    assert purge(writer, rule("door.open", before=60)) == 3


def test_without_a_right_clock_nothing_is_known_to_be_old(writer: Writer):
    begun = journal.last_seq(writer.conn)
    put(writer, door(1, synced=False), door(2, synced=False))
    assert begun == 1
    assert purge(writer, rule("door.open", before=100)) == 0


def test_a_clock_from_the_future_does_not_keep_everything_behind_it(writer: Writer):
    put(writer, door(1), door(9_000), door(2), door(50))
    assert purge(writer, rule("door.open", before=10)) == 3


def test_the_first_younger_record_ends_it_whatever_older_dates_come_behind(writer: Writer):
    put(writer, door(1), door(50), door(2))
    assert purge(writer, rule("door.open", before=10)) == 1


def test_of_a_kind_only_those_of_one_code_may_go(writer: Writer):
    known = Draft(moment(DAY_MS), Refused("laser", "no_grant", TOKEN, "m-1"))
    put(writer, known, refusal(1), Draft(moment(50 * DAY_MS), ClockSynced()))
    assert purge(writer, rule("session.refused:unknown_badge", before=10)) == 1
    assert left(writer)[:2] == ["session.refused", "-"]


def test_one_transaction_blanks_no_more_than_a_slice(writer: Writer):
    put(writer, *(door(1) for _ in range(150)), door(50))
    found = due(writer, rule("door.open", before=10))
    assert [one.count for one in found] == [64, 64, 22]
    assert purge(writer, rule("door.open", before=10)) == 150


@pytest.fixture
def second(store: Store) -> Store:
    """Books with a session and refusals, and a second epoch."""
    with store.writer() as writer:
        [begun] = put(writer, start(1))
        put(writer, stop(begun, 2), *[refusal(ms) for ms in range(3, 10)])
    begin_second_epoch(store)
    return store


def test_a_slice_reaches_no_further_than_is_read_in_a_moment(writer: Writer):
    put(writer, door(1), *(refusal(1) for _ in range(1_500)), door(1), door(50))
    assert [(one.first, one.last, one.count) for one in due(writer, rule("door.open", before=10))] == [
        (2, 2, 1),
        (1_503, 1_503, 1),
    ]


# --- sessions -----------------------------------------------------------------------------------

SESSIONS = ("session.start", "session.stop", "session.close")


def session(writer: Writer, begins: int, ends: int) -> RecordId:
    [begun] = put(writer, start(begins * DAY_MS))
    put(writer, stop(begun, ends * DAY_MS))
    return begun


def test_both_ends_of_a_session_go(writer: Writer):
    session(writer, 1, 1)
    session(writer, 2, 2)
    put(writer, door(50))
    assert purge(writer, rule(*SESSIONS, before=10)) == 4


def test_a_session_that_ended_later_keeps_its_start(writer: Writer):
    [begun] = put(writer, start(9 * DAY_MS))
    session(writer, 9, 9)
    put(writer, stop(begun, 12 * DAY_MS))
    assert purge(writer, rule(*SESSIONS, before=10)) == 2
    assert left(writer)[:4] == ["session.start", "-", "-", "session.stop"]


def test_a_session_that_still_runs_keeps_its_start(writer: Writer):
    put(writer, start(1), door(50))
    assert purge(writer, rule(*SESSIONS, before=60)) == 0
    assert len(journal.running(writer.conn)) == 1


def test_what_the_books_have_not_charged_stays_whatever_its_age(writer: Writer):
    mine = writer.identity.origin
    charged, late = session(writer, 1, 1), session(writer, 2, 2)
    put(writer, door(50))
    ruled = rule(*SESSIONS, before=10)
    assert purge(writer, ruled, needed=Needed({})) == 0
    assert purge(writer, ruled, needed=Needed({mine: late.seq - 1})) == 2
    assert journal.entry(writer.conn, charged).body is None
    assert journal.entry(writer.conn, late).body is not None
    assert purge(writer, ruled, needed=Needed({mine: late.seq + 1})) == 2


def test_a_session_that_was_left_out_of_its_month_stays_between_two_that_go(writer: Writer):
    session(writer, 1, 1)
    held = session(writer, 2, 2)
    session(writer, 3, 3)
    put(writer, door(50))
    needed = Needed({writer.identity.origin: 99}, frozenset({str(held)}))
    assert purge(writer, rule(*SESSIONS, before=10), needed=needed) == 4
    assert left(writer)[:6] == ["-", "-", "session.start", "session.stop", "-", "-"]
    purged = [entry.body for entry in journal.entries(writer.conn, kinds=[Purged.kind])]
    assert [(one.first, one.last) for one in purged] == [(2, 3), (6, 7)]


def test_other_kinds_do_not_wait_for_the_books(writer: Writer):
    put(writer, door(1), door(50))
    assert purge(writer, rule("door.open", before=10), needed=Needed({})) == 1


def test_the_end_of_a_session_that_began_in_an_older_epoch_stays_with_its_start(second: Store):
    old = RecordId(Origin("openfab/gate1/e0000001"), 2)
    with second.writer() as writer:
        put(writer, stop(old, DAY_MS), door(50))
        assert purge(writer, rule(*SESSIONS, before=10)) == 2  # the whole session of the older epoch


def test_an_epoch_that_is_over_is_purged_too(second: Store):
    with second.writer() as writer:
        put(writer, door(50))
        before = sum(kind == "session.refused" for kind in left(writer))
        assert before == 7
        purge(writer, Rule("r", ("session.refused",), moment(9).wall_ms))
        *_, last = journal.entries(writer.conn)
        assert last.body == PurgedElsewhere("openfab/gate1/e0000001", 4, 10, "r", ("session.refused",))


# --- a hub --------------------------------------------------------------------------------------


def hear(writer: Writer, *said: Body | Draft, origin: Origin = FAR) -> None:
    """The records of a gate's epoch from its first, as its hub takes them in."""
    drafts = [one if isinstance(one, Draft) else Draft(moment(1), one) for one in said]
    bodies, link = [encode(draft) for draft in drafts], chain.ROOT
    for seq, body in enumerate(bodies, 1):
        link = chain.link(origin, seq, link, chain.body_hash(body.encode()))
    with writer.write() as pen:
        assert isinstance(heard.take(pen, origin, 1, bodies, chain.ROOT, link), heard.Taken)


def far(*more: Draft) -> Sequence[Draft]:
    return (Draft(moment(), EpochBegun("init")), *more)


def test_a_hub_purges_what_it_holds_of_its_gates_under_a_record_of_its_own(writer: Writer):
    hear(writer, *far(door(1), door(2), door(50)))
    put(writer, door(3), door(60))
    assert purge(writer, rule("door.open", before=10)) == 3
    own = [entry.body for entry in journal.entries(writer.conn, own=True)][3:]
    assert own == [
        Purged(2, 2, "retention.test", ("door.open",)),
        PurgedElsewhere(str(FAR), 2, 3, "retention.test", ("door.open",)),
    ]


def test_a_gate_that_erases_sessions_erases_none_of_the_hub_whose_books_are_open(writer: Writer):
    worked = stop(RecordId(FAR, 2), 2)
    begun = start(1)
    hear(writer, *far(begun, worked, refusal(3), Draft(moment(9), Purged(2, 4, "13 months"))))
    kept = [entry.body is None for entry in journal.entries(writer.conn)][-5:]
    assert kept == [False, False, False, True, False]
    assert isinstance(journal.entry(writer.conn, RecordId(FAR, 3)).body, SessionStopped)


# --- what nothing may blank ---------------------------------------------------------------------


def test_rights_and_money_are_never_blanked_whatever_a_rule_names(writer: Writer):
    put(
        writer,
        Draft(moment(1), MemberAdded("m-1", "m-1")),
        Draft(moment(1), GrantGiven("m-1", "laser", "trainee", "m-1")),
        Draft(moment(1), Sale("m-1", "topup", "", "2026-10-01", "m-2", cents=500)),
        Draft(moment(1), CheckedIn("m-1", "m-1")),
    )
    with writer.write() as pen:
        journal.purge(pen, moment(9), "all", 1, 99)
    assert left(writer) == ["member.add", "grant.give", "sale", "-", "purge"]
    assert journal.verify(writer.conn).sound


# --- texts --------------------------------------------------------------------------------------


def noted(writer: Writer, day: int, body: Body) -> RecordId:
    with writer.write() as pen:
        return pen.append(
            Draft(moment(day * DAY_MS), body), [Note("reason", f"day {day}"), Note("login", "z")]
        )


def texts(writer: Writer, usual: int, money: int) -> int:
    count = 0
    rules = rule("notes", before=usual), rule("notes", before=money)
    for one in purging.texts(writer.conn, *rules, NOW_MS):
        with writer.write() as pen:
            purging.drop(pen, moment(200 * DAY_MS), one)
        count += one.count
    assert journal.verify(writer.conn).sound
    return count


def test_old_texts_go_and_their_records_stay(writer: Writer):
    old = noted(writer, 1, CheckedIn("m-1", "m-2"))
    new = noted(writer, 50, CheckedIn("m-1", "m-2"))
    assert texts(writer, 10, 10) == 2
    assert journal.notes(writer.conn, old) == {}
    assert journal.entry(writer.conn, old).body == CheckedIn("m-1", "m-2")
    assert journal.notes(writer.conn, new) == {"reason": "day 50", "login": "z"}
    assert texts(writer, 10, 10) == 0


def test_the_reason_of_a_right_stays_while_it_holds(writer: Writer):
    noted(writer, 0, MemberAdded("m-1", "m-2"))
    first = noted(writer, 1, GrantGiven("m-1", "laser", "trainee", "m-2"))
    then = noted(
        writer, 2, replace(GrantGiven("m-1", "laser", "autonomous", "m-2"), supersedes=(str(first),))
    )
    put(writer, door(50))
    texts(writer, 10, 10)
    assert journal.notes(writer.conn, first) == {}
    assert journal.notes(writer.conn, then) == {"reason": "day 2", "login": "z"}


def test_the_reason_of_a_line_of_the_books_stays_as_long_as_the_books(writer: Writer):
    sold = noted(writer, 1, Sale("m-1", "topup", "", "2026-10-01", "m-2", cents=500))
    put(writer, door(50))
    assert texts(writer, 10, 0) == 0
    assert journal.notes(writer.conn, sold) == {"reason": "day 1", "login": "z"}
    assert texts(writer, 10, 10) == 2


def test_the_record_that_texts_went_excuses_no_body(writer: Writer):
    noted(writer, 1, CheckedIn("m-1", "m-2"))
    put(writer, door(50))
    texts(writer, 10, 10)
    *_, last = journal.entries(writer.conn)
    assert last.body == Purged(2, 2, "retention.test", ("notes",))
