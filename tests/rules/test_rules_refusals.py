"""Refusals in the journal: the first at once, the same one within a minute only counted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fabgate.events import Refuse
from fabgate.model import Code, MachineId, MemberId, Moment, Token
from fabgate.records import Draft, Refused
from fabgate.rules.refusals import MINUTE_MS, Tally

LASER, MILL = MachineId("laser"), MachineId("mill")
ADAS, BOBS = Token("k1:ada"), Token("k1:bob")


def at(ms: int) -> Moment:
    return Moment("boot-1", ms, 1_760_000_000_000 + ms, synced=True)


def refusal(ms: int, code: Code = Code.NOT_QUALIFIED, token: Token = ADAS) -> Refuse:
    return Refuse(LASER, at(ms), code, token, MemberId("m-ada"))


def test_the_first_refusal_is_written_at_once():
    _, draft = Tally().add(refusal(5))
    assert draft == Draft(at(5), Refused("laser", Code.NOT_QUALIFIED, ADAS, "m-ada", count=1))


def test_the_same_refusal_within_a_minute_is_only_counted():
    tally, _ = Tally().add(refusal(0))
    for ms in (1_000, 2_000, 59_999):
        tally, draft = tally.add(refusal(ms))
        assert draft is None
    tally, drafts = tally.due(MINUTE_MS)
    assert drafts == (Draft(at(59_999), Refused("laser", Code.NOT_QUALIFIED, ADAS, "m-ada", count=3)),)
    assert tally == Tally()


def test_a_refusal_that_was_not_repeated_writes_nothing_more():
    tally, _ = Tally().add(refusal(0))
    assert tally.due(MINUTE_MS) == (Tally(), ())


def test_before_its_minute_is_over_nothing_is_due():
    tally, _ = Tally().add(refusal(0))
    tally, _ = tally.add(refusal(1))
    assert tally.due(MINUTE_MS - 1) == (tally, ())


def test_after_its_minute_the_next_one_is_a_first_again():
    tally, _ = Tally().add(refusal(0))
    tally, _ = tally.due(MINUTE_MS)
    assert tally.add(refusal(MINUTE_MS))[1] is not None


def test_another_badge_another_reason_or_another_machine_is_another_refusal():
    tally, _ = Tally().add(refusal(0))
    for other in (
        refusal(1, token=BOBS),
        refusal(1, code=Code.MACHINE_IN_USE),
        replace(refusal(1), machine=MILL),
    ):
        tally, draft = tally.add(other)
        assert draft is not None


def test_it_wants_waking_when_the_oldest_minute_is_over():
    assert Tally().wake_ms() is None
    tally, _ = Tally().add(refusal(7))
    tally, _ = tally.add(refusal(500, token=BOBS))
    assert tally.wake_ms() == 7 + MINUTE_MS


def test_at_the_end_of_the_daemon_everything_counted_is_written():
    tally, _ = Tally().add(refusal(0))
    tally, _ = tally.add(refusal(1))
    tally, drafts = tally.due(None)
    assert [draft.body.count for draft in drafts] == [1]
    assert tally == Tally()


@given(st.lists(st.tuples(st.integers(0, 30_000), st.sampled_from([ADAS, BOBS])), max_size=60))
def test_every_refusal_is_counted_once_and_no_minute_writes_the_same_one_more_than_twice(taps):
    tally, now_ms, drafts = Tally(), 0, []
    for pause_ms, token in taps:
        now_ms += pause_ms
        tally, due = tally.due(now_ms)
        tally, first = tally.add(refusal(now_ms, token=token))
        drafts += [*due, *([first] if first else [])]
    drafts += tally.due(None)[1]
    assert sum(draft.body.count for draft in drafts) == len(taps)
    minutes = now_ms // MINUTE_MS + 1
    assert len(drafts) <= 4 * minutes
