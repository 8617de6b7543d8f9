"""One machine as a person with a pencil would keep it: who works, and what must or may end that.

It imports nothing of the rules. What happens is noted down before the gate hears of it; then `look`
compares with what the permission did. What the law leaves open (a tap of which nobody could say
whether it means "stay" or "off") is noted as something that may end a session and need not.
"""

from __future__ import annotations

from bench_kit import ALARM, NOW, WARN, WHEN_IDLE, Kit
from bench_signal import Signal
from bench_told import Broken
from bench_work import Claim, Ended, Pending, Start, Work

CONFIRM_MS = 10_000
LEAVES = ("own_tap", "badge_gone")  # what its own member asked for
CUTS = frozenset({"estop", "closed", "fault", "gate_stopped", "lid"})


class Pencil:
    """What has to be true of one machine."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.signal = Signal(kit)
        self.work: Work | None = None
        self.locked = False
        self.troubles: set[str] = set()
        self.lid_open = False
        self.jammed = False  # an output does not obey: whatever switches it ends in a fault
        self.doubt = False  # and none that begins after it is sure
        self.start: Start | None = None
        self.claim: Claim | None = None
        self._dies: Pending | None = None

    # --- what happens

    def taps(self, who: str, may: bool, at_ms: int, disk_ok: bool) -> None:
        """A badge that counts. `may`: whether its owner may work here by right."""
        work, claim, self.claim = self.work, self.claim, None
        if work is None:
            self.start = self._start(who, may, at_ms, disk_ok, claim)
        elif work.who == who:
            self._own_tap(work, at_ms)
        else:
            self._stranger(work, who, may, at_ms, claim)

    def lifts(self, at_ms: int) -> None:
        """The badge that holds the session is taken out of the slot."""
        if (work := self.work) is None:
            return
        work.away = True
        how = self.kit.ends["badge_gone"]
        if how in (NOW, WHEN_IDLE) and not work.finishing:
            work.pending.append(
                Pending("badge_gone", at_ms + self.kit.grace_ms, how == WHEN_IDLE, silent=True)
            )

    def blinds(self) -> None:
        """Nobody can say any more whether the badge lies there; who left for good is gone all the same."""
        if (work := self.work) is not None and not work.finishing:
            work.pending = [one for one in work.pending if one.why != "badge_gone"]
            work.away = False

    def sees(self, lying: str | None, at_ms: int) -> None:
        """The reader sees again: a badge that lies there is back, one that does not has all its grace."""
        if (work := self.work) is None or not self.kit.slot:
            return
        if lying == work.who:
            self._stay(work, at_ms)
        else:
            self.lifts(at_ms)

    def button(self, at_ms: int) -> None:
        """As its member's tap that means "off"."""
        self.claim = None
        if (work := self.work) is not None:
            self._off(work, at_ms, must=not work.fog and not work.finishing)

    def estop(self, at_ms: int) -> None:
        self._ends("estop", NOW, at_ms)

    def closed(self, at_ms: int) -> None:
        """A person said "now"."""
        self._ends("closed", NOW, at_ms)

    def loses(self, why: str, at_ms: int, sure: bool = True) -> None:
        """The ground of the session is gone: its table says what happens."""
        work = self.work
        if work is None or (work.maintenance and why == "locked"):
            return
        self._ends(why, self.kit.ends[why], at_ms, must=sure and why not in work.told)
        work.told.add(why)
        # Of somebody who lost more than one thing nobody need say which of them ends it.
        work.fog = work.fog or (not sure and self.kit.ends[why] == WHEN_IDLE)

    def finds(self, why: str) -> None:
        """The ground is back. Whether an end that was announced for it still comes, the law leaves open."""
        for pending in self.work.pending if self.work else ():
            if pending.why == why:
                pending.must = False

    def lid(self, opened: bool, at_ms: int) -> None:
        self.lid_open = opened
        if self.work is not None:
            self.work.lids += 1
        if opened:
            self._lid_opened(at_ms)
        elif self.work is not None:  # who shuts it has understood
            self.work.pending = [one for one in self.work.pending if one.why != "lid"]
            self.work.unseen.discard("lid")

    def _lid_opened(self, at_ms: int) -> None:
        """Each time anew, whatever else is announced: shut it, or the session ends."""
        if (work := self.work) is None:
            return
        how = self.kit.ends["lid"]
        if how == WHEN_IDLE:
            work.pending.append(Pending("lid", at_ms + self.kit.warning_ms, True))
            work.unseen.add("lid")
            work.said.discard("over lid")
        else:
            self._ends("lid", how, at_ms)

    def trouble(self, name: str, there: bool) -> None:
        (self.troubles.add if there else self.troubles.discard)(name)

    def begins(self, troubles: set[str], at_ms: int) -> None:
        """A daemon begins."""
        self.troubles, self.claim, self.start, self._dies = set(troubles), None, None, None
        self.signal.begins(at_ms)

    def dies(self, why: str, at_ms: int) -> None:
        """The daemon stops in good order (`gate_stopped`), or is gone (`recovered`)."""
        self._dies = Pending(why, at_ms, False)
        self.claim = self.start = None

    # --- what is seen of it

    def look(self, at_ms: int, moves: list[bool]) -> list[Ended]:
        """What the permission did at this moment, on or off, in order. Raises Broken."""
        self._catch_up(at_ms)
        ended = []
        for on in moves:
            if on:
                self._begins(at_ms)
            else:
                ended.append(self._ends_now(at_ms))
        if self.start is not None and self.start.must and self.work is None and not ended:
            raise Broken(f"{self._here}: {self.start.who} may work, tapped, and has no power")
        self.start = None
        self._must_be_off(at_ms)
        return ended

    def _begins(self, at_ms: int) -> None:
        if self.work is not None:
            raise Broken(f"{self._here}: power on, on top of a session of {self.work.who}")
        if self.start is None:
            raise Broken(f"{self._here}: power on, and nobody tapped who may")
        self.work = Work(self.start.who, at_ms, stay_ms=at_ms, perhaps_ms=at_ms)
        self.work.maintenance = self.start.maintenance
        self._plan_limit(self.work)
        self.start = None

    def _ends_now(self, at_ms: int) -> Ended:
        work, self.work = self.work, None
        assert work is not None, "the bench said off, and nothing was on"
        ripe = {
            pending.why: ripe
            for pending in self._all(work)
            if (ripe := self._ripe(pending, at_ms)) is not None
        }
        if not ripe:
            held = [f"{one.why} from {one.from_ms}{' idle' if one.waits else ''}" for one in work.pending]
            raise Broken(f"{self._here}: cut from {work.who} without a cause ({self._busy}); pending: {held}")
        late = [
            p for p in self._all(work) if p.must and (r := self._ripe(p, at_ms)) is not None and r < at_ms
        ]
        if late:
            raise Broken(f"{self._here}: off at {at_ms} by {late[0].why}, and should have been before")
        busy_ms = self._busy_ms(work, at_ms)
        return Ended(self.kit.name, work.who, work.since_ms, at_ms, frozenset(ripe), busy_ms, work.lids)

    def _must_be_off(self, at_ms: int) -> None:
        if (work := self.work) is None:
            return
        for pending in self._all(work):
            if pending.must and self._ripe(pending, at_ms) is not None:
                raise Broken(
                    f"{self._here}: {work.who} has power, although {pending.why} ended it ({self._busy})"
                )

    def _busy_ms(self, work: Work, at_ms: int) -> int | None:
        """None where it cannot be said to the millisecond."""
        known = self.kit.metered and self.signal.always_known(work.since_ms, at_ms)
        return self.signal.worked_ms(work.since_ms, at_ms) if known else None

    # --- taps

    def _start(self, who: str, may: bool, at_ms: int, disk_ok: bool, claim: Claim | None) -> Start | None:
        sure = not self.doubt
        if self.troubles or (self.lid_open and self.kit.ends["lid"] == NOW):
            return None
        if who == "zoe" and self.locked:
            second = claim is not None and claim.who == who and at_ms - claim.at_ms <= CONFIRM_MS
            self.claim = None if second else Claim(who, at_ms, sure)
            return Start(who, False, maintenance=True) if second and disk_ok else None
        if not may or not disk_ok or self.locked:
            return None
        return Start(who, sure)

    def _own_tap(self, work: Work, at_ms: int) -> None:
        """The first tap after an announcement says that it was seen, and one that finds nobody logged in that
        they are back; every other is "off"."""
        if self.kit.slot:
            self._stay(work, at_ms)
        elif work.fog:
            self._off(work, at_ms, must=False)
            work.perhaps_ms = at_ms
        elif work.finishing or work.unseen:
            self._stay(work, at_ms)
        else:
            self._off(work, at_ms)

    def _off(self, work: Work, at_ms: int, must: bool = True) -> None:
        waits = self.kit.ends["tap"] == WHEN_IDLE
        work.pending = [one for one in work.pending if one.why != "own_tap"]
        work.pending.append(Pending("own_tap", at_ms, waits, must))
        for one in work.pending:  # who left the machine to its job may take the badge along
            one.must = one.must and one.why != "badge_gone"
        work.finishing = True
        work.unseen.clear()

    def _stay(self, work: Work, at_ms: int) -> None:
        work.pending = [one for one in work.pending if one.why not in LEAVES]
        work.away = False
        work.stay_ms = work.perhaps_ms = at_ms
        work.fog = work.finishing and (
            len(work.pending) > 1 or at_ms >= self._limit_ms(work) - self.kit.warning_ms
        )
        work.finishing = False
        work.unseen.clear()
        work.said.discard("idle")

    def _stranger(self, work: Work, who: str, may: bool, at_ms: int, claim: Claim | None) -> None:
        """Two taps of another may end an idle session, or a manager's where nothing tells."""
        if (sure := self._claimable(work, who, may, at_ms)) is None:
            return
        if claim is not None and claim.who == who and at_ms - claim.at_ms <= CONFIRM_MS:
            work.pending.append(Pending("takeover", at_ms, False, must=sure and claim.sure))
        else:
            self.claim = Claim(who, at_ms, sure)

    def _claimable(self, work: Work, who: str, may: bool, at_ms: int) -> bool | None:
        """Whether this tap may be one of the two; True if it surely is."""
        plain = (
            not self.locked and not self.troubles and not work.finishing and not work.unseen and not work.fog
        )
        if work.maintenance:
            return None
        if who == "zoe" and not self.signal.busy:
            return plain
        if self.signal.busy is None or self.signal.busy or self.kit.takeover_ms is None or not may:
            return None
        from_ms = max(self.signal.since_ms, work.since_ms)
        if at_ms - from_ms < self.kit.takeover_ms:
            return None
        return plain and at_ms - max(from_ms, work.perhaps_ms) >= self.kit.takeover_ms

    # --- what is due

    def _ends(self, why: str, how: str, at_ms: int, must: bool = True) -> None:
        if (work := self.work) is None:
            return
        match how:
            case "now":
                work.pending.append(Pending(why, at_ms, False, must))
            case "when_idle":
                self._announce(work, why, at_ms + self.kit.warning_ms, at_ms)
                work.pending.append(Pending(why, at_ms + self.kit.warning_ms, True, must))
            case _:
                assert how in (WARN, ALARM)

    def _limit_ms(self, work: Work) -> int:
        return work.since_ms + self.kit.limit_ms

    def _plan_limit(self, work: Work) -> None:
        how = self.kit.ends["limit"]
        if how in (NOW, WHEN_IDLE):
            work.pending.append(Pending("limit", self._limit_ms(work), how == WHEN_IDLE))
        if self.kit.ends.get("overrun") == NOW:
            # Where the limit itself ends nothing, what waits for the machine may still be overrun.
            over_ms = self._limit_ms(work) + self.kit.overrun_ms
            work.pending.append(Pending("limit", over_ms, False, how == WHEN_IDLE, silent=True))

    def _all(self, work: Work) -> list[Pending]:
        fault = [Pending("fault", work.since_ms, False, must=False)] if self.jammed else []
        dies = [self._dies] if self._dies else []
        return work.pending + self._idle(work) + fault + dies

    def _idle(self, work: Work) -> list[Pending]:
        """What does nothing for too long is switched off, by the table; counted from the last "stay"."""
        idle_ms = self.kit.idle_ms
        if idle_ms is None or self.signal.busy is not False or self.kit.ends["idle"] != NOW:
            return []
        from_ms = max(self.signal.since_ms, work.since_ms)
        sure = Pending("idle", max(from_ms, work.perhaps_ms) + idle_ms, True)
        perhaps = Pending("idle", max(from_ms, work.stay_ms) + idle_ms, True, must=False)
        return [sure, perhaps]

    def _ripe(self, pending: Pending, now_ms: int) -> int | None:
        """The moment from which it ends the session; None: not yet."""
        ripe_ms = pending.from_ms
        if pending.waits and self.kit.metered:
            if self.signal.busy is not False:
                return None
            ripe_ms = max(ripe_ms, self.signal.since_ms)
        return ripe_ms if ripe_ms <= now_ms else None

    def _catch_up(self, now_ms: int) -> None:
        self.signal.catch_up(now_ms)
        if (work := self.work) is None:
            return
        if self.signal.busy:
            self.claim = None
        limit_ms = self._limit_ms(work)
        if self.kit.ends["limit"] in (NOW, WHEN_IDLE) and now_ms >= limit_ms - self.kit.warning_ms:
            self._say(work, "limit", limit_ms, now_ms)
        for one in work.pending:
            if one.waits and one.from_ms <= now_ms:
                self._over(work, one.why)
        self._say_idle(work, now_ms)

    def _over(self, work: Work, why: str) -> None:
        """The time of an end is over, and the machine works on."""
        if why in LEAVES:
            work.finishing = True
            work.unseen.clear()
        elif f"over {why}" not in work.said:
            work.said.add(f"over {why}")
            work.fog = work.fog or len(work.unseen - {why}) > 0
            work.unseen.add(why)

    def _announce(self, work: Work, why: str, ends_ms: int, now_ms: int) -> None:
        """A loss gives time, which is announced, unless another end comes before."""
        others = [one.from_ms for one in work.pending if one.why != "own_tap" and not one.silent]
        if not others or ends_ms < min(others):
            self._say(work, why, ends_ms, now_ms)

    def _say(self, work: Work, why: str, ends_ms: int, now_ms: int) -> None:
        """An end is announced, if it is the next one to come."""
        if why in work.said:
            return
        work.said.add(why)
        others = [
            one.from_ms for one in self._all(work) if one.why not in (why, "own_tap") and not one.silent
        ]
        work.fog = work.fog or work.finishing or any(other <= ends_ms for other in others)
        work.unseen.add(why)

    def _say_idle(self, work: Work, now_ms: int) -> None:
        """An idle machine says so before it is switched off; what works again is not."""
        if self.signal.busy is not False:
            work.unseen.discard("idle")
            work.said.discard("idle")
        for one in self._idle(work):
            lead_ms = min(self.kit.warning_ms, (self.kit.idle_ms or 0) // 2)
            if one.must and one.from_ms - lead_ms <= now_ms:
                self._say(work, "idle", one.from_ms, now_ms)

    @property
    def _busy(self) -> str:
        return {True: "it works", False: "it does nothing", None: "nothing tells"}[self.signal.busy]

    @property
    def _here(self) -> str:
        return f"{self.kit.name} ({self.kit.signal or 'no signal'})"
