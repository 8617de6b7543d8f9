"""Whatever happens, happens to the gate and to the model; what the two say of it must be the same."""

from __future__ import annotations

from pathlib import Path

from sponsorship_hub import Came, Hub
from sponsorship_lab import BEGINS, HOUSE, Founded, Gate, everybody
from sponsorship_model import Floor
from sponsorship_people import DAY, MINUTE, NEVER, Grant, Now, People
from sponsorship_session import Session

from fabgate.store import journal, roster


class Both:
    """One lab and its model."""

    def __init__(self, begun: Founded, folder: Path, joined: bool = False) -> None:
        self.gate = Gate(begun, folder, joined)
        self.hub = Hub(self.gate) if joined else None
        self.people = People(HOUSE, everybody())
        self.floor = Floor(self.people)
        self._told: dict[str, Came] = {}  # by the hub, last
        self.hears()

    def now(self) -> Now:
        """The moment, as a question is asked at it."""
        now = self.gate.now()
        return now if self.hub is None else self.hub.now(now)

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
        """Power is where the model has it, and the books say of each session what the model does."""
        assert self.gate.on == self.floor.on
        for where, said in self.gate.running().items():
            session = self.floor.at[where]
            assert isinstance(session, Session)
            assert (said.member, said.level) == (self.gate.id_of(session.user.name), session.level), where
            assert (said.sponsor is not None) == (session.how in {"sponsor", "host"}), where
        assert self.gate.count("session.alone") == self.floor.missed
        self._check_grants()

    def _check_grants(self) -> None:
        """Nobody has a right from themselves (R7), but for the first manager's first sponsorship, which was
        given before this life."""
        own = [one for one in roster.grants(self.gate.conn) if one.member == one.by]
        assert all(one.since_ms == BEGINS for one in own)

    # --- taps and time

    def tap(self, where: str, badge: str, pause: int = 0) -> None:
        """Somebody taps, after a while. Who is refused is told why, and nobody else is told anything such."""
        somewhere = HOUSE.places[where].kind == "machine"
        self.wait(pause if somewhere else max(pause, 1_000))  # nobody is at two places in one millisecond
        expected = self.floor.tap(where, badge, self.now())
        self.gate.tap(where, badge)
        told = self.gate.refusals(where)
        assert told == ([] if expected is None else [expected]), f"{badge} at {where}"
        assert self.gate.count("door.open") == self.floor.opened
        owner = self.people.owner(badge)
        if owner is not None and not somewhere:
            self._hub_learns(owner.name)
        self.check()

    def works(self, where: str, user: str, helper: str, pause: int) -> None:
        """Somebody taps at a free machine, and another after them where they wait for one."""
        if self.floor.at[where] is None:
            self.tap(where, self.people.all[user].badges[0], 2_100)
            if self.floor.at[where] is not None and where not in self.floor.on:
                self.tap(where, self.people.all[helper].badges[0], pause)

    def well_done(self, where: str, pause: int) -> None:
        """Whoever works at a machine ends it, and whoever stood by taps after them."""
        session = self.floor.at[where]
        if isinstance(session, Session) and session.tied is not None:
            self.tap(where, session.badge, 2_100)
            self.tap(where, session.tied_badge, pause)

    def wait(self, ms: int) -> None:
        """Time passes. A hub that is heard is heard every minute, as long as that matters to anybody."""
        while self.hub is not None and self.hub.up and self.floor.on and ms > MINUTE:
            self._wait(MINUTE)
            ms -= MINUTE
        self._wait(ms)

    def _wait(self, ms: int) -> None:
        self.floor.wait(self.now(), ms)
        self.gate.wait(ms)
        self.hears()
        self.gate.heard.clear()
        self.check()

    # --- the hub

    def hears(self) -> None:
        """The gate hears its hub, if there is one and a way: of who came to other gates, and who went."""
        if self.hub is None or not self.hub.speaks():
            return
        self.gate.stage.news()
        if self.hub.people != self._told:
            self._told = dict(self.hub.people)
            for name, came in self._told.items():
                self.floor.told(self.people.all[name], came.since, came.out)
            self.floor.decided(self.now())

    def net(self, up: bool) -> None:
        """The way to the hub is there or not; with it comes the time."""
        if self.hub is not None:
            self.hub.up = up
            self.gate.stage.set_net(up)
            self.hears()

    def elsewhere(self, whom: str, here: bool) -> None:
        """Somebody checks in at another gate, or out."""
        self.wait(1_000)
        if self.hub is not None:
            self.hub.came(whom, here)
            self.hears()

    # --- decided at the desk

    def grant(self, by: str, whom: str, skill: str, level: str, days: float | None) -> None:
        now, until = self.now(), self._ends(days)
        if self.gate.grant(by, whom, skill, level, until):
            assert by != whom, "granted to themselves"
            grants = self.people.all[whom].grants
            grants[skill] = Grant(level, now.wall, NEVER if until is None else until)
            self.floor.decided(now)

    def revoke(self, whom: str, skill: str) -> None:
        if self.gate.revoke("zoe", whom, skill):
            del self.people.all[whom].grants[skill]
            self.floor.decided(self.now())

    def suspend(self, whom: str, skill: str | None, days: float | None) -> None:
        """The person, or one skill of theirs; until somebody lifts it, or for a while."""
        one, until = self.people.all[whom], self._ends(days)
        if self.gate.suspend(whom, skill, until):
            ends = NEVER if until is None else until
            if skill is None:
                one.suspended = ends
            else:
                one.paused[skill] = ends
            self.floor.decided(self.now())

    def lift(self, whom: str, skill: str | None) -> None:
        one = self.people.all[whom]
        if self.gate.lift(whom, skill):
            if skill is None:
                one.suspended = None
            else:
                del one.paused[skill]
            self.floor.decided(self.now())

    def status(self, whom: str, word: str) -> None:
        now, one = self.now(), self.people.all[whom]
        here = self.people.here(one, now)
        if self.gate.status(whom, word):
            one.status = word
            if word == "left" and here:
                self.floor.check_out(one, now)
                self._hub_learns(whom)
            self.floor.decided(now)

    def file(self, whom: str, paper: str, days: float | None) -> None:
        until = self._ends(days)
        if self.gate.file(whom, paper, until):
            self.people.all[whom].papers[paper] = NEVER if until is None else until
            self.floor.decided(self.now())

    def withdraw(self, whom: str, paper: str) -> None:
        if self.gate.withdraw(whom, paper):
            del self.people.all[whom].papers[paper]
            self.floor.decided(self.now())

    def come_or_go(self, whom: str, here: bool) -> None:
        self.wait(1_000)  # nobody taps and is said to have gone within the same millisecond
        now, one = self.now(), self.people.all[whom]
        if self.gate.presence(whom, here):
            (self.floor.check_in if here else self.floor.check_out)(one, now)
            self._hub_learns(whom)

    def comes_and_goes(self, whom: str) -> None:
        """Somebody checks in, and out again: whoever stood by until then is gone."""
        self.come_or_go(whom, True)
        self.come_or_go(whom, False)

    def _hub_learns(self, whom: str) -> None:
        """Who goes here is out wherever they came in: the gate's own word of it reaches the hub."""
        one = self.people.all[whom]
        if self.hub is not None and one.stay is None and one.elsewhere is None:
            self.hub.came(whom, here=False)

    def badge(self, badge: str) -> None:
        """It is lost, or found again and given back."""
        owner = self.people.owner(badge)
        assert owner is not None
        assert self.gate.badge(owner.name, badge, badge in owner.blocked)
        owner.blocked ^= {badge}
        self.floor.decided(self.now())

    def lock_or_unlock(self, where: str) -> None:
        assert self.gate.lock(where, where not in self.floor.locked)
        self.floor.lock(where, self.now())

    def close(self, where: str) -> None:
        if self.gate.close_session(where):
            self.floor.close(where, self.now())

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

    def _ends(self, days: float | None) -> int | None:
        return None if days is None else self.now().today + int(days * DAY)

    # --- the gate's own troubles

    def clock(self, by: int) -> None:
        """Somebody sets the wall clock."""
        if self.hub is None and (by > 0 or not self._somebody_is_tied()):
            self.gate.stage.clock.step_wall(by)

    def vouch(self, right: bool) -> None:
        """The clock is set right, or nobody vouches for it any more."""
        if self.hub is None and not (right and self._somebody_is_tied()):
            self.gate.vouch(right)

    def _somebody_is_tied(self) -> bool:
        """Then no clock is set back here: a check-out is told by the wall clock, and would be hidden from
        the session that they stand by with a tap."""
        return any(isinstance(what, Session) and what.tied is not None for what in self.floor.at.values())

    def lost_time(self, by: int) -> None:
        """Nobody vouches for the clock any more, and it is wrong by so much."""
        self.vouch(False)
        self.clock(by)

    def mains(self, pause: int) -> None:
        """They go, and come again. What ran was in use up to the last heartbeat, and is off."""
        running = self.floor.dark()
        self.gate.dark(pause)
        if self.hub is not None:
            self.hub.boots()
        for where, session in running.items():
            if session.how != "maintenance" and session.level in ("autonomous", "sponsor"):
                self.floor.used(where, session.user, self.gate.recovered(where))
        self.hears()
