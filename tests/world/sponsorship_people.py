"""Who may work, as somebody with a pencil would keep it: people, papers, rights, who is there.

Written from the rules of the domain (R1 to R4, R8, R9, R12), in plain values, beside the product and
without a look at it: nothing of fabgate is imported here. Times are int milliseconds, wall in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NEVER = 1 << 60
LEVELS = ("none", "trainee", "autonomous", "sponsor")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# --- what the lab has written down -----------------------------------------------------------------


@dataclass(frozen=True)
class Skill:
    """A skill of the lab: its class, and the numbers of R2, R4 and R8. Months of 0 are for ever."""

    company: str
    needs: tuple[str, ...] = ()
    valid: int = 0
    unused: int = 0
    sponsor_from: str = "autonomous"
    keys: bool = False  # whoever stands by is autonomous in the lab (R3)
    most: int = 0
    check_in: bool = False
    guests: bool = False
    reproof: int = 0
    stale_after: int | None = None
    stale: str = "deny"  # or "sponsor": everybody works as a trainee does


@dataclass(frozen=True)
class Place:
    """A machine, a door or a counter. `alone`: warn, finish or cut. `changed`: when it was replaced."""

    kind: str = "machine"
    skill: str = ""
    alone: str = "warn"
    lost: str = "warn"
    hours: bool = False
    changed: int | None = None


@dataclass(frozen=True)
class Paper:
    """`minors`: asked of those under age only. `guests`: asked of guests too, who are members of nothing."""

    grace_days: int = 0
    minors: bool = False
    guests: bool = False


@dataclass(frozen=True)
class House:
    """The lab: what there is, and how long things last."""

    skills: dict[str, Skill]
    places: dict[str, Place]
    papers: dict[str, Paper]
    stay: int
    opens: tuple[int, int]  # every day from, to (minutes since midnight, UTC)
    limit: int
    warning: int
    wait: int
    undo: int
    grace: int
    praise: int
    confirm: int
    away: int = 2_000


# --- people ----------------------------------------------------------------------------------------


@dataclass
class Grant:
    level: str
    since: int
    until: int = NEVER


@dataclass
class Stay:
    """Somebody who checked in: `boot` and `ms` by the clock that nobody sets, `wall` by the other."""

    boot: int
    ms: int
    wall: int
    synced: bool


@dataclass
class Person:
    name: str
    badges: tuple[str, ...]
    manager: bool = False
    status: str = "trainee"
    of_age: int = 0  # the wall time from which they are
    suspended: int | None = None  # until when
    blocked: set[str] = field(default_factory=set)
    papers: dict[str, int] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    paused: dict[str, int] = field(default_factory=dict)  # skill: suspended until when
    own: dict[str, int] = field(default_factory=dict)  # skill: the end of the last own session
    renewed: dict[str, int] = field(default_factory=dict)
    stay: Stay | None = None
    elsewhere: int | None = None  # since when they are checked in at another gate (wall), as the hub said


@dataclass(frozen=True)
class Now:
    """When a question is asked: in which boot, after how long, by the wall clock and whether it is right.

    `newest`: the latest time known to be right. `age` of the hub's last word: 0 at a gate on its own, None
    where nobody knows. `others`: whether it counts who is checked in elsewhere.
    """

    boot: int
    ms: int
    wall: int
    synced: bool = True
    newest: int = 0
    age: int | None = 0
    others: bool = False
    joined: bool = False

    @property
    def linked(self) -> bool:
        """Whether this gate is its own source, or hears its hub: then it knows who is there."""
        return self.age is not None and self.age <= 2 * MINUTE

    @property
    def today(self) -> int:
        """What dates are held against."""
        return self.wall if self.synced else max(self.wall, self.newest)

    def at(self, ms: int) -> Now:
        """The same later on."""
        passed = ms - self.ms
        age = self.age + passed if self.joined and self.age is not None else self.age
        return replace(self, ms=ms, wall=self.wall + passed, age=age)

    def looking(self) -> Now:
        """As somebody who works is looked at again: a link that is lost takes nobody from them (R4)."""
        return replace(self, others=True)


@dataclass
class People:
    """Everybody, and what the lab asks of them."""

    house: House
    all: dict[str, Person]

    def owner(self, badge: str) -> Person | None:
        return next((one for one in self.all.values() if badge in one.badges), None)

    # --- what somebody has

    def level(self, one: Person, skill: str, now: Now, changed: int | None = None) -> str:
        """What is left of a right (R8): who was autonomous is a trainee again, a trainee nothing."""
        grant = one.grants.get(skill)
        if grant is None or not self.lapse(one, skill, now, changed):
            return "none" if grant is None else grant.level
        return "none" if grant.level == "trainee" else "trainee"

    def lapse(self, one: Person, skill: str, now: Now, changed: int | None = None) -> str:
        """What a right ran out by: its giver's word, validity, disuse, the machine's replacement (R8)."""
        grant, rules = one.grants.get(skill), self.house.skills[skill]
        if grant is None:
            return ""
        ends = {"until": grant.until}
        fresh = max(grant.since, one.renewed.get(skill, 0))
        used = max(fresh, one.own.get(skill, 0))
        if grant.level != "trainee":
            ends["validity"] = months_on(fresh, rules.valid) if rules.valid else NEVER
            ends["disuse"] = months_on(used, rules.unused) if rules.unused else NEVER
            ends["changed"] = changed if changed is not None and changed > fresh else NEVER
        first = min(ends, key=lambda why: ends[why])
        return first if now.today > ends[first] else ""

    def minor(self, one: Person, now: Now) -> bool:
        return now.today < one.of_age

    def lacking(self, one: Person, now: Now) -> str | None:
        """The first paper that stands in the way (R2), as the refusal calls it."""
        for paper, rules in self.house.papers.items():
            asked = rules.guests if one.status == "guest" else True
            if not asked or (rules.minors and not self.minor(one, now)):
                continue
            if paper not in one.papers:
                return "paper_missing"
            if now.today > one.papers[paper] + rules.grace_days * DAY:
                return "paper_expired"
        return None

    # --- who is there

    def stays(self, one: Person, now: Now) -> int | None:
        """How long a check-in of theirs still counts, None for not at all.

        It is timed by the clock that nobody sets; one from before a restart by the other one, where that
        was and is right.
        """
        if one.stay is None:
            return None
        passed = now.ms - one.stay.ms
        if one.stay.boot != now.boot:
            known = now.synced and one.stay.synced
            passed = max(0, now.today - one.stay.wall) if known else self.house.stay
        return self.house.stay - passed if passed < self.house.stay else None

    def stays_elsewhere(self, one: Person, now: Now) -> int | None:
        """The same of a check-in at another gate; while this one does not know the time, the hub counts."""
        if one.elsewhere is None or not now.others:
            return None
        passed = max(0, now.today - one.elsewhere) if now.synced else 0
        return self.house.stay - passed if passed < self.house.stay else None

    def here(self, one: Person, now: Now) -> bool:
        return self.stays(one, now) is not None or self.stays_elsewhere(one, now) is not None

    def others_here(self, but: Person, now: Now) -> list[Person]:
        return [one for one in self.all.values() if one is not but and self.here(one, now)]

    def adults(self, but: Person, now: Now) -> list[Person]:
        """Others on site who could call for help: of age, and welcome."""
        found = self.others_here(but, now)
        return [one for one in found if not self.minor(one, now) and self.unwelcome(one, now) is None]

    def sponsors(self, but: Person, place: Place, now: Now) -> list[Person]:
        """Others on site who may stand beside a trainee here."""
        return [one for one in self.adults(but, now) if self.may_sponsor(one, place, now)]

    def staffed(self, now: Now) -> bool:
        return any(
            self.here(one, now) and one.status == "autonomous" and self.unwelcome(one, now) is None
            for one in self.all.values()
        )

    # --- may they?

    def unwelcome(self, one: Person, now: Now) -> str | None:
        if one.status == "left":
            return "member_left"
        return "suspended_member" if self.suspended(one, now) else None

    def suspended(self, one: Person, now: Now) -> bool:
        return one.suspended is not None and now.today <= one.suspended

    def paused(self, one: Person, skill: str, now: Now) -> bool:
        """Whether this skill of theirs is suspended (R9)."""
        return skill in one.paused and now.today <= one.paused[skill]

    def no_start(self, one: Person, place: Place, now: Now) -> str | None:
        """Why somebody may not start here, apart from who has to be there (R2)."""
        rules = self.house.skills[place.skill]
        refused = self.unwelcome(one, now)
        if refused is None and one.status == "guest" and not rules.guests:
            refused = "guest_alone"
        refused = refused or self.lacking(one, now)
        if refused is None and one.status != "guest":
            refused = self.unable(one, place, now)
        refused = refused or self.shut(one, place, now)
        if refused is None and self.stale(rules, now) and rules.stale == "deny":
            refused = "stale_roster"
        return refused

    def unable(self, one: Person, place: Place, now: Now) -> str | None:
        rules = self.house.skills[place.skill]
        if not all(self.has(one, need, now) for need in rules.needs):
            return "prerequisite"
        if self.paused(one, place.skill, now):
            return "suspended_skill"
        if self.level(one, place.skill, now, place.changed) == "none":
            return "lapsed" if place.skill in one.grants else "not_qualified"
        return None

    def has(self, one: Person, skill: str, now: Now) -> bool:
        """Whether they hold what has to come first, as autonomous (R2)."""
        return at_least(self.level(one, skill, now), "autonomous") and not self.paused(one, skill, now)

    def shut(self, one: Person, place: Place, now: Now) -> str | None:
        """Semi-open: who has the keys comes when they want, the others at the hours (R2)."""
        if not place.hours or one.status == "autonomous":
            return None
        able = place.skill and at_least(self.level(one, place.skill, now, place.changed), "autonomous")
        if not now.synced and able:
            return None
        minute = now.today % DAY // MINUTE
        opened = self.house.opens[0] <= minute < self.house.opens[1]
        return None if opened else "closed_now"

    def stale(self, rules: Skill, now: Now) -> bool:
        """Whether the hub was last heard too long ago, or nobody knows when (R12)."""
        return rules.stale_after is not None and (now.age is None or now.age > rules.stale_after)

    def start(self, one: Person, place: Place, now: Now) -> str:
        """How somebody starts: `alone`, `accompanied`, or after a tap of a `sponsor`, `host`, any adult."""
        refused = self.no_start(one, place, now)
        if refused is not None:
            return refused
        rules, short = self.house.skills[place.skill], self.missing_adults(one, place, now)
        company, level = rules.company, self.level(one, place.skill, now, place.changed)
        if one.status == "guest":
            how = "host"
        elif at_least(level, "autonomous") and not self.stale(rules, now):
            how = "company" if short else "alone"
        elif company == "free":
            how = "alone"
        elif company == "accompanied" and self.sponsors(one, place, now):
            how = "accompanied"
        else:
            how = "sponsor"
        return "needs_company" if short > 1 else how  # one tap brings one adult

    def missing_adults(self, one: Person, place: Place, now: Now, tied: Person | None = None) -> int:
        """How many adults are not there who must be: two in all, whoever works (R4)."""
        if self.house.skills[place.skill].company != "never_alone":
            return 0
        there = {found.name for found in self.adults(one, now)}
        if tied is not None:
            there.add(tied.name)
        return max(0, (2 if self.minor(one, now) else 1) - len(there))

    # --- standing by

    def least(self, place: Place, need: str) -> str:
        """The level that somebody needs to stand by: a sponsor what the lab asks, a host their own right."""
        if need == "company":
            return "none"
        return "autonomous" if need == "host" else self.house.skills[place.skill].sponsor_from

    def stands_by(self, one: Person, place: Place, now: Now, need: str) -> bool:
        able = at_least(self.level(one, place.skill, now, place.changed), self.least(place, need))
        return able and self.fit(one, place) and not self.minor(one, now)

    def fit(self, one: Person, place: Place) -> bool:
        """Whether they are in the lab what those are who stand by: a member, or one with the keys (R3)."""
        keys = self.house.skills[place.skill].keys
        return one.status == "autonomous" or (one.status == "trainee" and not keys)

    def may_sponsor(self, one: Person, place: Place, now: Now) -> bool:
        """Welcome, papers in order, of age, and able (R3)."""
        refused = self.unwelcome(one, now) or self.lacking(one, now) or self.paused(one, place.skill, now)
        return not refused and self.stands_by(one, place, now, "sponsor")

    def no_help(self, place: Place, need: str, user: Person, one: Person, now: Now) -> str | None:
        """Why somebody may not stand by a user who needs a sponsor, a host or company (R3, R4), apart from
        how many they stand beside already."""
        if need != "company":
            refused = self.lacking(one, now)
            if refused is not None or self.paused(one, place.skill, now):
                return refused or "suspended_skill"
        if one is user:
            return "same_person"
        if need == "company" and self.minor(one, now):
            return "needs_company"
        if need != "company" and not self.stands_by(one, place, now, need):
            return "may_not_sponsor"
        if self.house.skills[place.skill].check_in and now.linked and not self.here(one, now):
            return "not_checked_in"
        return "needs_company" if self.missing_adults(user, place, now, one) else None

    def no_door(self, one: Person, place: Place, now: Now) -> str | None:
        """Doors follow what a person is, never what they can (R1)."""
        return self.unwelcome(one, now) or self.lacking(one, now) or self.shut(one, place, now)


def at_least(level: str, least: str) -> bool:
    return LEVELS.index(level) >= LEVELS.index(least)


def months_on(ms: int, months: int) -> int:
    """The same day some months on, in UTC; the last of the month where it has no such day."""
    at = EPOCH + timedelta(milliseconds=ms)
    year, month = at.year + (at.month - 1 + months) // 12, (at.month - 1 + months) % 12 + 1
    day = min(at.day, monthrange(year, month)[1])
    return (at.replace(year=year, month=month, day=day) - EPOCH) // timedelta(milliseconds=1)
