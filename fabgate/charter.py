"""The lab's own rules as frozen values: skills, papers, opening hours, numbers. The charter of the house.

`config/` reads them from the lab's file of rules; a lab without one asks for nothing that is not
written (docs/decisions/0030). Lengths are int milliseconds, validities whole months, ages whole years.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from fabgate.model import Company, Level, SkillId, Stale, Status

DAY_MS = 86_400_000
MEMBER_COLUMNS = (
    "handle",
    "name",
    "language",
    "email",
    "login",
    "nameable",
    "born",
    "status",
    "badge",
    "badge_label",
    "payer",
)
"""What a table of members has columns for besides papers: no paper has one of these for its id."""

Titles = Mapping[str, str]
"""A title by language: what members read in theirs."""


class Granter(enum.StrEnum):
    """Who makes a member autonomous on a skill (R6)."""

    SPONSOR = "sponsor"  # a sponsor of the skill, or a manager
    MANAGER = "manager"  # sponsors propose, a manager approves


@dataclass(frozen=True, slots=True)
class Skill:
    """A qualification; several machines may ask for the same one: they are a family.

    `requires`: skills that must be held as autonomous first. `granted_by`: who makes autonomous.
    `valid_months`, `unused_months`: how long it holds since it was given or renewed, and without an
    own session as autonomous; 0 is for ever (R8). `sessions`, `minutes`: supervised ones before a
    member is ready (R5). `checklist`, `challenges`: items by id, with what they say; `quizzes`: the
    points to reach by id. `sponsor_status`: what a sponsor has to be in the lab (R3). `max_trainees`
    at once under one sponsor, 0 is any number (R4).
    """

    id: SkillId
    title: str
    sponsor_from: Level = Level.AUTONOMOUS
    company: Company = Company.SUPERVISED
    titles: Titles = field(default_factory=dict)
    requires: tuple[SkillId, ...] = ()
    granted_by: Granter = Granter.SPONSOR
    valid_months: int = 0
    unused_months: int = 0
    sessions: int = 0
    minutes: int = 0
    checklist: Mapping[str, str] = field(default_factory=dict)
    quizzes: Mapping[str, int] = field(default_factory=dict)
    challenges: Mapping[str, str] = field(default_factory=dict)
    max_trainees: int = 0
    reproof_ms: int = 0
    company_grace_ms: int = 120_000
    check_in: bool = False
    sponsor_status: Status = Status.TRAINEE
    guests: bool = False
    stale_after_ms: int | None = None
    stale: Stale = Stale.DENY

    def items(self, what: str) -> Mapping[str, str | int]:
        """The items of a sort of evidence: `tick`, `quiz` or `challenge`; none for every other."""
        found: Mapping[str, Mapping[str, str | int]] = {
            "tick": self.checklist,
            "quiz": self.quizzes,
            "challenge": self.challenges,
        }
        return found.get(what, {})


@dataclass(frozen=True, slots=True)
class Paper:
    """Something that must be on file and in date before a start: dues, a waiver, an insurance (R2).

    `grace_days` after its last day it still counts. `minors`: asked of those who are under age.
    `guests`: asked of guests as well, who are members of nothing. `subscription`: asked of nobody; it
    opens the hours that are for subscribers.
    """

    id: str
    title: str
    titles: Titles = field(default_factory=dict)
    grace_days: int = 0
    minors: bool = False
    subscription: bool = False
    guests: bool = False


class Mode(enum.StrEnum):
    """Who may come in at which times."""

    PUBLIC = "public"  # everybody, at the hours
    SEMI_OPEN = "semi_open"  # autonomous members always, the others at the hours
    PRIVATE = "private"  # members at the hours, no guests
    SUBSCRIPTION = "subscription"  # who has a subscription, at the hours if there are any
    STAFFED = "staffed"  # whenever a keyholder is checked in; autonomous members always


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of one weekday (Monday is 0), minutes since midnight in the lab's zone; `to` may pass 24 h."""

    weekday: int
    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True)
class Opening:
    """One set of opening hours. `closed`: days (ISO, from and to, both closed) on which they do not hold.

    Spans of a calendar come with the roster (`hours.set`) and are open besides the weekly ones.
    """

    id: str
    mode: Mode
    title: str = ""
    titles: Titles = field(default_factory=dict)
    weekly: tuple[Weekly, ...] = ()
    closed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Charter:
    """All rules of a lab that are not one machine's. `digest` tells two files of rules apart.

    `stay_ms`: how long a check-in counts. `safety_suspend`: any autonomous member may suspend on
    grounds of safety, for `suspend_ms` at most (R9). `review_months`: how far back a fallen sponsor's
    word is looked at again (R10). `notice_days`: how long before an end people are told.
    `idle_days`: after which a trainee without a session is listed. `offline_promotion`: whether a
    gate without word from its hub may promote (R12).
    """

    skills: Mapping[SkillId, Skill] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    openings: Mapping[str, Opening] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    majority_years: int = 18
    stay_ms: int = 12 * 3_600_000
    safety_suspend: bool = False
    suspend_ms: int = 72 * 3_600_000
    review_months: int = 12
    notice_days: tuple[int, ...] = (30, 7)
    idle_days: int = 21
    offline_promotion: bool = True
    digest: str = ""
