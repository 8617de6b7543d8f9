"""What brokers say that a healthy Mosquitto seldom does, from a script; and bytes that nobody should say."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
from broker import HOST
from ends import End, calm, until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message
from fabgate.link.refused import REFUSED, TWO_CLIENTS
from fabgate.link.talk import Manner

Ends = Callable[..., End]
TAKEN = bytes.fromhex("20 03 00 00 00")  # CONNACK: welcome
GRANTED = bytes.fromhex("90 04 00 01 00 01")  # SUBACK for the first subscription
ONCE = Manner(first_s=30, patience_s=5)


class Script:
    """A broker for one client: after CONNECT it says its piece, and then what it is told to."""

    def __init__(self) -> None:
        self._server = socket.create_server((HOST, 0))
        self.port: int = self._server.getsockname()[1]
        self._plug: socket.socket | None = None
        self.heard = b""

    def play(self, piece: bytes, *, ends: bool = False) -> threading.Thread:
        """Take the next client, in a thread of its own."""
        thread = threading.Thread(target=self._take, args=(piece, ends), daemon=True)
        thread.start()
        return thread

    def _take(self, piece: bytes, ends: bool) -> None:
        with contextlib.suppress(OSError):
            plug, _ = self._server.accept()
            plug.settimeout(10)
            plug.recv(4096)
            self._plug = plug
            plug.sendall(piece)
            if ends:
                plug.close()

    def say(self, piece: bytes) -> None:
        assert self._plug is not None
        self._plug.sendall(piece)

    def hear(self) -> bytes:
        assert self._plug is not None
        return self._plug.recv(65536)

    def close(self) -> None:
        self._server.close()
        if self._plug is not None:
            self._plug.close()


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("code", "why", "alarm"),
    [
        (0x84, "the broker speaks no MQTT 5", REFUSED),
        (0x85, "the broker does not take the name of this client", REFUSED),
        (0x87, "the broker does not let us in", REFUSED),
        (0x88, "the broker has no service now", None),
        (0x89, "the broker is busy", None),
        (0x8C, "the broker refused us: Bad authentication method", REFUSED),
    ],
)
def test_why_a_broker_does_not_take_us_is_told(
    script: Script, end: Ends, code: int, why: str, alarm: str | None
) -> None:
    script.play(bytes([0x20, 3, 0, code, 0]))
    gate = end(script.port, manner=ONCE)
    assert gate.wait_for(Lost) == [Lost(why)]
    assert gate.heard(Alarmed) == ([Alarmed(alarm, why)] if alarm else [])
    assert gate.heard(Connected) == []


def test_a_subscription_that_is_refused_is_told_and_is_no_connection(script: Script, end: Ends) -> None:
    script.play(TAKEN + bytes.fromhex("90 05 00 01 00 01 87"))
    gate = end(script.port, "gate1", "mine", "yours", manner=ONCE)
    assert gate.wait_for(Lost) == [Lost("the broker does not let us hear yours")]
    assert gate.heard(Alarmed)[0].alarm == REFUSED
    assert gate.heard(Connected) == []


@pytest.mark.parametrize(
    ("code", "why", "alarm"),
    [
        (0x8E, "another client comes with the name gate1", TWO_CLIENTS),
        (0x8B, "the broker shuts down", None),
        (0x95, "the broker had a larger message from us than it takes", None),
        (0x9A, "the broker ended the connection: Retain not supported", None),
    ],
)
def test_why_a_broker_sends_us_away_is_told(
    script: Script, end: Ends, code: int, why: str, alarm: str | None
) -> None:
    script.play(TAKEN + bytes([0xE0, 2, code, 0]))
    gate = end(script.port, manner=ONCE)
    assert gate.wait_for(Lost)[0].why.startswith(why)
    assert [a.alarm for a in gate.heard(Alarmed)] == ([alarm] if alarm else [])


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (0x00, Fate.OK),
        (0x10, Fate.NOBODY),
        (0x87, Fate.REFUSED),
        (0x80, Fate.FAILED),
        (0x97, Fate.FAILED),
    ],
)
def test_what_a_broker_says_of_a_message_is_its_fate(
    script: Script, end: Ends, code: int, fate: Fate
) -> None:
    script.play(TAKEN)
    gate = end(script.port, manner=ONCE).join()
    number = gate.port.publish("a", b"x")
    script.say(bytes([0x40, 4, 0, 1, code, 0]))
    assert gate.wait_for(Delivered) == [Delivered(number, fate)]


def test_no_more_is_under_way_than_the_broker_takes(script: Script, end: Ends) -> None:
    script.play(bytes.fromhex("20 06 00 00 03 21 00 02"))  # receive maximum: 2
    gate = end(script.port, manner=ONCE).join()
    for payload in (b"one", b"two", b"three"):
        gate.port.publish("a", payload)
    calm(gate, seconds=0.1)
    heard = script.hear()
    assert b"two" in heard and b"three" not in heard
    script.say(bytes([0x40, 2, 0, 1]))
    gate.wait_for(Delivered)
    assert b"three" in script.hear()


def test_what_comes_before_the_subscriptions_stand_is_kept_until_then(script: Script, end: Ends) -> None:
    early = bytes.fromhex("32 07 00 01 61 00 09 00 78")  # PUBLISH a, QoS 1, id 9: x
    script.play(TAKEN + early)
    gate = end(script.port, "gate1", "a", manner=ONCE)
    calm(gate, seconds=0.2)
    assert gate.events == []
    script.say(GRANTED)
    gate.wait_for(Message)
    assert [type(event) for event in gate.events] == [Connected, Message]


def test_acknowledgements_leave_in_the_order_in_which_the_messages_came(script: Script, end: Ends) -> None:
    def publish(mid: int) -> bytes:
        return bytes.fromhex("32 07 00 01 61") + struct.pack("!H", mid) + b"\x00x"

    script.play(TAKEN + GRANTED + publish(7) + publish(8) + publish(9))
    gate = end(script.port, "gate1", "a", manner=ONCE)
    first, second, third = gate.wait_for(Message, 3)
    script.hear()  # SUBSCRIBE
    gate.port.acknowledge(third)
    gate.port.acknowledge(first)
    assert script.hear() == bytes.fromhex("40 02 00 07")
    gate.port.acknowledge(second)
    heard = b""
    while len(heard) < 8:
        heard += script.hear()
    assert heard == bytes.fromhex("40 02 00 08 40 02 00 09")


def test_a_topic_that_is_no_text_reaches_the_engine_as_nobodys(script: Script, end: Ends) -> None:
    script.play(TAKEN + GRANTED + bytes.fromhex("32 07 00 01 ff 00 09 00 78"))
    gate = end(script.port, "gate1", "a", manner=ONCE)
    assert gate.wait_for(Message)[0].topic == "\N{REPLACEMENT CHARACTER}"


def test_what_is_no_mqtt_is_told_as_such(script: Script, end: Ends) -> None:
    script.play(TAKEN + bytes.fromhex("40 04 00 01 95 00"))  # a code that PUBACK does not have
    gate = end(script.port, manner=ONCE)
    assert gate.wait_for(Lost) == [Lost(f"127.0.0.1:{script.port}: what the broker says is no MQTT 5")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.one_of(st.binary(min_size=1, max_size=80), st.binary(max_size=40).map(lambda b: TAKEN + b)))
def test_whatever_a_broker_says_the_port_lives(noise: bytes) -> None:
    script = Script()
    thread = script.play(noise, ends=True)
    gate = End(script.port, "gate1", "a", manner=ONCE)
    try:
        until(lambda: gate.heard(Lost), gate)
    finally:
        gate.port.close()
        script.close()
        thread.join(10)
