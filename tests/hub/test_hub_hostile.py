"""Any bytes on any topic from any client: refused, counted, told; never a crash, never a change."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hub_lab import Lab, bodies, own_bodies
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgate.link.port import Message
from fabgate.model import Moment, Origin
from fabgate.records import Draft, EpochBegun, Refused, SessionStopped, encode
from fabgate.store import chain, journal
from fabgate.store.db import Store
from fabgate.wire.journal import Batch, Notes
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo, GateState, MachineInfo

AT = Moment("boot", 5, 1_790_000_000_000, True)
TOPICS = (
    "state",
    "info",
    "journal",
    "notes",
    "rights",
    "keys",
    "need",
    "answer",
    "machine/x/state",
    "nonsense",
)


def batch(gate: str, epoch: str, texts: list[str], first: int = 1, previous: bytes = chain.ROOT) -> Batch:
    """A batch whose chain is right, whatever stands in it."""
    origin = Origin(f"openfab/{gate}/{epoch}")
    link = previous
    for seq, text in enumerate(texts, first):
        link = chain.link(origin, seq, link, chain.body_hash(text.encode()))
    return Batch(epoch, first, previous.hex(), link.hex(), tuple(texts))


def begun() -> str:
    return encode(Draft(AT, EpochBegun("init")))


def books(lab: Lab) -> tuple[object, ...]:
    """All that messages could have changed, but for alarms and what is known of gates."""
    with Store(lab.settings.gate.state).reader() as reader:
        tables = (
            "rights",
            "heard",
            "members",
            "badges",
            "grants",
            "roles",
            "locks",
            "notes",
            "open_sessions",
        )
        counts = tuple(reader.conn.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables)
        return (bodies(reader, own=False), counts)


@settings(max_examples=60, deadline=None)
@given(said=st.lists(st.tuples(st.sampled_from(TOPICS), st.binary(max_size=300)), max_size=8))
def test_any_bytes_on_any_topic_change_nothing(said: list[tuple[str, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        lab.make_hub()
        lab.hub_on()
        before = books(lab)
        for what, payload in said:
            lab.say("gate-9", what, payload)
        lab.settle()
        lab.pass_ms(2_000)
        lab.settle()
        assert books(lab) == before
        bad = sum(1 for what, payload in said if payload and what != "nonsense")  # nobody listens there
        assert sum(lab.alarms().values()) >= min(1, bad)
        lab.hub_off()


@settings(max_examples=60, deadline=None)
@given(said=st.lists(st.tuples(st.text(max_size=60), st.binary(max_size=99), st.booleans()), max_size=8))
def test_a_broker_that_delivers_anything_from_anywhere_is_borne(said: list[tuple[str, bytes, bool]]) -> None:
    with TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        lab.make_hub()
        lab.hub_on()
        assert lab.hub is not None
        before = books(lab)
        for number, (topic, payload, retained) in enumerate(said):
            lab.hub.handle(Message(topic, payload, retained, number=number))
        lab.settle()
        assert books(lab) == before
        lab.hub_off()


MUTATIONS = st.tuples(st.integers(0, 5_000), st.integers(0, 255))


@settings(max_examples=60, deadline=None)
@given(mutations=st.lists(MUTATIONS, min_size=1, max_size=4))
def test_a_batch_that_was_altered_on_its_way_is_not_taken(mutations: list[tuple[int, int]]) -> None:
    good = batch("gate-9", "e1", [begun(), encode(Draft(AT, Refused("laser", "unknown_badge", "k:0")))])
    data = bytearray(good.encode())
    for place, value in mutations:
        data[place % len(data)] = value
    with TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        lab.make_hub()
        lab.hub_on()
        lab.say("gate-9", "journal", bytes(data))
        lab.settle()
        held = lab.held()
        assert held == {} or next(iter(held.values())) == list(good.bodies)
        lab.hub_off()


def test_records_that_are_no_records_are_refused_and_told(lab: Lab) -> None:
    texts = [begun(), '{"kind":"session.stop","boot":"b","ms":1,"wall":1,"synced":true,"session":7}']
    lab.say("gate-9", "journal", batch("gate-9", "e1", texts).encode())
    lab.settle()
    assert lab.held() == {}
    assert ("gate-9", "unsound") in lab.alarms()


def test_the_same_id_with_another_body_is_an_alarm_and_never_written_over(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.session()
    lab.settle()
    one.off()
    other = batch("gate-1", "e1", [begun(), begun(), begun()])
    lab.say("gate-1", "journal", other.encode())
    lab.settle()
    assert lab.held() == own_bodies(one)
    assert ("gate-1", "differs") in lab.alarms()


def test_a_gate_cannot_end_the_session_of_another_gate(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    start = one.begin()
    lab.settle()
    stop = encode(Draft(AT, SessionStopped(str(start), "laser-1", "own_tap", 5)))
    lab.say("gate-9", "journal", batch("gate-9", "e9", [begun(), stop]).encode())
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        assert [run.start for run in journal.running(reader.conn)] == [start]


def test_records_behind_a_gap_are_not_taken(lab: Lab) -> None:
    lab.say("gate-9", "journal", batch("gate-9", "e1", [begun()], first=7, previous=b"\1" * 32).encode())
    lab.settle()
    assert lab.held() == {}


def test_a_new_epoch_tells_of_records_that_never_came(lab: Lab) -> None:
    said = encode(Draft(AT, EpochBegun("corrupt", "openfab/gate-9/e1", 40, "ab" * 32)))
    lab.say("gate-9", "journal", batch("gate-9", "e2", [said]).encode())
    lab.settle()
    assert ("gate-9", "gap") in lab.alarms()


def test_a_retired_gate_is_not_heard(lab: Lab) -> None:
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.execute("INSERT INTO gates (lab, gate, retired_ms) VALUES ('openfab', 'gate-9', 1)")
    lab.settle()
    lab.say("gate-9", "journal", batch("gate-9", "e1", [begun()]).encode())
    lab.settle()
    lab.pass_ms(2_000)
    lab.settle()
    assert lab.held() == {}
    assert ("gate-9", "retired") in lab.alarms()


def info(instance: str, *machines: str, seq: int = 0, link: str = "") -> bytes:
    there = tuple(MachineInfo(name, name, "laser", "tap", 1, 1, "autonomous") for name in machines)
    roster = RosterMark(None, 0, 0, "00" * 32)
    return GateInfo(instance, "1", (OriginMark("e1", seq, link),), roster, (), there, ()).encode()


def test_two_gates_with_the_same_machine_are_an_alarm(lab: Lab) -> None:
    lab.say("gate-8", "info", info("a", "laser"))
    lab.say("gate-9", "info", info("b", "laser"))
    lab.settle()
    assert ("gate-9", "machine_twice") in lab.alarms()


def test_two_programs_that_speak_as_one_gate_are_an_alarm(lab: Lab) -> None:
    for instance in ("a", "b", "a", "b", "a"):
        lab.say("gate-9", "state", GateState("ready", instance, AT, "1").encode())
        lab.settle()
    assert ("gate-9", "two_clients") in lab.alarms()


def test_a_gate_that_was_started_anew_is_no_alarm(lab: Lab) -> None:
    for instance in ("a", "b", "c"):
        lab.say("gate-9", "state", GateState("ready", instance, AT, "1").encode())
        lab.settle()
    assert lab.alarms() == {}


def test_a_clock_that_goes_ahead_is_told_and_not_believed(lab: Lab) -> None:
    ahead = Moment("boot", 5, lab.clock.now().wall_ms + 86_400_000, True)
    lab.say("gate-9", "state", GateState("ready", "a", ahead, "1").encode())
    lab.settle()
    assert ("gate-9", "clock") in lab.alarms()
    with Store(lab.settings.gate.state).reader() as reader:
        offset, heard = reader.conn.execute("SELECT offset_ms, heard_ms FROM gates").fetchone()
    assert 86_390_000 < offset <= 86_400_000
    assert heard < ahead.wall_ms


def test_notes_of_records_that_are_not_held_are_not_kept(lab: Lab) -> None:
    lab.say("gate-9", "notes", Notes("e1", 1, 3, ()).encode())
    lab.settle()
    assert lab.held() == {}


def test_a_gate_whose_newest_record_is_another_one_than_here_is_an_alarm(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.session()
    lab.settle()
    one.off()
    lab.say("gate-1", "info", info("z", seq=2, link="ab" * 32))
    lab.settle()
    assert ("gate-1", "forked") in lab.alarms()


def test_a_gate_that_began_anew_because_it_was_an_old_copy_is_an_alarm(lab: Lab) -> None:
    said = encode(Draft(AT, EpochBegun("fork", "openfab/gate-9/e1", 4, "ab" * 32)))
    lab.say("gate-9", "journal", batch("gate-9", "e2", [said]).encode())
    lab.settle()
    assert ("gate-9", "forked") in lab.alarms()


def test_an_old_word_of_a_gate_is_no_alarm(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.session()
    lab.settle()
    lab.say("gate-1", "info", info("gate-1-1", seq=0))
    lab.settle()
    assert lab.alarms() == {}
