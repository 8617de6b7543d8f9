"""The quick reading of all journals finds the usages that the ledger finds, whatever gates have written."""

from __future__ import annotations

import random

import pytest
from billed import TOKEN, at_ms

from fabgate.charges import Worked
from fabgate.desk.ended import Reading
from fabgate.errors import ChainBroken
from fabgate.model import Moment, Origin
from fabgate.records import Draft, EpochBegun, SessionStarted, SessionStopped, encode
from fabgate.rules import closing
from fabgate.rules.ledger import KINDS, Ledger
from fabgate.store import chain, heard, journal

ONE, TWO, THREE = (Origin(f"openfab/{name}") for name in ("wood/a", "wood/b", "metal/a"))
WHYS = ("own_tap", "recovered", "undone", "aborted", "limit", "fault")


def held(writer, origin, bodies):
    """Let these books hold the journal of another gate."""
    texts = [encode(Draft(at(0), EpochBegun("init"))), *bodies]
    before = chain.ROOT
    for seq, text in enumerate(texts, 1):
        before = chain.link(origin, seq, before, chain.body_hash(text.encode()))
    with writer.write() as pen:
        taken = heard.take(pen, origin, 1, texts, chain.ROOT, before)
        assert isinstance(taken, heard.Taken), taken


def at(minute, synced=True):
    wall_ms = at_ms("2026-10-24T08:00") + minute * 60_000
    return Moment("boot", minute * 60_000, wall_ms, synced)


def start(minute, synced=True):
    body = SessionStarted("laser", "laser", "m-1", TOKEN, "autonomous", "tap", 7_200_000)
    return encode(Draft(at(minute, synced), body))


def stop(minute, session, length_ms=60_000, **how):
    body = SessionStopped(session, "laser", length_ms=length_ms, **{"why": "own_tap", **how})
    return encode(Draft(at(minute), body))


def reading(writer):
    conn = writer.conn
    return Reading(conn, {}, journal.ends(conn), {}, frozenset(), at_ms("2026-12-01T00:00") // 1000)


def both(writer):
    """What the quick way and the ledger find: usages as pricing wants them, and what is still open."""
    quick = reading(writer)
    found = [one if isinstance(one, Worked) else closing.worked(one) for one in quick.ended()]
    ledger = Ledger({})
    slow = list(ledger.usages(journal.stretch(writer.conn, {}, journal.ends(writer.conn), KINDS)))
    assert found == [closing.worked(one) for one in slow]
    assert quick.still_open() == ledger.still_open()
    return [one.session for one in found], [str(one.session) for one in quick.still_open()]


def test_a_stop_of_another_gate_ends_nothing_and_the_second_stop_of_a_session_counts_for_nothing(here):
    writer = here.desk.writer
    held(writer, ONE, [start(1), start(2), stop(5, f"{ONE}#2"), stop(6, f"{ONE}#2", 120_000)])
    held(writer, THREE, [stop(9, f"{ONE}#3"), start(3), stop(4, "a/b/c#7"), stop(5, f"{THREE}#99")])
    assert both(writer) == ([f"{ONE}#2"], [f"{ONE}#3", f"{THREE}#3"])


def test_a_session_that_its_gate_ended_in_its_next_epoch_has_ended(here):
    writer = here.desk.writer
    held(writer, ONE, [start(1)])
    held(writer, TWO, [stop(9, f"{ONE}#2", recovered=True)])
    assert both(writer) == ([f"{ONE}#2"], [])


@pytest.mark.parametrize("seed", range(20))
def test_on_journals_of_all_kinds_it_finds_the_same(here, seed):
    chance = random.Random(seed)
    for origin in (ONE, TWO, THREE):
        texts = []
        for minute in range(1, 40):
            of = chance.choice((ONE, TWO, THREE)) if chance.random() < 0.2 else origin
            session = f"{of}#{chance.randint(1, 40)}"
            how = {"why": chance.choice(WHYS), "blind_ms": chance.choice((0, 0, 5_000))}
            texts.append(
                start(minute, synced=chance.random() < 0.9)
                if chance.random() < 0.5
                else stop(minute, session, chance.randint(0, 20_000_000), **how)
            )
        held(here.desk.writer, origin, texts)
    both(here.desk.writer)


def test_a_record_that_cannot_be_read_is_named(here):
    writer = here.desk.writer
    held(writer, ONE, [start(1), stop(5, f"{ONE}#2")])
    with writer.write() as pen:
        pen.execute("UPDATE journal SET body = '{\"kind\":\"session.stop\",' WHERE kind = 'session.stop'")
    with pytest.raises(ChainBroken, match=f"{ONE}#3"):
        list(reading(writer).ended())
