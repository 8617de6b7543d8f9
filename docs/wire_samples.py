"""What is said on each topic, with a sample: one small story of a lab, with true hashes.

`from_wire.py` makes the page of it; `tests/wire/` reads the samples back out of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from fabgate.model import Moment, Origin
from fabgate.records import Draft, EpochBegun, GateStarted, GrantGiven, MemberAdded
from fabgate.records import encode as record
from fabgate.store import chain
from fabgate.wire import topics
from fabgate.wire.commands import Answer, Command
from fabgate.wire.journal import FIRST_PREVIOUS, Ack, Batch, Blank, NoteLine, Notes
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo, GateState, HubState, MachineInfo, MachineState
from fabgate.wire.present import Here, Present
from fabgate.wire.roster import SPONSORSHIP, KeyLine, Keyring, Need, Page, Right

LAB, GATE = "openfab", "gate-1"


class Message(Protocol):
    def encode(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """A topic: who says what there. `gate` is None for the hub's own. Everything else is QoS 1 too."""

    what: str
    by: str
    to: str
    means: str
    sample: Message
    retained: bool = False
    gate: str | None = GATE

    @property
    def topic(self) -> str:
        return str(topics.Topic("<lab>", "<gate>" if self.gate else topics.HUB, self.what))

    @property
    def place(self) -> str:
        """The topic of the sample."""
        what = self.what.replace("<machine>", "laser").replace("<verb>", "stop")
        return str(topics.Topic(LAB, self.gate or topics.HUB, what))


# --- the story ----------------------------------------------------------------------------------

_BOOT = "0f4e8a52-9d1c-4c0e-8a61-3b7f2f6f9e10"
_WALL = 1_790_000_000_000
_EPOCH, _HUB = "1f9a03c2", "7c55e0b1"
_INSTANCE, _HUB_INSTANCE = "b41c09de", "e07d1a3f"
_ADA = "m-3f0c9a7be1d2c458"
_ZOE = "m-90b1c2d3e4f5a678"


def _at(ms: int) -> Moment:
    return Moment(_BOOT, ms, _WALL + ms, synced=True)


_BODIES = (
    record(Draft(_at(5_000), EpochBegun("init"))),
    record(Draft(_at(5_100), GateStarted("0.2.0", clean=True))),
    record(Draft(_at(65_000), MemberAdded(_ADA, _ZOE))),
    record(Draft(_at(95_000), GrantGiven(_ADA, "laser", "autonomous", _ZOE))),
)
_BODY_HASHES = [chain.body_hash(body.encode()) for body in _BODIES]


def _hashes() -> list[str]:
    """The chain of the story's records."""
    origin = Origin(f"{LAB}/{GATE}/{_EPOCH}")
    steps = enumerate(_BODY_HASHES, 1)

    def after(last: bytes, step: tuple[int, bytes]) -> bytes:
        return chain.link(origin, step[0], last, step[1])

    return [link.hex() for link in accumulate(steps, after, initial=chain.ROOT)]


_LINKS = _hashes()
_DIGEST = f"{sum(int(link, 16) for link in _LINKS[3:]) % 2**256:064x}"
_RECORD = f"{LAB}/{GATE}/{_EPOCH}"
_ASKED = f"{LAB}/{topics.HUB}/{_HUB}#57"
_NAME = '{"handle":"ada","name":"Ada Lovelace","language":"en"}'

TOPICS = (
    Spoken(
        topics.STATE,
        "the gate; as its last will, the broker",
        "the hub, who looks on",
        "Whether the gate is there. Said on every connect and each minute; `lost` comes from the broker, "
        "20 s after the connection broke. `instance` is random for each start of the program: a gate that"
        " sees another's under its own name says so.",
        GateState("ready", _INSTANCE, _at(120_000), "0.2.0"),
        retained=True,
    ),
    Spoken(
        topics.INFO,
        "the gate",
        "the hub, who looks on",
        "What the gate is and has, and its hello: the hub answers with an `ack` for each origin named "
        "here. Said on every connect and whenever the gate wants to know anew. `keys` are the ids of its "
        "badge keys, never the keys; `certificate` is the fingerprint of its own, `rules` that of its file "
        "of rules: the hub's doctor names the gates that have other rules than the hub.",
        GateInfo(
            _INSTANCE,
            "0.2.0",
            (OriginMark(_EPOCH, 4, _LINKS[4]),),
            RosterMark(_HUB, 311, 2, _DIGEST),
            ("5d20c7aa",),
            (
                MachineInfo(
                    "laser", "Laser", "laser", "tap", 14_400_000, 300_000, "autonomous", openings=("openlab",)
                ),
            ),
            (SPONSORSHIP,),
            "c0ffee" * 10 + "c0ff",
            "5ca1ab1e0b0e",
        ),
        retained=True,
    ),
    Spoken(
        topics.machine_state("<machine>"),
        "the gate",
        "the hub, who looks on",
        "What a machine does. `powered` is what the gate commanded. Who works there is not said.",
        MachineState("in_use", powered=True, troubles=(), at=_at(130_000), busy=True),
        retained=True,
    ),
    Spoken(
        topics.JOURNAL,
        "the gate",
        "the hub",
        "Records of one epoch of the gate's journal, in their order without a hole, each body byte for "
        "byte as it was written. `previous` and `last` are the hashes before the first and of the last "
        "record: the hub computes the chain and compares. A record whose body was purged is a line `!` "
        "and the body's hash.",
        Batch(_EPOCH, 1, FIRST_PREVIOUS, _LINKS[4], (_BODIES[0], Blank(_BODY_HASHES[1].hex()), *_BODIES[2:])),
    ),
    Spoken(
        topics.NOTES,
        "the gate",
        "the hub",
        "All texts that belong to the records `first` to `last`: reasons, logins, and (`beside`) what is "
        "personal of a right. They come after the records, and are erased with them.",
        Notes(
            _EPOCH,
            1,
            4,
            (
                NoteLine(3, "beside", _NAME),
                NoteLine(4, "reason", "Passed the test on Monday.\nKnows the extraction."),
            ),
        ),
    ),
    Spoken(
        topics.ACK,
        "the hub",
        "the gate",
        "How far the hub holds an epoch: without a hole, on its disk. Absolute: it may go back, and the "
        "gate then goes back with it. `noted` says the same of the notes.",
        Ack(_HUB, _EPOCH, 4, _LINKS[4], 4),
    ),
    Spoken(
        topics.ROSTER,
        "the hub",
        "the gate",
        "Rights, in the order in which the hub came to know them: those numbered `after` to `upto` of "
        "`end`, less those that the gate wrote itself. What is personal stands on a line of its own after"
        " its right. `needs` names what a gate has to understand, and the machines that it must refuse if"
        " it does not.",
        Page(
            _HUB,
            309,
            311,
            311,
            {SPONSORSHIP: ("*",)},
            (
                Right(f"{_RECORD}#3", _LINKS[3], _BODIES[2], _NAME),
                Right(f"{_RECORD}#4", _LINKS[4], _BODIES[3]),
            ),
        ),
    ),
    Spoken(
        topics.NEED,
        "the gate",
        "the hub",
        "Up to which number the gate has the rights of which hub epoch. The pages after it follow.",
        Need(_HUB, 309),
    ),
    Spoken(
        topics.RIGHTS,
        "the gate",
        "the hub",
        "The same as `roster`, the other way: rights of other origins, handed to a hub that was made anew"
        " and asked for them with `hand_in`. Here `hub` is the epoch that asked.",
        Page(_HUB, 0, 2, 2, {}, (Right(f"{LAB}/gate-2/9e01bb47#12", _LINKS[3], _BODIES[2], _NAME),)),
    ),
    Spoken(
        topics.KEYS,
        "the gate",
        "the hub",
        "The keys that turn a badge's UID into its token, when a gate has one that the lab has not. "
        "Secret; only the hub may read here.",
        Keyring((KeyLine("5d20c7aa", "5a" * 32),)),
    ),
    Spoken(
        topics.KEYRING,
        "the hub",
        "the gate",
        "All keys of the lab, the newest first. Secret; only this gate may read here.",
        Keyring((KeyLine("c3119f04", "c3" * 32), KeyLine("5d20c7aa", "5a" * 32))),
    ),
    Spoken(
        topics.PRESENT,
        "the hub",
        "the gate",
        "Who is checked in elsewhere in the lab, and who has gone, by random ids. Said when a gate says "
        "hello, whenever it changes, and each minute. It takes the place of what was said before. Never "
        "retained, and nobody but this gate may read here; it counts for starts only while the hub is heard.",
        Present(_HUB, (Here(_ZOE, _WALL + 60_000), Here(_ADA, _WALL - 7_200_000, _WALL - 60_000))),
    ),
    Spoken(
        topics.command("<verb>"),
        "the hub",
        "the gate",
        "Somebody at the hub asks for something: `stop` ends a session, `identify` lets a machine show "
        "where it is, `refresh` asks for info and states anew, `hand_in` for the rights. Nothing can be "
        "switched on. Message expiry, response topic `answer`, correlation data: the id of the record "
        "that asked. It is meant for this `instance` and no later one, until `until_ms`.",
        Command("stop", _INSTANCE, _WALL + 190_000, "laser", f"{_RECORD}#9", _ZOE),
    ),
    Spoken(
        topics.ANSWER,
        "the gate",
        "the hub",
        "What became of it: `done`; `late`, its time was over or it was for an earlier instance; "
        "`refused`; `unknown`, this version has no such verb.",
        Answer(_ASKED, "late", "It was for an earlier start of this gate."),
    ),
    Spoken(
        topics.HUB_STATE,
        "the hub; as its last will, the broker",
        "the gates, who looks on",
        "Whether the hub is there, in which epoch, and which numbers of the wire it speaks.",
        HubState("ready", _HUB, _HUB_INSTANCE, _at(119_000), "0.2.0", (1,)),
        retained=True,
        gate=None,
    ),
)
