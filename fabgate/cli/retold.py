"""What happened, as people say it: one line for each kind of record that a history is made of."""

from __future__ import annotations

from collections.abc import Iterable

from fabgate.cli.frame import Here, printable
from fabgate.cli.show import Handles, day, hours, local
from fabgate.desk import badges
from fabgate.desk.history import RanOut
from fabgate.model import Lapse, Token
from fabgate.records import (
    AccountSet,
    AlarmCalled,
    BadgeAdded,
    BadgeBlocked,
    Body,
    CloseAsked,
    EvidenceNoted,
    EvidenceStruck,
    GrantGiven,
    GrantLifted,
    GrantProposed,
    GrantRenewed,
    GrantReviewed,
    GrantRevoked,
    GrantSuspended,
    LidSeen,
    MachineLocked,
    MachineServiced,
    MachineUnlocked,
    MemberAdded,
    MemberEdited,
    MemberForgotten,
    MemberLifted,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    PaperWithdrawn,
    PowerMissed,
    ProposalApproved,
    ProposalRefused,
    RoleGiven,
    RoleRevoked,
    SponsorAssigned,
    SponsorReleased,
    TroubleBegan,
    TroubleOver,
    WorkshopClosed,
    WorkshopOpened,
)
from fabgate.rules.ledger import Session, Usage

_LAPSED = {
    Lapse.UNTIL: "its last day is over",
    Lapse.VALIDITY: "it held so long and no longer",
    Lapse.DISUSE: "it was not used for too long",
    Lapse.CHANGED: "the machine was replaced",
}


_LOCKED_BY = {"oops": "somebody pressed its button", "welded": "its contactor is welded"}


def phrase(here: Here, what: Body | RanOut | Session, handles: Handles) -> str:
    """One thing that happened, in one line; it names whoever it happened to first."""
    match what:
        case RanOut():
            return printable(_ran_out(what, handles))
        case Session():
            return printable(_session(what, handles))
        case _:
            said = (
                _grant(here, what, handles)
                or _member(here, what, handles)
                or _money(here, what, handles)
                or _machine(here, what, handles)
            )
            return printable(said or what.kind)


def _grant(here: Here, what: Body, handles: Handles) -> str | None:
    match what:
        case GrantGiven(member=of, skill=skill, level=level):
            return f"{handles.of(of)}: {level} on {skill}{_more(_given(here, what, handles))}"
        case GrantRevoked(member=of, skill=skill):
            return f"{handles.of(of)}: nothing on {skill} any more"
        case GrantSuspended(member=of, skill=skill, until_ms=until, cause=cause):
            return f"{handles.of(of)}: suspended on {skill}{_more(_hold(here, until, cause))}"
        case GrantLifted(member=of, skill=skill):
            return f"{handles.of(of)}: no longer suspended on {skill}"
        case GrantRenewed(member=of, skill=skill):
            return f"{handles.of(of)}: {skill} renewed"
        case GrantProposed(member=of, skill=skill, level=level):
            return f"{handles.of(of)}: proposed as {level} on {skill}"
        case ProposalApproved(member=of, skill=skill):
            return f"{handles.of(of)}: proposal approved, {skill}"
        case ProposalRefused(member=of, skill=skill):
            return f"{handles.of(of)}: proposal refused, {skill}"
        case GrantReviewed(member=of, skill=skill):
            return f"{handles.of(of)}: looked at again and kept, {skill}"
        case EvidenceNoted(member=of, skill=skill, what=sort, item=item, score=score):
            points = () if score is None else (f"{score} points",)
            named = "supervised session well done" if sort == "session" else f"{sort} {item}"
            return f"{handles.of(of)}: {skill}, {named}{_more(points)}"
        case EvidenceStruck(member=of, skill=skill, what=sort, item=item):
            return f"{handles.of(of)}: {skill}, {sort} {item} struck out"
        case _:
            return None


def _given(here: Here, what: GrantGiven, handles: Handles) -> Iterable[str]:
    if what.until_ms is not None:
        yield f"until {day(here, what.until_ms)}"
    if what.vouched is not None:
        yield f"proposed by {handles.of(what.vouched)}"
    if what.bootstrap:
        yield "the first sponsor"
    if what.waived:
        yield f"without {', '.join(what.waived)}"
    if what.offline:
        yield "without word from the hub"


def _hold(here: Here, until_ms: int | None, cause: str) -> Iterable[str]:
    if until_ms is not None:
        yield f"until {local(here, until_ms)}"
    if cause:
        yield cause


def _more(parts: Iterable[str]) -> str:
    return "".join(f", {part}" for part in parts)


def _member(here: Here, what: Body, handles: Handles) -> str | None:
    match what:
        case MemberAdded(member=of):
            return f"{handles.of(of)}: taken in as a member"
        case MemberEdited(member=of, fields=fields):
            return f"{handles.of(of)}: changed {', '.join(fields)}"
        case MemberSuspended(member=of, until_ms=until, cause=cause):
            return f"{handles.of(of)}: suspended{_more(_hold(here, until, cause))}"
        case MemberLifted(member=of):
            return f"{handles.of(of)}: no longer suspended"
        case MemberStatus(member=of, status=status):
            return f"{handles.of(of)}: {status} in the lab"
        case PaperFiled(member=of, paper=paper, until_ms=until):
            good = () if until is None else (f"until {day(here, until)}",)
            return f"{handles.of(of)}: {paper} on file{_more(good)}"
        case PaperWithdrawn(member=of, paper=paper):
            return f"{handles.of(of)}: {paper} withdrawn"
        case SponsorAssigned(member=of, sponsor=sponsor):
            return f"{handles.of(of)}: looked after by {handles.of(sponsor)}"
        case SponsorReleased(member=of):
            return f"{handles.of(of)}: looked after by nobody any more"
        case BadgeAdded(member=of, badge=token, payer=payer, purpose=purpose):
            use = [] if payer is None else [f"paid by {handles.of(payer)}"]
            use += [f"for {purpose}"] if purpose else []
            return f"{handles.of(of)}: badge {badges.short(Token(token))}{_more(use)}"
        case BadgeBlocked(member=of, badge=token):
            return f"{handles.of(of)}: badge {badges.short(Token(token))} blocked"
        case RoleGiven(member=of, role=role, machine=machine):
            return f"{handles.of(of)}: {_office(role, machine)}"
        case RoleRevoked(member=of, role=role, machine=machine):
            return f"{handles.of(of)}: no longer {_office(role, machine)}"
        case _:
            return None


def _money(here: Here, what: Body, handles: Handles) -> str | None:
    match what:
        case AccountSet(member=of, category=category, organisation=organisation, since_ms=since):
            kind = "an organisation" if organisation else "a person"
            how = f"pays {'before' if what.prepaid else 'by invoice'} as {kind}"
            more = [f"category {category or 'none'}"]
            more += [] if since is None else [f"since {day(here, since)}"]
            return f"{handles.of(of)}: {how}{_more(more)}"
        case MemberForgotten(member=of):
            return f"{handles.of(of)}: erased, as a person"
        case _:
            return None


def _office(role: str, machine: str | None) -> str:
    return role if machine is None else f"{role} of {machine}"


def _machine(here: Here, what: Body, handles: Handles) -> str | None:
    match what:
        case MachineLocked(machine=machine, cause=cause):
            return f"{machine}: out of service{_more(filter(None, (_LOCKED_BY.get(cause, cause),)))}"
        case MachineUnlocked(machine=machine):
            return f"{machine}: back in service"
        case WorkshopOpened(machine=machine, leader=leader, people=people, purpose=purpose, until_ms=until):
            return (
                f"{machine}: workshop of {handles.of(leader)}, {people} people, {purpose}, "
                f"until {local(here, until)}"
            )
        case WorkshopClosed(machine=machine):
            return f"{machine}: workshop closed"
        case TroubleBegan(machine=machine, trouble=trouble):
            return f"{machine}: trouble, {trouble}"
        case TroubleOver(machine=machine, trouble=trouble):
            return f"{machine}: mended, {trouble}"
        case CloseAsked(machine=machine):
            return f"{machine}: asked to end its session"
        case LidSeen(machine=machine, open=is_open):
            return f"{machine}: lid {'opened' if is_open else 'shut'}"
        case PowerMissed(machine=machine, output=output):
            return f"{machine}: {output} is on, and nothing has power"
        case AlarmCalled(machine=machine, why=why):
            return f"{machine}: people were called, {why}"
        case MachineServiced(machine=machine, service=service):
            return f"{machine}: {service} serviced"
        case _:
            return None


def _ran_out(what: RanOut, handles: Handles) -> str:
    match what.of:
        case GrantGiven(member=of, skill=skill):
            return f"{handles.of(of)}: {skill} ran out, {_LAPSED[what.why]}"
        case GrantSuspended(member=of, skill=skill):
            return f"{handles.of(of)}: suspension on {skill} over"
        case MemberSuspended(member=of):
            return f"{handles.of(of)}: suspension over"
        case PaperFiled(member=of, paper=paper):
            return f"{handles.of(of)}: {paper} ran out"
        case WorkshopOpened(machine=machine):
            return f"{machine}: workshop over"
        case other:
            return f"{other.kind} over"


def _session(one: Session, handles: Handles) -> str:
    length = hours(one.length_ms) if isinstance(one, Usage) else "runs"
    more = [one.level]
    if one.sponsor is not None:
        more.append(f"with {handles.of(one.sponsor)}")
    if one.purpose:
        more.append(one.purpose)
    if isinstance(one, Usage) and not one.charged:
        more.append("taken back")
    if one.would:
        more.append(f"would be refused: {one.would}")
    who = handles.of(one.member) or "nobody known"
    return f"{who}: session on {one.machine}, {length}{_more(more)}"
