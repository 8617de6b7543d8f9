"""What happens on the floor, as somebody with a pencil would keep it: taps, sessions, losses, ends.

The simple model beside the real gate; it imports nothing of fabgate. `tap` answers with the refusal that
people must be told, or None; `on` says where there is power.
"""

from __future__ import annotations

from sponsorship_people import Now, People, Person, Place, Stay, at_least
from sponsorship_session import Praise, Session, Wait


class Floor:
    """All places of the house."""

    def __init__(self, people: People) -> None:
        self.people, self.house = people, people.house
        self.at: dict[str, Session | Wait | None] = dict.fromkeys(self.house.places)
        self.locked: set[str] = set()
        self.opened = self.missed = 0  # how often a door was opened, and somebody missed who had to be there
        self._left: dict[tuple[str, str], int] = {}
        self._praise: dict[str, Praise] = {}

    @property
    def on(self) -> set[str]:
        return {where for where, what in self.at.items() if isinstance(what, Session)}

    def at_work(self) -> list[str]:
        """Who works, and who stands by them."""
        at_work = [what for what in self.at.values() if isinstance(what, Session)]
        return sorted({one.name for what in at_work for one in (what.user, what.tied) if one is not None})

    # --- taps

    def tap(self, where: str, badge: str, now: Now) -> str | None:
        """Somebody taps. The refusal that they are told; None where they are not refused."""
        last, self._left[where, badge] = self._left.get((where, badge)), now.ms
        if last is not None and now.ms - last < self.house.away:
            return None  # the same badge again within two seconds is no second tap
        one, place, what = self.people.owner(badge), self.house.places[where], self.at[where]
        if isinstance(what, Session) and badge in (what.badge, what.tied_badge):
            return self._of_session(where, what, one, now)
        if isinstance(what, Wait) and badge == what.session.badge:
            return self._waits(where, what, now)
        if one is None:
            return "unknown_badge"
        if badge in one.blocked:
            return "blocked_badge"
        if place.kind != "machine":
            return self._come(where, place, one, now)
        if isinstance(what, Session) and one in (what.user, what.tied):
            return self._of_session(where, what, one, now)
        refused = self.people.unwelcome(one, now)
        if isinstance(what, Session):
            missed = refused is None and what.alone is not None
            if missed and self.no_help(place, what, one, now) is None:
                return self._take_over(where, what, one, badge, now)
            if refused is None and one.manager and what.how != "maintenance":
                return self._claim(where, what, badge, now)
            return refused or "machine_in_use"
        if where in self.locked:
            return refused or self._out_of_service(where, one, badge, now)
        if isinstance(what, Wait):
            return self._second(where, place, what, one, badge, now)
        if self._praised(where, one, now):
            return refused or self._well_done(where, place, one, now)
        return refused or self._first(where, place, one, badge, now)

    def _claim(self, where: str, session: Session, badge: str, now: Now) -> None:
        """Nothing tells whether these machines work: a manager's two taps end anybody's session."""
        if session.claim is not None and session.claim[0] == badge and now.ms < session.claim[1]:
            self._end(where, session, now)
        else:
            session.claim = (badge, now.ms + self.house.confirm)

    def _of_session(self, where: str, session: Session, one: Person | None, now: Now) -> None:
        """The user ends it, or says that they saw the warning; who stands by undoes it, or says "here"."""
        if one is session.user:
            if session.warned and not session.seen:
                session.seen, session.claim = True, None
            else:
                self._end(where, session, now, well=True)
        elif now.ms - session.since <= self.house.undo and not session.taken_over:
            self._end(where, session, now, charged=False)
        else:
            self._here(where, session, now)

    def _first(self, where: str, place: Place, one: Person, badge: str, now: Now) -> str | None:
        how = self.people.start(one, place, now)
        level = self.people.level(one, place.skill, now, place.changed)
        lapse = self.people.lapse(one, place.skill, now, place.changed)
        session = Session(one, badge, "none" if how == "host" else level, how, lapse)
        if how in {"alone", "accompanied"}:
            self._begin(where, session, now)
        elif how in {"sponsor", "company", "host"}:
            self.at[where] = Wait(session, now.ms + self.house.wait)
        else:
            return how
        return None

    def _waits(self, where: str, wait: Wait, now: Now) -> None:
        """Who waits for somebody taps again: never mind. Who keeps the machine: yes, I mean it."""
        self.at[where] = None
        if wait.session.how == "maintenance":
            self._begin(where, wait.session, now)

    def _second(self, where: str, place: Place, wait: Wait, one: Person, badge: str, now: Now) -> str | None:
        session = wait.session
        refused = self.people.unwelcome(one, now) or self.no_help(place, session, one, now)
        if refused is None:
            session.tied, session.tied_badge = one, badge
            self._begin(where, session, now)
        return refused

    def _out_of_service(self, where: str, one: Person, badge: str, now: Now) -> str | None:
        """A manager who knows the machine may start it for maintenance; the first tap only asks."""
        place = self.house.places[where]
        level = self.people.level(one, place.skill, now, place.changed)
        if self.at[where] is not None or not one.manager or not at_least(level, "autonomous"):
            return "machine_locked"
        session = Session(one, badge, level, "maintenance")
        self.at[where] = Wait(session, now.ms + self.house.confirm)
        return None

    def no_help(self, place: Place, session: Session, one: Person, now: Now) -> str | None:
        """Why this person may not stand by this session as what it needs; None where they may."""
        refused = self.people.no_help(place, session.need, session.user, one, now)
        many = 0 < self.house.skills[place.skill].most <= self.beside(one)
        if refused in {None, "needs_company"} and many and session.need != "company":
            return "sponsor_full"
        return refused

    def beside(self, one: Person) -> int:
        """How many trainees and guests somebody stands beside now."""
        at_work = [what for what in self.at.values() if isinstance(what, Session)]
        return sum(what.tied is one and what.need != "company" for what in at_work)

    # --- sessions

    def _begin(self, where: str, session: Session, now: Now) -> None:
        session.since = session.proved = now.ms
        session.wall, session.ends = now.wall, now.ms + self.house.limit
        self._praise.pop(where, None)
        self.at[where] = session

    def _end(self, where: str, session: Session, now: Now, charged: bool = True, well: bool = False) -> None:
        """Whoever worked as autonomous has used the skill; a start that was taken back is no use (R8)."""
        self.at[where] = None
        own = charged and session.how != "maintenance" and at_least(session.level, "autonomous")
        if own:
            self.used(where, session.user, now.wall)
        self._praise.pop(where, None)
        if well and session.tied is not None and session.need == "sponsor" and session.alone is None:
            self._praise[where] = Praise(session.tied, session, now.ms + self.house.praise)

    def used(self, where: str, one: Person, wall: int) -> None:
        skill = self.house.places[where].skill
        one.own[skill] = max(one.own.get(skill, 0), wall)

    def close(self, where: str, now: Now) -> None:
        """A manager says "now"."""
        if isinstance(what := self.at[where], Session):
            self._end(where, what, now)

    def lock(self, where: str, now: Now) -> None:
        """Taken out of service, or put back."""
        self.locked ^= {where}
        what = self.at[where]
        if isinstance(what, Wait):
            self.at[where] = None
        elif isinstance(what, Session) and where in self.locked and what.how != "maintenance":
            self._lose(where, what, "locked", self.house.places[where].lost, now)

    def dark(self) -> dict[str, Session]:
        """The mains are gone, and with them whatever was under way: the sessions that ran."""
        running = {where: what for where, what in self.at.items() if isinstance(what, Session)}
        self.at = dict.fromkeys(self.at)
        self._left.clear()
        self._praise.clear()
        return running

    # --- praise

    def _praised(self, where: str, one: Person, now: Now) -> bool:
        praise = self._praise.get(where)
        return praise is not None and praise.by is one and now.ms < praise.until

    def _well_done(self, where: str, place: Place, one: Person, now: Now) -> str | None:
        """Its sponsor, who may sponsor still, finds that they know it: what had run out holds anew (R8)."""
        session = self._praise.pop(where).of
        refused = self.no_help(place, session, one, now)
        if refused in {None, "not_checked_in", "sponsor_full", "needs_company"}:
            if session.lapse in {"validity", "disuse", "changed"}:
                renewed = session.user.renewed
                renewed[place.skill] = max(now.wall, renewed.get(place.skill, 0))
                self.decided(now)
            return None
        return refused

    # --- coming and going

    def _come(self, where: str, place: Place, one: Person, now: Now) -> str | None:
        """A door opens and checks in; at a counter who is in goes, and who is not comes."""
        leaves = place.kind == "counter" and self.people.here(one, now)
        refused = None if leaves else self.people.unwelcome(one, now)
        if refused is None and where in self.locked:
            refused = "machine_locked"
        if refused is None and place.kind == "door":
            refused = self.people.no_door(one, place, now)
        if refused is not None:
            return refused
        if leaves:
            self.check_out(one, now)
        else:
            self.opened += place.kind == "door"
            self.check_in(one, now)
        return None

    def check_in(self, one: Person, now: Now) -> None:
        one.stay = Stay(now.boot, now.ms, now.wall, now.synced)
        self._goes(one, out=False)
        self.decided(now)

    def check_out(self, one: Person, now: Now) -> None:
        one.stay = one.elsewhere = None
        self._goes(one, out=True)
        self.decided(now)

    def told(self, one: Person, since: int, out: int | None) -> None:
        """The hub says of somebody that they came to another gate, and whether they went again."""
        if out is None:
            one.elsewhere = since
            self._goes(one, out=False)
            return
        gone = one.elsewhere is not None
        one.elsewhere = None
        if one.stay is not None and one.stay.synced and one.stay.wall <= out:
            one.stay, gone = None, True  # who goes is out wherever they came in
        if gone:
            self._goes(one, one.stay is None)

    def _goes(self, one: Person, out: bool) -> None:
        for what in self.at.values():
            if isinstance(what, Session) and what.tied is one:
                what.tied_out = out

    # --- who has to be there (R4)

    def _away(self, place: Place, session: Session, now: Now) -> bool:
        """Whether whoever stands by with a tap is gone: checked out since, or lost what they do it with."""
        one, least = session.tied, self.people.least(place, session.need)
        if one is None:
            return False
        if session.tied_out or session.tied_badge in one.blocked or self.people.unwelcome(one, now):
            return True
        if session.need == "company":
            return False
        held = one.grants[place.skill].level if place.skill in one.grants else "none"
        paused = self.people.paused(one, place.skill, now)
        return paused or not self.people.fit(one, place) or not at_least(held, least)

    def _lacking(self, place: Place, session: Session, now: Now) -> bool:
        """Whether somebody is not there who has to be."""
        if session.how == "maintenance":
            return False
        away = self._away(place, session, now)
        tied = None if away else session.tied
        company = self.house.skills[place.skill].company
        if not now.linked:  # a doubt cuts nothing: only what is known of the one who is tied counts
            return session.missed or (away and (company == "never_alone" or session.need != "company"))
        if company == "never_alone" and self.people.missing_adults(session.user, place, now, tied):
            return True
        if session.how == "accompanied" or (session.how == "sponsor" and company == "accompanied"):
            return session.missed or (tied is None and not self.people.sponsors(session.user, place, now))
        return session.missed or (away and session.how in {"sponsor", "host"})

    def _look(self, where: str, session: Session, now: Now) -> None:
        """Somebody came or went, or something was decided: is anybody missed, or back?"""
        if self._lacking(self.house.places[where], session, now):
            self._miss(session, now)
        else:
            session.alone = None
            session.told.discard("alone")

    def _miss(self, session: Session, now: Now) -> None:
        if session.alone is None:
            session.alone, session.asked = now.ms, None
            self.missed += 1

    def _here(self, where: str, session: Session, now: Now) -> None:
        """ "I am here", says whoever stands by: it proves it, and ends nothing."""
        session.proved, session.asked, session.missed, session.tied_out = now.ms, None, False, False
        self._look(where, session, now.looking())

    def _take_over(self, where: str, session: Session, one: Person, badge: str, now: Now) -> None:
        session.tied, session.tied_badge, session.taken_over = one, badge, True
        self._here(where, session, now)

    # --- what is decided meanwhile

    def decided(self, now: Now) -> None:
        """Something was decided, or somebody came or went: whoever works or waits is looked at again."""
        now = now.looking()
        for where, what in self.at.items():
            if isinstance(what, Wait) and self._wait_is_over(where, what.session, now):
                self.at[where] = None
            elif isinstance(what, Session):
                lost = self._lost(where, what, now)
                if lost is not None:
                    self._lose(where, what, lost, self.house.places[where].lost, now)
                if self.at[where] is what:
                    self._look(where, what, now)

    def _wait_is_over(self, where: str, session: Session, now: Now) -> bool:
        """A start may need less than it did, never more: a right that is taken takes it with it."""
        if session.how == "maintenance":
            return where not in self.locked
        how = self.people.start(session.user, self.house.places[where], now)
        enough = {"sponsor": {"accompanied", "sponsor", "company"}, "company": {"company"}, "host": {"host"}}
        gone = session.badge in session.user.blocked or where in self.locked
        return gone or how not in {"alone", *enough[session.how]}

    def _lost(self, where: str, session: Session, now: Now) -> str | None:
        """What a session that runs has lost. What runs out by itself takes nothing from it (R8)."""
        place, user = self.house.places[where], session.user
        if session.badge in user.blocked:
            return "blocked"
        paused = session.level != "none" and self.people.paused(user, place.skill, now)
        if paused or self.people.suspended(user, now):
            return "suspended"
        held = user.grants[place.skill].level if place.skill in user.grants else "none"
        least = "autonomous" if at_least(session.level, "autonomous") else session.level
        if session.how == "maintenance":  # an office, which asks for no level while it lasts
            least = "none"
        gone = user.status == "left" or (user.status == "guest" and session.level != "none")
        return "revoked" if gone or not at_least(held, least) else None

    def _lose(self, where: str, session: Session, cause: str, then: str, now: Now) -> None:
        """The machine's table says what a loss does: end now, end after the warning, or tell."""
        if cause in session.told:
            return
        session.told.add(cause)
        if then in {"now", "cut"}:
            self._end(where, session, now)
        elif then in {"when_idle", "finish"} and now.ms + self.house.warning < session.ends:
            session.ends, session.why = now.ms + self.house.warning, cause
            session.warned, session.seen = True, False

    # --- time

    def wait(self, now: Now, ms: int) -> None:
        """Time passes; whatever falls due happens at its own moment."""
        end = now.ms + ms
        while (due := self.due(now)) is not None and due <= end:
            over = due in self._stays(now)
            now = now.at(due)
            self._happens(now)
            if over:
                self.decided(now)

    def due(self, now: Now) -> int | None:
        """When the next thing happens by itself."""
        dues = [self._due(where, what) for where, what in self.at.items() if what is not None]
        return min([*dues, *self._stays(now)], default=None)

    def _stays(self, now: Now) -> list[int]:
        """When check-ins are over by themselves."""
        all_of_them, now = self.people.all.values(), now.looking()
        left = [self.people.stays(one, now) for one in all_of_them]
        left += [self.people.stays_elsewhere(one, now) for one in all_of_them]
        return [now.ms + one for one in left if one is not None]

    def _due(self, where: str, what: Session | Wait) -> int:
        if isinstance(what, Wait):
            return what.until
        ends = what.ends if what.warned else what.ends - self.house.warning
        proof = self._proof(where, what)
        return ends if proof is None else min(ends, proof)

    def _proof(self, where: str, session: Session) -> int | None:
        """When somebody is asked whether they are here, missed, or missed for too long (R4)."""
        if session.alone is not None:
            return None if "alone" in session.told else session.alone + self.house.grace
        if session.asked is not None:
            return session.asked + self.house.grace
        often = self.house.skills[self.house.places[where].skill].reproof
        return session.proved + often if often and session.tied is not None else None

    def _happens(self, now: Now) -> None:
        for where, what in self.at.items():
            if isinstance(what, Wait) and what.until <= now.ms:
                self.at[where] = None
            elif isinstance(what, Session):
                self._due_in_session(where, what, now)

    def _due_in_session(self, where: str, session: Session, now: Now) -> None:
        if session.ends <= now.ms:
            self._end(where, session, now, well=session.why == "limit")
            return
        if session.ends - self.house.warning <= now.ms:
            session.warned = True
        proof = self._proof(where, session)
        if proof is None or proof > now.ms:
            return
        if session.alone is not None:
            self._lose(where, session, "alone", self.house.places[where].alone, now)
        elif session.asked is not None:
            session.missed = True
            self._miss(session, now)
        else:
            session.asked = now.ms
