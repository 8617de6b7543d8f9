"""What every deed has in common: the desk it is done at, whose turn it is, what it answers.

A deed runs within one `turn`: the rule is asked, the record appended and the roster moved in one
transaction, so that none of the three is ever there without the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from sqlite3 import Connection

from fabgate.config import MachineSettings, Settings, Skill
from fabgate.desk import helpers, who
from fabgate.model import (
    Clock,
    Code,
    Denied,
    Fact,
    Facts,
    Level,
    MachineId,
    MemberId,
    Moment,
    RecordId,
    SkillId,
)
from fabgate.records import Body, Draft, MemberAdded, Note
from fabgate.rules import standing
from fabgate.rules.actors import Actor, bare
from fabgate.rules.standing import Beside
from fabgate.store import named, rights
from fabgate.store.db import Pen, Writer
from fabgate.store.keys import Keys
from fabgate.store.roster import Member

SIGNED_IN = "(board)"  # no login of an operating system has brackets
SIGNED_IN_AS = "FABGATE_SIGNED_IN"
"""The variable by which the board tells a command that it runs who signed in (a member's id)."""
TOLD_AS = "FABGATE_TOLD_AS"
"""The variable by which it asks such a command to say what went wrong as JSON, for the reader's language."""


def mint_member() -> MemberId:
    """A new member's id: random, so that it says nothing about the person (law 12)."""
    return MemberId(f"m-{secrets.token_hex(8)}")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where deeds are done: the configuration, the books, the clock, who is logged in.

    `login` is the name under which the operating system knows the one who types, `signed_in` the member whom
    the board knows: it stands in the place of a login, whatever `actors.proof` says. `bare`: they act
    without any office that they hold, for they came by a tap. `keys` are read from the state folder
    where they were not given and a deed takes a badge's number.
    """

    settings: Settings
    writer: Writer
    clock: Clock
    login: str | None = None
    keys: Keys | None = None
    mint: Callable[[], MemberId] = mint_member
    signed_in: MemberId | None = None
    bare: bool = False

    @property
    def conn(self) -> Connection:
        """The books, to read in."""
        return self.writer.conn

    @property
    def said_by(self) -> str | None:
        """What stands beside a record of how its author was known."""
        return self.login if self.signed_in is None else SIGNED_IN

    def skill(self, name: str) -> Skill | Denied:
        """The skill of that name, or UNKNOWN_SKILL with those that are near."""
        known = self.settings.skills
        return known.get(SkillId(name)) or Denied(Code.UNKNOWN_SKILL, _like("skill", name, known))

    def machine(self, name: str) -> MachineSettings | Denied:
        """The machine of that name, or UNKNOWN_MACHINE with those that are near."""
        known = self.settings.machines
        return known.get(MachineId(name)) or Denied(Code.UNKNOWN_MACHINE, _like("machine", name, known))


def _like(what: str, name: str, known: Iterable[str]) -> Facts:
    return {what: name, "near": who.near(name, known), "known": tuple(sorted(known))}


@dataclass(frozen=True, slots=True)
class Done:
    """A deed that was done: the record of it and the facts to tell people with."""

    record: RecordId | None = None
    facts: Facts = field(default_factory=dict)


_WHOM_TO_ASK = {Code.NOT_ALLOWED, Code.NOT_HELD, Code.NOT_READY, Code.NOT_TO_YOURSELF, Code.BOOTSTRAP_CLOSED}


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's turn at the desk, within one transaction: who acts, when, and the pen.

    `today_ms` is the wall time that dates are counted from; `at` goes into the record.
    """

    desk: Desk
    pen: Pen
    at: Moment
    today_ms: int
    member: Member
    actor: Actor

    @property
    def conn(self) -> Connection:
        """The books as they stand within this transaction."""
        return self.pen.conn

    def find(self, text: str) -> Member | Denied:
        """The member who is meant, or why nobody is."""
        found = who.find(self.conn, text)
        return self.denied(found) if isinstance(found, Denied) else found

    def write(
        self, body: Body, reason: str | None = None, beside: Beside | None = None, ref: str | None = None
    ) -> RecordId:
        """Appends the record, which moves the roster where it gives or takes a right.

        It names all that was seen of its subject. Who was logged in, why, and `ref`, the number of a
        receipt or of a paper, stand beside it, as does what is personal (`beside`); never in it (law 12).
        """
        said = {"login": self.desk.said_by, "reason": reason, "ref": ref}
        notes = [Note(kind, who.sound(text)) for kind, text in said.items() if text]
        draft = Draft(self.at, self._seeing(body))
        return self.pen.append(draft, notes, standing.write_beside(beside))

    def _seeing(self, body: Body) -> Body:
        about = standing.subject(body)
        if about is None or not standing.is_right(body) or isinstance(body, MemberAdded):
            return body
        return replace(body, supersedes=tuple(str(record) for record in rights.heads(self.conn, about)))

    def done(self, record: RecordId, subject: Member | None = None, **facts: Fact) -> Done:
        """The answer to a deed that was done: `by`, the subject's name and handle, and these facts."""
        return Done(record, self._named(subject, facts))

    def denied(self, no: Denied, subject: Member | None = None, **facts: Fact) -> Denied:
        """The refusal with the names that its text is made from, and whom to turn to."""
        told = self._named(subject, {**facts, **no.facts})
        if no.code in _WHOM_TO_ASK:
            told |= self._helpers(told.get("skill"))
        return Denied(no.code, told | {"contact": self.desk.settings.lab.contact})

    def _named(self, subject: Member | None, facts: Facts) -> dict[str, Fact]:
        told: dict[str, Fact] = {"by": self.member.name, **facts}
        if subject is not None:
            told |= {"subject": subject.name, "handle": subject.handle}
        return told

    def _helpers(self, skill: Fact) -> dict[str, Fact]:
        asks = self.member.id
        told: dict[str, Fact] = {"managers": named.managers(self.conn, self.today_ms, asks)}
        if isinstance(skill, str):
            settings, today = self.desk.settings, self.today_ms
            told["sponsors"] = helpers.sponsors(
                self.conn, settings, SkillId(skill), today, Level.SPONSOR, asks
            )
        return told


@contextmanager
def turn(desk: Desk, by: str | None) -> Iterator[Turn | Denied]:
    """The turn of the one who acts, or why it is nobody's: see `who.acting`.

    Leaving it commits, and what was done is durable then; an exception within rolls everything
    back. Raises StoreBusy, DiskFull.
    """
    with desk.writer.write() as pen:
        member = _acting(desk, pen.conn, by)
        if isinstance(member, Denied):
            yield Denied(member.code, {**member.facts, "contact": desk.settings.lab.contact})
            return
        at = desk.clock.now()
        today = who.today_ms(pen.conn, at)
        yield Turn(desk, pen, at, today, member, _actor(desk, pen.conn, member, today))


def looking(desk: Desk, by: str | None) -> Turn | Denied:
    """The turn of the one who acts, to see what a deed would do: outside the lock, without ink.

    The books may change at any time; whoever writes upon what was seen asks within a `turn` whether
    they have.
    """
    member = _acting(desk, desk.conn, by)
    if isinstance(member, Denied):
        return Denied(member.code, {**member.facts, "contact": desk.settings.lab.contact})
    at = desk.clock.now()
    today = who.today_ms(desk.conn, at)
    dry = Pen(desk.conn, desk.writer.identity, 0)  # the connection to read with: SQLite refuses it to write
    return Turn(desk, dry, at, today, member, _actor(desk, desk.conn, member, today))


def _actor(desk: Desk, conn: Connection, member: Member, today_ms: int) -> Actor:
    found = who.actor(conn, desk.settings.skills, member, today_ms)
    return bare(found) if desk.bare else found


def _acting(desk: Desk, conn: Connection, by: str | None) -> Member | Denied:
    """Who acts: the one who signed in and nobody else, or as the configuration has it proved."""
    if desk.signed_in is None:
        return who.acting(conn, desk.settings.proof, desk.login, by)
    member = who.find(conn, desk.signed_in)
    if isinstance(member, Denied) or by in (None, member.id, member.handle):
        return member
    told: dict[str, Fact] = {"login": SIGNED_IN, "by": by, "handle": member.handle}
    return Denied(Code.NOT_YOUR_LOGIN, told)
