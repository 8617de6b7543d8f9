"""Papers: dues, waivers, insurances; put on file with their last day, withdrawn, looked up (R2).

Which there are, and of whom they are asked, stands in the lab's rules. Facts of what was done: `by`,
`subject`, `handle`, `paper`, `until_ms`, `was_ms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fabgate.charter import Paper
from fabgate.desk import days, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, MemberId, Status
from fabgate.records import PaperFiled, PaperWithdrawn
from fabgate.rules import authority, terms
from fabgate.rules.earned import PaperStands
from fabgate.store import people, roster
from fabgate.store.roster import Member

DUES = "dues"


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper of a member: what is on file, whether it is `asked` of them, and whether it counts today.

    `on_file` is None where it is asked and was never filed. `counts`: in date, or within its days of
    grace; `grace_ms` the last moment of these.
    """

    member: Member
    paper: Paper
    on_file: PaperStands | None
    asked: bool
    counts: bool
    grace_ms: int | None


def file(
    desk: Desk,
    by: str | None,
    whom: str,
    paper: str,
    until_ms: int | None = None,
    reason: str | None = None,
    ref: str | None = None,
    past: bool = False,
) -> Done | Denied:
    """Puts a paper on file, good up to and including `until_ms` (wall; None: without an end) (R2).

    It takes the place of what was on file. `ref`, such as the number of a receipt, stays beside the
    record. A day that is over is taken for a slip of the finger unless `past` says that it is meant.
    """
    paper = who.sound(paper)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        old = people.filed(now.conn, member.id)
        no = refused(now, member, paper, reason)
        if no is None and until_ms is not None and until_ms < now.today_ms and not past:
            no = Denied(Code.PAST_DATE, {"until_ms": until_ms})
        if no is None and paper in old and old[paper] == until_ms:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member, paper=paper)
        record = now.write(PaperFiled(member.id, paper, now.member.id, until_ms), reason, ref=ref)
        return now.done(record, member, paper=paper, until_ms=until_ms, was_ms=old.get(paper))


def withdraw(desk: Desk, by: str | None, whom: str, paper: str, reason: str | None = None) -> Done | Denied:
    """Takes a paper off file; also one that the lab's rules no longer know."""
    paper = who.sound(paper)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        old = people.filed(now.conn, member.id)
        no = refused(now, member, paper, reason, known=paper in old)
        if no is None and paper not in old:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member, paper=paper)
        record = now.write(PaperWithdrawn(member.id, paper, now.member.id), reason)
        return now.done(record, member, paper=paper, was_ms=old[paper])


def refused(now: Turn, member: Member, paper: str, reason: str | None, known: bool = False) -> Denied | None:
    """Why this person may not file that paper of a member, or that there is none such."""
    alone = who.managers(now.conn, now.today_ms) == {now.member.id}
    no = authority.may_file_paper(now.actor, member.id, dues=paper == DUES, alone=alone, reason=reason)
    return no or (None if known else unknown(now.desk, paper))


def unknown(desk: Desk, paper: str) -> Denied | None:
    """UNKNOWN_PAPER with those that are near, or with all; None for one that the lab's rules know."""
    known = desk.settings.charter.papers
    if paper in known:
        return None
    near = who.near(paper, known) or tuple(sorted(known))
    return Denied(Code.UNKNOWN_PAPER, {"paper": paper, "near": near, "known": tuple(sorted(known))})


def listed(desk: Desk, whom: str | None = None) -> tuple[Shown, ...] | Denied:
    """The papers of a member, or of everybody: those on file, and those that are asked and missing."""
    if whom is None:
        everybody = roster.members(desk.conn)
    else:
        member = who.find(desk.conn, whom)
        if isinstance(member, Denied):
            return member
        everybody = (member,)
    today = who.today_ms(desk.conn, desk.clock.now())
    filed = _by_member(people.papers(desk.conn, everybody[0].id if whom is not None else None))
    return tuple(shown for one in everybody for shown in _shown(desk, one, filed.get(one.id, {}), today))


def _by_member(filed: tuple[PaperStands, ...]) -> dict[MemberId, dict[str, PaperStands]]:
    found: dict[MemberId, dict[str, PaperStands]] = {}
    for one in filed:
        found.setdefault(one.member, {})[one.paper] = one
    return found


def _shown(desk: Desk, member: Member, on_file: dict[str, PaperStands], today_ms: int) -> Iterator[Shown]:
    zone = desk.settings.lab.zone
    filed = {paper: one.until_ms for paper, one in on_file.items()}
    minor = terms.minor(member.minor_until, today_ms, zone)
    known = desk.settings.charter.papers
    gone = [Paper(paper, paper, subscription=True) for paper in on_file if paper not in known]
    for paper in (*known.values(), *gone):
        guest = member.status is Status.GUEST
        asked = member.status is not Status.LEFT and terms.asked(paper, minor, guest)
        if asked or paper.id in on_file:
            alone = {paper.id: replace(paper, minors=False, subscription=False)}
            counts = not terms.lacks(alone, filed, minor, today_ms, zone)
            grace = _grace_ms(desk, paper, filed)
            yield Shown(member, paper, on_file.get(paper.id), asked, counts, grace)


def _grace_ms(desk: Desk, paper: Paper, filed: Mapping[str, int | None]) -> int | None:
    last = filed.get(paper.id)
    if last is None or not paper.grace_days:
        return None
    return days.later_ms(last, paper.grace_days, desk.settings.lab.zone)
