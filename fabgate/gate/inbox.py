"""The one inbox of the loop: what is near (inputs, readers, ink) before what is far (the desk, links)."""

from __future__ import annotations

from collections import deque
from queue import Empty, SimpleQueue

from fabgate.events import Event


class Inbox:
    """Events for the loop, from any thread and from a signal handler; order within each kind is kept."""

    def __init__(self) -> None:
        self._near: deque[Event] = deque()
        self._far: deque[Event] = deque()
        # One token an event. SimpleQueue.put is reentrant: a signal handler may call it at any time.
        self._bell: SimpleQueue[None] = SimpleQueue()

    def put(self, event: Event) -> None:
        """Something that a person or a device of the gate did."""
        self._near.append(event)
        self._bell.put(None)

    def put_first(self, event: Event) -> None:
        """Something that goes before everything else: the order to stop."""
        self._near.appendleft(event)
        self._bell.put(None)

    def put_far(self, event: Event) -> None:
        """Something from the desk or from outside: it waits while the gate has work of its own."""
        self._far.append(event)
        self._bell.put(None)

    def get(self, timeout_s: float) -> Event | None:
        """The next event, or None after `timeout_s` seconds (0: only what is there)."""
        try:
            if timeout_s <= 0:
                self._bell.get_nowait()
            else:
                self._bell.get(timeout=timeout_s)
        except Empty:
            return None
        return self._near.popleft() if self._near else self._far.popleft()
