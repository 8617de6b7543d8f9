"""What the hub says of the lab as it is now: who is on site, and that it is there at all (R4, R12)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from gate_side import WALL_MS, Hand, Side, lab

from fabgate.errors import DiskFull
from fabgate.link.hearing import NOTED_EVERY_MS
from fabgate.link.hooks import LastWord
from fabgate.model import Moment
from fabgate.records import Draft, MemberAdded
from fabgate.rules.questions import LINK_MS
from fabgate.store import linked, present
from fabgate.store.lookup import Asked
from fabgate.wire.presence import HubState
from fabgate.wire.present import Here, Present

NOW_MS = WALL_MS + 1_000
ZOE, TOM = Here("m-zoe", NOW_MS - 60_000), Here("m-tom", NOW_MS - 30_000)


@pytest.fixture
def side(tmp_path: Path) -> Side:
    made = Side(lab(tmp_path))
    known(made)
    made.connect()
    made.hub_is()
    return made


def known(side: Side) -> None:
    """Zoe and Tom are members."""
    with side.store.writer() as writer, writer.write() as pen:
        for who in ("zoe", "tom"):
            pen.append(
                Draft(side.clock.now(), MemberAdded(f"m-{who}", "m-zoe")), beside=f'{{"handle":"{who}"}}'
            )


def says(side: Side, *here: Here, hub: str = "hub00001", **said: object) -> None:
    side.hear("present", Present(hub, here).encode(), **said)
    side.turn()


def on_site(side: Side, linked: bool = True) -> set[str]:
    with side.store.reader() as reader:
        asked = Asked(side.clock.now().wall_ms, linked=linked, at=side.clock.now())
        return {one.member for one in present.now(reader.conn, asked)}


def word(side: Side) -> LastWord:
    return side.link._hooks.word


# --- who is on site -----------------------------------------------------------------------------


def test_who_is_checked_in_elsewhere_is_known_here_once_the_hub_says_so(side: Side) -> None:
    assert not word(side).counts(side.clock.now())
    says(side, ZOE, TOM)
    assert on_site(side) == {"m-zoe", "m-tom"}
    assert word(side).counts(side.clock.now())
    assert on_site(side, linked=False) == set(), "it counts for nobody's start while the link is down"


def test_a_list_takes_the_place_of_the_one_before(side: Side) -> None:
    says(side, ZOE, TOM)
    says(side, replace(ZOE, out_ms=NOW_MS), TOM)
    assert on_site(side) == {"m-tom"}
    says(side)
    assert on_site(side) == set()


def test_the_gate_is_told_that_somebody_came_or_went_and_not_that_nobody_did(side: Side) -> None:
    for here, lists in (((ZOE,), 1), ((ZOE,), 1), ((ZOE, TOM), 2), ((), 3)):
        says(side, *here)
        assert word(side).lists == lists


def test_a_list_of_another_hub_than_the_one_that_is_there_is_not_taken(side: Side) -> None:
    says(side, ZOE, hub="hub00009")
    assert on_site(side) == set()
    assert side.link.tidings.refused == 1


def test_a_list_that_somebody_left_at_the_broker_is_not_taken(side: Side) -> None:
    says(side, ZOE, retained=True)
    assert on_site(side) == set()


def test_nonsense_in_the_place_of_a_list_changes_nothing(side: Side) -> None:
    says(side, ZOE)
    for data in (b"", b"[]", b'{"hub":"hub00001"}', b'{"hub":"hub00001","here":[{"member":"m-zoe"}]}'):
        side.hear("present", data)
    side.turn()
    assert on_site(side) == {"m-zoe"}


def test_a_link_that_was_lost_for_a_moment_keeps_its_list_and_a_longer_silence_ends_it(side: Side) -> None:
    says(side, ZOE)
    side.lose()
    side.clock.ms += LINK_MS
    assert word(side).counts(side.clock.now())
    side.clock.ms += 1
    assert not word(side).counts(side.clock.now())
    side.connect()
    side.hub_is(retained=False)
    assert not word(side).counts(side.clock.now()), "who it said is on site may have gone since"
    assert on_site(side) == {"m-zoe"}, "nobody who works loses them by that"
    says(side, ZOE)
    assert word(side).counts(side.clock.now())


def test_a_list_that_the_disk_does_not_take_counts_once_it_does(tmp_path: Path) -> None:
    class Medium:
        full = True

        def before_write(self) -> None:
            if self.full:
                raise DiskFull("no room")

    side = Side(lab(tmp_path))
    known(side)
    medium = side.store._medium = Medium()  # type: ignore[assignment]
    side.link.close()
    side.link.open()
    side.connect()
    side.hub_is()
    says(side, ZOE)
    assert (word(side).listed, word(side).lists) == (False, 0)
    medium.full = False
    side.wait(60)
    assert (word(side).lists, on_site(side)) == (1, {"m-zoe"})


# --- how old the rights are ---------------------------------------------------------------------


def test_the_age_of_the_rights_is_counted_from_the_hubs_last_word_by_the_clock_of_the_boot_r12(
    side: Side,
) -> None:
    assert word(side).age_ms(side.clock.now()) is None, "joined, and no word yet: nobody knows"
    side.hub_is(retained=False)
    assert word(side).age_ms(side.clock.now()) == 0
    side.clock.ms += 90_000
    assert word(side).age_ms(side.clock.now()) == 90_000
    stepped = replace(side.clock.now(), wall_ms=0, synced=False)
    assert word(side).age_ms(stepped) == 90_000, "no step of the wall clock changes a length"


@pytest.mark.parametrize("state", ["ready", "stopping"])
def test_any_word_of_the_hub_counts_r12(side: Side, state: str) -> None:
    side.hub_is(state=state, retained=False)
    assert word(side).age_ms(side.clock.now()) == 0


def test_a_word_that_the_broker_kept_and_its_word_that_the_hub_is_lost_are_none_of_the_hubs_r12(
    side: Side,
) -> None:
    side.hub_is(retained=True)
    lost = HubState("lost", "hub00001", "h-1", None, "1.0", (1,))
    side.hear("state", lost.encode(), gate="hub")
    assert word(side).age_ms(side.clock.now()) is None


def test_the_age_of_the_rights_survives_a_boot_by_a_clock_that_is_right_r12(side: Side) -> None:
    side.hub_is(retained=False)
    side.turn()
    side.link.close()
    again = Side(side.settings, "run-2")
    now = Moment("boot-2", 7_000, NOW_MS + 3_600_000, True)
    assert word(again).age_ms(now) == 3_600_000
    assert word(again).age_ms(replace(now, synced=False)) is None, "nobody knows the time, so nobody knows"
    assert word(again).age_ms(Moment("boot-1", 61_000, 0, False)) == 60_000, "a restart within a boot"


def test_of_a_word_that_was_heard_by_a_clock_that_was_not_right_nobody_knows_the_age_after_a_boot_r12():
    heard = Moment("boot-1", 5_000, NOW_MS, False)
    assert linked.age_ms(heard, Moment("boot-1", 8_000, 0, False)) == 3_000
    assert linked.age_ms(heard, Moment("boot-2", 8_000, NOW_MS + 9, True)) is None
    assert linked.age_ms(replace(heard, synced=True), Moment("boot-2", 8_000, NOW_MS + 9, True)) == 9


def test_it_is_written_down_when_the_hub_was_heard_once_in_ten_minutes_r12(side: Side) -> None:
    noted = []
    for _ in range(4 * NOTED_EVERY_MS // 60_000):
        side.hub_is(retained=False)
        side.turn()
        with side.store.reader() as reader:
            noted.append(linked.heard(reader.conn))
        side.clock.ms += 60_000
    assert len(set(noted)) == 4


def test_a_clock_that_is_not_set_dates_no_word_of_the_hub_r12(tmp_path: Path) -> None:
    clock = Hand()
    clock.synced = False
    side = Side(lab(tmp_path), clock=clock)
    side.connect()
    side.hub_is(retained=False)
    side.turn()
    with side.store.reader() as reader:
        assert linked.heard(reader.conn) is None


def test_a_page_of_rights_does_not_forget_when_the_hub_was_heard_r12(side: Side) -> None:
    side.hub_is(retained=False)
    side.turn()
    with side.store.writer() as writer:
        before = linked.heard(writer.conn)
        with writer.write() as pen:
            linked.keep(pen, replace(linked.linked(writer.conn), arrived=9))
        assert (linked.heard(writer.conn), linked.linked(writer.conn).arrived) == (before, 9)
    assert before is not None
