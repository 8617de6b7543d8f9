"""A day on the bench: what may happen there, each with how often it does."""

from __future__ import annotations

from collections.abc import Mapping

from bench_deeds import AGAIN_MS, Deeds
from bench_kit import AT_REST_MA, AT_WORK_MA, BETWEEN_MA, DEADMAN, WORKERS
from bench_told import Broken
from bench_world import Place

from fabgate.rehearsal.play import MOST_STEPS

WAITS_MS = (0, 300, 2_100, 2_100, 3_000, 5_000, 9_000, 11_000, 11_000, 31_000, 61_000, 95_000, 200_000)
OFTEN: Mapping[str, float] = {
    "badge": 34,
    "job": 18,
    "switch": 12,
    "button": 3,
    "oops": 1,
    "lock": 4,
    "right": 6,
    "remote": 2,
    "deaf": 2,
    "blind": 1,
    "contactor": 3,
    "wire": 1,
    "disk": 2,
    "clock": 2,
    "end": 3,
}


class Day(Deeds):
    """Everything that a seed can do, and how often it does."""

    def run(self, events: int) -> None:
        """Live through so many events, then end the day and read the books. Raises Broken."""
        self.opens()
        try:
            for _ in range(events):
                self.one()
            self.ends()
        finally:
            self.closes()

    def ends(self) -> None:
        """Everything off, and the books whole."""
        if not self.stage.powered:
            self.do(self.back)
        if self.full:
            self.do("disk_ok")
        self.do("stop")
        on = [name for place in self.places.values() for name, (is_on, _) in place.seen.items() if is_on]
        if on:
            raise Broken(f"still on when all is over: {on}")
        self.books.end()

    def one(self) -> None:
        """Time passes, and then something happens."""
        self.wait(self.chance.choice(WAITS_MS))
        if not self.stage.powered:
            if self.chance.random() < 0.7:
                self.do(self.back)
            return
        place = self.chance.choice(list(self.places.values()))
        if place.pencil.work is None and self.chance.random() < 0.5 and self._put_right(place):
            return
        what = self.chance.choices(list(OFTEN), list(OFTEN.values()))[0]
        getattr(self, f"_{what}")(place)

    # --- what is chosen

    def _put_right(self, place: Place) -> bool:
        """Somebody mends what keeps people from working here; whether there was anything to mend."""
        room = place.room
        taken = [one for one in WORKERS if not (self.rights[one] and self.welcome[one])]
        if stays := sorted(room.pressed - {"lid"}):
            self.do("moves", place, stays[0])
        elif room.deaf:
            self.do("signal", place)
        elif room.blind:
            self.do("reader", place)
        elif room.welded or room.open_coil:
            self.do("mend", place)
        elif place.wires.stuck:
            self.do("free", place, min(place.wires.stuck))
        elif place.pencil.doubt and self.chance.random() < 0.5:
            self.do("stop")
        elif self.full:
            self.do("disk_ok")
        elif place.pencil.locked:
            self.do("unlock", place)
        elif len(taken) > 1:
            self.do("right" if not self.rights[taken[0]] else "welcomes", None, taken[0])
        else:
            return False
        return True

    def _badge(self, place: Place) -> None:
        if place.room.blind:
            return
        if place.lying is not None:
            self.do("lift", place)
            return
        who = self._somebody(place)
        gap_ms = self.now_ms - place.tapped_ms.get(who, -AGAIN_MS)
        if gap_ms < AGAIN_MS:
            self.wait(AGAIN_MS - gap_ms)
        self.do("tap", place, who)

    def _somebody(self, place: Place) -> str:
        work, claim = place.pencil.work, place.pencil.claim
        if claim is not None and self.chance.random() < 0.6:
            return claim.who
        if work is not None and place.last not in ("", work.who) and self.chance.random() < 0.3:
            return place.last  # who insists may end nothing either, but by the table
        if work is not None and self.chance.random() < 0.5:
            return work.who
        return self.chance.choices((*WORKERS, "zoe", "stranger"), (5, 5, 5, 3, 1))[0]

    def _job(self, place: Place) -> None:
        self.do(
            "draw", place, self.chance.choice((AT_REST_MA, AT_REST_MA, BETWEEN_MA, AT_WORK_MA, AT_WORK_MA))
        )

    def _switch(self, place: Place) -> None:
        stays = sorted(place.room.pressed)
        what = self.chance.choice(("estop", "lid", "lid", "key", "tamper"))
        if stays and self.chance.random() < 0.6:
            what = self.chance.choice(stays)
        self.do("moves", place, what)

    def _button(self, place: Place) -> None:
        self.do("push", place)

    def _oops(self, place: Place) -> None:
        if not self.full:  # a lock that is not in the books is gone with the mains
            self.do("oops", place)

    def _lock(self, place: Place) -> None:
        if not self.full:
            self.do("unlock" if place.pencil.locked else "lock", place)

    def _right(self, place: Place) -> None:
        work = place.pencil.work
        who = work.who if work is not None and work.who in WORKERS else self.chance.choice(WORKERS)
        taken = [one for one in WORKERS if not (self.rights[one] and self.welcome[one])]
        if taken and self.chance.random() < 0.7:
            who = self.chance.choice(taken)
        if not self.full:
            self.do("welcomes" if self.chance.random() < 0.5 else "right", None, who)

    def _remote(self, place: Place) -> None:
        if place.pencil.work is not None and not self.full:
            self.do("close", place)

    def _deaf(self, place: Place) -> None:
        if place.kit.metered:
            self.do("signal", place)

    def _blind(self, place: Place) -> None:
        self.do("reader", place)

    def _contactor(self, place: Place) -> None:
        if place.room.welded or place.room.open_coil:
            self.do("mend", place)
        else:
            self.do(self.chance.choice(("weld", "coil")), place)

    def _wire(self, place: Place) -> None:
        """Any output but the one that we see the permission by."""
        names = [out.name for out in place.kit.outs if out.name != "main" and out.duty != DEADMAN]
        if place.wires.stuck:
            self.do("free", place, min(place.wires.stuck))
        elif names:
            self.do("jam", place, self.chance.choice(names))

    def _disk(self, place: Place) -> None:
        self.do("disk_ok" if self.full else "disk_full")

    def _clock(self, place: Place) -> None:
        self.do("step", None, self.chance.choice((-3_600_000, 3_600_000, -86_400_000, 1_000)))

    def _end(self, place: Place) -> None:
        if place.room.blind or self.chance.random() < 0.7:
            self.do(self.chance.choice(("cut", "stop", "stop", "crash")))
        else:
            self.do("tap_and_cut", place, self.chance.choice(WORKERS), self.chance.randrange(MOST_STEPS))
