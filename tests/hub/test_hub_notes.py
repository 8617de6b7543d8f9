"""Notes on their way: each message of them is acknowledged, so that the gate may forget what is noted."""

from __future__ import annotations

from hub_lab import LAB, Lab
from test_hub_hostile import AT, batch, begun, info

from fabgate.link.port import Message
from fabgate.records import Draft, Refused, encode
from fabgate.rehearsal.exchange import ExchangePort
from fabgate.wire.journal import Ack, NoteLine, Notes

REFUSED = encode(Draft(AT, Refused("laser", "unknown_badge", "k:0")))


def acks(lab: Lab, port: ExchangePort, what: str, payload: bytes) -> list[tuple[int, int]]:
    """What the hub says that it holds, and has the notes of, to a message of the gate."""
    port.publish(f"fabgate/1/{LAB}/gate-9/{what}", payload)
    lab.settle()
    said = []
    for event in port.poll():
        if isinstance(event, Message):
            ack = Ack.decode(event.payload)
            assert isinstance(ack, Ack)
            said.append((ack.seq, ack.noted))
            port.acknowledge(event)
    return said


def test_every_message_of_notes_is_acknowledged_the_empty_ones_too(lab: Lab) -> None:
    port = lab.exchange.join("gate-9", (f"fabgate/1/{LAB}/gate-9/ack",))
    assert acks(lab, port, "info", info("a", "laser")) == [(0, 0)]
    assert acks(lab, port, "journal", batch("gate-9", "e1", [begun(), REFUSED, REFUSED]).encode()) == [(3, 0)]
    assert acks(lab, port, "notes", Notes("e1", 1, 1, ()).encode()) == [(3, 1)]
    line = NoteLine(2, "reason", "wet floor")
    assert acks(lab, port, "notes", Notes("e1", 2, 3, (line,)).encode()) == [(3, 3)]
    assert acks(lab, port, "notes", Notes("e1", 2, 3, (line,)).encode()) == [(3, 3)]
    assert acks(lab, port, "notes", Notes("e1", 5, 9, ()).encode()) == [(3, 3)]
