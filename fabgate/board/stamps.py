"""A skill in a passport as people read it: what counts, what is missing, who saw what, what comes next.

For the member themselves, and for whoever may sign. Others are named only where they agreed to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from fabgate.board.visit import Visit
from fabgate.desk.evidence import SORTS, Asked, Progress, Proof
from fabgate.desk.passport import Passport
from fabgate.desk.stamp import Stamp, Step
from fabgate.model import Level, MachineId, MemberId
from fabgate.reports import missing
from fabgate.rules.actors import active
from fabgate.store.roster import Member
from fabgate.texts.catalogue import Said

_TAG = {Level.NONE: "", Level.TRAINEE: "wait", Level.AUTONOMOUS: "free", Level.SPONSOR: "free"}
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a skill asks for: whether it is there, and who saw it when.

    `what` and `id` name it in a form, empty for what is counted by itself. `want` is 0 where nothing is asked
    for; of a quiz both are points. `ref`: where it can be looked at. `own`: who looks noted it.
    """

    there: bool
    text: str
    seen: Markup
    what: str = ""
    id: str = ""
    have: int = 0
    want: int = 0
    ref: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One skill of a passport, told."""

    stamp: Stamp
    title: str
    level: str
    tag: str
    given: Markup
    ends: tuple[Markup, ...]
    machines: tuple[str, ...]
    items: tuple[Item, ...]
    waits: Markup
    missing: Said | None
    next: Markup

    @property
    def skill(self) -> str:
        return self.stamp.skill.id


def named(visit: Visit, member: Member | None, id_: MemberId | None = None) -> Markup:
    """A member's name where they agreed to be named, or are the one who looks; else `another member`."""
    t = visit.speaker.t
    if (id_ or (member and member.id)) == visit.me.id:
        return t("own.you")
    return t("own.somebody") if member is None or not member.nameable else visit.speaker.name(member.name)


def barred(visit: Visit) -> bool:
    """Whether who looks may look and do nothing: they have left the lab, or are suspended."""
    return visit.actor is not None and active(visit.actor) is not None


def card(visit: Visit, stamp: Stamp) -> Card:
    """A skill as whoever looks may read it."""
    s = visit.speaker
    return Card(
        stamp=stamp,
        title=s.title("skill", stamp.skill.id),
        level=s.word("level", stamp.level),
        tag="bad" if stamp.hold is not None else _TAG[stamp.level],
        given=_given(visit, stamp),
        ends=tuple(ends(visit, stamp)),
        machines=tuple(_machines(visit, stamp)),
        items=tuple(_items(visit, stamp.progress)) if stamp.learns else (),
        waits=_waits(visit, stamp),
        missing=None if stamp.missing is None else s.refusal(stamp.missing),
        next=_next(visit, stamp),
    )


def lacking(visit: Visit, shown: Passport) -> Said | None:
    """What a machine says of the first paper that stands in the way."""
    return None if shown.lacks is None else visit.speaker.refusal(shown.lacks)


def ends(visit: Visit, stamp: Stamp) -> Iterator[Markup]:
    """What limits it: its last day and why, a suspension, machines that were replaced."""
    s = visit.speaker
    for one in stamp.limits:
        said = Markup.escape(s.word("passport", one.what))
        if one.machine is not None:
            yield Markup("{}{}{}").format(s.name(machine_title(visit, one.machine)), s.colon, said)
        elif one.why is not None:
            yield Markup("{} {} ({})").format(said, s.day(one.at_ms), s.word("lapse", one.why.value))
        else:
            yield Markup("{} {}").format(said, s.day(one.at_ms))


def machine_title(visit: Visit, machine: MachineId) -> str:
    """What the lab calls a machine; its id where it is configured no more."""
    known = visit.settings.machines.get(machine)
    return machine if known is None else known.rules.title


# --- the parts ----------------------------------------------------------------------------------


def _given(visit: Visit, stamp: Stamp) -> Markup:
    if stamp.since_ms is None:
        return Markup("")
    by = named(visit, stamp.by, stamp.by_id)
    return visit.speaker.t("own.given", day=visit.speaker.day(stamp.since_ms), who=by)


def _machines(visit: Visit, stamp: Stamp) -> Iterator[str]:
    for one in visit.settings.machines.values():
        if one.rules.skill == stamp.skill.id:
            yield one.rules.title


def _waits(visit: Visit, stamp: Stamp) -> Markup:
    if stamp.waits is None:
        return Markup("")
    s, waits = visit.speaker, stamp.waits
    by = named(visit, waits.by, waits.proposal.by)
    level, day = s.word("level", waits.proposal.level), s.day(waits.proposal.at_ms)
    return s.t("own.waits", level=level, who=by, day=day)


def _items(visit: Visit, progress: Progress) -> Iterator[Item]:
    s = visit.speaker
    for one in progress.asked:
        if one.what not in SORTS:
            yield Item(one.there, s.word("passport", one.what), Markup(""), have=one.have, want=one.want)
            continue
        own = one.proof is not None and one.proof.seen.by == visit.me.id
        ref = "" if one.proof is None or one.proof.ref is None else one.proof.ref
        points = (one.have, one.want) if one.what == "quiz" else (0, 0)
        text, seen = _text(visit, one), _seen(visit, one.proof)
        yield Item(one.there, text, seen, one.what, one.item, *points, ref=ref, own=own)


def _text(visit: Visit, one: Asked) -> str:
    word = visit.speaker.word("passport", one.what)
    match one.what:
        case "quiz":
            return f"{word} {one.item}"
        case "challenge":
            return f"{word}{visit.speaker.colon}{one.text}"
        case _:
            return one.text


def _seen(visit: Visit, proof: Proof | None) -> Markup:
    if proof is None:
        return Markup("")
    who = named(visit, proof.by, proof.seen.by)
    return visit.speaker.t("own.seen", who=who, day=visit.speaker.day(proof.seen.at_ms))


def _next(visit: Visit, stamp: Stamp) -> Markup:
    """What comes next, in a sentence, and who can do it of those who agreed to be named."""
    if stamp.next in (Step.BEGIN, Step.TALK):
        return Markup("")  # what a machine says is all there is to say
    s = visit.speaker
    said = Markup.escape(s.word("step", stamp.next.value))
    if stamp.next is Step.PRACTISE:
        gaps = ", ".join(missing.told(gap, s.word, s.title) for gap in stamp.progress.missing)
        said = Markup("{}{}{}.").format(said, s.colon, gaps)
    return said + _who(visit, *stamp.help)


def _who(visit: Visit, can: str, names: tuple[str, ...]) -> Markup:
    s = visit.speaker
    if not names:
        return Markup("")
    told = Markup(", ").join(map(s.name, names[:_MOST_NAMES]))
    return Markup(" {}{}{}.").format(s.word("passport", can), s.colon, told)
