"""When a badge at the reader counts as a tap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from machine_bench import ADAS_OTHER, DANS, MINUTE, MachineBench, badge, working

from fabgate.model import Token
from fabgate.rules.taps import AWAY_MS, Presence

ADAS, BOBS = badge("ada"), badge("bob")


def test_a_badge_that_comes_counts():
    assert Presence().seen(ADAS, 0, fresh=True)[1]


def test_a_badge_that_lies_there_counts_no_second_time_however_long_it_lies():
    lying, _ = Presence().seen(ADAS, 0, fresh=True)
    for at_ms in (1, AWAY_MS, 10**9):
        lying, counts = lying.seen(ADAS, at_ms, fresh=True)
        assert not counts


def test_away_for_two_seconds_is_away():
    gone = Presence().seen(ADAS, 0, fresh=True)[0].gone(ADAS, 500)
    assert not gone.seen(ADAS, 500 + AWAY_MS - 1, fresh=True)[1]
    assert gone.seen(ADAS, 500 + AWAY_MS, fresh=True)[1]


def test_a_badge_that_trembles_counts_once():
    presence, counts = Presence().seen(ADAS, 0, fresh=True)
    assert counts
    for at_ms in range(100, 10_000, 100):
        presence = presence.gone(ADAS, at_ms)
        presence, counts = presence.seen(ADAS, at_ms + 50, fresh=True)
        assert not counts


def test_a_badge_that_lay_there_when_the_reader_came_up_counts_only_after_it_was_away():
    presence, counts = Presence().seen(ADAS, 0, fresh=False)
    assert not counts
    presence, counts = presence.seen(ADAS, 60_000, fresh=True)
    assert not counts
    presence = presence.gone(ADAS, 60_001)
    assert not presence.seen(ADAS, 60_001 + AWAY_MS - 1, fresh=True)[1]
    assert presence.seen(ADAS, 60_001 + AWAY_MS, fresh=True)[1]


def test_each_badge_counts_for_itself():
    presence, _ = Presence().seen(ADAS, 0, fresh=True)
    presence, counts = presence.seen(BOBS, 1, fresh=True)
    assert counts
    presence = presence.gone(ADAS, 2)
    assert not presence.seen(BOBS, 10_000, fresh=True)[1]


def test_a_badge_that_is_long_gone_is_forgotten():
    presence = Presence().seen(ADAS, 0, fresh=True)[0].gone(ADAS, 1)
    presence, _ = presence.seen(BOBS, 1 + AWAY_MS, fresh=True)
    assert [token for token, _ in presence.badges] == [BOBS]


def test_a_badge_that_leaves_without_having_been_seen_counts_after_two_seconds():
    presence = Presence().gone(ADAS, 0)
    assert not presence.seen(ADAS, AWAY_MS - 1, fresh=True)[1]
    assert presence.seen(ADAS, AWAY_MS, fresh=True)[1]


def test_a_badge_lies_there_from_its_coming_to_its_going():
    presence, _ = Presence().seen(ADAS, 0, fresh=False)
    assert presence.lies(ADAS)
    assert not presence.lies(BOBS)
    assert not presence.gone(ADAS, 1).lies(ADAS)


VISITS = st.lists(
    st.tuples(st.sampled_from([ADAS, BOBS]), st.booleans(), st.booleans(), st.integers(0, 3_000)), max_size=60
)


@given(VISITS)
def test_two_taps_of_one_badge_are_always_two_seconds_apart_with_the_badge_away(visits):
    presence, now_ms = Presence(), 0
    lying: dict[Token, bool] = {}
    left_ms: dict[Token, int] = {}
    for token, comes, fresh, pause_ms in visits:
        now_ms += pause_ms
        if comes:
            presence, counts = presence.seen(token, now_ms, fresh)
            away = not lying.get(token) and now_ms - left_ms.get(token, -AWAY_MS) >= AWAY_MS
            assert counts == (fresh and away)
            lying[token] = True
        else:
            presence = presence.gone(token, now_ms)
            lying[token], left_ms[token] = False, now_ms
        assert len(presence.badges) <= 2


# --- at the machine ------------------------------------------------


def test_a_badge_that_stays_on_the_reader_counts_once():
    bench = MachineBench()
    bench.lay(ADAS)
    for _ in range(5):
        bench.wait(1)
        bench.see(ADAS)
    assert bench.relay


def test_a_badge_that_comes_back_within_two_seconds_counts_as_the_same_tap():
    bench = MachineBench()
    bench.tap(ADAS)
    bench.wait(1.999)
    assert bench.see(ADAS) == ()
    assert bench.relay


def test_a_badge_that_was_away_for_two_seconds_counts_again():
    bench = MachineBench()
    bench.tap(ADAS)
    bench.wait(2)
    bench.see(ADAS)
    assert not bench.relay


def test_a_badge_that_lies_there_when_the_reader_comes_up_starts_nothing_until_it_was_away():
    bench = MachineBench()
    assert bench.see(ADAS, fresh=False) == ()
    bench.wait(MINUTE)
    assert bench.see(ADAS) == ()
    bench.lift(ADAS)
    bench.wait(1.999)
    assert bench.see(ADAS) == ()
    bench.lift(ADAS)
    bench.wait(2)
    bench.lay(ADAS)
    assert bench.relay


def test_another_badge_need_not_wait_for_the_first():
    bench = working(ADAS)
    bench.tap(DANS)
    bench.tap(ADAS_OTHER)
    assert not bench.relay
