"""A machine, door or counter on a bench of plain values: what `step` says is done, by a clock set by hand.

The tests of the rules stand on it. It decides nothing: it keeps what it is told, answers a lookup
from a table, and writes ink into a list. Times are given in seconds as they pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from fabgate.events import (
    Activity,
    Ask,
    BadgeGone,
    BadgeSeen,
    ButtonPressed,
    CloseNow,
    Effect,
    Event,
    Ink,
    Inked,
    InkFailed,
    LidMoved,
    LockChanged,
    Looked,
    LookFailed,
    Mended,
    Power,
    Recheck,
    Rechecked,
    Refuse,
    RosterMoved,
    Stopping,
    Tell,
    Tick,
    Troubled,
)
from fabgate.model import (
    Code,
    Hold,
    Level,
    Lock,
    MachineId,
    MachineRules,
    MemberId,
    Moment,
    Notice,
    Origin,
    Person,
    RecordId,
    SkillId,
    Standing,
    Status,
    Token,
    Trouble,
    Workshop,
)
from fabgate.records import Body, SessionStarted, SessionStopped
from fabgate.rules.kinds import AnyState, begin, deadline, step

LASER = MachineId("laser")
RULES = MachineRules(LASER, SkillId("laser"), "Laser cutter", contact="ask at the bar")
SLOT_RULES = replace(RULES, hold=Hold.SLOT)
STRICT_RULES = replace(RULES, sponsor_from=Level.SPONSOR)  # the lab asks sponsors to be of level `sponsor`

HOUR, MINUTE = 3_600.0, 60.0
ORIGIN = Origin("openfab/gate-1/0a1b2c3d")
NOON_MS = 1_760_000_000_000  # the wall clock when a bench begins
COURSE = Workshop(RecordId(ORIGIN, 800), people=8, purpose="social", until_ms=NOON_MS + 6 * 3_600_000)
LOCK = Lock(since_ms=1_700_000_000_000, record=RecordId(ORIGIN, 900))


def person(name: str, language: str | None = None) -> Person:
    return Person(MemberId(f"m-{name.lower()}"), name, language)


def badge(name: str) -> Token:
    return Token(f"k1:{name}")


KIM = MemberId("m-kim")
ADA, BOB, CLEO = person("Ada", "fr"), person("Bob", "nl"), person("Cleo")
# Badges by what their owner may do on the laser.
ADAS, ADAS_OTHER = badge("ada"), badge("ada-other")  # autonomous
BOBS, BOBS_OTHER = badge("bob"), badge("bob-other")  # trainee
CLEOS, CLEOS_OTHER = badge("cleo"), badge("cleo-other")  # sponsor
DANS = badge("dan")  # autonomous
TEDS = badge("ted")  # trainee
EVES = badge("eve")  # a member without this skill
UNKNOWN = badge("bus-card")
BLOCKED = badge("dan-lost")
SUSPENDED = badge("sue")  # was autonomous
KIMS, KIMS_OTHER = badge("kim"), badge("kim-other")  # keeps the laser: may start it for maintenance
LEAS, LEAS_OTHER = badge("lea"), badge("lea-other")  # autonomous, and leads a workshop at the laser
GUSS = badge("gus")  # a guest of the lab
MIAS = badge("mia")  # autonomous and under age

ROSTER: dict[Token, Standing] = {
    ADAS: Standing(ADA, level=Level.AUTONOMOUS),
    ADAS_OTHER: Standing(ADA, level=Level.AUTONOMOUS),
    BOBS: Standing(BOB, level=Level.TRAINEE, sponsors=("Cleo",)),
    BOBS_OTHER: Standing(BOB, level=Level.TRAINEE, sponsors=("Cleo",)),
    CLEOS: Standing(CLEO, level=Level.SPONSOR),
    CLEOS_OTHER: Standing(CLEO, level=Level.SPONSOR),
    DANS: Standing(person("Dan"), level=Level.AUTONOMOUS),
    TEDS: Standing(person("Ted"), level=Level.TRAINEE),
    EVES: Standing(person("Eve"), sponsors=("Cleo",)),
    BLOCKED: Standing(person("Dan"), level=Level.AUTONOMOUS, blocked_ms=1_600_000_000_000),
    KIMS: Standing(person("Kim"), level=Level.AUTONOMOUS, keeps=True),
    KIMS_OTHER: Standing(person("Kim"), level=Level.AUTONOMOUS, keeps=True),
    LEAS: Standing(person("Lea", "fr"), level=Level.AUTONOMOUS, workshop=COURSE, adults_here=(KIM,)),
    LEAS_OTHER: Standing(person("Lea", "fr"), level=Level.AUTONOMOUS, workshop=COURSE, adults_here=(KIM,)),
    GUSS: Standing(person("Gus"), status=Status.GUEST),
    MIAS: Standing(person("Mia"), level=Level.AUTONOMOUS, minor=True),
    SUSPENDED: Standing(person("Sue"), level=Level.AUTONOMOUS, suspended_ms=1_600_000_000_000),
}


Written = TypeVar("Written", bound=Body)


class MachineBench:
    """A machine, its relay, its journal and what it said, from `step` alone."""

    def __init__(self, rules: MachineRules = RULES, boot_ms: int = 1_000_000) -> None:
        self.rules = rules
        self.state: AnyState = begin(rules)
        self.roster = dict(ROSTER)
        self.locked: Lock | None = None  # as the store has it
        self.boot_ms = boot_ms
        self.wall_ms = NOON_MS
        self.relay = False
        self.records: list[tuple[RecordId, Body]] = []
        self.asks: list[Ask] = []
        self.rechecks: list[Recheck] = []
        self.inks: list[Ink] = []  # starts that wait for their ink
        self.told: list[Tell] = []
        self.refused: list[Refuse] = []

    # --- time

    @property
    def now(self) -> Moment:
        return Moment("boot-1", self.boot_ms, self.wall_ms, synced=True)

    def wait(self, seconds: float) -> None:
        """Time passes, and the machine is woken whenever it asked for it."""
        until_ms = self.boot_ms + round(seconds * 1000)
        while (due := deadline(self.rules, self.state)) is not None and due <= until_ms:
            self._to(max(due, self.boot_ms))
            self.send(Tick(LASER, self.now))
        self._to(until_ms)

    def sleep(self, seconds: float) -> None:
        """Time passes and nobody wakes the machine."""
        self._to(self.boot_ms + round(seconds * 1000))

    def step_wall_clock(self, seconds: float) -> None:
        self.wall_ms += round(seconds * 1000)

    def _to(self, boot_ms: int) -> None:
        self.wall_ms += boot_ms - self.boot_ms
        self.boot_ms = boot_ms

    # --- badges

    def tap(self, token: Token) -> tuple[Effect, ...]:
        """A badge comes and goes; the store answers and the ink is written at once."""
        seen = self.lay(token)
        self.lift(token)
        return seen

    def lay(self, token: Token) -> tuple[Effect, ...]:
        """A badge comes and stays. Gives what the machine did about it until all was settled."""
        effects = self.see(token)
        return effects + self.answer() + self.write()

    def lift(self, token: Token) -> tuple[Effect, ...]:
        return self.send(BadgeGone(LASER, token, self.now))

    def see(self, token: Token, fresh: bool = True) -> tuple[Effect, ...]:
        return self.send(BadgeSeen(LASER, token, self.now, fresh=fresh))

    def answer(self) -> tuple[Effect, ...]:
        """The store answers every lookup that waits."""
        done: tuple[Effect, ...] = ()
        while self.asks:
            ask = self.asks.pop(0)
            done += self.send(Looked(LASER, ask.token, ask.at, self.standing(ask.token), self.now))
        while self.rechecks:
            again = self.rechecks.pop(0)
            done += self.send(Rechecked(LASER, again.token, self.standing(again.token), self.now))
        return done

    def fail_lookups(self) -> tuple[Effect, ...]:
        asks, self.asks = self.asks, []
        return tuple(e for ask in asks for e in self.send(LookFailed(LASER, ask.token, self.now)))

    def standing(self, token: Token) -> Standing:
        return replace(self.roster.get(token, Standing()), lock=self.locked)

    # --- ink

    def write(self) -> tuple[Effect, ...]:
        """Every start that waits becomes durable."""
        done: tuple[Effect, ...] = ()
        while self.inks:
            done += self.deliver(self.inks.pop(0))
        return done

    def deliver(self, ink: Ink) -> tuple[Effect, ...]:
        assert ink.ink is not None
        return self.send(Inked(LASER, ink.ink, self.append(ink.body), self.now))

    def fail_ink(self) -> tuple[Effect, ...]:
        inks, self.inks = self.inks, []
        return tuple(e for ink in inks if ink.ink for e in self.send(InkFailed(LASER, ink.ink, self.now)))

    def append(self, body: Body) -> RecordId:
        record = RecordId(ORIGIN, len(self.records) + 1)
        self.records.append((record, body))
        return record

    @property
    def starts(self) -> list[SessionStarted]:
        return [body for _, body in self.records if isinstance(body, SessionStarted)]

    @property
    def stops(self) -> list[SessionStopped]:
        return [body for _, body in self.records if isinstance(body, SessionStopped)]

    @property
    def start(self) -> SessionStarted:
        """The one start that is in the journal."""
        (only,) = self.starts
        return only

    def written(self, kind: type[Written]) -> list[Written]:
        """The records of a kind that are in the journal."""
        return [body for _, body in self.records if isinstance(body, kind)]

    @property
    def stop(self) -> SessionStopped:
        """The one end that is in the journal."""
        (only,) = self.stops
        return only

    # --- the desk and the devices

    def lock(self, lock: Lock | None = LOCK) -> tuple[Effect, ...]:
        self.locked = lock
        return self.send(LockChanged(LASER, lock, self.now))

    def change(self, token: Token, **fields: object) -> tuple[Effect, ...]:
        """The desk changes how a badge stands; the machine hears that something moved, and looks."""
        self.roster[token] = replace(self.roster.get(token, Standing()), **fields)  # type: ignore[arg-type]
        return self.send(RosterMoved(LASER, self.now)) + self.answer()

    def close(self, record: RecordId) -> tuple[Effect, ...]:
        return self.send(CloseNow(LASER, record, self.now))

    def trouble(self, trouble: Trouble) -> tuple[Effect, ...]:
        return self.send(Troubled(LASER, trouble, self.now))

    def mend(self, trouble: Trouble) -> tuple[Effect, ...]:
        return self.send(Mended(LASER, trouble, self.now))

    def works(self, busy: bool | None = True) -> tuple[Effect, ...]:
        """The machine begins to work, or stops (False), or its meter fails (None)."""
        return self.send(Activity(LASER, busy, self.now))

    def lid(self, is_open: bool) -> tuple[Effect, ...]:
        return self.send(LidMoved(LASER, is_open, self.now))

    def button(self) -> tuple[Effect, ...]:
        return self.send(ButtonPressed(LASER, self.now))

    def shut_down(self) -> tuple[Effect, ...]:
        return self.send(Stopping(LASER, self.now))

    # --- what came of it

    def send(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = step(self.rules, self.state, event)
        self.carry_out(effects)
        return effects

    def carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Power(on=on):
                    self.relay = on
                case Ask():
                    self.asks.append(effect)
                case Recheck():
                    self.rechecks.append(effect)
                case Ink(ink=None):
                    self.append(effect.body)
                case Ink():
                    self.inks.append(effect)
                case Tell():
                    self.told.append(effect)
                case Refuse():
                    self.refused.append(effect)

    @property
    def said(self) -> Code | Notice | None:
        """What the machine said last."""
        return self.told[-1].what if self.told else None


def powers(effects: Iterable[Effect]) -> list[bool]:
    """Every switching of the relay among these effects."""
    return [effect.on for effect in effects if isinstance(effect, Power)]


def asked(effects: Iterable[Effect]) -> list[Token]:
    """The badges that these effects look up."""
    return [effect.token for effect in effects if isinstance(effect, Ask)]


def working(token: Token = ADAS, rules: MachineRules = RULES) -> MachineBench:
    """A machine that somebody autonomous works on; the badge lies there if the machine has a slot."""
    bench = MachineBench(rules)
    bench.lay(token)
    if rules.hold is Hold.TAP:
        bench.lift(token)
        bench.wait(3)
    return bench


def metered(token: Token = ADAS, rules: MachineRules = RULES, *, busy: bool | None = True) -> MachineBench:
    """A machine whose meter tells that it works, and somebody who works on it for three seconds."""
    bench = MachineBench(replace(rules, metered=True))
    bench.works(False)
    bench.lay(token)
    if rules.hold is Hold.TAP:
        bench.lift(token)
        bench.wait(3)
    if busy is not False:
        bench.works(busy)
    return bench


def sponsored(rules: MachineRules = RULES, user: Token = BOBS, by: Token = CLEOS) -> MachineBench:
    """A machine that Bob works on under Cleo, who was there three seconds ago; or another under another."""
    bench = MachineBench(rules)
    bench.tap(user)
    bench.wait(5)
    bench.tap(by)
    if rules.hold is Hold.SLOT:
        bench.wait(5)
        bench.lay(user)
    bench.wait(3)
    return bench
