"""The port over a real broker: MQTT 5 by paho, driven by one thread, without a thread of its own.

`poll` is all that waits: for the broker, for a wake from another thread, or for the next try. It dials in
steps, so that no broker, however dead, keeps it longer than it was asked to wait (a name that has to be
looked up does, unless `spawn` is given).
"""

from __future__ import annotations

import itertools
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from fabgate.errors import LinkError
from fabgate.link.dial import Address, Credentials, Names, Spawn, Steps, Want, Wire, dial, tls
from fabgate.link.port import Alarmed, Delivered, Fate, Lost, Message, PortEvent
from fabgate.link.refused import Failed, hung_up
from fabgate.link.talk import Manner, Sent, Talk, Who, Will, properties

GLANCE_S = 0.5  # the longest that silence and patience are not looked after
FAREWELL_S = 1.0
SUSPICIOUS = 3


@dataclass(frozen=True, slots=True)
class _Resting:
    until_s: float


@dataclass(slots=True)
class _Dialling:
    steps: Steps
    want: Want


_Stage = _Resting | _Dialling | Talk


def _in_place(_name: str, target: Callable[[], None]) -> None:
    target()


class MqttPort:
    """One client of a broker (`link.port.Port`). Every method but `wake` belongs to one thread.

    Raises LinkError where the files cannot be used, or where it would speak in the clear beyond this machine.
    """

    def __init__(
        self,
        address: Address,
        credentials: Credentials | None,
        client: str,
        will: Will | None,
        subscriptions: tuple[str, ...],
        chance: Callable[[], float],
        *,
        manner: Manner | None = None,
        spawn: Spawn = _in_place,
    ) -> None:
        """`chance` gives 0 <= x < 1, for the jitter. `spawn` runs a look-up of the broker's name aside."""
        if credentials is not None:
            tls(credentials)
        elif not address.is_loopback:
            raise LinkError(
                f"no certificates for {address}: the link speaks in the clear on the loopback only",
                "join the hub: fabgate gate join FILE",
            )
        self._address, self._credentials = address, credentials
        self._who = Who(client, will, subscriptions)
        self._manner = manner or Manner()
        self._chance = chance
        self._numbers = itertools.count(1)
        self._events: list[PortEvent] = []
        self._tries = 0
        self._taken = 0  # connections in a row that look as if another client took them
        self._since_s: float | None = None  # since when this connection holds
        self._patient_until_s = 0.0
        self._closed = False
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self._names = Names(spawn, self.wake)
        self._stage: _Stage = _Resting(0.0)

    @property
    def connected(self) -> bool:
        """Whether a message that is published now has a chance."""
        return isinstance(self._stage, Talk) and self._stage.connected

    def poll(self, timeout_s: float) -> list[PortEvent]:
        """What happened, in order; at the latest after `timeout_s`, at once where there is something.

        Whatever is raised within surfaces here, and the connection is dropped.
        """
        end_s = time.monotonic() + timeout_s
        woken = False
        while not (self._closed or woken or self._events):
            left_s = end_s - time.monotonic()
            woken = self._turn(max(0.0, min(left_s, GLANCE_S)))
            if left_s <= 0:
                break
        events, self._events = self._events, []
        return events

    def wake(self) -> None:
        """Ends a `poll`, or the next one. Any thread may call it, at any time."""
        with suppress(OSError):  # full: it wakes already; closed: nobody sleeps
            self._mouth.send(b"!")

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expiry_s: int | None = None,
        reply_to: str | None = None,
        correlation: bytes | None = None,
    ) -> int:
        """Send; never waits. What cannot be sent now is `Delivered` as failed at the next poll."""
        number = next(self._numbers)
        talk = self._stage
        if isinstance(talk, Talk) and talk.connected:
            talk.publish(Sent(number, topic, payload, retain, _properties(expiry_s, reply_to, correlation)))
            self._gather(talk)
        else:
            self._events.append(Delivered(number, Fate.FAILED))
        return number

    def acknowledge(self, message: Message) -> None:
        """The broker may forget it. Of a connection that is gone: nothing; the message comes again."""
        if isinstance(self._stage, Talk):
            self._stage.acknowledge(message.number)
            self._gather(self._stage)

    def close(self) -> None:
        """Says goodbye, waits for it a second at most, and lets everything go. The will is not published."""
        if self._closed:
            return
        self._closed = True
        if isinstance(self._stage, Talk) and self._stage.connected:
            self._farewell(self._stage)
        self._let_go()
        self._ear.close()
        self._mouth.close()

    # --- one turn

    def _turn(self, wait_s: float) -> bool:
        """Wait for something, and deal with it; whether it was a wake."""
        try:
            woken = self._wait(self._stage, wait_s)
            match self._stage:
                case _Resting(until_s) if time.monotonic() >= until_s:
                    self._begin()
                case _Dialling() as dialling:
                    self._dial(dialling)
                case Talk() as talk:
                    self._talk(talk)
            return woken
        except BaseException:
            self._let_go()
            self._rest()
            raise

    def _begin(self) -> None:
        steps = dial(self._address, self._credentials, self._names, time.monotonic)
        self._patient_until_s = time.monotonic() + self._manner.patience_s
        self._since_s = None
        self._stage = _Dialling(steps, Want())
        self._dial(self._stage)

    def _dial(self, dialling: _Dialling) -> None:
        try:
            dialling.want = next(dialling.steps)
        except StopIteration as end:
            got: Wire | Failed = end.value
            if isinstance(got, Failed):
                self._lose(got)
            else:
                self._talk(self._begun(got))
            return
        self._be_patient()

    def _begun(self, wire: Wire) -> Talk:
        try:
            self._stage = Talk(wire, self._who, self._manner, str(self._address), self._numbers)
        except BaseException:
            wire.close()
            raise
        return self._stage

    def _talk(self, talk: Talk) -> None:
        talk.turn()
        self._gather(talk)
        if self._stage is talk and not talk.connected:
            self._be_patient()

    def _be_patient(self) -> None:
        if time.monotonic() >= self._patient_until_s:
            seconds = self._manner.patience_s
            self._lose(Failed(f"{self._address} did not answer within {seconds:g} s"))

    def _gather(self, talk: Talk) -> None:
        self._events += talk.events
        talk.events.clear()
        if talk.connected and self._since_s is None:
            self._since_s = time.monotonic()
        if talk.over is not None:
            self._lose(self._suspected(talk, talk.over))

    def _suspected(self, talk: Talk, failed: Failed) -> Failed:
        """Mosquitto before 2.0.15 says nothing when another client takes the name, and just hangs up.

        A broker that crashes does too, but has forgotten us when we come back.
        """
        taken = talk.hung_up and talk.resumed and not self._has_held()
        self._taken = self._taken + 1 if taken else 0
        return hung_up(self._who.client) if self._taken >= SUSPICIOUS else failed

    def _has_held(self) -> bool:
        return self._since_s is not None and time.monotonic() - self._since_s >= self._manner.held_s

    def _lose(self, failed: Failed) -> None:
        if failed.alarm is not None:
            self._events.append(Alarmed(failed.alarm, failed.why))
        self._events.append(Lost(failed.why))
        self._let_go()
        self._rest()

    def _rest(self) -> None:
        """Until the next try. Two clients with one name connect well and hold nothing: they back off too."""
        manner = self._manner
        if self._has_held():
            self._tries = 0
        step_s = min(manner.most_s, manner.first_s * 2 ** min(self._tries, 30))
        self._tries += 1
        self._stage = _Resting(time.monotonic() + step_s * (0.5 + 0.5 * self._chance()))

    def _let_go(self) -> None:
        match self._stage:
            case _Dialling(steps):
                steps.close()
            case Talk() as talk:
                talk.close()
        self._stage = _Resting(0.0)

    def _farewell(self, talk: Talk) -> None:
        end_s = time.monotonic() + FAREWELL_S
        while talk.farewell() and (left_s := end_s - time.monotonic()) > 0:
            poll = select.poll()
            _wanted(poll, talk.want)
            poll.poll(left_s * 1000)

    def _wait(self, stage: _Stage, wait_s: float) -> bool:
        poll = select.poll()
        poll.register(self._ear, select.POLLIN)
        match stage:
            case _Resting(until_s):
                wait_s = min(wait_s, max(0.0, until_s - time.monotonic()))
            case _Dialling(want=want):
                _wanted(poll, want)
            case Talk():
                _wanted(poll, stage.want)
                wait_s = 0.0 if stage.more else wait_s
        ready = poll.poll(wait_s * 1000)
        if self._ear.fileno() not in (handle for handle, _ in ready):
            return False
        with suppress(BlockingIOError):
            self._ear.recv(4096)
        return True


def _wanted(poll: select.poll, want: Want) -> None:
    if want.handle is not None:
        poll.register(want.handle, want.mask)


def _properties(expiry_s: int | None, reply_to: str | None, correlation: bytes | None) -> Properties | None:
    said: dict[str, int | str | bytes] = {}
    if expiry_s is not None:
        said["MessageExpiryInterval"] = expiry_s
    if reply_to is not None:
        said["ResponseTopic"] = reply_to
    if correlation is not None:
        said["CorrelationData"] = correlation
    return properties(PacketTypes.PUBLISH, **said) if said else None
