"""A lab with rules of its own: what a newcomer has to show, who decides, what ends by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cli_lab import BOB, Floor, Lab, settings_in

from fabgate.charter import Charter, Granter, Paper, Skill
from fabgate.config import Settings
from fabgate.model import SkillId

EVE = "04E0E0E0E0E080"

LASER = Skill(
    SkillId("laser"),
    "Laser cutting",
    titles={"fr": "Découpe laser"},
    granted_by=Granter.MANAGER,
    unused_months=12,
    sessions=2,
    minutes=60,
    checklist={
        "start-up": "I can start it up and shut it down, with the fume extraction, the chiller and the lens",
        "e-stop": "I know what the emergency stop does",
    },
    quizzes={"safety": 80},
    challenges={"coins": "Ten coins, cut and engraved"},
)
ROUTER = Skill(SkillId("router"), "Milling", requires=(SkillId("laser"),), valid_months=6, sessions=1)
PAPERS = {
    "dues": Paper("dues", "the dues", {"fr": "la cotisation"}, grace_days=30),
    "waiver": Paper("waiver", "the waiver"),
    "parental": Paper("parental", "the parental form", minors=True),
}


def ruled(settings: Settings) -> Settings:
    """The settings with these rules; each machine as its skill has it."""
    skills = {one.id: one for one in (LASER, ROUTER)}
    return replace(settings, skills=skills, charter=Charter(skills, PAPERS))


class Ruled(Lab):
    """The lab of `cli_lab`, with rules. Zoe manages, Bob sponsors on the laser, Ada is new."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = ruled(settings_in(folder))
        self.done('init --manager "Zoe Dupont" --id zoe')
        self.done("member edit zoe --nameable --by zoe")
        self.done('member add "Bob Noyce" --id bob --nameable --by zoe')
        self.done('member add "Ada Lovelace" --id ada --language fr --by zoe')
        self.done(f"badge add ada {EVE} --by zoe")
        self.done(f"badge add bob {BOB} --by zoe")
        self.done('grant give bob laser --level sponsor --bootstrap --by zoe --reason "built it"')
        self.done("grant give ada laser --level trainee --by bob --reason start")
        for paper in ("dues", "waiver"):
            self.done(f"paper file bob {paper} --by zoe")

    def session(self, minutes: int) -> None:
        """A session of Ada's on the laser with Bob beside her; her papers are in order by then."""
        for paper in ("dues", "waiver"):
            self.type(f"paper file ada {paper} --until 2028-12-31 --by zoe")
        floor = Floor(self)
        floor.tap("laser", EVE)
        floor.tap("laser", BOB)
        assert floor.relay("laser") == "on"
        floor.pass_s(minutes * 60)
        floor.tap("laser", EVE)
        assert floor.relay("laser") == "off"
        floor.stage.shut_down()
        self.clock.advance(60_000)

    def shown(self, but: str = "") -> None:
        """All that the laser asks of Ada, except one thing."""
        for what, item, more in (
            ("tick", "start-up", ""),
            ("tick", "e-stop", ""),
            ("quiz", "safety", " --score 85"),
            ("challenge", "coins", " --ref https://example.org/coins"),
        ):
            if item != but:
                self.done(f"evidence {what} ada laser {item}{more} --by bob")
