"""Members: taken in, changed, shown. What suspends them is in `holds`, and bears its names here too.

Facts of what was done: `by`, `subject`, `handle`; `member` for a new one: the id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fabgate.desk import days, handles, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.desk.holds import lift, suspend
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import MemberAdded, MemberEdited
from fabgate.rules import authority
from fabgate.rules.earned import HoldStands
from fabgate.rules.standing import PERSON_FIELDS
from fabgate.store import people, roster
from fabgate.store.roster import Badge, Grant, Member, RoleHeld

__all__ = [
    "Details",
    "Shown",
    "add",
    "check",
    "check_email",
    "check_language",
    "detailed",
    "edit",
    "lift",
    "listed",
    "personal",
    "shown",
    "suspend",
    "unfit",
]

LONGEST_NAME = 200
LONGEST_EMAIL = 254  # RFC 5321
_KEPT_AS = {"born": "minor_until"}  # of a birth date nothing else is kept


@dataclass(frozen=True, slots=True)
class Details:
    """What a person is known by; None is not said, "" takes away a language, e-mail or login.

    Of `born` (a day, as 2010-05-01) only the day is kept on which they come of age, and of an adult
    nothing.
    """

    name: str | None = None
    handle: str | None = None
    language: str | None = None
    email: str | None = None
    login: str | None = None
    nameable: bool | None = None
    born: str | None = None

    def given(self) -> dict[str, str | bool]:
        """What was said, by the name of its field."""
        all_of_it = {field: getattr(self, field) for field in self.__slots__}
        return {
            field: who.sound(value) if isinstance(value, str) else value
            for field, value in all_of_it.items()
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A member with all that is theirs; `holds` are those suspensions that are in force, of skills too."""

    member: Member
    badges: tuple[Badge, ...]
    roles: tuple[RoleHeld, ...]
    grants: tuple[Grant, ...]
    holds: tuple[HoldStands, ...] = ()


def add(desk: Desk, by: str | None, details: Details, reason: str | None = None) -> Done | Denied:
    """Takes in a new member; the handle is made from the name where none is given.

    Raises UsageError for a language that the lab has no texts in, and for what is no e-mail address.
    """
    check(desk.settings.lab.languages, details)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_enrol(now.actor)
        if no is not None:
            return now.denied(no)
        new = detailed(now, Member(desk.mint(), "", "", added_ms=now.today_ms), details)
        if isinstance(new, Denied):
            return new
        record = now.write(MemberAdded(new.id, now.member.id), reason, personal(new))
        return now.done(record, new, member=new.id)


def edit(desk: Desk, by: str | None, whom: str, details: Details, reason: str | None = None) -> Done | Denied:
    """Changes what is known of a person; the record says which fields, never what they hold.

    Facts: `fields`, those that changed. Raises UsageError as `add` does.
    """
    check(desk.settings.lab.languages, details)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        old = now.find(whom)
        if isinstance(old, Denied):
            return old
        no = authority.may_edit(now.actor, old.id, details.given())
        if no is not None:
            return now.denied(no, old)
        new = detailed(now, old, details)
        if isinstance(new, Denied):
            return new
        said = sorted(_KEPT_AS.get(field, field) for field in details.given())
        changed = tuple(field for field in said if getattr(old, field) != getattr(new, field))
        if not changed:
            return now.denied(Denied(Code.NOTHING_TO_DO), old)
        told = {field: value for field, value in personal(new).items() if field in changed}
        record = now.write(MemberEdited(old.id, now.member.id, changed), reason, told)
        return now.done(record, new, fields=changed)


def listed(desk: Desk) -> tuple[Member, ...]:
    """Everybody, by handle."""
    return roster.members(desk.conn)


def shown(desk: Desk, whom: str) -> Shown | Denied:
    """A member with badges, roles, grants and suspensions."""
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    of, conn = member.id, desk.conn
    today = who.today_ms(conn, desk.clock.now())
    found = (people.suspension(conn, of), *people.skill_holds(conn, of).values())
    holds = tuple(one for one in found if one is not None and one.holds(today))
    return Shown(member, roster.badges(conn, of), roster.roles(conn, of), roster.grants(conn, of), holds)


def check(known: tuple[str, ...], details: Details) -> None:
    """Raises UsageError for what can be nobody's language or e-mail address."""
    check_language(known, details.language)
    check_email(details.email)


def check_language(known: tuple[str, ...], language: str | None) -> None:
    """Raises UsageError for a language that nobody could be spoken to in."""
    if language and language not in known:
        raise UsageError(
            f"there are no texts in the language {language!r}",
            f"This lab has: {', '.join(known)}. Others go into [lab] languages.",
        )


def check_email(email: str | None) -> None:
    """Raises UsageError for a text that is too long for an address, or stands on more than one line."""
    if email and (len(email) > LONGEST_EMAIL or not who.sound(email).isprintable()):
        raise UsageError(
            f"this is no e-mail address: {email[:40]!r}",
            f"It has {LONGEST_EMAIL} signs at most, on one line.",
        )


def personal(of: Member) -> dict[str, str | bool | None]:
    """What stands beside the record that takes a member in."""
    return {field: getattr(of, field) for field in PERSON_FIELDS}


def unfit(details: Details) -> Denied | None:
    """Why these details cannot be anybody's, as far as nothing but they themselves says so.

    Any Unicode that shows something is a name, and is kept as it was given.
    """
    if details.name is not None and (len(details.name) > LONGEST_NAME or not authority.visible(details.name)):
        return Denied(Code.NAME_UNFIT)
    return None if details.handle is None else handles.unfit(details.handle)


def detailed(now: Turn, old: Member, details: Details) -> Member | Denied:
    """The member with these details, or what does not fit or is another's. Nothing is written."""
    said = details.given()
    name = str(said.get("name", old.name))
    no = unfit(replace(details, name=name))
    if no is not None:
        return now.denied(no)
    handle = str(said.get("handle", old.handle or handles.derived(now.conn, name)))
    if handle != old.handle and handles.taken(now.conn, handle):
        free = handles.free(now.conn, handle)
        return now.denied(Denied(Code.HANDLE_TAKEN, {"handle": handle, "free": free}))
    login = _or_none(said, "login", old.login)
    no = _login_taken(now, old, login)
    if no is not None:
        return now.denied(no)
    return replace(
        old,
        name=name,
        handle=handle,
        language=_or_none(said, "language", old.language),
        email=_or_none(said, "email", old.email),
        login=login,
        nameable=bool(said.get("nameable", old.nameable)),
        minor_until=minor_until(now.desk, details.born, old, now.today_ms),
    )


def minor_until(desk: Desk, born: str | None, old: Member, today_ms: int) -> str | None:
    """The day (ISO) on which a member comes of age, None of an adult. Raises UsageError as `days.day` does.

    Who gives no birth date changes nothing, who gives an empty one takes it away.
    """
    if born is None:
        return old.minor_until
    charter, zone = desk.settings.charter, desk.settings.lab.zone
    return days.comes_of_age(charter, born, days.of(today_ms, zone)) if born else None


def _or_none(said: Mapping[str, str | bool], field: str, old: str | None) -> str | None:
    return (str(said[field]) or None) if field in said else old


def _login_taken(now: Turn, of: Member, login: str | None) -> Denied | None:
    """One login is one person: with two owners it would prove neither."""
    owner = None if login is None else roster.member_of_login(now.conn, login)
    if owner is None or owner.id == of.id:
        return None
    return Denied(Code.LOGIN_TAKEN, {"login": login, "subject": owner.name, "handle": owner.handle})
