"""The broker in memory: it does to its clients what a real one does."""

from __future__ import annotations

import pytest

from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message, Port
from fabgate.rehearsal.exchange import Exchange, ExchangePort, Will, matches, own_tree

ROOT = "fabgate/1/openfab"
STATE, JOURNAL, ACK = f"{ROOT}/gate/state", f"{ROOT}/gate/journal", f"{ROOT}/gate/ack"
TO_HUB = (f"{ROOT}/+/state", f"{ROOT}/+/journal")
TO_GATE = (ACK, STATE, f"{ROOT}/gate/cmd/+", f"{ROOT}/hub/state")
LOST = Will(STATE, b"lost")


def pair(**how: float) -> tuple[Exchange, ExchangePort, ExchangePort]:
    """A broker with a hub and a gate, who have heard that they are connected."""
    exchange = Exchange(1, may=own_tree("openfab"), **how)
    hub, gate = exchange.join("hub", TO_HUB), exchange.join("gate", TO_GATE, LOST)
    assert (hub.poll(), gate.poll()) == ([Connected()], [Connected()])
    return exchange, hub, gate


def payloads(port: ExchangePort, *, acknowledge: bool = True) -> list[bytes]:
    """What came in, dealt with as soon as it has come unless it is said otherwise."""
    found = []
    while (event := port.take()) is not None:
        if isinstance(event, Message):
            found.append(event.payload)
            if acknowledge:
                port.acknowledge(event)
    return found


@pytest.mark.parametrize(
    ("pattern", "topic", "taken"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/b/#", "a/c/d", False),
        ("#", "a/b", True),
        ("+/+", "a", False),
        ("a/b", "a/b", True),
    ],
)
def test_a_subscription_takes_the_topics_that_mqtt_says(pattern: str, topic: str, taken: bool):
    assert matches(pattern, topic) is taken


def test_a_port_of_the_exchange_is_a_port():
    _, _, gate = pair()
    port: Port = gate
    assert port.connected


def test_messages_of_one_client_come_in_their_order_with_the_brokers_word_for_each():
    exchange, hub, gate = pair()
    numbers = [gate.publish(JOURNAL, str(count).encode()) for count in range(200)]
    exchange.settle()
    assert payloads(hub) == [str(count).encode() for count in range(200)]
    assert gate.poll() == [Delivered(number, Fate.OK) for number in numbers]


def test_the_seed_picks_who_of_two_is_heard_first():
    def order(seed: int) -> list[bytes]:
        exchange = Exchange(seed)
        hub = exchange.join("hub", ("#",))
        for name in ("one", "two"):
            port = exchange.join(name, ())
            for count in range(10):
                port.publish(f"{name}/said", f"{name} {count}".encode())
        exchange.settle()
        return payloads(hub)

    assert order(3) == order(3)
    assert len({tuple(order(seed)) for seed in range(5)}) > 1


def test_nobody_listens_is_told():
    exchange = Exchange()
    gate = exchange.join("gate", ())
    gate.publish("somewhere", b"")
    exchange.settle()
    assert gate.poll()[1:] == [Delivered(1, Fate.NOBODY)]


@pytest.mark.parametrize("topic", [f"{ROOT}/other/journal", f"{ROOT}/hub/state", f"{ROOT}/gatecrasher/state"])
def test_a_gate_that_writes_in_anothers_tree_is_refused_and_nobody_hears_it(topic: str):
    exchange, hub, gate = pair()
    gate.publish(topic, b"I am another", retain=True)
    exchange.settle()
    assert (gate.poll(), hub.poll()) == ([Delivered(1, Fate.REFUSED)], [])
    assert exchange.retained(topic) is None


def test_a_gate_hears_nothing_of_another_whatever_it_subscribes_to():
    exchange, hub, _ = pair()
    spy = exchange.join("spy", ("#",))
    hub.publish(ACK, b"for the gate")
    hub.publish(f"{ROOT}/hub/state", b"for all")
    exchange.settle()
    assert payloads(spy) == [b"for all"]


def test_too_large_a_message_is_told_and_not_carried():
    exchange, hub, gate = pair(largest=10)
    gate.publish(JOURNAL, bytes(11))
    exchange.settle()
    assert (gate.poll(), hub.poll()) == ([Delivered(1, Fate.TOO_LARGE)], [])


def test_what_is_retained_is_told_to_who_comes_later_and_only_the_newest():
    exchange, _, gate = pair()
    for text in (b"one", b"two"):
        gate.publish(STATE, text, retain=True)
    exchange.settle()
    later = exchange.join("hub", TO_HUB).poll()
    assert [event.payload for event in later if isinstance(event, Message) and event.retained] == [b"two"]


def test_an_empty_payload_forgets_what_was_retained():
    exchange, _, gate = pair()
    gate.publish(STATE, b"one", retain=True)
    gate.publish(STATE, b"", retain=True)
    exchange.settle()
    assert exchange.retained(STATE) is None


def test_without_a_network_nothing_goes_and_nothing_waits_to_go():
    exchange, hub, gate = pair()
    gate.publish(JOURNAL, b"under way")
    exchange.cut("gate")
    assert (gate.connected, gate.poll()) == (False, [Lost("the network is gone")])
    gate.publish(JOURNAL, b"into the void")
    exchange.settle()
    exchange.mend("gate")
    exchange.settle()
    assert (gate.poll(), payloads(hub)) == ([Delivered(2, Fate.FAILED), Connected()], [])


def test_the_word_on_a_message_that_arrived_may_be_lost_with_the_connection():
    exchange, hub, gate = pair()
    gate.publish(JOURNAL, b"arrived")
    exchange.settle()
    exchange.blink("gate")
    assert payloads(hub) == [b"arrived"]
    assert gate.poll() == [Lost("the network is gone"), Connected()]


def test_what_came_while_a_client_was_away_waits_for_it_two_minutes():
    exchange, hub, gate = pair()
    for away_ms, heard in ((119_000, [b"ack"]), (121_000, [])):
        exchange.cut("gate")
        hub.publish(ACK, b"ack")
        exchange.settle()
        exchange.advance(away_ms)
        exchange.mend("gate")
        assert [one for one in payloads(gate) if one == b"ack"] == heard


def test_what_was_not_acknowledged_comes_again_in_its_order_after_a_reconnect():
    exchange, hub, gate = pair()
    for text in (b"1", b"2", b"3"):
        gate.publish(JOURNAL, text)
    exchange.settle()
    first, *_ = [event for event in hub.poll() if isinstance(event, Message)]
    hub.acknowledge(first)
    exchange.blink("hub")
    gate.publish(JOURNAL, b"4")
    exchange.settle()
    assert payloads(hub) == [b"2", b"3", b"4"]
    exchange.blink("hub")
    assert payloads(hub) == []


def test_a_message_that_is_dealt_with_before_an_older_one_waits_for_it():
    exchange, hub, gate = pair()
    for text in (b"1", b"2", b"3"):
        gate.publish(JOURNAL, text)
    exchange.settle()
    *_, last = [event for event in hub.poll() if isinstance(event, Message)]
    hub.acknowledge(last)
    exchange.blink("hub")
    assert payloads(hub) == [b"1", b"2", b"3"]


def test_a_word_on_a_message_of_an_earlier_connection_is_not_heard():
    exchange, hub, gate = pair()
    gate.publish(JOURNAL, b"1")
    exchange.settle()
    (message,) = hub.poll()
    assert isinstance(message, Message)
    exchange.blink("hub")
    hub.acknowledge(message)
    exchange.blink("hub")
    assert payloads(hub) == [b"1"]


def test_a_client_that_acknowledges_nothing_is_given_so_much_and_no_more():
    exchange, hub, gate = pair()
    for count in range(100):
        gate.publish(JOURNAL, str(count).encode())
    exchange.settle()
    assert len(payloads(hub, acknowledge=False)) == 20
    exchange.blink("hub")
    assert len(payloads(hub)) == 100


def test_the_process_that_comes_after_one_that_died_gets_what_that_had_not_dealt_with():
    exchange, hub, gate = pair()
    gate.publish(JOURNAL, b"1")
    exchange.settle()
    assert payloads(hub, acknowledge=False) == [b"1"]
    hub.drop()
    assert payloads(exchange.join("hub", TO_HUB)) == [b"1"]


def test_a_command_that_expires_under_way_never_arrives():
    exchange, hub, gate = pair()
    for away_ms, heard in ((4_000, [b"stop"]), (5_000, [])):
        exchange.cut("gate")
        hub.publish(f"{ROOT}/gate/cmd/stop", b"stop", expiry_s=5)
        exchange.settle()
        exchange.advance(away_ms)
        exchange.mend("gate")
        assert payloads(gate) == heard


@pytest.mark.parametrize(("away_ms", "said"), [(19_000, []), (20_000, [b"lost"])])
def test_a_last_will_is_said_twenty_seconds_after_a_client_went_without_a_word(
    away_ms: int, said: list[bytes]
):
    exchange, hub, gate = pair()
    exchange.cut("gate")
    exchange.advance(away_ms)
    exchange.mend("gate")
    exchange.advance(60_000)
    assert payloads(hub) == said
    assert gate.connected


def test_a_will_is_not_said_sooner_because_something_else_fell_due():
    exchange, hub, _ = pair()
    exchange.cut("gate")
    for _ in range(2):
        exchange.join("other", ())  # two of one name take each other over, every second
    exchange.advance(19_999)
    assert payloads(hub) == []
    exchange.advance(1)
    assert payloads(hub) == [b"lost"]


def test_a_client_that_says_goodbye_leaves_its_last_message_and_no_will():
    exchange, hub, gate = pair()
    gate.publish(STATE, b"stopping")
    gate.close()
    exchange.advance(200_000)
    assert payloads(hub) == [b"stopping"]


def test_of_two_clients_with_one_name_the_older_is_taken_over_and_told():
    exchange, _, gate = pair()
    copy = exchange.join("gate", TO_GATE, LOST)
    assert (gate.connected, copy.connected) == (False, True)
    assert [type(event) for event in gate.poll()] == [Lost, Alarmed]
    exchange.advance(1_000)
    assert (gate.connected, copy.connected) == (True, False)


def test_a_broker_that_dies_takes_what_it_kept_with_it():
    exchange, hub, gate = pair()
    gate.publish(STATE, b"ready", retain=True)
    exchange.settle()
    exchange.stop()
    assert (gate.connected, hub.connected) == (False, False)
    exchange.start()
    assert (gate.connected, hub.connected, exchange.retained(STATE)) == (True, True, None)
    assert payloads(hub) == []


def test_some_messages_are_delivered_twice_as_often_as_is_asked():
    exchange, hub, gate = pair(doubles=0.5)
    for count in range(400):
        gate.publish(JOURNAL, str(count).encode())
    exchange.settle()
    heard = payloads(hub)
    assert list(dict.fromkeys(heard)) == [str(count).encode() for count in range(400)]
    assert 500 < len(heard) < 700


def test_some_messages_that_the_broker_took_never_arrive_as_often_as_is_asked():
    exchange, hub, gate = pair(losses=0.25)
    for count in range(400):
        gate.publish(JOURNAL, str(count).encode())
    exchange.settle()
    assert all(event.fate is Fate.OK for event in gate.poll() if isinstance(event, Delivered))
    assert 250 < len(payloads(hub)) < 350


def test_nothing_falls_due_where_nothing_waits():
    exchange, _, gate = pair()
    assert exchange.due_in_ms() is None
    gate.drop()
    assert exchange.due_in_ms() == 20_000
    exchange.advance(20_000)
    assert exchange.due_in_ms() == 100_000
    exchange.advance(100_000)
    assert exchange.due_in_ms() is None
