"""One connection with the broker, from CONNECT to its end, over a paho client that lives as long.

Paho keeps what was not acknowledged, and would send it again by itself after it has connected anew. The
engines do that from the store, so each connection has a client of its own, and what was under way goes
with it. Paho's callbacks only append; everything else is done after paho has returned, so that no
exception of ours is raised within it.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from fabgate.link.dial import Want, Wire
from fabgate.link.port import Connected, Delivered, Fate, Message, PortEvent
from fabgate.link.refused import REFUSED, Failed, fate, not_let_in, sent_away

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

MOST_PACKETS = 64  # read at one turn, or little more
OVERHEAD = 512  # bytes of a packet beside topic and payload
SILENCE, UNREADABLE = 0x8D, 0x82  # how paho says that it heard nothing, or something wrong
NO_PLACE = "broker.invalid"  # never asked: the wire is handed in


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when it has not heard from us for too long."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Manner:
    """How the port behaves. Seconds and bytes."""

    keepalive_s: int = 30  # a link that was silent for 1.5 times as long is lost
    will_delay_s: int = 20
    session_s: int = 120  # the broker keeps what is for us; never below the will's delay
    patience_s: float = 10.0  # from the first step to the broker's answer
    first_s: float = 1.0  # back-off: doubling, with jitter, up to
    most_s: float = 60.0
    held_s: float = 30.0  # a connection that held so long sets it back
    receive: int = 20  # messages that we have not acknowledged
    send: int = 20  # messages that the broker has not acknowledged
    largest: int = 128 * 1024  # a packet, either way
    queued: int = 16 * 1024 * 1024  # under way and waiting, in all


@dataclass(frozen=True, slots=True)
class Who:
    """As whom we come, and what for."""

    client: str
    will: Will | None
    subscriptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was published and has no answer yet."""

    number: int
    topic: str
    payload: bytes
    retain: bool
    properties: Properties | None

    @property
    def size(self) -> int:
        return len(self.topic) + len(self.payload) + OVERHEAD


@dataclass(frozen=True, slots=True)
class _Answered:
    """CONNACK."""

    code: ReasonCode
    properties: Properties
    resumed: bool


@dataclass(frozen=True, slots=True)
class _Subscribed:
    codes: list[ReasonCode]


@dataclass(frozen=True, slots=True)
class _Published:
    mid: int
    code: ReasonCode


@dataclass(frozen=True, slots=True)
class _Ended:
    by_broker: bool
    code: ReasonCode


_Heard = _Answered | _Subscribed | _Published | _Ended | MQTTMessage


class _Client(Client):
    """Paho over a wire that is connected already."""

    def __init__(self, client: str, wire: Wire) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2, client, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        self._wire = wire

    def _create_socket(self) -> SocketLike:
        return self._wire


class Talk:
    """`events` grow with each call; `over` says why it ended. Nothing here waits."""

    def __init__(self, wire: Wire, who: Who, manner: Manner, where: str, numbers: Iterator[int]) -> None:
        self.events: list[PortEvent] = []
        self.over: Failed | None = None
        self.connected = False
        self.resumed = False  # the broker knew this name
        self.hung_up = False  # it closed without a word
        self._wire, self._who, self._manner, self._where = wire, who, manner, where
        self._numbers = numbers
        self._heard: deque[_Heard] = deque()
        self._early: list[PortEvent] = []  # of a session that goes on, before it is ours again
        self._waiting: deque[Sent] = deque()
        self._under_way: dict[int, Sent] = {}
        self._bytes = 0
        self._window, self._largest = manner.send, manner.largest
        self._unacknowledged: dict[int, int] = {}  # our number -> the broker's, as they came
        self._done: set[int] = set()
        self._client = self._made()
        self._client.reconnect()

    @property
    def want(self) -> Want:
        """What to wait for."""
        mask = select.POLLIN | (select.POLLOUT if self._client.want_write() else 0)
        return Want(self._wire.fileno(), mask)

    @property
    def more(self) -> bool:
        """Whether something is left to be read, so that a turn is worth it at once."""
        return not self._wire.dry

    def turn(self) -> None:
        """Read what there is, write what can be written, notice silence."""
        for _ in range(MOST_PACKETS):
            self._client.loop_read()
            self._tell()
            if self.over is not None or self._wire.dry or len(self.events) >= MOST_PACKETS:
                break
        if self._client.want_write():
            self._client.loop_write()
        self._client.loop_misc()
        self._tell()

    def publish(self, message: Sent) -> None:
        size = message.size
        if size > self._largest:
            self.events.append(Delivered(message.number, Fate.TOO_LARGE))
        elif self._bytes + size > self._manner.queued:
            self.events.append(Delivered(message.number, Fate.FAILED))
        else:
            self._bytes += size
            self._waiting.append(message)
            self._send()
            self._tell()

    def acknowledge(self, number: int) -> None:
        """In the order in which they came, as MQTT demands (4.6): what is behind another one waits for it."""
        if number not in self._unacknowledged:
            return
        self._done.add(number)
        while self._unacknowledged:
            first = next(iter(self._unacknowledged))
            if first not in self._done:
                return
            self._done.remove(first)
            self._client.ack(self._unacknowledged.pop(first), 1)
        self._tell()

    def farewell(self) -> bool:
        """Say goodbye, so that the will is not published; whether it is still being written."""
        if not self._wire.polite:
            self._wire.polite = True
            self._client.disconnect()
        elif self._client.want_write():
            self._client.loop_write()
        return self._client.want_write() and self._client.socket() is not None

    def close(self) -> None:
        self._wire.close()

    # --- within

    def _made(self) -> _Client:
        client, manner = _Client(self._who.client, self._wire), self._manner
        heard = self._heard  # and not `self`: nothing is to keep a talk that is over
        client.max_inflight_messages = 0  # the window is kept here
        if (will := self._who.will) is not None:
            delay = properties(PacketTypes.WILLMESSAGE, WillDelayInterval=manner.will_delay_s)
            client.will_set(will.topic, will.payload, qos=1, retain=True, properties=delay)
        client.on_connect = lambda _c, _u, flags, code, said: heard.append(
            _Answered(code, said, flags.session_present)
        )
        client.on_subscribe = lambda _c, _u, _m, codes, _p: heard.append(_Subscribed(codes))
        client.on_publish = lambda _c, _u, mid, code, _p: heard.append(_Published(mid, code))
        client.on_message = lambda _c, _u, message: heard.append(message)
        client.on_disconnect = lambda _c, _u, flags, code, _p: heard.append(
            _Ended(flags.is_disconnect_packet_from_server, code)
        )
        asked = properties(
            PacketTypes.CONNECT,
            SessionExpiryInterval=manner.session_s,
            ReceiveMaximum=manner.receive,
            MaximumPacketSize=manner.largest,
        )
        # Paho notices silence after twice its keepalive.
        keepalive_s = max(1, manner.keepalive_s * 3 // 4)
        client.connect_async(NO_PLACE, keepalive=keepalive_s, clean_start=False, properties=asked)
        return client

    def _tell(self) -> None:
        while self._heard:
            one = self._heard.popleft()
            match one:
                case MQTTMessage():
                    self._take(one)
                case _Published():
                    self._settle(one)
                case _Answered():
                    self._let_in(one)
                case _Subscribed():
                    self._subscribed(one)
                case _Ended():
                    self._end(one)

    def _let_in(self, answer: _Answered) -> None:
        if answer.code.is_failure:
            self.over = not_let_in(answer.code.value, str(answer.code))
            return
        self.resumed = answer.resumed
        said = answer.properties
        self._window = min(self._window, getattr(said, "ReceiveMaximum", 65_535))
        self._largest = min(self._largest, getattr(said, "MaximumPacketSize", self._largest))
        if not self._who.subscriptions:
            self._begin()
            return
        # Asked for again although the broker may know: so it sends what is retained once more.
        options = SubscribeOptions(qos=1)
        self._client.subscribe([(topic, options) for topic in self._who.subscriptions])

    def _subscribed(self, answer: _Subscribed) -> None:
        pairs = zip(self._who.subscriptions, answer.codes, strict=False)
        refused = [topic for topic, code in pairs if code.is_failure]
        if refused:
            self.over = Failed(f"the broker does not let us hear {', '.join(refused)}", REFUSED)
        else:
            self._begin()

    def _begin(self) -> None:
        self.connected = True
        self.events += [Connected(), *self._early]
        self._early = []

    def _take(self, message: MQTTMessage) -> None:
        number = next(self._numbers)
        if message.qos:
            self._unacknowledged[number] = message.mid
        event = _message(message, number)
        (self.events if self.connected else self._early).append(event)

    def _settle(self, answer: _Published) -> None:
        message = self._under_way.pop(answer.mid, None)
        if message is not None:
            self._bytes -= message.size
            self.events.append(Delivered(message.number, fate(answer.code.value)))
            self._send()

    def _send(self) -> None:
        while self._waiting and len(self._under_way) < self._window and self.over is None:
            message = self._waiting.popleft()
            if self._client.socket() is None:
                return  # it broke at the message before
            sent = self._client.publish(message.topic, message.payload, 1, message.retain, message.properties)
            if sent.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:  # its id is taken: 65,535 later
                self._bytes -= message.size
                self.events.append(Delivered(message.number, Fate.FAILED))
            else:
                self._under_way[sent.mid] = message

    def _end(self, end: _Ended) -> None:
        self.connected = False
        if self.over is None:
            self.over = self._why(end)

    def _why(self, end: _Ended) -> Failed:
        if end.by_broker:
            return sent_away(end.code.value, str(end.code), self._who.client)
        if self._wire.broke is not None:
            return self._wire.broke
        if end.code.value == SILENCE:
            return Failed(f"{self._where}: nothing was heard for too long")
        if end.code.value == UNREADABLE:
            return Failed(f"{self._where}: what the broker says is no MQTT 5")
        self.hung_up = True
        return Failed(f"{self._where}: the broker closed the connection")


def properties(kind: int, **values: int | str | bytes) -> Properties:
    """Properties of a packet, by the names that paho gives them."""
    made = Properties(kind)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _message(message: MQTTMessage, number: int) -> Message:
    try:
        topic = message.topic
    except UnicodeDecodeError:
        topic = "\N{REPLACEMENT CHARACTER}"  # nobody's topic: the engine refuses it
    said = message.properties
    return Message(
        topic,
        bytes(message.payload),
        message.retain,
        getattr(said, "ResponseTopic", None),
        getattr(said, "CorrelationData", None),
        number,
    )
