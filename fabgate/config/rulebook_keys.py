"""Every key that a lab's file of rules may hold: where, of what kind, with which default, and what for.

The one list: `rulebook.py` reads by it, and the page for managers is printed from it. What is not
written is not asked: the defaults are those of `charter.Charter`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fabgate.charter import Granter, Mode, Titles, Weekly
from fabgate.config.hours import CLOSED, WEEKLY
from fabgate.config.key import Key, KeyList
from fabgate.config.values import (
    IDS,
    LENGTH,
    LENGTH_OR_NEVER,
    ONE_LINE,
    TITLES,
    YES_OR_NO,
    Kind,
    Unfit,
    between,
    items,
    one_of,
)
from fabgate.model import Company, Level, Stale, Status

T_co = TypeVar("T_co", covariant=True)
CLASSES = tuple(company.value for company in Company)
_MONTHS = between(0, 1200)


def _days_before(value: object) -> tuple[int, ...]:
    one = between(1, 3650)
    days = [one.read(item) for item in items(value, "[30, 7]")]
    if len(days) > 12 or len(set(days)) < len(days):
        raise Unfit("one stands here twice, or there are more than 12", "Write each once: [30, 7].")
    return tuple(sorted(days, reverse=True))


@dataclass(frozen=True, slots=True)
class Number(Generic[T_co]):
    """Something that a class says for all its skills, and a skill may say for itself."""

    of_class: Key[T_co]
    of_skill: Key[T_co]


def _number(name: str, kind: Kind[T_co], meaning: str, default: object, example: object) -> Number[T_co]:
    return Number(
        Key(f"class.*.{name}", kind, meaning, default),
        Key(f"skill.*.{name}", kind, meaning, example=example, else_="as its class"),
    )


MAJORITY: Key[int] = Key("members.majority", between(1, 99), "The age from which somebody is of age.", 18)
STAY: Key[int] = Key(
    "members.stay", LENGTH, "How long a check-in counts for somebody who never checks out.", "12h"
)
IDLE_DAYS: Key[int] = Key(
    "members.idle_days",
    between(1, 3650),
    "After how many days without a session a trainee is listed as one to look after.",
    21,
)
NOTICE_DAYS: Key[tuple[int, ...]] = Key(
    "members.notice_days",
    Kind("list of numbers", _days_before),
    "How many days before something runs out people are told.",
    [30, 7],
)
BY_ANY: Key[bool] = Key(
    "suspension.by_any_autonomous",
    YES_OR_NO,
    "Whether any keyholder may suspend somebody on grounds of safety, not only a manager.",
    False,
)
LONGEST: Key[int] = Key(
    "suspension.longest", LENGTH, "How long such a suspension holds unless a manager confirms it.", "72h"
)
REVIEW: Key[int] = Key(
    "review.months",
    _MONTHS,
    "How many months of a fallen sponsor's word are looked at again.",
    12,
)
OFFLINE: Key[bool] = Key(
    "offline.promotion",
    YES_OR_NO,
    "Whether somebody can be made autonomous or sponsor at a gate that has no word of its hub.",
    True,
)

PAPER_TITLE: Key[Titles] = Key(
    "paper.*.title", TITLES, "The paper as people read it.", example="membership dues", else_="the paper's id"
)
GRACE_DAYS: Key[int] = Key(
    "paper.*.grace_days", between(0, 3650), "How many days after its last one it still counts.", 0
)
MINORS: Key[bool] = Key("paper.*.minors", YES_OR_NO, "Whether only those under age are asked for it.", False)
PAPER_GUESTS: Key[bool] = Key(
    "paper.*.guests", YES_OR_NO, "Whether guests are asked for it as well, such as a waiver.", False
)
SUBSCRIPTION: Key[bool] = Key(
    "paper.*.subscription",
    YES_OR_NO,
    'Whether nobody is asked for it, and it opens the hours of mode "subscription" instead.',
    False,
)

GRANTED_BY: Number[Granter] = _number(
    "granted_by",
    one_of({granter.value: granter for granter in Granter}),
    'Who makes autonomous: a "sponsor" of the skill, or a "manager" to whom sponsors propose.',
    "sponsor",
    "manager",
)
SESSIONS: Number[int] = _number(
    "sessions", between(0, 1000), "How many supervised sessions somebody needs to be ready.", 0, 2
)
MINUTES: Number[int] = _number(
    "minutes", between(0, 100_000), "How many supervised minutes somebody needs to be ready.", 0, 240
)
VALID: Number[int] = _number(
    "valid_months", _MONTHS, "How many months it holds once given or renewed; 0 is for ever.", 0, 24
)
UNUSED: Number[int] = _number(
    "unused_months",
    _MONTHS,
    "After how many months without a session of one's own it holds no more; 0 is never.",
    0,
    12,
)
MAX_TRAINEES: Number[int] = _number(
    "max_trainees",
    between(0, 1000),
    "How many trainees a sponsor may stand beside at once; 0 is any number.",
    0,
    1,
)
REPROOF: Number[int] = _number(
    "reproof", LENGTH_OR_NEVER, "How often whoever stands by is asked to tap again.", "never", "30m"
)
COMPANY_GRACE: Number[int] = _number(
    "company_grace",
    LENGTH,
    "How long whoever has to be there may be missing before the machine does what its `ends.alone` says.",
    "2m",
    "2m",
)
CHECK_IN: Number[bool] = _number(
    "check_in", YES_OR_NO, "Whether whoever stands by must be checked in.", False, True
)
SPONSOR_STATUS: Number[Status] = _number(
    "sponsor_status",
    one_of({status.word: status for status in (Status.TRAINEE, Status.AUTONOMOUS)}),
    'What whoever stands by must be in the lab: any member ("trainee"), or one with the keys ("autonomous").',
    "trainee",
    "autonomous",
)
GUESTS: Number[bool] = _number(
    "guests", YES_OR_NO, "Whether a member may start a machine for a guest, and answer for them.", False, True
)
STALE_AFTER: Number[int] = _number(
    "stale_after",
    LENGTH_OR_NEVER,
    "How long a gate may be without word of its hub before `stale` holds for a start.",
    "never",
    "24h",
)
STALE: Number[Stale] = _number(
    "stale",
    one_of({stale.value: stale for stale in Stale}),
    'What then: "deny" the start, or everybody needs a "sponsor" as a trainee does.',
    "deny",
    "sponsor",
)
NUMBERS: tuple[Number[object], ...] = (
    GRANTED_BY,
    SESSIONS,
    MINUTES,
    VALID,
    UNUSED,
    MAX_TRAINEES,
    REPROOF,
    COMPANY_GRACE,
    CHECK_IN,
    SPONSOR_STATUS,
    GUESTS,
    STALE_AFTER,
    STALE,
)

SKILL_CLASS: Key[Company] = Key(
    "skill.*.class",
    one_of({company.value: company for company in Company}),
    'Who must be there: nobody ("free"); for trainees, a sponsor checked in ("accompanied") or one who '
    'tapped at the machine ("supervised"); the same, and a second adult for everybody ("never_alone").',
    "supervised",
)
SKILL_TITLE: Key[Titles] = Key(
    "skill.*.title",
    TITLES,
    "The skill as people read it.",
    example="Laser cutting",
    else_="as the configuration has it, or the skill's id",
)
SPONSOR_FROM: Key[Level] = Key(
    "skill.*.sponsor_from",
    one_of({level.word: level for level in (Level.AUTONOMOUS, Level.SPONSOR)}),
    "The level from which a member may stand beside a trainee.",
    example="sponsor",
    else_='as the configuration has it, or "autonomous"',
)
REQUIRES: Key[tuple[str, ...]] = Key(
    "skill.*.requires", IDS, "The skills that somebody must be autonomous on first.", []
)
CHECKLIST: Key[str] = Key(
    "skill.*.checklist.*",
    ONE_LINE,
    "Something that a sponsor has seen the member know or do; each item has a short id of your choice.",
    example="I can start it and shut it down",
    else_="none",
)
QUIZ: Key[int] = Key(
    "skill.*.quiz.*",
    between(1, 100),
    "A quiz by its id, and the points of 100 to reach.",
    example=80,
    else_="none",
)
CHALLENGE: Key[str] = Key(
    "skill.*.challenge.*", ONE_LINE, "A piece to make, by its id.", example="Make ten coins", else_="none"
)

MODE: Key[Mode] = Key(
    "opening.*.mode",
    one_of({mode.value: mode for mode in Mode}),
    'Who may come: "public", everybody at the hours; "semi_open", keyholders always and the others at the '
    'hours; "private", members at the hours and no guests; "subscription", whoever has one, at the hours if '
    'there are any; "staffed", everybody while a keyholder is checked in, and keyholders always. (A '
    'keyholder is a member whose status in the lab is "autonomous".)',
    example="staffed",
)
OPENING_TITLE: Key[Titles] = Key(
    "opening.*.title", TITLES, "The hours as people read them.", example="open lab", else_="the opening's id"
)
WEEKLY_HOURS: Key[tuple[Weekly, ...]] = Key(
    "opening.*.weekly",
    WEEKLY,
    'The hours of each week in the lab\'s zone; "fri 20:00-02:00" goes on after midnight.',
    [],
)
CLOSED_DAYS: Key[tuple[tuple[str, str], ...]] = Key(
    "opening.*.closed", CLOSED, "The days on which the hours do not hold, one or from..to.", []
)
PURPOSE: Key[str] = Key(
    "purpose.*",
    ONE_LINE,
    "What a workshop can be for, by its id.",
    example="Social visit",
    else_="none",
)

KEYS: tuple[Key[object], ...] = (
    MAJORITY,
    STAY,
    IDLE_DAYS,
    NOTICE_DAYS,
    BY_ANY,
    LONGEST,
    REVIEW,
    OFFLINE,
    PAPER_TITLE,
    GRACE_DAYS,
    MINORS,
    PAPER_GUESTS,
    SUBSCRIPTION,
    *(number.of_class for number in NUMBERS),
    SKILL_CLASS,
    SKILL_TITLE,
    SPONSOR_FROM,
    REQUIRES,
    *(number.of_skill for number in NUMBERS),
    CHECKLIST,
    QUIZ,
    CHALLENGE,
    MODE,
    OPENING_TITLE,
    WEEKLY_HOURS,
    CLOSED_DAYS,
    PURPOSE,
)

TABLES: Mapping[str, str] = {
    "members": "What holds for everybody.",
    "suspension": "Suspensions on grounds of safety.",
    "review": "What follows when a sponsor falls.",
    "offline": "A gate that has no word of its hub.",
    "paper.*": "A paper that everybody must have on file and in date before they start a machine.",
    "class.*": "What holds for every skill of a class: `free`, `accompanied`, `supervised`, `never_alone`.",
    "skill.*": "A skill: its class, and whatever is different for it. One without a table is supervised.",
    "skill.*.checklist": "What a sponsor ticks before somebody is ready.",
    "skill.*.quiz": "The quizzes of a skill.",
    "skill.*.challenge": "The pieces to make.",
    "opening.*": "Opening hours, by an id. A machine or door that keeps to them names it: `opening = [...]`.",
    "purpose": "What workshops can be for.",
}

RULES = KeyList(KEYS, TABLES, "`fabgate rules sample openfab`")
