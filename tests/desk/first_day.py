"""A lab on its first day: zoe manages, nobody else is there yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate.config import GateSettings, LabSettings, MachineSettings, Settings, Skill, Wire
from fabgate.desk import badges, grants, members, roles
from fabgate.desk.deed import Desk, Done
from fabgate.desk.members import Details
from fabgate.model import Duty, Level, MachineId, MachineRules, Moment, Role, SkillId
from fabgate.records import AccountState, Entry
from fabgate.store import journal

NOON = 1_792_000_000_000
DAY = 86_400_000


@dataclass
class HandClock:
    """A clock that stands until somebody moves it."""

    wall_ms: int = NOON
    synced: bool = True

    def now(self) -> Moment:
        return Moment("boot", self.wall_ms - NOON, self.wall_ms, self.synced)


def settings_in(folder: Path) -> Settings:
    machines = {}
    for name, skill in (("cutter", "laser"), ("engraver", "laser"), ("router", "mill")):
        rules = MachineRules(MachineId(name), SkillId(skill), name.title())
        machines[MachineId(name)] = MachineSettings(rules, "sim", (Wire("relay", Duty.POWER),))
    return Settings(
        path=folder / "fabgate.toml",
        lab=LabSettings("openfab", ZoneInfo("Europe/Brussels"), contact="desk@example.org"),
        gate=GateSettings("gate1", folder / "state"),
        skills={
            SkillId("laser"): Skill(SkillId("laser"), "Laser"),
            SkillId("mill"): Skill(SkillId("mill"), "Mill", sponsor_from=Level.SPONSOR),
        },
        machines=machines,
        proof="claimed",
    )


class Lab:
    """The desk of a lab, with the deeds that tests begin with, each of which must succeed."""

    def __init__(self, desk: Desk, clock: HandClock) -> None:
        self.desk = desk
        self.clock = clock

    def as_login(self, login: str | None) -> Desk:
        return replace(self.desk, login=login, settings=replace(self.desk.settings, proof="login"))

    def member(
        self, handle: str, name: str | None = None, nameable: bool = False, login: str | None = None
    ) -> str:
        details = Details(name or handle.title(), handle, nameable=nameable, login=login)
        return str(done(members.add(self.desk, "zoe", details)).facts["member"])

    def grant(
        self, handle: str, skill: str, level: Level, by: str = "zoe", until_ms: int | None = None
    ) -> None:
        """The level, by way of `autonomous` where it is `sponsor`."""
        if level is Level.SPONSOR:
            done(grants.give(self.desk, by, handle, skill, Level.AUTONOMOUS, "ready"))
        done(grants.give(self.desk, by, handle, skill, level, "ready", until_ms))

    def role(self, handle: str, role: Role, machine: str | None = None) -> None:
        done(roles.give(self.desk, "zoe", handle, role, "trusted", machine))

    def badge(self, handle: str, number: str, label: str = "") -> str:
        return str(done(badges.add(self.desk, "zoe", handle, number, label)).facts["badge"])

    def suspend(self, handle: str) -> None:
        done(members.suspend(self.desk, "zoe", handle, "unpaid"))

    def entries(self) -> list[Entry]:
        return list(journal.entries(self.desk.conn))

    def last(self) -> Entry:
        """The record of the last deed; how a payer stands after it is told besides."""
        return [one for one in self.entries() if not isinstance(one.body, AccountState)][-1]

    def said_beside(self) -> dict[str, str]:
        return dict(journal.notes(self.desk.conn, self.last().id))


def done(answer: object) -> Done:
    assert isinstance(answer, Done), answer
    return answer
