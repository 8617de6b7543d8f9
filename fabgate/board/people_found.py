"""What all pages about a member share: who is meant, one form a deed, no decision upon old news."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from starlette.responses import Response

from fabgate.board import pages
from fabgate.board.pages import Page
from fabgate.board.people_gaps import worded
from fabgate.board.visit import REFUSED, Visit
from fabgate.desk import days, sessions, who
from fabgate.desk.deed import Done
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.store.roster import Member
from fabgate.texts.catalogue import Said

MemberPage = Callable[[Visit, Member], Response]
RESERVED = frozenset({"new"})  # paths below /members that are no handle
_NOT_FOUND = 404


def of_member(page: MemberPage) -> Page:
    """A page about the member whom its path names, by handle or id; without one there is no such page."""

    def answer(visit: Visit) -> Response:
        found = who.find(visit.conn, visit.asked.parameters["member"])
        if isinstance(found, Denied):
            return pages.stopped(visit, "not_found", _NOT_FOUND)
        return page(visit, found)

    return answer


def path_of(member: Member) -> str:
    """Where the pages of a member are."""
    return f"/members/{member.id if member.handle in RESERVED else member.handle}"


def shown(visit: Visit, template: str, member: Member, tab: str, **facts: object) -> Response:
    """A page of a member, with what stands above all of them."""
    works = tuple(
        one for one in sessions.listed(visit.desk) if one.member is not None and one.member.id == member.id
    )
    return visit.page(
        f"people/{template}.html",
        member=member,
        home=path_of(member),
        tab=tab,
        suspended=member.suspended_at(visit.today_ms) is not None,
        works=works,
        kept=kept(visit),
        **facts,  # type: ignore[arg-type] # none of them is `status`
    )


def kept(visit: Visit) -> Callable[..., str]:
    """What was typed into the form of a deed that was not done, to be shown there again."""

    def typed(deed: str, field: str, otherwise: str = "") -> str:
        if visit.refusal is None or visit.field("deed") != deed:
            return otherwise
        return visit.asked.form.get(field, "")

    return typed


def deeds(show: MemberPage, mark: Callable[[Visit, Member], str], **by_name: MemberPage) -> MemberPage:
    """What takes the forms of a page that has several: the field `deed` says which was sent.

    A form that was filled in upon something else than what is so now does nothing: the page tells how it
    is now, with what was typed, and may be sent again.
    """

    def take(visit: Visit, member: Member) -> Response:
        again = lambda: show(visit, member)  # noqa: E731 # asked for only where something is wrong
        deed = by_name.get(visit.field("deed"))
        if deed is None:
            return visit.unfit("people.deed", again)
        seen = visit.field("seen")
        if seen and seen != mark(visit, member):
            return stopped_by(visit, "people.changed", again)
        try:
            return deed(visit, member)
        except UsageError as error:
            return visit.wrong(error, again)

    return take


def stopped_by(visit: Visit, why: str, again: Callable[[], Response]) -> Response:
    """The page again, with a word of the board why nothing was done, and `<why>_next` what to do."""
    t = visit.speaker.t
    visit.refusal = Said(t(why), t(f"{why}_next"))
    answer = again()
    answer.status_code = REFUSED
    return answer


def marked(*facts: object) -> str:
    """A short mark of what is so, to tell by whether it still is."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def told(
    visit: Visit, result: Done | Denied, to: str, again: Callable[[], Response], key: str, **words: object
) -> Response:
    """The answer to a form: where it was done the page `to` says `key`, of `who` it was done to and with
    these words; else this page says why not."""
    if isinstance(result, Denied):
        return visit.refused(worded(visit, result), again)
    name = visit.speaker.name(result.facts.get("subject"))
    return visit.to(to, visit.speaker.t(key, who=name, **words))


def last_day(visit: Visit, field: str = "until") -> int | None:
    """The last moment of the day that a field names; None where it is empty. Raises UsageError."""
    text = visit.field(field)
    try:
        return days.end_of_day_ms(visit.settings.lab.zone, text) if text else None
    except UsageError:
        t = visit.speaker.t
        raise UsageError(t("people.no_day", value=text[:40]), t("people.no_day_next")) from None


def born(visit: Visit) -> str | None:
    """The birth date of the form; None where it is empty. Raises UsageError for what is nobody's."""
    text = visit.field("born")
    try:
        if text:
            today = days.of(visit.today_ms, visit.settings.lab.zone)
            days.comes_of_age(visit.settings.charter, text, today)
    except UsageError:
        t = visit.speaker.t
        raise UsageError(t("people.not_born", value=text[:40]), t("people.no_day_next")) from None
    return text or None


def language(visit: Visit) -> str:
    """One of the lab's languages, or none. Raises UsageError."""
    return chosen(visit, "language", ("", *visit.settings.lab.languages))


def number(visit: Visit, field: str, most: int, least: int = 1) -> int | None:
    """A whole number of a field, from `least` to `most`; None where it is empty. Raises UsageError."""
    text = visit.field(field)
    if not text:
        return None
    t = visit.speaker.t
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
    if not least <= value <= most:
        what = t("people.no_number", value=text[:40])
        raise UsageError(what, t("people.no_number_next", least=least, most=most))
    return value


def chosen(visit: Visit, field: str, known: Mapping[str, object] | frozenset[str] | tuple[str, ...]) -> str:
    """One of the words that a list offers. Raises UsageError for any other."""
    text = visit.field(field)
    if text in known:
        return text
    t = visit.speaker.t
    raise UsageError(t("people.not_offered", value=text[:40]), t("people.not_offered_next"))
