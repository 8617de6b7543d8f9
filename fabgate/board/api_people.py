"""The API on people: members, badges, grants, and who is on site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fabgate.board.api_forms import Fits, Instant
from fabgate.board.api_words import Next, Paged, handle, instant, or_id, page_of, utc
from fabgate.board.visit import Visit
from fabgate.desk import badges, grants, members, presence
from fabgate.model import Denied
from fabgate.store import roster

Handle = Annotated[str, "A member's handle; the id of one who is known by it no more."]
Level = Annotated[str, "none, trainee, autonomous or sponsor."]


@dataclass(frozen=True, slots=True)
class Member:
    """A member."""

    id: Annotated[str, "Minted once, and never another's."]
    handle: str
    name: str
    status: Annotated[str, "left, guest, trainee or autonomous."]
    language: str | None
    email: str | None
    nameable: Annotated[bool, "Whether others may be told their name."]
    of_age_on: Annotated[str | None, "The day on which they come of age; null of an adult."]
    added: Instant
    suspended: Annotated[Instant | None, "Since when; null of one who is not."]
    suspended_until: Instant | None


@dataclass(frozen=True, slots=True)
class Members:
    """Members, by handle."""

    items: tuple[Member, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Office:
    """A role that somebody holds: manager, treasurer, or maintainer of a machine."""

    role: str
    machine: str | None


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge. Its number is nowhere: it is known by the first digits of its token."""

    badge: str
    member: Handle
    label: str
    payer: Annotated[str | None, "Another member who pays for what is done with it."]
    purpose: str
    added: Instant
    blocked: Instant | None
    rivals: Annotated[tuple[str, ...], "Who own it, where it was given to several: it opens nothing then."]


@dataclass(frozen=True, slots=True)
class Badges:
    """Badges, by member."""

    items: tuple[Badge, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Grant:
    """What a member may do on the machines of a skill."""

    skill: str
    member: Handle
    level: Annotated[Level, "What it is worth today."]
    granted: Annotated[Level, "What was given."]
    since: Instant
    ends: Annotated[Instant | None, "Its last moment, past or to come."]
    ends_by: Annotated[str | None, "until, validity, disuse or changed."]
    lapsed: Instant | None
    suspended: Instant | None
    by: Annotated[Handle, "Who gave it."]


@dataclass(frozen=True, slots=True)
class Grants:
    """Grants, by skill and member."""

    items: tuple[Grant, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Whole:
    """A member with all that is theirs."""

    member: Member
    roles: tuple[Office, ...]
    badges: tuple[Badge, ...]
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is on site."""

    member: str
    name: str
    gate: str
    since: Instant
    until: Annotated[Instant, "For so long it counts without another sign of them."]
    keyholder: Annotated[bool, "While they are there, the lab is staffed."]
    minor: Annotated[bool | None, "Whether they are under age; null where the token's member is not told."]


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is on site, by handle."""

    items: tuple[Present, ...]
    next: Next


# --- asked --------------------------------------------------------------------------------------

Said = Annotated[str, Fits(0, 200, r"^[^\u0000]*$")]


@dataclass(frozen=True, slots=True)
class WhichMembers(Paged):
    """Which members."""

    status: Annotated[Literal["", "left", "guest", "trainee", "autonomous"], "Only those who are this."] = ""
    search: Annotated[Said, "Only those whose handle or name has this in it."] = ""


@dataclass(frozen=True, slots=True)
class OfMember(Paged):
    """Whose."""

    member: Annotated[Said, "Only those of this member: a handle or an id."] = ""


@dataclass(frozen=True, slots=True)
class WhichGrants(OfMember):
    """Whose, and on what."""

    skill: Annotated[Said, "Only those on this skill."] = ""


# --- told ---------------------------------------------------------------------------------------


def me(visit: Visit, _: object) -> Member:
    return _member(visit, visit.me)


def listed(visit: Visit, asked: WhichMembers) -> Members:
    text = asked.search.casefold()
    found = (
        one
        for one in members.listed(visit.desk)
        if asked.status in ("", one.status.word)
        and (text in one.handle.casefold() or text in one.name.casefold())
    )
    page, after = page_of(found, asked, lambda one: one.handle)
    return Members(tuple(_member(visit, one) for one in page), after)


def whole(visit: Visit, _: object) -> Whole | Denied:
    shown = members.shown(visit.desk, visit.asked.parameters["member"])
    if isinstance(shown, Denied):
        return shown
    theirs, held = badges.listed(visit.desk, shown.member.id), grants.listed(visit.desk, shown.member.id)
    if isinstance(theirs, Denied):
        return theirs
    if isinstance(held, Denied):
        return held
    return Whole(
        _member(visit, shown.member),
        tuple(Office(one.role.value, one.machine) for one in shown.roles),
        tuple(map(_badge, theirs)),
        tuple(map(_grant, held)),
    )


def all_badges(visit: Visit, asked: OfMember) -> Badges | Denied:
    found = badges.listed(visit.desk, asked.member or None)
    if isinstance(found, Denied):
        return found
    page, after = page_of(
        found, asked, lambda one: f"{or_id(one.owner, one.badge.member)} {one.badge.record}"
    )
    return Badges(tuple(map(_badge, page)), after)


def all_grants(visit: Visit, asked: WhichGrants) -> Grants | Denied:
    found = grants.listed(visit.desk, asked.member or None, asked.skill or None)
    if isinstance(found, Denied):
        return found
    page, after = page_of(
        found, asked, lambda one: f"{one.grant.skill} {or_id(one.holder, one.grant.member)}"
    )
    return Grants(tuple(map(_grant, page)), after)


def on_site(visit: Visit, asked: Paged) -> Presence | Denied:
    found = presence.listed(visit.desk)
    if isinstance(found, Denied):
        return found
    page, after = page_of(found, asked, lambda one: one.member.handle)
    return Presence(tuple(map(_present, page)), after)


# --- forms --------------------------------------------------------------------------------------


def _member(visit: Visit, one: roster.Member) -> Member:
    suspended_ms = one.suspended_at(visit.today_ms)
    return Member(
        id=one.id,
        handle=one.handle,
        name=one.name,
        status=one.status.word,
        language=one.language,
        email=one.email,
        nameable=one.nameable,
        of_age_on=one.minor_until,
        added=instant(one.added_ms),
        suspended=utc(suspended_ms),
        suspended_until=None if suspended_ms is None else utc(one.suspended_until_ms),
    )


def _badge(one: badges.Shown) -> Badge:
    badge = one.badge
    return Badge(
        badge=badges.short(badge.token),
        member=or_id(one.owner, badge.member),
        label=badge.label,
        payer=handle(one.payer),
        purpose=badge.purpose,
        added=instant(badge.added_ms),
        blocked=utc(badge.blocked_ms),
        rivals=tuple(rival.handle for rival in one.rivals),
    )


def _grant(one: grants.Shown) -> Grant:
    return Grant(
        skill=one.grant.skill,
        member=or_id(one.holder, one.grant.member),
        level=one.level.word,
        granted=one.grant.level.word,
        since=instant(one.grant.since_ms),
        ends=None if one.end is None else utc(one.end.ms),
        ends_by=None if one.end is None else one.end.why.value,
        lapsed=utc(one.lapsed_ms),
        suspended=utc(one.suspended_ms),
        by=or_id(one.giver, one.grant.by),
    )


def _present(one: presence.Shown) -> Present:
    return Present(
        member=one.member.handle,
        name=one.member.name,
        gate=one.gate,
        since=instant(one.since_ms),
        until=instant(one.until_ms),
        keyholder=one.keyholder,
        minor=one.minor,
    )
