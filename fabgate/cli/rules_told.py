"""The lab's rules in plain words, for whoever has to explain them at the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import assert_never

from fabgate.charter import Charter, Granter, Mode, Opening, Paper, Skill, Weekly
from fabgate.model import Company, Level, MachineRules, SkillId, Stale, Status

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MIN = 24 * 60


def everybody(charter: Charter) -> Iterator[str]:
    """What holds for everybody, a sentence each."""
    yield f"Whoever is {charter.majority_years} is of age."
    yield f"A check-in counts for {length(charter.stay_ms)}, or until the check-out."
    if charter.notice_days:
        yield f"People are told {_and(charter.notice_days)} days before something of theirs runs out."
    yield f"A trainee without a session for {count(charter.idle_days, 'day')} is listed, to be looked after."
    who = "A keyholder or a manager" if charter.safety_suspend else "A manager"
    most = (
        f", for {length(charter.suspend_ms)} unless a manager confirms it" if charter.safety_suspend else ""
    )
    yield f"{who} may suspend somebody on grounds of safety{most}."
    if charter.review_months:
        months = count(charter.review_months, "month")
        yield f"When a sponsor falls, what they vouched for in {months} is looked at again."
    where = (
        "also at a gate that lost its hub"
        if charter.offline_promotion
        else "never at a gate that lost its hub"
    )
    yield f"People are made autonomous or sponsor {where}."


def paper(one: Paper) -> str:
    """Of whom a paper is asked, and how long it still counts."""
    if one.subscription:
        return "asked of nobody; it opens the hours of subscribers"
    whom = "asked of those under age" if one.minors else "asked of every member"
    whom += ", and of guests" if one.guests else ""
    return f"{whom}; counts for {count(one.grace_days, 'day')} after its last" if one.grace_days else whom


def skill(charter: Charter, one: Skill) -> Iterator[str]:
    """All that holds for a skill, a sentence each."""
    yield from company(one)
    if one.requires:
        yield f"Before it: {_and(_title(charter, name) for name in one.requires)}."
    yield from _ready(one)
    yield from _ends(one)
    if one.stale_after_ms is not None:
        then = "nobody starts" if one.stale is Stale.DENY else "everybody works as a trainee does"
        yield f"Where a gate has had no word of its hub for {length(one.stale_after_ms)}, {then}."


def company(one: Skill | MachineRules) -> Iterator[str]:
    """Who must be there."""
    sponsor = "a sponsor" if one.sponsor_from is Level.SPONSOR else "somebody autonomous on it"
    match one.company:
        case Company.FREE:
            yield "Everybody works alone, trainees too."
            return
        case Company.ACCOMPANIED:
            yield f"A trainee works while {sponsor} is checked in; autonomous members work alone."
        case Company.SUPERVISED:
            yield f"A trainee works with {sponsor} who tapped there too; autonomous members work alone."
        case Company.NEVER_ALONE:
            yield f"A trainee works with {sponsor} who tapped there too."
            yield "Nobody works without another adult in the lab, trainee or not."
        case _:
            assert_never(one.company)
    if one.max_trainees:
        yield f"Whoever stands by does so for {count(one.max_trainees, 'trainee')} at once, not more."
    if one.sponsor_status is Status.AUTONOMOUS:
        yield "Whoever stands by has the keys of the lab."
    if one.check_in:
        yield "Whoever stands by has checked in."
    if one.reproof_ms:
        yield f"They are asked to tap again every {length(one.reproof_ms)}."
    yield f"If they go, they have {length(one.company_grace_ms)} to come back."
    if one.guests:
        yield "A member may start it for a guest, and answers for them."


def _ready(one: Skill) -> Iterator[str]:
    wanted = []
    if one.sessions:
        wanted.append(count(one.sessions, "supervised session"))
    if one.minutes:
        wanted.append(f"{length(one.minutes * 60_000)} of them")
    if one.checklist:
        wanted.append(f"{count(len(one.checklist), 'item')} of the checklist")
    wanted += [f"the quiz {name} with {points} of 100" for name, points in one.quizzes.items()]
    wanted += [f"the challenge {name}" for name in one.challenges]
    yield f"To be autonomous: {_and(wanted)}." if wanted else "To be autonomous: nothing has to be shown."
    if one.granted_by is Granter.MANAGER:
        yield "A sponsor proposes; a manager decides."
    else:
        yield "A sponsor of it decides, or a manager."


def _ends(one: Skill) -> Iterator[str]:
    if one.valid_months:
        yield f"It holds for {count(one.valid_months, 'month')}; then they begin again as a trainee."
    if one.unused_months:
        yield f"Unused for {count(one.unused_months, 'month')}, it is that of a trainee again."
    if not one.valid_months and not one.unused_months:
        yield "Once given it holds until somebody takes it."


def items(one: Skill) -> Iterator[tuple[str, str, str]]:
    """What there is to show: its sort, its id, what it says."""
    yield from (("tick", name, text) for name, text in one.checklist.items())
    yield from (("quiz", name, f"{points} points of 100") for name, points in one.quizzes.items())
    yield from (("challenge", name, text) for name, text in one.challenges.items())


def opening(one: Opening) -> Iterator[str]:
    """Who may come when."""
    match one.mode:
        case Mode.PUBLIC:
            yield "Everybody, at the hours."
        case Mode.SEMI_OPEN:
            yield "Keyholders always; the others at the hours."
        case Mode.PRIVATE:
            yield "Members, at the hours; no guests."
        case Mode.SUBSCRIPTION:
            yield "Whoever has a subscription, at the hours if there are any."
        case Mode.STAFFED:
            yield "Everybody while a keyholder is checked in; keyholders always."
        case _:
            assert_never(one.mode)
    if one.weekly:
        yield f"{'Planned' if one.mode is Mode.STAFFED else 'Every week'}: {weekly(one.weekly)}."
    if one.closed:
        days = (first if first == last else f"{first} to {last}" for first, last in one.closed)
        yield f"Not on {_and(days)}."


def weekly(hours: Iterable[Weekly]) -> str:
    """Weekly hours as people write them: Tue, Thu 17:00-22:00; Sat 10:00-18:00."""
    by_time = sorted(hours, key=lambda one: (one.from_min, one.to_min, one.weekday))
    said = []
    for (begin, end), days in groupby(by_time, lambda one: (one.from_min, one.to_min)):
        weekdays = sorted({one.weekday for one in days})
        said.append((weekdays, f"{', '.join(DAYS[day] for day in weekdays)} {_clock(begin)}-{_clock(end)}"))
    return "; ".join(text for _, text in sorted(said))


def machines(rules: Iterable[MachineRules], named: SkillId) -> tuple[MachineRules, ...]:
    """The machines that take a skill."""
    return tuple(one for one in rules if one.kind.is_machine and one.skill == named)


def different(one: Skill, machine: MachineRules) -> tuple[str, ...]:
    """What a machine asks that its skill does not ask everywhere; nothing where they are the same."""
    theirs = tuple(company(machine))
    return () if theirs == tuple(company(one)) else theirs


def length(ms: int) -> str:
    """A length of time as it would be written, in words: 1 h 30 min."""
    seconds = ms // 1000
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _clock(minutes: int) -> str:
    within = minutes if minutes <= _DAY_MIN else minutes - _DAY_MIN
    return f"{within // 60:02d}:{within % 60:02d}"


def _title(charter: Charter, name: SkillId) -> str:
    return charter.skills[name].title if name in charter.skills else name


def _and(parts: Iterable[object]) -> str:
    said: Sequence[str] = [str(part) for part in parts]
    return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))
