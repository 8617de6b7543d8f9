"""Whatever happens, happens to the gate and to the model; what the two say of it must be the same."""

from __future__ import annotations

from pathlib import Path

from sponsorship_lab import BEGINS, HOUSE, Founded, Gate, everybody
from sponsorship_model import Floor
from sponsorship_people import DAY, NEVER, Grant, People
from sponsorship_session import Session

from fabgate.store import journal, roster


class Both:
    """One lab and its model."""

    def __init__(self, begun: Founded, folder: Path) -> None:
        self.gate = Gate(begun, folder)
        self.people = People(HOUSE, everybody())
        self.floor = Floor(self.people)

    def end(self) -> None:
        """Everything ends as it should: the books verify, and nothing is on."""
        broken = journal.verify(self.gate.conn).broken
        self.gate.close()
        assert not broken
        assert not self.gate.on

    def do(self, what: str, *about: object) -> None:
        """One of the deeds below, by its name."""
        getattr(self, what)(*about)
        self.check()

    def check(self) -> None:
        """Power is where the model has it. Nobody has a right from themselves (R7), but for the first
        manager's first sponsorship, which was given before this life."""
        assert self.gate.on == self.floor.on
        own = [one for one in roster.grants(self.gate.conn) if one.member == one.by]
        assert all(one.since_ms == BEGINS for one in own)

    # --- taps and time

    def tap(self, where: str, badge: str, pause: int = 0) -> None:
        """Somebody taps, after a while. Who is refused is told why, and nobody else is told anything such."""
        somewhere = HOUSE.places[where].kind == "machine"
        self.wait(pause if somewhere else max(pause, 1_000))  # nobody is at two places in one millisecond
        expected = self.floor.tap(where, badge, self.gate.now())
        self.gate.tap(where, badge)
        told = self.gate.refusals(where)
        assert told == ([] if expected is None else [expected]), f"{badge} at {where}"
        assert self.gate.openings() == self.floor.opened
        self.check()

    def works(self, where: str, user: str, helper: str, pause: int) -> None:
        """Somebody taps at a free machine, and another after them where they wait for one."""
        if self.floor.at[where] is None:
            self.tap(where, self.people.all[user].badges[0], 2_100)
            if self.floor.at[where] is not None and where not in self.floor.on:
                self.tap(where, self.people.all[helper].badges[0], pause)

    def wait(self, ms: int) -> None:
        self.floor.wait(self.gate.now(), ms)
        self.gate.wait(ms)
        self.gate.heard.clear()
        self.check()

    # --- decided at the desk

    def grant(self, by: str, whom: str, skill: str, level: str, days: int | None) -> None:
        now, until = self.gate.now(), self._ends(days)
        if self.gate.grant(by, whom, skill, level, until):
            assert by != whom, "granted to themselves"
            grants = self.people.all[whom].grants
            grants[skill] = Grant(level, now.wall, NEVER if until is None else until)
            self.floor.decided(now)

    def revoke(self, whom: str, skill: str) -> None:
        if self.gate.revoke("zoe", whom, skill):
            del self.people.all[whom].grants[skill]
            self.floor.decided(self.gate.now())

    def suspend(self, whom: str, skill: str | None, days: int | None) -> None:
        """The person, or one skill of theirs; until somebody lifts it, or for a while."""
        one, until = self.people.all[whom], self._ends(days)
        if self.gate.suspend(whom, skill, until):
            ends = NEVER if until is None else until
            if skill is None:
                one.suspended = ends
            else:
                one.paused[skill] = ends
            self.floor.decided(self.gate.now())

    def lift(self, whom: str, skill: str | None) -> None:
        one = self.people.all[whom]
        if self.gate.lift(whom, skill):
            if skill is None:
                one.suspended = None
            else:
                del one.paused[skill]
            self.floor.decided(self.gate.now())

    def status(self, whom: str, word: str) -> None:
        now, one = self.gate.now(), self.people.all[whom]
        here = self.people.here(one, now)
        if self.gate.status(whom, word):
            one.status = word
            if word == "left" and here:
                self.floor.check_out(one, now)
            self.floor.decided(now)

    def file(self, whom: str, paper: str, days: int | None) -> None:
        until = self._ends(days)
        if self.gate.file(whom, paper, until):
            self.people.all[whom].papers[paper] = NEVER if until is None else until
            self.floor.decided(self.gate.now())

    def withdraw(self, whom: str, paper: str) -> None:
        if self.gate.withdraw(whom, paper):
            del self.people.all[whom].papers[paper]
            self.floor.decided(self.gate.now())

    def come_or_go(self, whom: str, here: bool) -> None:
        self.wait(1_000)  # nobody taps and is said to have gone within the same millisecond
        now, one = self.gate.now(), self.people.all[whom]
        if self.gate.presence(whom, here):
            (self.floor.check_in if here else self.floor.check_out)(one, now)

    def comes_and_goes(self, whom: str) -> None:
        """Somebody checks in, and out again: whoever stood by until then is gone."""
        self.come_or_go(whom, True)
        self.come_or_go(whom, False)

    def badge(self, badge: str) -> None:
        """It is lost, or found again and given back."""
        owner = self.people.owner(badge)
        assert owner is not None
        assert self.gate.badge(owner.name, badge, badge in owner.blocked)
        owner.blocked ^= {badge}
        self.floor.decided(self.gate.now())

    def lock_or_unlock(self, where: str) -> None:
        assert self.gate.lock(where, where not in self.floor.locked)
        self.floor.lock(where, self.gate.now())

    def close(self, where: str) -> None:
        if self.gate.close_session(where):
            self.floor.close(where, self.gate.now())

    def mend(self, whom: str) -> None:
        """A manager puts right whatever is wrong with somebody: they are again what they were at first."""
        one, was = self.people.all[whom], everybody()[whom]
        for skill in (None, *one.paused):
            self.lift(whom, skill)
        for badge in sorted(one.blocked):
            self.badge(badge)
        if one.status != was.status:
            self.status(whom, was.status)
        for paper in was.papers:
            self.file(whom, paper, None)
        for skill, grant in was.grants.items():
            for level in ("autonomous", "sponsor") if grant.level == "sponsor" else (grant.level,):
                self.grant("zoe", whom, skill, level, None)
        for where in sorted(self.floor.locked):
            self.lock_or_unlock(where)

    def _ends(self, days: int | None) -> int | None:
        return None if days is None else self.gate.now().today + days * DAY

    # --- the gate's own troubles

    def clock(self, by: int) -> None:
        """Somebody sets the wall clock."""
        if by > 0 or not self._somebody_is_tied():
            self.gate.stage.clock.step_wall(by)

    def vouch(self, right: bool) -> None:
        """The clock is set right, or nobody vouches for it any more."""
        if not right or not self._somebody_is_tied():
            self.gate.vouch(right)

    def _somebody_is_tied(self) -> bool:
        """Then no clock is set back here: a check-out is told by the wall clock, and would be hidden from
        the session that they stand by with a tap."""
        return any(isinstance(what, Session) and what.tied is not None for what in self.floor.at.values())

    def mains(self, pause: int) -> None:
        """They go, and come again. What ran was in use up to the last heartbeat, and is off."""
        running = self.floor.dark()
        self.gate.dark(pause)
        for where, session in running.items():
            if session.how != "maintenance" and session.level in ("autonomous", "sponsor"):
                self.floor.used(where, session.user, self.gate.recovered(where))
