"""What a record of the journal says, as a sentence of the board: names for ids, words for codes.

The sentence of a kind is `history.k_<kind>`; what is said of it besides stands behind it, where it is not
as usual (`history.d_<field>`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from sqlite3 import Connection

from markupsafe import Markup, escape

from fabgate.board.speaker import Speaker
from fabgate.config import Settings
from fabgate.desk import badges
from fabgate.model import Code, MachineId, Token
from fabgate.records import FIELDS, AlarmRaised, Body, Entry, GateCommanded, LidSeen, Refused, Unknown
from fabgate.store import roster
from fabgate.store.roster import Member
from fabgate.wire.topics import HUB

PEOPLE = ("member", "by", "sponsor", "vouched", "leader", "payer")
_SEVERAL = ("company",)
_BADGES = ("badge", "sponsor_badge")
_LENGTHS = ("length_ms", "uncertain_ms", "busy_ms")
_TIMES = ("until_ms", "since_ms")
_WORDS = {"level": "level", "status": "status", "role": "role", "why": "why", "trouble": "trouble"}
_TITLES = {"skill": "skill", "paper": "paper", "opening": "opening"}
_CODES = ("code", "would")
_ASKED = ("verb", "answer")  # of a gate
_LISTS = ("fields", "waived", "scopes")
_COUNTED = ("lines", "spans")
_BESIDES = (
    "level",
    "sponsor",
    "payer",
    "purpose",
    "people",
    "company",
    "length_ms",
    "busy_ms",
    "uncertain_ms",
    "would",
    "count",
    "until_ms",
    "cause",
    "vouched",
    "waived",
    "bootstrap",
    "offline",
    "score",
    "hours_unasked",
    "rule",
    "machine",
    "since_ms",
    "forced",
    "free",
    "again",
)
_LAST_MS = 253_370_764_799_000  # as far as dates go


@dataclass
class People:
    """Who is behind the ids of members; each is looked up once."""

    conn: Connection
    _known: dict[str, Member | None] = field(default_factory=dict)

    def of(self, member: str) -> Member | None:
        if member not in self._known:
            self._known[member] = roster.member(self.conn, member)
        return self._known[member]

    def name(self, speaker: Speaker, member: str) -> Markup:
        """Their name; the id of whom nobody knows by name any more. A hub asks its gates by itself."""
        if member == HUB:
            return speaker.t("history.the_hub")
        found = self.of(member)
        return speaker.name(member if found is None else found.name)


@dataclass(frozen=True)
class Teller:
    """Tells records in one language. `settings` know what machines are called."""

    speaker: Speaker
    settings: Settings
    people: People

    def tell(self, entry: Entry) -> Markup:
        """What happened, in one line."""
        t, body = self.speaker.t, entry.body
        if body is None:
            return t("history.blanked")
        if isinstance(body, Unknown) or self.speaker.known(_key(body)) == "":
            return t("history.other", kind=body.kind)
        said = self._facts(body)
        begins = self.speaker.words.word(_key(body)).startswith("{machine}")
        first = {"machine": self.machine(getattr(body, "machine", ""), first=True)} if begins else {}
        sentence = t(_key(body), **said | first)
        return Markup(", ").join([sentence, *self._besides(body, said)])

    def machine(self, name: str, first: bool = False) -> Markup:
        """What people call a machine; its id where the configuration knows it no longer. `first` in a
        sentence it begins with a capital letter."""
        known = self.settings.machines.get(MachineId(name))
        title = name if known is None else known.rules.title
        return self.speaker.name(title[:1].upper() + title[1:] if first else title)

    def by(self, entry: Entry) -> Markup | None:
        """Who did it, where the record says so and the sentence may not."""
        who = getattr(entry.body, "by", None)
        if who is None:
            return None
        return self.people.name(self.speaker, who) if who else self.speaker.t("history.the_gate")

    def named(self, entry: Entry) -> tuple[Member, ...]:
        """The members whom a record names, as far as anybody knows them."""
        found = (self.people.of(one) for one in dict.fromkeys(_ids(entry.body)))
        return tuple(one for one in found if one is not None)

    def _facts(self, body: Body) -> dict[str, object]:
        return {name: self._fact(name, getattr(body, name)) for name, _ in FIELDS[body.kind]}

    def _fact(self, name: str, value: object) -> object:
        """A field as people read it."""
        speaker = self.speaker
        if name in PEOPLE:
            return self.people.name(speaker, str(value)) if value else speaker.t("history.nobody")
        if name == "machine":
            return self.machine(str(value))
        if isinstance(value, tuple):
            return len(value) if name in _COUNTED else Markup(", ").join(self._several(name, value))
        if name in _BADGES:
            return badges.short(Token(str(value)))
        if isinstance(value, int) and (name in _LENGTHS or name in _TIMES):
            return speaker.length(value) if name in _LENGTHS else speaker.moment(value)
        for table, told in self._tables():
            if name in table:
                return speaker.name(told(table[name], str(value)))
        if name in _ASKED:
            return speaker.known(f"gates.{name}_{value}") or speaker.name(value)
        return self.refusal(str(value)) if name in _CODES else speaker.name(value)

    def _tables(self) -> Iterator[tuple[Mapping[str, str], Callable[[str, str], str]]]:
        yield _WORDS, self.speaker.word
        yield _TITLES, self.speaker.title

    def _several(self, name: str, value: Iterable[object]) -> Iterator[Markup]:
        for one in value:
            if name in _SEVERAL:
                yield self.people.name(self.speaker, str(one))
            elif name in _LISTS:
                yield self.speaker.name(one)

    def refusal(self, code: str) -> Markup:
        """What the machine said, without its next step."""
        with suppress(ValueError):
            return escape(self.speaker.say(Code(code), {}).text.rstrip("."))
        return self.speaker.name(code)

    def _besides(self, body: Body, said: Mapping[str, object]) -> Iterator[Markup]:
        """What is not as usual, as far as the sentence does not say it."""
        sentence = self.speaker.words.word(_key(body))
        usual = dict(FIELDS[body.kind])
        for name in _BESIDES:
            unsaid = name in usual and "{" + name + "}" not in sentence
            if name == "until_ms" and isinstance(body, GateCommanded):
                continue  # seconds after it was asked
            if unsaid and getattr(body, name) not in (usual[name], None, ""):
                yield self.speaker.t(f"history.d_{name}", **said)
        if getattr(body, "charged", True) is False:
            yield self.speaker.t("history.d_uncharged")
        if getattr(body, "clean", True) is False:
            yield self.speaker.t("history.d_unclean")


def as_written(entry: Entry) -> str:
    """A record's own text: its moment and its fields, one a line."""
    if entry.body is None or entry.at is None:
        return ""
    at, body = entry.at, entry.body
    fields_: Mapping[str, object] = (
        body.body
        if isinstance(body, Unknown)
        else {name: getattr(body, name) for name, _ in FIELDS[body.kind]}
    )
    said = {"kind": body.kind, "boot": at.boot, "ms": at.boot_ms, "wall": at.wall_ms, "synced": at.synced}
    return json.dumps(said | dict(fields_), ensure_ascii=False, indent=2)


def shown_ms(entry: Entry) -> int | None:
    """Its wall time, as near as dates go: a clock may have said anything."""
    return None if entry.at is None else min(max(entry.at.wall_ms, 0), _LAST_MS)


def _key(body: Body) -> str:
    key = f"history.k_{body.kind.replace('.', '_')}"
    match body:
        case LidSeen(open=False):
            return f"{key}_shut"
        case AlarmRaised(over=True):
            return f"{key}_over"
        case Refused(member=None):
            return f"{key}_unknown"
        case _:
            return key


def _ids(body: Body | None) -> Iterator[str]:
    for name in (*PEOPLE, *_SEVERAL):
        value = getattr(body, name, None)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, str) and one:
                yield one
