"""The port over bad lines: it notices, says so, comes back, and never keeps its thread waiting."""

from __future__ import annotations

import itertools
import socket
import threading
import time
import weakref
from collections.abc import Callable

import pytest
from broker import Broker, free_port
from ends import QUICK, End, calm, until
from proxy import Proxy

from fabgate.link.dial import Address
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Alarmed, Connected, Delivered, Lost, Message
from fabgate.link.talk import Manner

Ends = Callable[..., End]


def works(gate: End, hub: End, text: bytes) -> None:
    """A message goes from one to the other, and back."""
    for end, other, topic in ((gate, hub, "to/hub"), (hub, gate, "to/gate")):
        before = len(other.heard(Message))
        end.port.publish(topic, text)
        until(lambda other=other, before=before: len(other.heard(Message)) > before, gate, hub, what=topic)
        assert other.last(Message).payload == text
        other.port.acknowledge(other.last(Message))


@pytest.fixture
def hub(broker: Broker, end: Ends) -> End:
    return end(broker.port, "hub", "to/hub").join()


def test_it_comes_back_after_the_broker_was_killed(broker: Broker, end: Ends, hub: End) -> None:
    gate = end(broker.port, "gate1", "to/gate").join()
    works(gate, hub, b"before")
    broker.kill()
    until(lambda: gate.heard(Lost) and hub.heard(Lost), gate, hub)
    assert not gate.port.connected
    broker.start()
    until(lambda: gate.port.connected and hub.port.connected, gate, hub)
    works(gate, hub, b"after")


def test_a_broker_that_falls_again_and_again_is_no_second_client(broker: Broker, end: Ends) -> None:
    gate = end(broker.port)
    for i in range(4):
        gate.wait_for(Connected, i + 1)
        broker.kill()
        gate.wait_for(Lost)
        broker.start()
    assert gate.heard(Alarmed) == []


def test_a_broker_that_shuts_down_says_so(broker: Broker, end: Ends) -> None:
    gate = end(broker.port).join()
    broker.stop()
    assert "the broker" in gate.wait_for(Lost)[0].why


def test_it_comes_back_after_a_cut(broker: Broker, end: Ends, hub: End, line: Proxy) -> None:
    gate = end(line.port, "gate1", "to/gate").join()
    for i in range(3):
        line.cut()
        until(lambda i=i: len(gate.heard(Connected)) == i + 2, gate, hub)
        works(gate, hub, b"%d" % i)
    assert {lost.why for lost in gate.heard(Lost)} == {f"127.0.0.1:{line.port}: Connection reset by peer"}


def test_a_cut_is_no_second_client(broker: Broker, end: Ends, line: Proxy) -> None:
    gate = end(line.port, "gate1").join()
    for i in range(6):
        line.cut()
        gate.wait_for(Connected, i + 2)
    assert gate.heard(Alarmed) == []


@pytest.mark.parametrize(
    "bad",
    [
        lambda line: line.black_hole(),
        lambda line: line.half_open(),
        lambda line: line.half_open(to_client=True),
    ],
    ids=["black hole", "deaf", "dumb"],
)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_silence_is_noticed_within_one_and_a_half_keepalives(
    broker: Broker, end: Ends, hub: End, line: Proxy, bad: Callable[[Proxy], None], busy: bool
) -> None:
    gate = end(line.port, "gate1", "to/gate").join()
    bad(line)
    begun = time.monotonic()

    def lost() -> bool:
        if busy and gate.port.connected:
            gate.port.publish("to/hub", b"x")
        for event in hub.look():
            if isinstance(event, Message):
                hub.port.acknowledge(event)
        return bool(gate.heard(Lost))

    until(lost, gate)
    # The broker gives up first where it hears nothing, after 1.5 times what it was told.
    assert time.monotonic() - begun < 1.5 * QUICK.keepalive_s + 1
    line.heal()
    until(lambda: gate.port.connected, gate, hub)
    gate.forget()
    works(gate, hub, b"after")


def test_what_was_under_way_is_forgotten_and_never_doubled(
    broker: Broker, end: Ends, hub: End, line: Proxy
) -> None:
    gate = end(line.port, "gate1").join()
    line.half_open(to_client=True)  # the broker does not hear it
    gate.port.publish("to/hub", b"swallowed")
    gate.wait_for(Lost)
    line.heal()
    gate.join()
    gate.port.publish("to/hub", b"after")
    until(lambda: hub.heard(Message) and gate.heard(Delivered), gate, hub)
    calm(gate, hub, seconds=0.2)
    assert [m.payload for m in hub.heard(Message)] == [b"after"]
    assert len(gate.heard(Delivered)) == 1


def test_a_line_that_breaks_while_we_speak_is_lost_and_no_error(
    broker: Broker, end: Ends, line: Proxy
) -> None:
    gate = end(line.port).join()
    for _ in range(5):
        line.cut()
        for _ in range(20):  # not polled: the broken line is found by writing to it
            gate.port.publish("a", bytes(50_000))
        assert not gate.port.connected
        gate.forget()
        assert gate.wait_for(Lost)
        gate.join()


def test_a_connection_that_is_over_is_forgotten_at_once(broker: Broker, end: Ends, line: Proxy) -> None:
    gate = end(line.port).join()
    talk = weakref.ref(gate.port._stage)
    gate.port.publish("a", bytes(50_000))
    line.cut()
    gate.wait_for(Lost)
    assert talk() is None


def test_a_late_line_is_no_dead_line(broker: Broker, end: Ends, hub: End, line: Proxy) -> None:
    line.late(0.3)
    gate = end(line.port, "gate1", "to/gate").join()
    works(gate, hub, b"late")
    assert gate.heard(Lost) == []


def test_nobody_who_swallows_everything_keeps_a_poll_waiting(broker: Broker, end: Ends, line: Proxy) -> None:
    line.black_hole()
    gate = end(line.port, manner=Manner(patience_s=1))
    waits = []
    while not gate.heard(Lost):
        begun = time.monotonic()
        gate.look(0.05)
        waits.append(time.monotonic() - begun)
    assert max(waits) < 1
    assert gate.heard(Lost)[0].why.endswith("did not answer within 1 s")
    line.heal()
    line.cut()
    gate.join()


def test_nobody_there_is_told_and_tried_again_ever_more_slowly(end: Ends) -> None:
    port = free_port()
    gate = end(port, manner=Manner(first_s=0.1, most_s=0.4))
    times = []
    until(
        lambda: len(gate.heard(Lost)) > len(times) and (times.append(time.monotonic()) or len(times) == 6),
        gate,
    )
    assert gate.heard(Lost)[0] == Lost(f"127.0.0.1:{port}: Connection refused")
    gaps = [after - before for before, after in itertools.pairwise(times)]
    # Three quarters of 0.1, 0.2, 0.4, 0.4, 0.4 s: chance says one half.
    for gap, least in zip(gaps, (0.075, 0.15, 0.3, 0.3, 0.3), strict=True):
        assert least - 0.01 < gap < least + 1


def test_back_off_is_set_back_only_by_a_connection_that_held(broker: Broker, end: Ends, line: Proxy) -> None:
    held = end(line.port, "held", manner=Manner(first_s=0.01, most_s=20, held_s=0.02)).join()
    brief = end(line.port, "brief", manner=Manner(first_s=0.01, most_s=20, held_s=60)).join()
    for i in range(5):
        calm(held, brief, seconds=0.05)
        line.cut()
        until(lambda i=i: min(len(e.heard(Connected)) for e in (held, brief)) == i + 2, held, brief)
    assert held.port._tries == 1
    assert brief.port._tries == 5


def test_every_address_of_a_name_is_tried(broker: Broker, end: Ends) -> None:
    end(broker.port, host="localhost").join()  # ::1 first, where nobody listens


def test_a_name_is_looked_up_aside_and_only_once_at_a_time(broker: Broker, end: Ends) -> None:
    asked: list[Callable[[], None]] = []
    gate = end(
        broker.port,
        host="localhost",
        manner=Manner(patience_s=0.1, first_s=0.01, most_s=0.01),
        spawn=lambda name, target: asked.append(target),
    )
    gate.wait_for(Lost, 3)
    assert len(asked) == 1  # three tries, one question
    thread = threading.Thread(target=asked.pop())
    thread.start()
    gate.join()
    thread.join()


def test_a_name_that_nobody_knows_is_told(end: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    def knows_nobody(*args: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", knows_nobody)
    gate = end(1883, host="localhost")
    assert gate.wait_for(Lost)[0] == Lost("localhost has no address here: Name or service not known")


def test_it_lets_go_of_everything_while_it_dials(broker: Broker, line: Proxy) -> None:
    line.black_hole()
    port = MqttPort(Address("127.0.0.1", line.port), None, "gate1", None, (), lambda: 0.0)
    port.poll(0.05)
    port.close()  # a socket left open would be a ResourceWarning
    assert port.poll(1) == []
