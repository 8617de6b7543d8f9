"""A lab whose rules ask for evidence, and newcomers who work there: sessions are laid into its journal."""

from __future__ import annotations

from dataclasses import replace

from first_day import DAY, NOON, HandClock, Lab, done

from fabgate.charter import Charter, Granter, Paper, Skill
from fabgate.config import Settings
from fabgate.desk import evidence, grants, papers
from fabgate.model import Code, Denied, Level, MachineId, Moment, RecordId, SkillId
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.store import roster

MINUTE = 60_000
LASER = Skill(
    SkillId("laser"),
    "Laser",
    granted_by=Granter.MANAGER,
    unused_months=12,
    sessions=2,
    minutes=60,
    checklist={"start-up": "I can start it up", "e-stop": "I know the emergency stop"},
    quizzes={"safety": 80},
    challenges={"coins": "Ten coins"},
)
MILL = Skill(
    SkillId("mill"), "Mill", sponsor_from=Level.SPONSOR, requires=(SkillId("laser"),), valid_months=6
)
PRINT = Skill(SkillId("print"), "Printer")
SKILLS = {one.id: one for one in (LASER, MILL, PRINT)}
PAPERS = {
    "dues": Paper("dues", "the dues", grace_days=30),
    "parental": Paper("parental", "the parental form", minors=True),
}
SHOWN = (
    ("tick", "start-up", None),
    ("tick", "e-stop", None),
    ("quiz", "safety", 80),
    ("challenge", "coins", None),
)


def ruled(settings: Settings, **changes: object) -> Settings:
    """The settings under these rules; `changes` are the charter's."""
    charter = replace(Charter(SKILLS, PAPERS), **changes)  # type: ignore[arg-type]
    return replace(settings, skills=charter.skills, charter=charter)


class Newcomers(Lab):
    """Zoe manages, Bob and Eve sponsor on the laser, Ada has just begun on it."""

    def people(self) -> None:
        for handle, name in (("bob", "Bob Noyce"), ("eve", "Eve"), ("ada", "Ada Lovelace")):
            self.member(handle, name, nameable=handle == "bob")
        for handle in ("bob", "eve"):
            done(papers.file(self.desk, "zoe", handle, "dues"))
            self.gift(handle, "laser", Level.AUTONOMOUS)
            self.gift(handle, "laser", Level.SPONSOR)
        self.gift("ada", "laser", Level.TRAINEE, by="bob")

    def ruled(self, **changes: object) -> None:
        """From now on these rules hold."""
        self.desk = replace(self.desk, settings=ruled(self.desk.settings, **changes))

    def gift(self, handle: str, skill: str, level: Level, by: str = "zoe") -> RecordId | None:
        """A grant, whatever is missing."""
        return done(grants.give(self.desk, by, handle, skill, level, "ready", waive=by == "zoe")).record

    def id(self, handle: str) -> str:
        found = roster.member(self.desk.conn, handle)
        assert found is not None
        return found.id

    def session(
        self,
        handle: str,
        minutes: int,
        sponsor: str | None = None,
        machine: str = "cutter",
        skill: str = "laser",
        charged: bool = True,
        purpose: str = "",
    ) -> str:
        """A session that begins now and ends so many minutes later; its record."""
        begun = SessionStarted(
            machine,
            skill,
            self.id(handle),
            "k:badge",
            "trainee" if sponsor else "autonomous",
            "tap",
            3_600_000,
            None if sponsor is None else self.id(sponsor),
            purpose=purpose,
        )
        record = self._append(begun)
        self.clock.wall_ms += minutes * MINUTE
        self._append(SessionStopped(record, machine, "own_tap", minutes * MINUTE, charged))
        return record

    def _append(self, body: SessionStarted | SessionStopped) -> str:
        with self.desk.writer.write() as pen:
            return str(pen.append(Draft(self.clock.now(), body)))

    def show(self, handle: str, but: str = "", by: str = "bob") -> None:
        """All that the laser asks for besides sessions, except one thing."""
        for what, item, score in SHOWN:
            if item != but:
                done(evidence.note(self.desk, by, handle, "laser", what, item, score))

    def ready(self, handle: str, by: str = "bob") -> None:
        """Two sessions of half an hour, and all that is to be shown."""
        for _ in range(2):
            self.session(handle, 30, sponsor=by)
        self.show(handle, by=by)

    def level(self, handle: str, skill: str = "laser") -> Level:
        found = grants.listed(self.desk, handle, skill)
        assert not isinstance(found, Denied)
        return found[0].level if found else Level.NONE


def refused(answer: object, code: Code) -> Denied:
    assert isinstance(answer, Denied), answer
    assert answer.code is code, answer
    return answer


def at(wall_ms: int) -> Moment:
    return Moment("boot", wall_ms - NOON, wall_ms, synced=True)


__all__ = [
    "DAY",
    "LASER",
    "MILL",
    "MINUTE",
    "NOON",
    "PRINT",
    "SHOWN",
    "SKILLS",
    "HandClock",
    "MachineId",
    "Newcomers",
    "at",
    "done",
    "refused",
    "ruled",
]
