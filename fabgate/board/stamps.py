"""A skill in a passport as people read it: what counts, what is missing, who saw what, what comes next.

For the member themselves, and for whoever may sign. Others are named only where they agreed to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from fabgate.board.visit import Visit
from fabgate.desk.evidence import Progress, Proof
from fabgate.desk.passport import Passport, Stamp, Step
from fabgate.model import Code, Denied, Level, MemberId
from fabgate.rules.progress import MINUTE_MS, Missing
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
    ends: tuple[str, ...]
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


def card(visit: Visit, stamp: Stamp) -> Card:
    """A skill as whoever looks may read it."""
    s = visit.speaker
    return Card(
        stamp=stamp,
        title=s.title("skill", stamp.skill.id),
        level=s.word("level", stamp.level),
        tag="bad" if stamp.hold is not None else _TAG[stamp.level],
        given=_given(visit, stamp),
        ends=tuple(_ends(visit, stamp)),
        machines=tuple(_machines(visit, stamp)),
        items=tuple(_items(visit, stamp.progress)) if learns(stamp) else (),
        waits=_waits(visit, stamp),
        missing=None if stamp.missing is None else s.refusal(stamp.missing),
        next=_next(visit, stamp),
    )


def begun(stamp: Stamp) -> bool:
    """Whether there is anything to tell of a skill: what they hold, or what they once did or showed."""
    progress = stamp.progress
    seen = progress.proofs or progress.practice.sessions or stamp.waits or stamp.since_ms is not None
    return stamp.level is not Level.NONE or bool(seen)


def learns(stamp: Stamp) -> bool:
    """Whether what they show is still looked at: until they work alone for the first time."""
    return stamp.lapsed_ms is None and stamp.level <= Level.TRAINEE and begun(stamp)


def lacking(visit: Visit, shown: Passport) -> Said | None:
    """What a machine says of the first paper that stands in the way."""
    one = next((one for one in shown.papers if one.lacking), None)
    if one is None or shown.suspended is not None:
        return None
    last = None if one.filed is None else one.filed.until_ms
    facts = {"member": shown.member.name, "paper": one.paper.id, "lapsed_ms": last, "contact": shown.contact}
    return visit.speaker.refusal(Denied(Code.PAPER_MISSING if last is None else Code.PAPER_EXPIRED, facts))


# --- the parts ----------------------------------------------------------------------------------


def _given(visit: Visit, stamp: Stamp) -> Markup:
    if stamp.since_ms is None:
        return Markup("")
    by = named(visit, stamp.by, stamp.by_id)
    return visit.speaker.t("own.given", day=visit.speaker.day(stamp.since_ms), who=by)


def _ends(visit: Visit, stamp: Stamp) -> Iterator[str]:
    """What limits it: its last day and why, a suspension, machines that were replaced."""
    s = visit.speaker
    if stamp.end is not None:
        key = "ends" if stamp.lapsed_ms is None else "ended"
        yield f"{s.word('passport', key)} {s.day(stamp.end.ms)} ({s.word('lapse', stamp.end.why.value)})"
    if stamp.hold is not None:
        yield f"{s.word('passport', 'suspended')} {s.day(stamp.hold.since_ms)}"
    machines = visit.settings.machines
    for machine in stamp.replaced:
        yield f"{machines[machine].rules.title}{s.colon}{s.word('passport', 'changed')}"


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
    s, skill, used = visit.speaker, progress.skill, progress.practice
    seen = {(one.seen.what, one.seen.item): one for one in progress.proofs}
    counted = (
        ("sessions", used.sessions, skill.sessions),
        ("minutes", used.supervised_ms // MINUTE_MS, skill.minutes),
    )
    for what, have, want in counted:
        if have or want:
            yield Item(have >= want, s.word("passport", what), Markup(""), have=have, want=want)
    for item, text in skill.checklist.items():
        yield _item(visit, "tick", item, text, seen.get(("tick", item)))
    for item, points in skill.quizzes.items():
        yield _quiz(visit, item, points, seen.get(("quiz", item)))
    for item, text in skill.challenges.items():
        told = f"{s.word('passport', 'challenge')}{s.word('passport', 'colon')}{text}"
        yield _item(visit, "challenge", item, told, seen.get(("challenge", item)))


def _item(visit: Visit, what: str, item: str, text: str, proof: Proof | None) -> Item:
    own = proof is not None and proof.seen.by == visit.me.id
    ref = "" if proof is None or proof.ref is None else proof.ref
    return Item(proof is not None, text, _seen(visit, proof), what, item, ref=ref, own=own)


def _quiz(visit: Visit, item: str, points: int, proof: Proof | None) -> Item:
    s, score = visit.speaker, 0 if proof is None else proof.seen.score or 0
    there, own = proof is not None and score >= points, proof is not None and proof.seen.by == visit.me.id
    text = f"{s.word('passport', 'quiz')} {item}"
    return Item(there, text, _seen(visit, proof), "quiz", item, score, points, own=own)


def _seen(visit: Visit, proof: Proof | None) -> Markup:
    if proof is None:
        return Markup("")
    who = named(visit, proof.by, proof.seen.by)
    return visit.speaker.t("own.seen", who=who, day=visit.speaker.day(proof.seen.at_ms))


def _next(visit: Visit, stamp: Stamp) -> Markup:
    """What comes next, in a sentence, and who can do it of those who agreed to be named."""
    step = Markup.escape(visit.speaker.word("step", stamp.next.value))
    match stamp.next:
        case Step.BEGIN | Step.TALK:
            return Markup("")  # what a machine says is all there is to say
        case Step.NONE:
            return step
        case Step.PRACTISE:
            gaps = ", ".join(_gap(visit, gap) for gap in stamp.progress.missing)
            colon = visit.speaker.word("passport", "colon")
            return Markup("{}{}{}.{}").format(step, colon, gaps, _who(visit, "sign", stamp.signers))
        case Step.RENEW | Step.PROPOSE:
            return step + _who(visit, "sign", stamp.signers)
        case Step.GIVE | Step.GRANT | Step.WAIT | Step.JUDGE:
            return step + _who(visit, "give", stamp.granters)


def _gap(visit: Visit, gap: Missing) -> str:
    s = visit.speaker
    match gap.what:
        case "sessions" | "minutes":
            return f"{s.word('passport', gap.what)} {gap.have}/{gap.want}"
        case "quiz":
            return f"{s.word('passport', 'quiz')} {gap.item} {gap.have}/{gap.want}"
        case "skill" | "level":
            return f"{s.word('passport', 'first')} {s.title('skill', gap.item)}"
        case "challenge":
            return f"{s.word('passport', 'challenge')} {gap.item}"
        case _:
            return gap.item


def _who(visit: Visit, can: str, names: tuple[str, ...]) -> Markup:
    s = visit.speaker
    if not names:
        return Markup("")
    told = Markup(", ").join(map(s.name, names[:_MOST_NAMES]))
    return Markup(" {}{}{}.").format(s.word("passport", can), s.word("passport", "colon"), told)
