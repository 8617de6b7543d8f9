"""What the hub says to a gate: rights in pages, keys, commands; and everything that is none of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from gate_side import GATE, LAB, Hand, Side, lab
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.errors import DiskFull
from fabgate.link.port import Alarmed, Fate
from fabgate.link.status import read
from fabgate.model import Level, MachineId, MachineRules, Moment, RecordId, SkillId, Token
from fabgate.records import (
    BadgeAdded,
    Body,
    CloseAsked,
    Draft,
    GrantGiven,
    GrantRevoked,
    MachineLocked,
    MemberAdded,
    SessionStarted,
    encode,
)
from fabgate.store import chain, rights, roster
from fabgate.store.keys import Key, Keys
from fabgate.store.roster import Asked
from fabgate.wire.commands import Command
from fabgate.wire.journal import Ack
from fabgate.wire.presence import GateState
from fabgate.wire.roster import KeyLine, Keyring, Page, Right
from fabgate.wire.topics import Topic, to_gate

AT = Moment("boot-h", 5, 1_790_000_000_000, True)
HUB = "openfab/hub/hub00001"
LASER = MachineRules(MachineId("laser"), SkillId("laser"), "Laser")


@pytest.fixture
def side(tmp_path: Path) -> Side:
    made = Side(lab(tmp_path))
    made.connect()
    made.hub_is()
    made.take()
    return made


def right(seq: int, body: Body, beside: str | None = None) -> Right:
    """A record of the hub's own, as a page brings it. Its hash is nobody's to check here."""
    return Right(f"{HUB}#{seq}", chain.body_hash(str(seq).encode()).hex(), encode(Draft(AT, body)), beside)


ADA = (
    right(1, MemberAdded("m-ada", "m-zoe"), '{"handle":"ada","name":"Ada"}'),
    right(2, BadgeAdded("k1:ada", "m-ada", "m-zoe")),
    right(3, GrantGiven("m-ada", "laser", "autonomous", "m-zoe")),
)
REVOKED = right(4, GrantRevoked("m-ada", "laser", "m-zoe", (f"{HUB}#3",)))


def page(
    rows: Sequence[Right],
    after: int = 0,
    hub: str = "hub00001",
    needs: Mapping[str, tuple[str, ...]] | None = None,
    end: int | None = None,
) -> bytes:
    upto = after + len(rows)
    return Page(
        hub=hub, after=after, upto=upto, end=end or upto, needs=needs or {}, rights=tuple(rows)
    ).encode()


def level(side: Side) -> Level:
    with side.store.reader() as reader:
        found = roster.standing(reader.conn, [Token("k1:ada")], LASER, Asked(0))
    return found.level


def needs(side: Side) -> list[tuple[str | None, int]]:
    return [(need.hub, need.arrived) for need in side.says("need")]


# --- rights -------------------------------------------------------------------------------------


def test_a_right_of_the_hub_is_in_force_and_told_to_be_so(side: Side) -> None:
    side.hear("roster", page(ADA))
    side.turn()
    assert level(side) is Level.AUTONOMOUS
    assert (side.linked.hub, side.linked.arrived) == ("hub00001", 3)
    assert needs(side) == [("hub00001", 3)]


def test_a_revocation_of_the_hub_is_in_force_at_the_next_turn(side: Side) -> None:
    side.hear("roster", page(ADA))
    side.turn()
    side.hear("roster", page([REVOKED], after=3))
    side.turn()
    assert level(side) is Level.NONE


def test_a_page_that_does_not_go_on_from_what_is_here_is_not_taken_and_the_hub_is_told(side: Side) -> None:
    side.hear("roster", page([REVOKED], after=3))
    side.wait(10)
    assert side.linked.arrived == 0
    assert set(needs(side)) == {(None, 0)}


def test_a_gate_that_knows_of_more_asks_for_it_when_it_does_not_come(side: Side) -> None:
    side.hear("roster", page(ADA, end=4))
    side.turn()
    assert (side.linked.arrived, needs(side)) == (3, [])
    side.wait(10)
    assert needs(side)[0] == ("hub00001", 3)


def test_every_fourth_page_is_told_so_that_the_hub_need_not_stop(side: Side) -> None:
    for number in range(8):
        side.hear("roster", page(many(20)[number : number + 1], after=number, end=20))
        side.turn()
    assert needs(side) == [("hub00001", 4), ("hub00001", 8)]


def test_a_page_that_comes_twice_changes_nothing(side: Side) -> None:
    for _ in range(3):
        side.hear("roster", page(ADA))
        side.turn(2)
    assert side.linked.arrived == 3
    with side.store.reader() as reader:
        assert rights.mark(reader.conn).records == 3


def test_a_page_that_begins_within_what_is_here_adds_the_rest(side: Side) -> None:
    side.hear("roster", page(ADA))
    side.turn()
    side.hear("roster", page([*ADA[1:], REVOKED], after=1))
    side.turn()
    assert (level(side), side.linked.arrived) == (Level.NONE, 4)


def test_pages_of_a_hub_that_began_anew_start_from_the_first_and_take_nothing_away(side: Side) -> None:
    side.hear("roster", page(ADA))
    side.turn()
    side.hub_is(hub="hub00002", instance="h-2", retained=False)
    side.hear("roster", page([REVOKED], hub="hub00002", after=3))
    side.turn()
    assert side.linked.arrived == 3, "it is not the first page of the new hub"
    side.hear("roster", page([REVOKED], hub="hub00002"))
    side.turn()
    assert (side.linked.hub, side.linked.arrived) == ("hub00002", 1)
    assert level(side) is Level.NONE
    side.hear("roster", page(ADA, hub="hub00002", after=1))
    side.turn()
    assert level(side) is Level.NONE, "what was revoked stays revoked"


def test_the_present_hubs_word_counts_and_that_of_another_does_not(side: Side) -> None:
    side.hear("roster", page(ADA, hub="hub00009"))
    side.turn()
    assert side.linked.arrived == 0
    assert side.link.tidings.refused == 1


def many(count: int) -> list[Right]:
    return [
        right(seq, MemberAdded(f"m-{seq}", "m-zoe"), f'{{"handle":"h{seq}"}}') for seq in range(1, count + 1)
    ]


def taken(side: Side) -> list[int]:
    """The hub's numbers of the rights that are here, in the order in which they came."""
    with side.store.reader() as reader:
        return [one.record.seq for one in rights.after(reader.conn, 0, 999, 10**7).rights]


def test_a_long_page_is_taken_up_in_slices_in_its_order(tmp_path: Path) -> None:
    class Slow(Hand):
        def now(self) -> Moment:
            self.ms += 1
            return super().now()

    side = Side(lab(tmp_path), clock=Slow())
    side.connect()
    side.hub_is()
    side.hear("roster", page(many(100)))
    seen = []
    for _ in range(200):
        rest_s = side.turn()
        seen.append(taken(side))
        if side.linked.arrived:
            break
        assert rest_s == pytest.approx(0.008)
    assert len(seen) > 5
    assert all(found == list(range(1, len(found) + 1)) for found in seen)
    assert seen[-1] == list(range(1, 101))


def test_a_gate_that_died_within_a_page_takes_it_from_its_beginning(tmp_path: Path) -> None:
    class Slow(Hand):
        def now(self) -> Moment:
            self.ms += 1
            return super().now()

    side = Side(lab(tmp_path), clock=Slow())
    side.connect()
    side.hear("roster", page(many(100)))
    side.turn(2)
    side.link.writer.close()  # as a kill: nothing is said
    assert 0 < len(taken(side)) < 100
    again = Side(side.settings, "run-2")
    again.connect()
    again.hub_is()
    assert needs(again) == [("hub00001", 0)]
    again.hear("roster", page(many(100)))
    again.turn(50)
    assert taken(again) == list(range(1, 101))


def test_a_full_disk_puts_rights_off_and_loses_none(tmp_path: Path) -> None:
    class Medium:
        full = True
        tries = 0

        def before_write(self) -> None:
            self.tries += 1
            if self.full:
                raise DiskFull("no room")

    side = Side(lab(tmp_path))
    medium = side.store._medium = Medium()  # type: ignore[assignment]
    side.link.close()
    side.link.open()
    side.connect()
    side.hear("roster", page(ADA))
    side.wait(60)
    assert side.linked.arrived == 0
    assert 3 <= medium.tries <= 8, "ever more seldom: the disk has enough to do"
    medium.full = False
    side.wait(70)
    assert (side.linked.arrived, level(side)) == (3, Level.AUTONOMOUS)


def test_the_hub_is_asked_each_minute_lest_a_page_was_dropped(side: Side) -> None:
    side.wait(600)
    assert 9 <= len(needs(side)) <= 11


def test_a_right_that_cannot_be_taken_up_does_not_keep_those_behind_it_back(side: Side) -> None:
    own = Right(f"{LAB}/{GATE}/aaaa0001#9", "ab" * 32, encode(Draft(AT, MemberAdded("m-x", "m-y"))))
    alien = Right("elsewhere/hub/hub00001#9", "ab" * 32, encode(Draft(AT, MemberAdded("m-x", "m-y"))))
    no_right = right(8, CloseAsked("s", "laser", "m"))
    side.hear("roster", page([own, alien, no_right, *ADA]))
    side.turn()
    assert level(side) is Level.AUTONOMOUS
    assert side.link._intake.unfit == 3


# --- needs --------------------------------------------------------------------------------------


def test_machines_that_need_what_this_gate_lacks_are_refused_before_the_page_is_in_force(side: Side) -> None:
    found: list[tuple[frozenset[str], int]] = []
    side.link._intake._refuse = lambda refused: found.append((refused, side.linked.arrived))
    side.hear("roster", page(ADA, needs={"hours": ("laser",)}))
    side.turn()
    assert found[0] == (frozenset({"laser"}), 0)
    assert found[-1] == (frozenset({"laser"}), 3)


def test_needs_hold_after_a_restart_and_end_with_the_hubs_word(side: Side) -> None:
    side.hear("roster", page(ADA, needs={"hours": ("laser",), "quotas": ("*",)}))
    side.turn()
    side.link.close()
    again = Side(side.settings, "run-2")
    assert again.refused == [frozenset({"laser", "*"})]
    again.connect()
    again.hub_is()
    again.hear("roster", page([REVOKED], after=3))
    again.turn()
    assert again.refused[-1] == frozenset()


def test_needs_that_cannot_be_read_refuse_every_machine(side: Side) -> None:
    side.hear("roster", page(ADA))
    side.turn()
    with side.store.writer() as writer, writer.write() as pen:
        pen.execute("UPDATE link SET needs = '[7'")
    side.link.close()
    assert Side(side.settings, "run-2").refused == [frozenset({"*"})]


# --- keys ---------------------------------------------------------------------------------------


def ring(*keys: Key) -> bytes:
    return Keyring(tuple(KeyLine(key.id, key.secret.hex()) for key in keys)).encode()


def test_the_gates_keys_go_to_the_hub_and_the_labs_come_into_use_with_them(side: Side) -> None:
    own = Keys.load(side.settings.gate.state)
    labs = Key("ffff0001", b"k" * 32)
    side.hear("keyring", ring(labs))
    side.turn()
    assert Keys.load(side.settings.gate.state).live == (labs, *own.live)
    assert side.keyed == 1
    assert [set(info.keys) for info in side.says("info")] == [{"ffff0001", own.live[0].id}]
    side.hear("keyring", ring(labs))
    side.turn()
    assert side.keyed == 1


def test_the_gates_keys_are_said_to_each_run_of_the_hub_once(side: Side) -> None:
    side.hub_is()
    assert side.says("keys") == []
    side.hub_is(instance="h-2", retained=False)
    [said] = side.says("keys")
    assert [line.id for line in said.keys] == [key.id for key in Keys.load(side.settings.gate.state).live]


def test_a_key_of_a_known_name_with_another_secret_is_an_alarm_and_is_not_taken(side: Side) -> None:
    own = Keys.load(side.settings.gate.state)
    side.hear("keyring", ring(Key(own.live[0].id, b"x" * 32)))
    side.turn()
    assert Keys.load(side.settings.gate.state) == own
    assert "keys" in side.link.tidings.alarms


def test_an_empty_ring_takes_no_key_away(side: Side) -> None:
    own = Keys.load(side.settings.gate.state)
    side.hear("keyring", Keyring(()).encode())
    side.turn()
    assert Keys.load(side.settings.gate.state) == own


# --- commands -----------------------------------------------------------------------------------


def answers(side: Side) -> list[tuple[str, str]]:
    return [(answer.command.partition("#")[2], answer.answer) for answer in side.says("answer")]


def working(side: Side) -> RecordId:
    body = SessionStarted("laser", "laser", "m-ada", "k1:ada", "autonomous", "tap", 3_600_000)
    with side.store.writer() as writer, writer.write() as pen:
        return pen.append(Draft(side.clock.now(), body))


def test_a_stop_from_the_hub_goes_the_way_that_every_end_goes(side: Side) -> None:
    start = working(side)
    side.order("stop", machine="laser", session=str(start), by="m-zoe")
    assert side.closes == [CloseAsked(str(start), "laser", "m-zoe")]
    assert answers(side) == [("7", "done")]


def test_the_machine_alone_names_the_session_that_runs_there(side: Side) -> None:
    start = working(side)
    side.order("stop", machine="laser", by="m-zoe")
    assert side.closes == [CloseAsked(str(start), "laser", "m-zoe")]


@pytest.mark.parametrize(
    "said",
    [
        {"machine": "lathe", "by": "m-zoe"},
        {"session": f"{LAB}/{GATE}/aaaa0001#99", "by": "m-zoe"},
        {"machine": "laser"},
        {"by": "m-zoe"},
    ],
)
def test_a_stop_that_names_no_session_that_runs_here_or_nobody_who_asks_is_refused(
    side: Side, said: dict[str, str]
) -> None:
    working(side)
    side.order("stop", **said)
    assert side.closes == []
    assert answers(side) == [("7", "refused")]


def test_a_command_that_comes_twice_is_done_once_and_answered_twice(side: Side) -> None:
    working(side)
    side.order("stop", machine="laser", by="m-zoe")
    side.order("stop", machine="laser", by="m-zoe")
    assert len(side.closes) == 1
    assert answers(side) == [("7", "done"), ("7", "done")]


def test_a_command_for_an_earlier_run_of_this_gate_is_late(side: Side) -> None:
    working(side)
    side.order("stop", instance="run-0", machine="laser", by="m-zoe")
    assert (side.closes, answers(side)) == ([], [("7", "late")])


def test_a_command_after_its_time_is_late_where_the_clock_is_set(side: Side) -> None:
    side.order("identify", until_ms=side.clock.now().wall_ms - 1)
    side.clock.synced = False
    side.order("identify", "openfab/hub/hub00001#8", until_ms=1)
    assert answers(side) == [("7", "late"), ("8", "done")]


def test_a_retained_command_is_late(side: Side) -> None:
    said = Command("identify", "run-1", side.clock.now().wall_ms + 9_000)
    side.hear("cmd/identify", said.encode(), retained=True, correlation=b"openfab/hub/hub00001#7")
    assert (side.identified, answers(side)) == ([], [("7", "late")])


def test_a_command_of_a_newer_hub_is_unknown_here(side: Side) -> None:
    side.order("dance")
    assert answers(side) == [("7", "unknown")]


def test_there_is_no_command_that_gives_power(side: Side) -> None:
    for number, verb in enumerate(("on", "start", "unlock", "open", "power", "enable"), 1):
        side.order(verb, f"openfab/hub/hub00001#{number}", machine="laser", by="m-zoe")
    assert {answer for _, answer in answers(side)} == {"unknown"}


def test_a_machine_that_does_not_stand_here_cannot_be_looked_for(side: Side) -> None:
    side.order("identify", machine="press")
    side.order("identify", "openfab/hub/hub00001#8", machine="laser")
    assert (side.identified, answers(side)) == (["laser"], [("7", "refused"), ("8", "done")])


def test_refresh_says_everything_anew(side: Side) -> None:
    side.turn()
    side.take()
    side.order("refresh")
    side.turn()
    assert {out.what for out in side.port.out} >= {"state", "info", "keys", "need", "answer"}


def test_a_command_on_a_full_disk_is_refused_and_the_link_lives(side: Side) -> None:
    working(side)
    with side.store.writer() as other, other.write():
        side.order("stop", machine="laser", by="m-zoe")
    assert answers(side) == [("7", "refused")]


@pytest.mark.parametrize("record", ["", "x", "openfab/hub#1", "é", "openfab/hub/hub00001#0"])
def test_a_command_without_a_record_is_not_done(side: Side, record: str) -> None:
    side.order("identify", record)
    assert (side.identified, side.link.tidings.refused) == ([], 1)


def test_the_verb_of_a_command_is_the_topics(side: Side) -> None:
    said = Command("stop", "run-1", side.clock.now().wall_ms + 9_000, "laser", by="m-zoe")
    side.hear("cmd/identify", said.encode(), correlation=b"openfab/hub/hub00001#7")
    assert side.identified == []
    assert side.link.tidings.refused == 1


# --- handing in ---------------------------------------------------------------------------------


def handed(side: Side) -> list[str]:
    """What is handed in, each page taken by the broker before the next one comes."""
    found: list[str] = []
    for _ in range(50):
        side.turn()
        side.fate(Fate.OK, "rights")
        found += [one.record for page in side.says("rights") for one in page.rights]
    return found


def test_a_hub_that_began_anew_gets_the_rights_of_others_and_not_this_gates_own(side: Side) -> None:
    with side.store.writer() as writer, writer.write() as pen:
        pen.append(Draft(AT, MachineLocked("laser", "m-zoe")))
    side.hear("roster", page(many(500)[:150]))
    side.turn(30)
    side.hear("roster", page(many(500)[150:340], after=150))
    side.turn(30)
    side.order("hand_in")
    assert handed(side) == [f"{HUB}#{seq}" for seq in range(1, 341)]


def test_a_page_that_was_handed_in_and_lost_goes_again(side: Side) -> None:
    side.hear("roster", page(ADA))
    side.turn()
    side.order("hand_in")
    side.turn()
    assert len(side.says("rights")) == 1
    side.lose()
    side.connect()
    assert handed(side) == [one.record for one in ADA]
    assert handed(side) == []


def test_a_gate_that_knows_nothing_hands_in_an_empty_last_page(side: Side) -> None:
    side.order("hand_in")
    side.turn()
    [last] = side.says("rights")
    assert (last.upto, last.end, last.rights) == (last.end, last.end, ())


# --- presence -----------------------------------------------------------------------------------


def test_what_is_retained_is_said_on_every_connection_and_the_state_each_minute(side: Side) -> None:
    side.lose()
    side.connect()
    side.turn()
    assert {out.what for out in side.port.out if out.retain} == {"info", "state"}
    side.take()
    side.wait(180)
    assert len(side.says("state")) == 3


def test_the_gate_says_that_it_stops(side: Side) -> None:
    side.link.close()
    assert [state.state for state in side.says("state")] == ["stopping"]


def test_another_gate_with_this_ones_files_is_an_alarm(side: Side) -> None:
    def state(word: str, instance: str) -> bytes:
        return GateState(word, instance, side.clock.now(), "1").encode()  # type: ignore[arg-type]

    side.hear("state", state("ready", "run-0"), retained=True)
    side.hear("state", state("stopping", "run-0"))
    side.hear("state", state("ready", "run-0"))  # what the run before said, kept by the broker
    side.hear("state", state("ready", "run-1"))
    side.hear("state", state("lost", "run-0"))
    assert side.link.tidings.alarms == {}
    side.hear("state", state("ready", "run-9"))
    assert side.link.tidings.alarms.keys() == {"two_clients"}


def test_an_alarm_of_the_port_is_told(side: Side) -> None:
    side.link.handle(Alarmed("certificate", "it is over"))
    side.lose()
    found = read(side.settings.gate.state, LAB, GATE)
    assert found is not None
    assert (found.state, found.alarms) == ("away", {"certificate": "it is over"})


def test_how_the_link_stands_is_written_at_most_once_a_minute(side: Side) -> None:
    path = side.settings.gate.state / "link.status.json"
    written = 0
    before = path.stat().st_ino
    for number in range(600):
        side.hear("ack", Ack("hub00001", "aaaa0001", 0, "", 0).encode())
        side.wait(0.5)
        written += path.stat().st_mtime_ns != before
        before = path.stat().st_mtime_ns
        side.take()
        del number
    assert written <= 7


# --- any bytes ----------------------------------------------------------------------------------

GOOD = [
    page(ADA),
    Ack("hub00001", "aaaa0001", 0, "", 0).encode(),
    Keyring((KeyLine("ffff0001", "ab" * 32),)).encode(),
    Command("stop", "run-1", 2**40, "laser", None, "m-zoe").encode(),
    b"",
    b"{}",
    b"\xff",
    b"[" * 5_000,
    b'{"hub":"hub00001","after":0,"upto":99999999999999999999,"end":1,"needs":{}}',
]
TOPICS = [
    *(topic.replace("+", "stop") for topic in to_gate(LAB, GATE)),
    str(Topic(LAB, "gate2", "ack")),
    str(Topic("other", GATE, "ack")),
    "fabgate/2/openfab/gate1/ack",
    "",
    "#",
    "\ud800",
]


@given(
    st.lists(
        st.tuples(st.sampled_from(TOPICS), st.sampled_from(GOOD) | st.binary(max_size=200), st.booleans()),
        max_size=30,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_on_any_topic_end_nothing(
    tmp_path_factory: pytest.TempPathFactory, heard: list[tuple[str, bytes, bool]]
) -> None:
    side = Side(lab(tmp_path_factory.mktemp("any")))
    side.connect()
    side.hub_is()
    for topic, payload, retained in heard:
        side.hear(f"{topic}" if "/1/" in topic else f"x/1/{topic}", payload, retained=retained)
        side.turn()
    assert len(side.port.acknowledged) == len(heard) + 1
    assert side.closes == []
    side.take()
    side.clock.ms += 60_000
    side.turn()
    assert [state.state for state in side.says("state")] == ["ready"]
    side.link.close()


def test_nonsense_is_counted_and_each_sort_of_it_told_once(
    side: Side, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1_000):
        side.hear("ack", b"\xff\xff secret")
        side.hear("roster", b"{}")
    assert side.link.tidings.refused == 2_000
    told = [record for record in caplog.records if "message_refused" in record.getMessage()]
    assert len(told) == 2
    assert "secret" not in caplog.text
