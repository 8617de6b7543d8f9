"""The one inbox of the loop: near before far, the order to stop before all."""

from __future__ import annotations

import threading

from gate_lab import AT, LASER, LATHE

from fabgate.events import RosterMoved, Stopping, Tick
from fabgate.gate.inbox import Inbox

NEAR, NEAR_TOO = Tick(LASER, AT), Tick(LATHE, AT)
FAR, FAR_TOO = RosterMoved(LASER, AT), RosterMoved(LATHE, AT)
STOP = Stopping(LASER, AT)


def test_what_the_gate_itself_does_goes_before_what_comes_from_outside():
    inbox = Inbox()
    inbox.put_far(FAR)
    inbox.put(NEAR)
    inbox.put_far(FAR_TOO)
    inbox.put(NEAR_TOO)
    assert [inbox.get(0) for _ in range(4)] == [NEAR, NEAR_TOO, FAR, FAR_TOO]


def test_the_order_to_stop_goes_before_everything():
    inbox = Inbox()
    inbox.put(NEAR)
    inbox.put_far(FAR)
    inbox.put_first(STOP)
    assert inbox.get(0) == STOP


def test_an_empty_inbox_gives_nothing_and_does_not_wait_for_ever():
    assert Inbox().get(0) is None
    assert Inbox().get(0.001) is None


def test_whoever_waits_is_woken():
    inbox = Inbox()
    got: list[object] = []
    waiting = threading.Thread(target=lambda: got.append(inbox.get(30)))
    waiting.start()
    inbox.put(NEAR)
    waiting.join(10)
    assert got == [NEAR]


def test_nothing_is_lost_and_each_sender_keeps_its_order():
    inbox = Inbox()
    senders = [
        threading.Thread(target=lambda put=put, event=event: [put(event) for _ in range(500)])
        for put, event in ((inbox.put, NEAR), (inbox.put, NEAR_TOO), (inbox.put_far, FAR))
    ]
    for sender in senders:
        sender.start()
    got = [inbox.get(10) for _ in range(1_500)]
    for sender in senders:
        sender.join(10)
    assert [got.count(event) for event in (NEAR, NEAR_TOO, FAR)] == [500, 500, 500]
    assert inbox.get(0) is None
