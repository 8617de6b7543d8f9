"""A broker in memory, on virtual time: what the engines of gate and hub speak with in a rehearsal.

It does what a real one does to them (MQTT 5, QoS 1): at least once and in order for each client, in
any order between clients; sessions that outlive a connection, and end; retained messages, a last
will with its delay, messages that expire, one client taken over by another of its name, what a
client may not write refused and what it may not read not delivered. It makes no threads and no
sockets: `Exchange.step` carries one message, and `Exchange.advance` lets time pass.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message, PortEvent

SESSION_MS = 120_000
WILL_DELAY_MS = 20_000
RETRY_MS, LONGEST_RETRY_MS = 1_000, 60_000
LARGEST = 128 * 1024  # bytes of a payload
RECEIVES = 20  # messages that a client may hold without having acknowledged one

May = Callable[[str, str, bool], bool]
"""Whether a client (by its name) may read or, if the flag says so, write a topic."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, for a client that went without a word."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A message under way; `until_ms` of the exchange's time, None if it does not expire."""

    message: Message
    retain: bool = False
    until_ms: int | None = None
    number: int = 0  # the publisher's own


def own_tree(lab: str) -> May:
    """The rule of a lab's broker: a gate its own tree and the hub's state, the hub the whole lab."""
    root = f"fabgate/1/{lab}/"

    def may(client: str, topic: str, write: bool) -> bool:
        if client == "hub" or topic.startswith(f"{root}{client}/"):
            return True
        return not write and topic == f"{root}hub/state"

    return may


def matches(pattern: str, topic: str) -> bool:
    """Whether a subscription with `+` and `#` takes a topic."""
    wanted, found = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted.pop()
        found = found[: len(wanted)]
    return len(wanted) == len(found) and all(w in ("+", f) for w, f in zip(wanted, found, strict=True))


class Session:
    """What the broker keeps of a client, whether it is connected or not."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.subscriptions: tuple[str, ...] = ()
        self.waiting: deque[Sent] = deque()
        self.given: dict[int, Sent] = {}  # delivered, not acknowledged, by the number it went under
        self.done: set[int] = set()  # of these, what is acknowledged behind one that is not
        self.port: ExchangePort | None = None
        self.will: Will | None = None
        self.left_ms: int | None = None  # when the connection went without a word


class ExchangePort:
    """One client of the exchange (`link.port.Port`), with what it hears in `take` or `poll`.

    It connects by itself while there is a way, as the real one does. `drop` is the death of its
    process, `close` its orderly end.
    """

    def __init__(
        self, exchange: Exchange, name: str, subscriptions: tuple[str, ...], will: Will | None
    ) -> None:
        self.name, self.subscriptions, self.will = name, subscriptions, will
        self._exchange = exchange
        self.said = 0  # messages that were published, whatever became of them
        self.connected = False
        self.heard: deque[PortEvent] = deque()
        self.under_way: deque[Sent] = deque()
        self.again_ms: int | None = None  # when it tries to connect again
        self.retry_ms = RETRY_MS

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
        """See `Port.publish`. Without a connection the message is answered with `failed`."""
        self.said += 1
        number = self.said
        if not self.connected:
            self.heard.append(Delivered(number, Fate.FAILED))
            return number
        until_ms = None if expiry_s is None else self._exchange.now_ms + expiry_s * 1000
        message = Message(topic, payload, False, reply_to, correlation)
        self.under_way.append(Sent(message, retain, until_ms, number))
        return number

    def acknowledge(self, message: Message) -> None:
        """See `Port.acknowledge`. A message of an earlier connection comes again; its word is not heard."""
        self._exchange.acknowledged(self, message.number)

    def take(self) -> PortEvent | None:
        """The next thing that was heard; None if there is nothing."""
        return self.heard.popleft() if self.heard else None

    def poll(self, timeout_s: float = 0) -> list[PortEvent]:  # noqa: ARG002 - nothing comes while it waits
        """All that was heard, in order; it never waits."""
        events = list(self.heard)
        self.heard.clear()
        return events

    def close(self) -> None:
        """The client says goodbye: what it published still goes, its last will does not."""
        self._exchange.leave(self, orderly=True)

    def drop(self) -> None:
        """The client's process is gone, in the middle of whatever it did."""
        self._exchange.leave(self, orderly=False)

    def lost(self, why: str) -> None:
        """The connection is gone: what was under way in either direction goes with it."""
        self.connected = False
        self.under_way.clear()
        self.heard = deque(one for one in self.heard if not isinstance(one, Message | Delivered | Connected))
        self.heard.append(Lost(why))


class Exchange:
    """The broker. The seed picks whose message is carried next, and which is delivered twice or not at
    all (`doubles`, `losses`: how often, 0 to 1): a broker whose queues are full drops messages that it
    has taken. `may` is its access list; without one everybody may everything."""

    def __init__(
        self,
        seed: int = 0,
        *,
        may: May | None = None,
        doubles: float = 0.0,
        losses: float = 0.0,
        largest: int = LARGEST,
    ) -> None:
        self._random = random.Random(seed)
        self._may: May = may or (lambda _client, _topic, _write: True)
        self._doubles, self._losses, self._largest = doubles, losses, largest
        self.now_ms = 0
        self.running = True
        self._ports: list[ExchangePort] = []
        self._sessions: dict[str, Session] = {}
        self._retained: dict[str, Sent] = {}
        self._cut: set[str] = set()
        self._numbers = 0
        self.carried = 0  # messages that clients have sent through it, for who measures

    # --- clients

    def join(self, name: str, subscriptions: tuple[str, ...], will: Will | None = None) -> ExchangePort:
        """A client starts, and connects if there is a way. An older one of its name is taken over."""
        port = ExchangePort(self, name, subscriptions, will)
        self._ports.append(port)
        self._connect(port)
        return port

    def leave(self, port: ExchangePort, orderly: bool) -> None:
        """A client ends: with a word (no last will), or without."""
        if port not in self._ports:
            return
        if orderly:
            while port.connected and port.under_way:
                self._carry(port)
        self._break(port, "closed", will=not orderly)
        port.heard.clear()
        port.again_ms = None
        self._ports.remove(port)

    def cut(self, name: str) -> None:
        """The net between a client and the broker is down."""
        self._cut.add(name)
        for port in self._named(name):
            self._break(port, "the network is gone")

    def mend(self, name: str) -> None:
        """The net is up again: the client connects at once."""
        self._cut.discard(name)
        for port in self._named(name):
            self._connect(port)

    def blink(self, name: str) -> None:
        """The connection breaks and comes back: what was not acknowledged is delivered again."""
        if name not in self._cut:
            self.cut(name)
            self.mend(name)

    def stop(self) -> None:
        """The broker's process dies."""
        for port in tuple(self._ports):
            self._break(port, "the broker is gone", will=False)
        self.running = False

    def start(self, *, forgot: bool = True) -> None:
        """The broker's process is back, with an empty memory unless it kept its own on a disk."""
        self.running = True
        if forgot:
            self._sessions.clear()
            self._retained.clear()
        for port in tuple(self._ports):
            self._connect(port)

    def retained(self, topic: str) -> bytes | None:
        """What a client that comes now is told about this topic."""
        sent = self._retained.get(topic)
        return sent.message.payload if sent is not None and self._fresh(sent) else None

    # --- work and time

    @property
    def busy(self) -> bool:
        """Whether a message is under way."""
        return any(port.under_way for port in self._ports)

    def step(self) -> bool:
        """Carry one message of one client, of whichever the seed picks; False if there is none."""
        sending = [port for port in self._ports if port.under_way]
        if not sending:
            return False
        self._carry(sending[0] if len(sending) == 1 else self._random.choice(sending))
        return True

    def settle(self) -> None:
        """Carry all that is under way. What the clients say to it is theirs to say: ask again after."""
        while self.step():
            pass

    def due_in_ms(self) -> int | None:
        """How long until something happens by itself (a will, a new try to connect); None for never."""
        dues = [port.again_ms for port in self._ports if port.again_ms is not None]
        for session in self._sessions.values():
            if session.left_ms is not None:
                dues.append(session.left_ms + (WILL_DELAY_MS if session.will else SESSION_MS))
        return max(0, min(dues) - self.now_ms) if dues else None

    def advance(self, ms: int) -> None:
        """Let time pass, and do in its order what falls due on the way."""
        end_ms = self.now_ms + ms
        while (due_ms := self.due_in_ms()) is not None and self.now_ms + due_ms <= end_ms:
            self.now_ms += due_ms
            self._fall_due()
        self.now_ms = end_ms

    # --- inside

    def _named(self, name: str) -> list[ExchangePort]:
        return [port for port in self._ports if port.name == name]

    def _fall_due(self) -> None:
        for session in tuple(self._sessions.values()):
            gone_ms = None if session.left_ms is None else self.now_ms - session.left_ms
            if gone_ms is not None and gone_ms >= WILL_DELAY_MS:
                self._say_will(session)
            if gone_ms is not None and gone_ms >= SESSION_MS:
                del self._sessions[session.name]
        for port in tuple(self._ports):
            if port.again_ms is not None and port.again_ms <= self.now_ms:
                self._connect(port)

    def _say_will(self, session: Session) -> None:
        will, session.will = session.will, None
        if will is not None and self._may(session.name, will.topic, True):
            self._route(Sent(Message(will.topic, will.payload), retain=True))

    def _connect(self, port: ExchangePort) -> None:
        if port.connected or not self.running or port.name in self._cut:
            return
        session = self._sessions.setdefault(port.name, Session(port.name))
        if session.port is not None:
            self._take_over(session.port)
        session.port, session.will, session.left_ms = port, port.will, None
        session.subscriptions = port.subscriptions
        port.connected, port.again_ms = True, None
        port.heard.append(Connected())
        session.waiting.extendleft(reversed(session.given.values()))  # again, before all that is new
        session.given.clear()
        session.done.clear()
        for topic, sent in self._retained.items():
            if self._wants(session, topic) and self._fresh(sent):
                session.waiting.append(replace(sent, message=replace(sent.message, retained=True)))
        self._give(session)

    def _take_over(self, older: ExchangePort) -> None:
        self._break(older, "taken over by another client of this name", will=False)
        older.heard.append(Alarmed("two_clients", f"another client came under the name {older.name}"))
        older.again_ms = self.now_ms + older.retry_ms
        older.retry_ms = min(LONGEST_RETRY_MS, older.retry_ms * 2)

    def _break(self, port: ExchangePort, why: str, *, will: bool = True) -> None:
        if not port.connected:
            return
        session = self._sessions[port.name]
        session.port, session.left_ms = None, self.now_ms
        if not will:
            session.will = None
        port.lost(why)

    def _carry(self, port: ExchangePort) -> None:
        """One message from a client to everybody who wants it, and the broker's word on it back."""
        sent = port.under_way.popleft()
        self.carried += 1
        port.heard.append(Delivered(sent.number, self._publish(port.name, sent)))

    def _publish(self, name: str, sent: Sent) -> Fate:
        if len(sent.message.payload) > self._largest:
            return Fate.TOO_LARGE
        if not self._may(name, sent.message.topic, True):
            return Fate.REFUSED
        return Fate.OK if self._route(sent) else Fate.NOBODY

    def _route(self, sent: Sent) -> int:
        topic = sent.message.topic
        if sent.retain:
            self._retained.pop(topic, None)
            if sent.message.payload:
                self._retained[topic] = sent
        wanting = [one for one in self._sessions.values() if self._wants(one, topic)]
        for session in wanting:
            session.waiting.extend([sent] * self._copies())
            self._give(session)
        return len(wanting)

    def _copies(self) -> int:
        if self._losses and self._random.random() < self._losses:
            return 0
        return 2 if self._doubles and self._random.random() < self._doubles else 1

    def _wants(self, session: Session, topic: str) -> bool:
        wanted = any(matches(pattern, topic) for pattern in session.subscriptions)
        return wanted and self._may(session.name, topic, False)

    def _give(self, session: Session) -> None:
        """Hand a connected client what waits for it, as far as it takes more."""
        port = session.port
        while port is not None and session.waiting and len(session.given) < RECEIVES:
            sent = session.waiting.popleft()
            if self._fresh(sent):
                self._numbers += 1
                session.given[self._numbers] = sent
                port.heard.append(replace(sent.message, number=self._numbers))

    def acknowledged(self, port: ExchangePort, number: int) -> None:
        """A client has dealt with a message: the broker forgets it, and hands over the next."""
        session = self._sessions.get(port.name)
        if session is None or session.port is not port or number not in session.given:
            return
        session.done.add(number)
        while session.given and (first := next(iter(session.given))) in session.done:  # in order: MQTT 4.6
            session.done.discard(first)
            del session.given[first]
        self._give(session)

    def _fresh(self, sent: Sent) -> bool:
        return sent.until_ms is None or self.now_ms < sent.until_ms
