"""The journal on its way: what is sent, what the hub's word moves, and what is sent again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from gate_side import GATE, LAB, HubModel, Side, held, lab, notes_of, talk, whole

from fabgate.link.outbox import WINDOW
from fabgate.link.port import Delivered, Fate
from fabgate.model import Moment
from fabgate.records import Draft, EpochBegun, Note, Refused
from fabgate.store import chain, journal
from fabgate.store.connect import Identity, connect_to_write
from fabgate.store.db import begin_epoch, new_origin
from fabgate.wire.journal import Ack, Blank

EPOCH = "aaaa0001"


@pytest.fixture
def side(tmp_path: Path) -> Side:
    made = Side(lab(tmp_path))
    made.connect()
    made.hub_is()
    return made


def ack(seq: int, side: Side, noted: int | None = None, hub: str = "hub00001", epoch: str = EPOCH) -> bytes:
    """The hub's word on this gate's own record `seq`."""
    link = whole(side)[epoch][seq - 1].hex() if seq else ""
    return Ack(hub, epoch, seq, link, seq if noted is None else noted).encode()


def sent(side: Side) -> list[tuple[int, int]]:
    """First and last of the batches that are out."""
    return [(batch.first, batch.upto) for batch in side.says("journal")]


def test_nothing_of_the_journal_is_sent_before_the_hub_has_said_what_it_has(side: Side) -> None:
    side.write("s-1")
    side.wait(4)
    assert sent(side) == []


def test_the_whole_journal_reaches_a_hub_that_has_nothing_with_its_notes(side: Side) -> None:
    side.write("s-1", "s-2", note="it smelled of smoke")
    side.write_many(450)
    hub = HubModel()
    talk(side, hub)
    assert held(hub) == whole(side)
    assert hub.notes[EPOCH] == notes_of(side, EPOCH)
    assert hub.broken == []


def test_what_is_written_while_connected_is_sent_at_the_next_look(side: Side) -> None:
    hub = HubModel()
    talk(side, hub)
    side.write("s-1")
    talk(side, hub)
    assert held(hub) == whole(side)


def test_at_most_four_batches_are_under_way(side: Side) -> None:
    side.write_many(1_500)
    side.hear("ack", ack(0, side))
    side.turn(20)
    assert sent(side) == [(1, 200), (201, 400), (401, 600), (601, 800)]
    side.hear("ack", ack(400, side))
    side.turn(20)
    assert sent(side) == [(801, 1_000), (1_001, 1_200)]


def test_the_notes_of_a_batch_follow_it_at_once(side: Side) -> None:
    side.write("s-1", note="why")
    side.hear("ack", ack(0, side))
    side.turn()
    kinds = [out.what for out in side.port.out if out.what in ("journal", "notes")]
    assert kinds == ["journal", "notes"]


def test_a_batch_that_nobody_answers_is_sent_again_later_and_later(side: Side) -> None:
    side.hear("ack", ack(0, side))
    side.turn()
    assert sent(side) == [(1, 1)]
    gaps = []
    for _ in range(5):
        waited = 0.0
        while not sent(side):
            side.wait(0.5)
            waited += 0.5
            assert waited < 120
        gaps.append(waited)
    assert gaps[0] >= 5
    assert gaps[-1] <= 60 * 1.25 + 0.5
    assert gaps == sorted(gaps)
    assert gaps[3] > 4 * gaps[0] * 0.8


def test_an_acknowledgement_that_goes_back_sends_all_that_comes_after_it_again(side: Side) -> None:
    side.write_many(9)
    side.hear("ack", ack(10, side))
    side.turn(3)
    assert sent(side) == []
    side.hear("ack", ack(4, side))
    side.turn()
    assert sent(side) == [(5, 10)]


def test_notes_that_were_lost_are_sent_again_without_their_records(side: Side) -> None:
    side.write("s-1", "s-2", note="why")
    side.hear("ack", ack(3, side, noted=1))
    side.turn()
    assert sent(side) == []
    [notes] = side.says("notes")
    assert (notes.first, notes.last) == (2, 3)
    assert [line.text for line in notes.notes] == ["why", "why"]


def test_an_acknowledgement_of_a_record_that_this_gate_never_wrote_is_a_fork(side: Side) -> None:
    side.hear("ack", Ack("hub00001", EPOCH, 7, "ab" * 32, 7).encode())
    side.write("s-1")
    side.wait(90)
    assert sent(side) == []
    assert side.link.tidings.alarms.keys() == {"forked"}
    assert side.linked.forked


def test_an_acknowledgement_with_another_hash_is_a_fork(side: Side) -> None:
    side.hear("ack", Ack("hub00001", EPOCH, 1, "ab" * 32, 1).encode())
    side.turn()
    assert side.linked.forked


def test_a_fork_is_noted_though_the_store_was_busy_at_first(side: Side, tmp_path: Path) -> None:
    with side.store.writer() as other:
        with other.write():
            side.hear("ack", Ack("hub00001", EPOCH, 7, "ab" * 32, 7).encode())
            side.turn()
        assert not side.linked.forked
        side.wait(3)
    assert side.linked.forked


def test_a_fork_of_an_older_epoch_begins_no_new_one(side: Side) -> None:
    another_epoch(side)
    side.hear("ack", Ack("hub00001", EPOCH, 7, "ab" * 32, 7).encode())
    side.hear("ack", ack(0, side, epoch="bbbb0002"))
    side.wait(2)
    assert not side.linked.forked
    assert {batch.epoch for batch in side.says("journal")} == {"bbbb0002"}


def test_all_own_epochs_are_sent_the_oldest_first(tmp_path: Path) -> None:
    side = Side(lab(tmp_path))
    another_epoch(side)
    side.connect()
    assert [mark.epoch for info in side.says("info") for mark in info.origins] == [EPOCH, "bbbb0002"]
    side.hear("ack", ack(0, side))
    side.hear("ack", ack(0, side, epoch="bbbb0002"))
    side.turn(3)
    assert [batch.epoch for batch in side.says("journal")] == [EPOCH, "bbbb0002"]


def another_epoch(side: Side) -> None:
    """What a restore or a card that was moved aside leaves."""
    conn = connect_to_write(side.store.path)
    origin = new_origin(LAB, GATE, "bbbb0002")
    begin_epoch(conn, Identity(LAB, GATE, origin), side.clock.now(), "restore", None)
    conn.close()
    side.link.handle(Delivered(0, Fate.OK))
    side.link.close()
    side.link.open()
    if side.port.connected:
        side.lose()
        side.connect()
        side.hub_is()


def test_a_hub_in_a_new_epoch_is_asked_anew_and_gets_everything(side: Side) -> None:
    hub = HubModel()
    side.write_many(30)
    talk(side, hub)
    fresh = HubModel("hub00002")
    side.hub_is(hub="hub00002", instance="h-2", retained=False)
    talk(side, fresh)
    assert held(fresh) == whole(side)


def test_an_acknowledgement_of_the_hub_before_does_not_count(side: Side) -> None:
    side.hub_is(hub="hub00002", instance="h-2", retained=False)
    side.hear("ack", ack(1, side, hub="hub00001"))
    side.turn()
    assert side.link.tidings.refused == 1
    side.hear("ack", ack(0, side, hub="hub00002"))
    side.turn()
    assert sent(side) == [(1, 1)]


@pytest.mark.parametrize("fate", [Fate.NOBODY, Fate.REFUSED, Fate.FAILED])
def test_a_message_that_went_nowhere_ends_the_sending_for_a_while(side: Side, fate: Fate) -> None:
    side.write_many(1_000)
    side.hear("ack", ack(0, side))
    side.turn(4)
    side.fate(fate, "journal")
    side.take()
    side.wait(4)
    assert sent(side) == []
    side.wait(10)
    assert sent(side)[0] == (1, 200)


def test_what_went_nowhere_goes_again_as_soon_as_a_hub_is_heard(side: Side) -> None:
    side.write_many(1_000)
    side.hear("ack", ack(0, side))
    side.turn(4)
    side.fate(Fate.NOBODY, "journal")
    side.take()
    side.hear("ack", ack(0, side))
    side.turn()
    assert sent(side) == [(1, 200)]


def test_a_hub_that_nobody_hears_is_told_and_tried_ever_more_seldom(side: Side) -> None:
    side.hear("ack", ack(0, side))
    tries = 0
    for _ in range(600):
        side.wait(0.5)
        if any(out.what == "journal" for out in side.port.out):
            tries += 1
            side.fate(Fate.NOBODY, "journal")
            side.take()
    assert side.link.tidings.state == "quiet"
    assert 5 <= tries <= 10  # in five minutes


def test_a_hub_that_is_there_again_is_sent_to_at_once(side: Side) -> None:
    side.hear("ack", ack(0, side))
    side.turn()
    side.fate(Fate.NOBODY, "journal")
    side.take()
    side.hub_is(instance="h-2", retained=False)
    side.hear("ack", ack(0, side))
    side.turn()
    assert sent(side) == [(1, 1)]


def test_a_hub_that_has_said_goodbye_is_sent_nothing_until_it_is_back(side: Side) -> None:
    side.hear("ack", ack(0, side))
    side.hub_is("stopping", retained=False)
    side.wait(30)
    assert sent(side) == []
    side.hub_is(instance="h-2", retained=False)
    side.hear("ack", ack(0, side))
    side.turn()
    assert sent(side) == [(1, 1)]


def test_a_hub_that_is_heard_is_there_whatever_its_last_will_said(side: Side) -> None:
    side.hub_is("lost", retained=False)
    side.hear("ack", ack(0, side))
    side.turn()
    assert sent(side) == [(1, 1)]


def test_the_body_of_a_purged_record_goes_as_its_hash(side: Side) -> None:
    with side.store.writer() as writer, writer.write() as pen:
        pen.append(Draft(side.clock.now(), Refused("laser", "unknown_badge", "k1:ab")), [Note("reason", "x")])
        journal.purge(pen, side.clock.now(), "13 months", 2, 2)
    hub = HubModel()
    talk(side, hub)
    assert held(hub) == whole(side)
    assert isinstance(hub.held[EPOCH][1][0], bytes)
    assert hub.notes[EPOCH] == {}


def test_a_batch_that_is_too_large_for_the_broker_stops_its_epoch_and_is_told(side: Side) -> None:
    side.hear("ack", ack(0, side))
    side.turn()
    side.fate(Fate.TOO_LARGE, "journal")
    side.take()
    side.wait(120)
    assert sent(side) == []
    assert "unsendable" in side.link.tidings.alarms
    side.lose()
    side.connect()
    side.hear("ack", ack(0, side))
    side.turn()
    assert sent(side) == [(1, 1)]


def test_a_damaged_record_stops_the_sending_and_nothing_else(side: Side) -> None:
    side.write("s-1")
    raw = sqlite3.connect(side.store.path)
    raw.execute("UPDATE journal SET body = CAST(x'7B80FF7D' AS TEXT) WHERE position & 1099511627775 = 2")
    raw.commit()
    raw.close()
    side.hear("ack", ack(1, side))
    side.wait(20)
    assert sent(side) == []
    side.order("identify")
    assert side.identified == [None]
    assert [state.state for state in side.says("state")]


def test_a_slow_gate_sends_shorter_batches_rather_than_a_long_turn(tmp_path: Path) -> None:
    class Slow:
        """A clock on which each look takes a millisecond."""

        ms, synced = 0, True

        def now(self) -> Moment:
            self.ms += 1
            return Moment("boot-1", self.ms, self.ms, True)

    side = Side(lab(tmp_path), clock=Slow())  # type: ignore[arg-type]
    side.write_many(400)
    side.connect()
    side.hear("ack", ack(0, side))
    side.turn()
    [(first, last)] = sent(side)
    assert first == 1
    assert last <= 75


def test_a_turn_with_work_is_followed_by_a_rest(side: Side) -> None:
    side.write_many(1_000)
    side.hear("ack", ack(0, side))
    assert side.turn() == pytest.approx(0.008)
    side.turn(WINDOW)
    assert side.turn() > 0.008


def test_the_first_record_of_an_epoch_follows_on_nothing(side: Side) -> None:
    side.hear("ack", ack(0, side))
    side.turn()
    [batch] = side.says("journal")
    assert batch.previous == chain.ROOT.hex()
    assert not isinstance(batch.bodies[0], Blank)
    assert EpochBegun.kind in batch.bodies[0]


def test_hello_is_said_again_until_the_hub_has_said_what_it_has(side: Side) -> None:
    side.take()
    side.wait(60)
    assert 2 <= len(side.says("info")) <= 6
    side.hear("ack", ack(1, side))
    side.wait(120)
    assert side.says("info") == []
