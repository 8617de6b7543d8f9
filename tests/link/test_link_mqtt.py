"""The port over a real broker: what is said, what is heard, and what the broker says of it."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

import pytest
from broker import Broker
from ends import End, calm, until
from proxy import Proxy

from fabgate.errors import LinkError
from fabgate.link.dial import Address
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message
from fabgate.link.refused import REFUSED, TWO_CLIENTS
from fabgate.link.talk import Manner, Will

Ends = Callable[..., End]
GUARDED = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
acl_file {folder}/acl
"""


def test_a_message_arrives_with_all_that_it_carries(broker: Broker, end: Ends) -> None:
    gate, hub = end(broker.port, "gate1").join(), end(broker.port, "hub", "lab/#").join()
    number = gate.port.publish("lab/cmd", b"stop", expiry_s=5, reply_to="lab/answer", correlation=b"\x00id")
    until(lambda: hub.heard(Message) and gate.heard(Delivered), gate, hub)
    assert gate.heard(Delivered) == [Delivered(number, Fate.OK)]
    (message,) = hub.heard(Message)
    assert message == Message("lab/cmd", b"stop", False, "lab/answer", b"\x00id", message.number)


def test_connected_comes_first_and_then_what_is_retained(broker: Broker, end: Ends) -> None:
    hub = end(broker.port, "hub").join()
    hub.port.publish("lab/hub/state", b"ready", retain=True)
    hub.wait_for(Delivered)
    gate = end(broker.port, "gate1", "lab/hub/state")
    gate.wait_for(Message)
    assert gate.events == [
        Connected(),
        Message("lab/hub/state", b"ready", True, number=gate.last(Message).number),
    ]


def test_messages_come_in_their_order_with_numbers_of_their_own(broker: Broker, end: Ends) -> None:
    gate, hub = end(broker.port, "gate1").join(), end(broker.port, "hub", "n").join()
    numbers = [gate.port.publish("n", str(i).encode()) for i in range(200)]

    def settled() -> bool:
        for message in hub.heard(Message):
            hub.port.acknowledge(message)
        return len(hub.heard(Message)) == len(gate.heard(Delivered)) == 200

    until(settled, gate, hub)
    assert [int(m.payload) for m in hub.heard(Message)] == list(range(200))
    assert [d.number for d in gate.heard(Delivered)] == numbers
    assert len({m.number for m in hub.heard(Message)}) == 200


def test_where_nobody_listens_the_sender_is_told(broker: Broker, end: Ends) -> None:
    gate = end(broker.port).join()
    number = gate.port.publish("lab/journal", b"x")
    assert gate.wait_for(Delivered) == [Delivered(number, Fate.NOBODY)]


def test_what_the_broker_forbids_or_finds_too_large_is_told(
    start_broker: Callable[..., Broker], end: Ends
) -> None:
    broker = start_broker(GUARDED, acl="topic readwrite mine/#\n")
    gate = end(broker.port, "gate1", "mine/#", "other/#").join()
    sent = {
        gate.port.publish("mine/a", b"x"): Fate.OK,
        gate.port.publish("other/a", b"x"): Fate.REFUSED,
        gate.port.publish("mine/a", b"x" * 200_000): Fate.TOO_LARGE,
    }
    told = {delivered.number: delivered.fate for delivered in gate.wait_for(Delivered, 3)}
    assert told == sent
    assert [m.topic for m in gate.wait_for(Message)] == ["mine/a"]
    assert gate.port.connected


def test_the_brokers_own_limit_is_kept_and_the_connection_lives(
    start_broker: Callable[..., Broker], end: Ends
) -> None:
    broker = start_broker("listener {port} 127.0.0.1\nallow_anonymous true\nmax_packet_size 5000\n")
    gate = end(broker.port).join()
    number = gate.port.publish("a", b"x" * 6_000)
    assert gate.wait_for(Delivered) == [Delivered(number, Fate.TOO_LARGE)]
    gate.port.publish("a", b"x")
    gate.wait_for(Delivered, 2)
    assert gate.heard(Lost) == []


def test_what_is_published_without_a_connection_is_told_as_failed(broker: Broker, end: Ends) -> None:
    gate = end(broker.port)
    number = gate.port.publish("a", b"x")
    assert gate.look() == [Delivered(number, Fate.FAILED)]


def test_the_port_holds_only_so_much(broker: Broker, end: Ends) -> None:
    gate = end(broker.port, manner=Manner(queued=100_000)).join()
    numbers = [gate.port.publish("a", bytes(20_000)) for _ in range(50)]
    fates = [d.fate for d in gate.wait_for(Delivered, len(numbers))]
    assert set(fates) == {Fate.NOBODY, Fate.FAILED}
    gate.forget()
    gate.port.publish("a", bytes(20_000))
    assert gate.wait_for(Delivered)[0].fate is Fate.NOBODY


def test_an_expired_message_is_not_delivered(broker: Broker, end: Ends) -> None:
    name, topics = "gate1", ("cmd", "rest")
    gate = end(broker.port, name, *topics).join()
    gate.port.close()
    hub = end(broker.port, "hub").join()
    hub.port.publish("cmd", b"late", expiry_s=1)
    hub.port.publish("rest", b"patient")
    hub.wait_for(Delivered, 2)
    calm(hub, seconds=2.2)
    gate = end(broker.port, name, *topics)
    gate.wait_for(Message)
    assert [m.payload for m in gate.heard(Message)] == [b"patient"]


def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(broker: Broker, end: Ends) -> None:
    gate = end(broker.port, "gate1", "a").join()
    hub = end(broker.port, "hub").join()
    for payload in (b"1", b"2", b"3"):
        hub.port.publish("a", payload)
    until(lambda: len(gate.heard(Message)) == 3, gate, hub)
    first, second, third = gate.heard(Message)
    gate.port.acknowledge(third)  # in its turn only: MQTT wants the order in which they came
    gate.port.acknowledge(first)
    gate.port.close()
    again = end(broker.port, "gate1", "a")
    again.wait_for(Message, 2)
    assert [m.payload for m in again.heard(Message)] == [b"2", b"3"]
    for old in (first, second, third):
        again.port.acknowledge(Message(old.topic, old.payload, number=10_000 + old.number))
    assert again.port.connected


def test_an_acknowledgement_of_a_former_connection_is_harmless(
    broker: Broker, line: Proxy, end: Ends
) -> None:
    gate, hub = end(line.port, "gate1", "a").join(), end(broker.port, "hub").join()
    hub.port.publish("a", b"1")
    until(lambda: gate.heard(Message), gate, hub)
    line.cut()
    gate.wait_for(Lost)
    gate.port.acknowledge(gate.last(Message))
    gate.wait_for(Message, 2)
    old, new = gate.heard(Message)
    assert old.number != new.number
    gate.port.acknowledge(old)
    gate.port.acknowledge(new)
    gate.port.acknowledge(new)
    hub.port.publish("a", b"2")
    until(lambda: len(gate.heard(Message)) == 3, gate, hub)
    assert [m.payload for m in gate.heard(Message)] == [b"1", b"1", b"2"]


def test_a_peer_that_floods_is_held_back_until_we_acknowledge(broker: Broker, end: Ends) -> None:
    hub = end(broker.port, "hub", "a", manner=Manner(receive=5)).join()
    gates = [end(broker.port, f"gate{i}").join() for i in range(3)]
    for gate in gates:
        for _ in range(20):
            gate.port.publish("a", bytes(10_000))
    until(lambda: all(len(gate.heard(Delivered)) == 20 for gate in gates), hub, *gates)
    calm(hub, seconds=0.3)
    assert len(hub.heard(Message)) == 5
    done = 0
    while done < 60:
        hub.wait_for(Message, done + 1)
        for message in hub.heard(Message)[done:]:
            hub.port.acknowledge(message)
            done += 1
    assert len(hub.heard(Message)) == 60


# --- the will ---------------------------------------------------------------------------------------


def test_the_will_comes_after_its_delay_and_not_for_a_short_absence(
    broker: Broker, line: Proxy, end: Ends
) -> None:
    board = end(broker.port, "board", "state").join()
    gate = end(line.port, "gate1", will=Will("state", b"lost")).join()
    line.cut()
    gate.wait_for(Lost)
    gate.join()
    line.refuse()
    line.cut()
    left = time.monotonic()
    board.wait_for(Message)
    assert time.monotonic() - left > 0.9
    assert [m.payload for m in board.heard(Message)] == [b"lost"]
    late = end(broker.port, "late", "state")
    assert late.wait_for(Message)[0].retained


def test_no_will_is_published_after_a_goodbye(broker: Broker, line: Proxy, end: Ends) -> None:
    board = end(broker.port, "board", "state", "end").join()
    gate = end(line.port, "gate1", "flood", will=Will("state", b"lost")).join()
    for _ in range(10):  # unread by the gate: to close on it would reset the connection, and lose the goodbye
        board.port.publish("flood", bytes(10_000))
    board.wait_for(Delivered, 10)
    line.late(0.1)
    gate.port.publish("end", b"last words")
    gate.port.close()
    calm(board, seconds=1.8)
    assert [m.payload for m in board.heard(Message)] == [b"last words"]
    assert "Client gate1 disconnected." in broker.said


# --- refusals ---------------------------------------------------------------------------------------


def test_two_clients_with_one_name_are_an_alarm_and_back_off(broker: Broker, end: Ends) -> None:
    one = end(broker.port, "gate1").join()
    other = end(broker.port, "gate1").join()
    until(lambda: one.heard(Alarmed) and other.heard(Alarmed), one, other)
    for each in (one, other):
        alarm = each.heard(Alarmed)[0]
        assert alarm.alarm == TWO_CLIENTS
        assert "gate1" in alarm.what
    calm(one, other, seconds=2)
    # 0.05 s doubling to 0.4 s, with jitter; a back-off that is reset would make 26 of them a second.
    assert len(one.heard(Connected)) < 12


def test_a_client_that_is_not_let_in_is_told(start_broker: Callable[..., Broker], end: Ends) -> None:
    broker = start_broker("listener {port} 127.0.0.1\nallow_anonymous false\n")
    gate = end(broker.port)
    gate.wait_for(Lost, 2)
    assert gate.heard(Alarmed)[0] == Alarmed(REFUSED, "the broker does not let us in")
    assert gate.heard(Connected) == []


def test_the_link_speaks_in_the_clear_on_the_loopback_only() -> None:
    with pytest.raises(LinkError, match="in the clear"):
        MqttPort(Address("192.0.2.1", 1883), None, "gate1", None, (), lambda: 0.0)
    for host in ("127.0.0.1", "::1", "localhost"):
        MqttPort(Address(host, 1883), None, "gate1", None, (), lambda: 0.0).close()


# --- one thread ---------------------------------------------------------------------------------------


def test_a_wake_from_another_thread_ends_a_poll(broker: Broker, end: Ends) -> None:
    gate = end(broker.port).join()
    gate.look()
    begun = time.monotonic()
    waker = threading.Thread(target=gate.port.wake)
    waker.start()
    assert gate.look(20) == []
    assert time.monotonic() - begun < 10
    waker.join()


def test_a_wake_is_kept_for_the_next_poll_and_harmless_after_the_end(broker: Broker, end: Ends) -> None:
    gate = end(broker.port).join()
    gate.look()
    for _ in range(100_000):
        gate.port.wake()
    begun = time.monotonic()
    gate.look(20)
    assert time.monotonic() - begun < 10
    gate.port.close()
    gate.port.close()
    gate.port.wake()
    assert gate.look(20) == []


def test_no_thread_is_made(broker: Broker, end: Ends) -> None:
    before = threading.enumerate()
    gate = end(broker.port, "gate1", "a").join()
    gate.port.publish("a", b"x")
    gate.wait_for(Message)
    assert threading.enumerate() == before
    gate.port.close()
    assert threading.enumerate() == before


def test_an_exception_within_is_not_silent_and_the_port_goes_on(broker: Broker, end: Ends) -> None:
    gate = end(broker.port, "gate1", "a").join()

    def breaks(*args: object) -> None:
        raise ZeroDivisionError("a callback that breaks")

    gate.port._stage._client.on_publish = breaks
    gate.port.publish("b", b"x")
    with pytest.raises(ZeroDivisionError):
        until(lambda: False, gate)
    assert not gate.port.connected
    gate.join()


def test_an_answer_is_not_held_back_by_nagle(broker: Broker, end: Ends) -> None:
    gate = end(broker.port, "gate1", "pong").join()
    hub = end(broker.port, "hub", "ping").join()

    def work() -> None:
        while not over.is_set():
            for event in hub.look(0.5):
                if isinstance(event, Message):
                    hub.port.publish("pong", event.payload)
                    hub.port.acknowledge(event)

    over = threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    trips = []
    try:
        for i in range(50):
            begun = time.monotonic()
            gate.port.publish("ping", b"%d" % i)
            gate.wait_for(Message, i + 1)
            trips.append(time.monotonic() - begun)
            gate.port.acknowledge(gate.last(Message))
    finally:
        over.set()
        thread.join()
    assert statistics.median(trips) < 0.02  # 0.044 and more where one side holds back
