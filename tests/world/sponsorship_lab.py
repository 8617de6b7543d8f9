"""The real lab beside the model: gate, rules, desk and books on a simulated bench and a virtual clock.

Its configuration and its file of rules are written from the same `House` that the model reads, so
that the two can differ in what they make of it only.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from sponsorship_people import DAY, HOUR, MINUTE, NEVER, Grant, House, Now, Paper, Person, Place, Skill

from fabgate import config
from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.desk import badges, grants, holds, lab, machines, members, papers, presence, sessions, status
from fabgate.desk.deed import Desk, Done
from fabgate.desk.members import Details
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import Change
from fabgate.errors import UsageError
from fabgate.gate.assembly import catalogue_of
from fabgate.model import Code, Denied, Facts, Level, MachineId, MemberId, Notice, RecordId, Status
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rehearsal.stage import Stage
from fabgate.store import journal, roster
from fabgate.store.db import Store
from fabgate.store.keys import Keys
from fabgate.texts import Catalogue
from fabgate.texts.catalogue import Said

BEGINS = 1_793_610_000_000  # 2026-11-02 at nine
REPLACED = 1_795_219_200_000  # 2026-11-21: another machine stands where the big laser was

HOUSE = House(
    skills={
        "laser": Skill("supervised", valid=2, unused=1, most=1),
        "print": Skill("accompanied", valid=1),
        "saw": Skill("free", unused=1),
        "mill": Skill("never_alone", needs=("saw",), unused=1),
        "route": Skill("supervised", stale_after=HOUR),
        "turn": Skill("supervised", stale_after=HOUR, stale="sponsor"),
        "weld": Skill(
            "supervised", sponsor_from="sponsor", keys=True, check_in=True, guests=True, reproof=10 * MINUTE
        ),
    },
    places={
        "laser": Place(skill="laser", lost="when_idle"),
        "big": Place(skill="laser", alone="cut", changed=REPLACED),
        "printer": Place(skill="print", alone="finish"),
        "saw": Place(skill="saw", hours=True, lost="now"),
        "mill": Place(skill="mill", alone="cut"),
        "router": Place(skill="route"),
        "lathe": Place(skill="turn", alone="cut"),
        "welder": Place(skill="weld", alone="cut"),
        "front": Place("door", hours=True),
        "desk": Place("counter"),
    },
    papers={"dues": Paper(grace_days=1), "form": Paper(minors=True), "waiver": Paper(guests=True)},
    stay=2 * HOUR,
    opens=(9 * 60, 17 * 60),
    limit=30 * MINUTE,
    warning=5 * MINUTE,
    wait=MINUTE,
    undo=10_000,
    grace=2 * MINUTE,
    praise=MINUTE,
    confirm=10_000,
)

BADGES = {  # whose is said by the model's people
    name: Uid(bytes.fromhex(f"04{number:012x}"))
    for number, name in enumerate(
        ("zoe", "ada", "ada's other", "bob", "cem", "dan", "eve", "gus", "nobody's")
    )
}


def everybody() -> dict[str, Person]:
    """The people of every life, as it begins. Dan comes of age in three weeks; Gus is a guest."""

    def one(name: str, status: str, *badges: str, **levels: str) -> Person:
        held = {skill: Grant(level, BEGINS) for skill, level in levels.items()}
        return Person(
            name, badges or (name,), status=status, papers={"dues": NEVER, "waiver": NEVER}, grants=held
        )

    able = "autonomous"
    found = (
        one("zoe", able, weld="sponsor"),
        one("ada", able, "ada", "ada's other", **dict.fromkeys(HOUSE.skills, able)),
        one("bob", able, **dict.fromkeys(HOUSE.skills, "sponsor")),
        one("cem", "trainee", **dict.fromkeys(HOUSE.skills, "trainee")),
        one("dan", "trainee", laser="trainee", print=able, saw=able, mill=able),
        one("eve", "trainee", laser=able, weld=able, saw="trainee"),
        one("gus", "guest"),
    )
    people = {person.name: person for person in found}
    people["zoe"].manager = True
    people["dan"].of_age = REPLACED + 5 * DAY
    people["dan"].papers["form"] = NEVER
    return people


def configuration(house: House) -> str:
    """The gate's file."""
    told = ['[lab]\nname = "world"\nzone = "UTC"\nlanguages = ["en"]\nfirst_manager = "zoe"']
    told += ['rules = "rules.toml"\n[gate]\nstate = "state"\nheartbeat = "20m"\n[actors]\nproof = "claimed"']
    for name, place in house.places.items():
        told.append(f'[machine.{name}]\nkind = "{place.kind}"\ntitle = "{name}"')
        told += ['opening = ["hall"]'] if place.hours else []
        if place.kind == "machine":
            told.append(f'skill = "{place.skill}"\n{_lengths(house)}')
            told += ['changed = "2026-11-21"'] if place.changed else []
            ends = f'revoked = "{place.lost}"\nsuspended = "{place.lost}"\nlocked = "{place.lost}"'
            told.append(f'[machine.{name}.ends]\nalone = "{place.alone}"\n{ends}')
        told += [f'[machine.{name}.output.{line}]\nrole = "{role}"' for line, role in _lines(place)]
    return "\n".join(told)


def _lengths(house: House) -> str:
    lengths = {"limit": house.limit, "warning": house.warning, "wait": house.wait, "undo": house.undo}
    return "\n".join(f'{name} = "{ms // 1000}s"' for name, ms in lengths.items())


def _lines(place: Place) -> list[tuple[str, str]]:
    return {"machine": [("relay", "power")], "door": [("strike", "pulse")], "counter": []}[place.kind]


def rules(house: House) -> str:
    """The file of the lab's own rules."""
    told = [f'[members]\nstay = "{house.stay // 1000}s"']
    for name, paper in house.papers.items():
        told.append(f"[paper.{name}]\ngrace_days = {paper.grace_days}\nminors = {_word(paper.minors)}")
        told.append(f"guests = {_word(paper.guests)}")
    for name, skill in house.skills.items():
        told.append(f'[skill.{name}]\nclass = "{skill.company}"\nsponsor_from = "{skill.sponsor_from}"')
        told.append(
            f"requires = {list(skill.needs)}\nvalid_months = {skill.valid}\nunused_months = {skill.unused}"
        )
        told.append(f"max_trainees = {skill.most}\ncheck_in = {_word(skill.check_in)}")
        told.append(f'guests = {_word(skill.guests)}\ncompany_grace = "{house.grace // 1000}s"')
        told.append(f'sponsor_status = "{"autonomous" if skill.keys else "trainee"}"')
        told += [f'reproof = "{skill.reproof // 1000}s"'] if skill.reproof else []
        told += [f'stale_after = "{skill.stale_after // 1000}s"'] if skill.stale_after else []
        told.append(f'stale = "{skill.stale}"')
    begin, finish = (f"{at // 60:02}:{at % 60:02}" for at in house.opens)
    days = ", ".join(f'"{day} {begin}-{finish}"' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    told.append(f'[opening.hall]\nmode = "semi_open"\nweekly = [{days}]')
    return "\n".join(told)


def _word(yes: bool) -> str:
    return "true" if yes else "false"


@dataclass(frozen=True)
class Overheard(Catalogue):
    """The lab's texts, and what of them was said, and where."""

    heard: list[tuple[object, Code | Notice]] = field(default_factory=list)

    def say(self, what: Code | Notice, facts: Facts, language: str | None = None) -> Said:
        self.heard.append((facts.get("title"), what))
        return super().say(what, facts, language)


@dataclass(frozen=True)
class Founded:
    """A lab to begin each life from: its books are copied, its texts shared."""

    folder: Path
    settings: Settings
    catalogue: Catalogue


def founded(folder: Path) -> Founded:
    """The books of a lab with everybody in it, and what they hold."""
    (folder / "world.toml").write_text(configuration(HOUSE), "utf-8")
    (folder / "rules.toml").write_text(rules(HOUSE), "utf-8")
    settings = config.load(folder / "world.toml")
    lab.init(settings, SimClock(BEGINS), Details(name="Zoe", handle="zoe"), mint=_mint(count()))
    begun = Founded(folder, settings, catalogue_of(settings))
    with Store(settings.gate.state).writer() as writer:
        desk = Desk(settings, writer, SimClock(BEGINS), None, None, _mint(count(1)))
        for one in everybody().values():
            _enrol(desk, one)
    return begun


def _enrol(desk: Desk, one: Person) -> None:
    """A person as the model has them: with badges, rights, status and papers."""
    born = "2008-11-26" if one.of_age else None
    if one.name != "zoe":
        _done(members.add(desk, "zoe", Details(name=one.name.title(), handle=one.name, born=born)))
    if one.status != "trainee":
        _done(status.give(desk, "zoe", one.name, Status.of(one.status), "because"))
    for paper in one.papers:
        _done(papers.file(desk, "zoe", one.name, paper, None, "because"))
    for badge in one.badges:
        _done(badges.add(desk, "zoe", one.name, str(BADGES[badge])))
    for skill, grant in one.grants.items():
        own = one.name == "zoe"
        if grant.level == "sponsor" and not own:
            _done(grants.give(desk, "zoe", one.name, skill, Level.AUTONOMOUS, "because"))
        level = Level.of(grant.level)
        _done(grants.give(desk, "zoe", one.name, skill, level, "because", bootstrap=own))


def _done(said: Done | Denied) -> None:
    assert isinstance(said, Done), said


def _mint(numbers: Iterator[int]):
    """Ids that are the same in every life: what fails once fails again."""
    return lambda: MemberId(f"m-{next(numbers):016x}")


class Gate:
    """One life of the lab: deeds at the desk, taps, time, and what can be seen from outside."""

    def __init__(self, begun: Founded, folder: Path, joined: bool = False) -> None:
        shutil.copytree(begun.settings.gate.state, folder)
        own = replace(begun.settings.gate, state=folder)
        self.settings = replace(begun.settings, gate=own)
        self.clock = SimClock(BEGINS)
        texts = Overheard(begun.catalogue.tongues)
        self.heard = texts.heard
        self.stage = Stage(self.settings, self.clock, texts, joined)
        self.writer = Store(folder).writer()
        self.desk = Desk(self.settings, self.writer, self.clock, None, Keys.load(folder))
        self._ids = {one.handle: str(one.id) for one in roster.members(self.writer.conn)}
        self.on: set[str] = set()
        self.boots = 1
        self.stage.bench.follow(self._changed)
        self.stage.power_on()

    def close(self) -> None:
        self.stage.shut_down()
        self.writer.close()

    # --- what can be seen

    @property
    def conn(self):
        return self.writer.conn

    def now(self) -> Now:
        """The moment, as a question is asked at it."""
        at, newest = self.clock.now(), journal.latest_synced_ms(self.conn) or 0
        return Now(self.boots, at.boot_ms, at.wall_ms, at.synced, newest)

    def refusals(self, where: str) -> list[str]:
        """The refusals that were told at a place since the last look, and forgotten by it."""
        told = [what.value for title, what in self.heard if title == where and isinstance(what, Code)]
        self.heard.clear()
        return told

    def count(self, kind: str) -> int:
        """How many records of a kind the books have."""
        found = self.conn.execute("SELECT count(*) FROM journal WHERE kind = ?", (kind,))
        return int(found.fetchone()[0])

    def running(self) -> dict[str, SessionStarted]:
        """The starts of the sessions that run, as the books have them."""
        return {run.machine: run.said for run in journal.running(self.conn)}

    def id_of(self, name: str) -> str:
        """The id of a member by their handle."""
        return self._ids[name]

    def _changed(self, change: Change) -> None:
        if change.device == "strike" and change.value == "on":
            assert self.count("door.open") > 0, "a door opens without a record of it"
        if change.device != "relay":
            return
        if change.value == "on":
            self.on.add(change.machine)
            self._held_by_ink(change.machine)
        else:
            self.on.discard(change.machine)

    def _held_by_ink(self, machine: str) -> None:
        """Power comes over a durable start only (law 1)."""
        begun = [run.start for run in journal.running(self.conn) if run.machine == machine]
        entries = [journal.entry(self.conn, one) for one in begun]
        assert any(one is not None and isinstance(one.body, SessionStarted) for one in entries), machine

    # --- what happens

    def tap(self, where: str, badge: str) -> None:
        self.stage.bench.tap(MachineId(where), BADGES[badge])
        self.stage.settle()
        self.stage.news()

    def wait(self, ms: int) -> None:
        self.stage.advance(ms)

    def do(self, said: Done | Denied) -> bool:
        """A deed was done at the desk, or refused; the gate sees it as it does ten times a second."""
        self.stage.news()
        return isinstance(said, Done)

    def vouch(self, right: bool) -> None:
        """Somebody sets the clock right, or nobody vouches for it any more."""
        if right:
            self.stage.sync_clock()
        else:
            self.stage.unset_clock()

    def dark(self, ms: int) -> None:
        """The mains go, and come again."""
        self.stage.power_cut()
        self.stage.advance(ms)
        self.boots += 1
        self.stage.power_back()

    def recovered(self, where: str) -> int:
        """When (wall) the session ended that the mains cut short, as far as the gate's heartbeat tells."""
        for entry in journal.entries(self.conn, kinds=(SessionStopped.kind,), newest_first=True):
            if isinstance(entry.body, SessionStopped) and entry.body.machine == where:
                began = journal.entry(self.conn, RecordId.of(entry.body.session))
                assert began is not None and began.at is not None and entry.body.recovered
                return began.at.wall_ms + entry.body.length_ms
        raise AssertionError(f"the session at {where} never ended")

    # --- deeds

    def grant(self, by: str, whom: str, skill: str, level: str, until: int | None) -> bool:
        return self.do(grants.give(self.desk, by, whom, skill, Level.of(level), "because", until))

    def revoke(self, by: str, whom: str, skill: str) -> bool:
        return self.do(grants.revoke(self.desk, by, whom, skill, "because"))

    def suspend(self, whom: str, skill: str | None, until: int | None) -> bool:
        meant = holds.Terms(until)
        return self.do(holds.suspend(self.desk, "zoe", whom, "because", meant, skill))

    def lift(self, whom: str, skill: str | None) -> bool:
        return self.do(holds.lift(self.desk, "zoe", whom, "because", skill))

    def status(self, whom: str, word: str) -> bool:
        return self.do(status.give(self.desk, "zoe", whom, Status.of(word), "because"))

    def file(self, whom: str, paper: str, until: int | None) -> bool:
        return self.do(papers.file(self.desk, "zoe", whom, paper, until, "because", past=True))

    def withdraw(self, whom: str, paper: str) -> bool:
        return self.do(papers.withdraw(self.desk, "zoe", whom, paper, "because"))

    def presence(self, whom: str, here: bool) -> bool:
        deed = presence.check_in if here else presence.check_out
        try:
            return self.do(deed(self.desk, "zoe", whom))
        except UsageError:  # nobody who is not welcome is said to be here
            return False

    def badge(self, whose: str, badge: str, good: bool) -> bool:
        number = str(BADGES[badge])
        if good:
            return self.do(badges.add(self.desk, "zoe", whose, number))
        return self.do(badges.block(self.desk, "zoe", number))

    def lock(self, where: str, yes: bool) -> bool:
        deed = machines.lock if yes else machines.unlock
        return self.do(deed(self.desk, "zoe", where, "because"))

    def close_session(self, where: str) -> bool:
        return self.do(sessions.close(self.desk, "zoe", where, "because"))
