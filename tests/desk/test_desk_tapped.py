"""Unknown badges that machines have just refused: which are shown, for how long, to whom one is given."""

from __future__ import annotations

from first_day import done

from fabgate.desk import badges, tapped
from fabgate.model import Code, Moment, Token
from fabgate.records import Draft, Refused
from fabgate.store import roster

CARD, FOB = Token("a:" + "1" * 64), Token("a:" + "2" * 64)


def refuse(here, token=CARD, machine="laser", at=None, code=Code.UNKNOWN_BADGE):
    with here.desk.writer.write() as pen:
        body = Refused(machine, code.value, token)
        return pen.append(Draft(at or here.clock.now(), body))


def forward(here, ms):
    here.clock.wall_ms += ms


def tokens(here):
    return [one.token for one in tapped.unknown(here.desk)]


def test_the_newest_tap_comes_first_and_each_badge_once(here):
    refuse(here, CARD, "laser")
    forward(here, 1_000)
    refuse(here, FOB, "router")
    forward(here, 1_000)
    refuse(here, CARD, "router")
    found = tapped.unknown(here.desk)
    assert [(one.token, one.machine, one.ago_ms) for one in found] == [
        (CARD, "router", 0),
        (FOB, "router", 1_000),
    ]


def test_a_tap_is_forgotten_after_its_time(here):
    refuse(here)
    forward(here, tapped.WITHIN_MS)
    assert tokens(here) == [CARD]
    forward(here, 1)
    assert tokens(here) == []


def test_other_refusals_are_not_of_unknown_badges(here):
    refuse(here, code=Code.NOT_QUALIFIED)
    assert tokens(here) == []


def test_a_badge_that_somebody_owns_by_now_is_not_shown(here):
    refuse(here)
    done(badges.add_token(here.desk, "zoe", "zoe", CARD))
    assert tokens(here) == []


def test_a_badge_is_given_by_the_record_of_its_tap(here):
    record = refuse(here)
    done(tapped.give(here.desk, "zoe", "zoe", str(record), "blue"))
    badge = roster.badge(here.desk.conn, CARD)
    assert badge is not None
    assert badge.label == "blue"


def test_a_tap_whose_time_is_over_gives_nothing(here):
    record = refuse(here)
    forward(here, tapped.WITHIN_MS + 1)
    assert tapped.give(here.desk, "zoe", "zoe", str(record)).code is Code.UNKNOWN_BADGE
    assert tapped.give(here.desk, "zoe", "zoe", "nonsense").code is Code.UNKNOWN_BADGE
    assert roster.badge(here.desk.conn, CARD) is None


def test_of_another_machine_whose_clock_is_not_right_nobody_knows_how_long_ago_it_was(here):
    now = here.clock.now()
    refuse(here, CARD, at=Moment("another", 5, now.wall_ms - 1_000, synced=False))
    refuse(here, FOB, at=Moment("another", 6, now.wall_ms - 1_000, synced=True))
    assert tokens(here) == [FOB]
