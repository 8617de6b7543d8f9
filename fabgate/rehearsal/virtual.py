"""The virtual lab: two gates and a hub that `fabgate demo` starts, with a month of theirs in the books.

The month was worked by the gates' own objects on simulated benches and a virtual clock, as a rehearsal is
played, on the books that the daemons then open: whoever is the treasurer finds sessions to settle, and a
month to close.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib import resources
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import Uid, parse
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import SimBench
from fabgate.errors import ScenarioError
from fabgate.gate.assembly import catalogue_of
from fabgate.model import Hold, MachineId
from fabgate.rehearsal.cast import HUB, Cast
from fabgate.rehearsal.lab import Lab
from fabgate.rehearsal.play import Command
from fabgate.rehearsal.stage import Stage

GATES = ("gate-1", "gate-2")
COMMON, PRICES = "virtual-lab.toml", "virtual-prices.toml"
_PORT = "port = 1883 "
_CALM_MS = 300_000
_STEP_MS = 10_000  # from the trainee's badge to the sponsor's
_BEAT_MS = 600_000  # of sessions that are long over: fewer marks to write
_FOUNDED = time(9)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the virtual lab: `badge` is the number of their card, `levels` what they may by skill.

    `language`: None is the lab's own.
    """

    handle: str
    name: str
    language: str | None
    badge: Uid
    levels: Mapping[str, str]


ZOE = Person("zoe", "Zoe Dupont", None, parse("04A2B3C4D5E683"), {})
_BOTH = {"laser": "autonomous", "router": "autonomous"}
PEOPLE = (
    Person("ada", "Ada Lovelace", None, parse("04A2B3C4D5E680"), {"laser": "trainee"}),
    Person("bob", "Bob Noyce", None, parse("04A2B3C4D5E681"), _BOTH),
    Person("cem", "Cem Yilmaz", None, parse("04A2B3C4D5E682"), _BOTH),
    Person("tess", "Tess Peeters", "nl", parse("04A2B3C4D5E684"), {}),
)
STRANGER = parse("049999999999A0")


_SAID: Mapping[str, Mapping[str, str]] = {
    "fr": {
        '["en", "fr", "nl", "de"]': '["fr", "en", "nl", "de"]',
        '"the laser cutter"': '"la découpeuse laser"',
        '"the router"': '"la fraiseuse"',
        '"the front desk"': '"l\'accueil"',
        '"Zoe, at the front desk"': '"Zoe, à l\'accueil"',
    },
    "nl": {
        '["en", "fr", "nl", "de"]': '["nl", "en", "fr", "de"]',
        '"the laser cutter"': '"de lasersnijder"',
        '"the router"': '"de freesmachine"',
        '"the front desk"': '"de balie"',
        '"Zoe, at the front desk"': '"Zoe, aan de balie"',
    },
    "de": {
        '["en", "fr", "nl", "de"]': '["de", "en", "fr", "nl"]',
        '"the laser cutter"': '"der Lasercutter"',
        '"the router"': '"die Fräse"',
        '"the front desk"': '"der Empfang"',
        '"Zoe, at the front desk"': '"Zoe, am Empfang"',
    },
}
"""What the configurations say in other languages."""


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody works: on which of the lab's days, from when, how long, with whom beside them."""

    at: time
    machine: str
    who: str
    minutes: int
    sponsor: str | None = None
    cut: bool = False  # the mains fail then, and nobody saw the end


_WEEK: Mapping[int, tuple[Work, ...]] = {
    2: (Work(time(18, 5), "laser", "ada", 45, "bob"), Work(time(19, 30), "laser", "cem", 70)),
    4: (Work(time(17, 40), "router", "cem", 95),),
    5: (Work(time(10, 15), "laser", "bob", 50), Work(time(14, 0), "router", "bob", 80)),
}
_CUT_ON: int | None = 5  # the first Friday
_CUT = Work(time(11, 30), "laser", "cem", 25, cut=True)


def files(port: int, language: str = "en") -> dict[str, str]:
    """The configuration of each by its name, for a broker on this port of this machine only."""
    common = _text(COMMON, language)
    hub = common + _text("virtual-hub.toml", language).replace(_PORT, f"port = {port} ")
    gates = {f"{gate}.toml": common + _text(f"virtual-{gate}.toml", language) for gate in GATES}
    return {"hub.toml": hub, PRICES: _text(PRICES, language)} | gates


def _text(name: str, language: str) -> str:
    text = (resources.files(__package__) / name).read_text("utf-8")
    for english, said in _SAID.get(language, {}).items():
        text = text.replace(english, said)
    return text


def found(
    folder: Path, ports: Mapping[str, int], command: Command, now_ms: int, language: str = "en"
) -> Cast:
    """The lab in `folder`, as it is found at this wall time: worked in from the month before to yesterday.

    `ports`: where the hub and each gate reach the broker; `language`: what its machines speak. Nothing of
    it runs. Raises ScenarioError.
    """
    for name, text in files(ports[HUB], language).items():
        (folder / name).write_text(text, "utf-8")
    gates = {gate: config.load(folder / f"{gate}.toml") for gate in GATES}
    hub = config.load(folder / "hub.toml")
    today = datetime.fromtimestamp(now_ms / 1000, hub.lab.zone).date()
    return _Months(Cast(gates, hub), hub, folder, ports, command, today).pass_by()


class _Months:
    """The time from the beginning of last month until yesterday, on one virtual clock for each."""

    def __init__(
        self,
        cast: Cast,
        hub: Settings,
        folder: Path,
        ports: Mapping[str, int],
        command: Command,
        today: date,
    ) -> None:
        self._cast, self._hub, self._folder = cast, hub, folder
        self._ports, self._command, self._today = ports, command, today
        self._zone = hub.lab.zone
        self._first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        self._clocks = {name: SimClock(self._ms(self._first, _FOUNDED), name=name) for name in (*GATES, HUB)}

    def pass_by(self) -> Cast:
        """First all hear of each other; then each gate works alone, which takes a hundredth of the time;
        at last the hub hears of it all."""
        self._found()
        self._meet()
        catalogue = catalogue_of(self._hub)
        stages = {gate: Stage(self._alone(gate), self._clocks[gate], catalogue) for gate in GATES}
        for stage in stages.values():
            stage.power_on()
        for day, work in self._days():
            self._work(stages[self._cast.gate_of(MachineId(work.machine))], day, work)
        for stage in stages.values():
            stage.shut_down()
        self._meet()
        return self._cast

    def _days(self) -> Iterator[tuple[date, Work]]:
        """Every piece of work of every day that the lab was open, in its order."""
        day, cut = self._first, _CUT_ON
        while day < self._today:
            yield from ((day, one) for one in _WEEK.get(day.isoweekday(), ()))
            if day.isoweekday() == cut:
                yield day, _CUT
                cut = None
            day += timedelta(days=1)

    def _meet(self) -> None:
        """Gates and hub, all together for a while, at the latest hour of any of them."""
        latest_ms = max(clock.now().wall_ms for clock in self._clocks.values())
        for clock in self._clocks.values():
            clock.step_wall(latest_ms - clock.now().wall_ms)
            clock.reboot()
        lab = Lab(self._cast, self._clocks, catalogue=catalogue_of(self._hub))
        lab.open()
        lab.advance(_CALM_MS)
        lab.close()

    def _alone(self, gate: str) -> Settings:
        settings = self._cast.gates[gate]
        return replace(settings, gate=replace(settings.gate, beat_ms=_BEAT_MS))

    def _found(self) -> None:
        """As the pages say: the hub, its people, an invitation for each gate."""
        own = self._hub.lab.languages[0]
        self._type("hub", "init", "--manager", ZOE.name, "--id", ZOE.handle, "--language", own)
        for one in PEOPLE:
            self._by_zoe("member", "add", one.name, "--id", one.handle, "--language", one.language or own)
            self._by_zoe("badge", "add", one.handle, str(one.badge))
            for skill, level in one.levels.items():
                self._by_zoe("grant", "give", one.handle, skill, "--level", level, "--reason", "workshop")
        self._by_zoe("badge", "add", ZOE.handle, str(ZOE.badge))
        self._by_zoe("role", "give", "tess", "treasurer", "--reason", "general assembly")
        for gate in GATES:
            self._join(gate)

    def _join(self, gate: str) -> None:
        invitation = self._folder / f"{gate}.invitation"
        text = (self._folder / "hub.toml").read_text("utf-8")
        way = text.replace(f"port = {self._ports[HUB]} ", f"port = {self._ports[gate]} ")
        (self._folder / "way.toml").write_text(way, "utf-8")
        self._run(
            ("hub", "invite", gate, "--to", str(invitation), "--by", ZOE.handle),
            config.load(self._folder / "way.toml"),
            HUB,
        )
        self._run(("gate", "join", str(invitation)), self._cast.gates[gate], gate)
        invitation.unlink()
        (self._folder / "way.toml").unlink()

    def _work(self, stage: Stage, day: date, work: Work) -> None:
        machine = MachineId(work.machine)
        stage.advance(self._ms(day, work.at) - stage.clock.now().wall_ms)
        slotted = stage.settings.machines[machine].rules.hold is Hold.SLOT
        put, take = (stage.bench.hold, _lift) if slotted else (stage.bench.tap, SimBench.tap)
        put(machine, of(work.who).badge)
        if work.sponsor is not None:
            stage.advance(_STEP_MS)
            stage.bench.tap(machine, of(work.sponsor).badge)
        stage.settle()
        if stage.bench.state(machine, "relay") != "on":
            raise ScenarioError(f"{work.who} could not start {machine}: {stage.bench.says(machine)}")
        stage.advance(work.minutes * 60_000)
        if work.cut:
            stage.power_cut()
            stage.advance(_CALM_MS)
            stage.power_back()
        else:
            take(stage.bench, machine, of(work.who).badge)
            stage.settle()
        stage.advance(_CALM_MS)

    def _ms(self, day: date, at: time) -> int:
        return round(datetime.combine(day, at, self._zone).timestamp() * 1000)

    def _by_zoe(self, *words: str) -> None:
        self._type(*words, "--by", ZOE.handle)

    def _type(self, *words: str) -> None:
        self._run(words, self._hub, HUB)

    def _run(self, words: tuple[str, ...], settings: Settings, at: str) -> None:
        ran = self._command(words, settings, self._clocks[at])
        if ran.status:
            raise ScenarioError(f"fabgate {' '.join(words)}: {ran.printed.strip()}")


def _lift(bench: SimBench, machine: MachineId, _badge: Uid) -> None:
    bench.lift(machine)


def of(handle: str) -> Person:
    """Whoever bears this handle."""
    return next(one for one in (ZOE, *PEOPLE) if one.handle == handle)
