"""A lab with something on every page of the board, and people with names that would break a careless one.

Its configuration stands in files, for some pages have a command do the work.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import cli_lab
from cli_lab import ADA, BOB, STRANGER, Floor, Lab
from starlette.routing import Route

from fabgate import config
from fabgate.board.routes import ROUTES
from fabgate.desk import signing
from fabgate.desk.deed import Desk
from fabgate.devices.clock import SimClock
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.rules.viewing import Area, Way
from fabgate.store import charged, journal, roster
from fabgate.store.db import Store

SEPT_12, NOV_2 = 1_789_207_200_000, 1_793_606_400_000  # noon and morning in Brussels
_HOUR_MS = 3_600_000
_TOKEN = "5a0c91d2:" + "ab" * 32
LANGUAGES = ("en", "fr", "nl", "de")
MARKUP = "<script>alert(1)</script><b>&\"'"
TURNED = "\u202eadA\u202c \u05d0\u05d3\u05d4 \u0644\u0641\u0644\u064a\u0633"  # right to left
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5 + "Wilhelmine Theodora Alexa"
REASON = f"{MARKUP} {TURNED} {'so' * 60}"

RULES = """\
[suspension]
by_any_autonomous = true
[paper.dues]
title = { en = "membership dues", fr = "cotisation" }
grace_days = 30
[paper.waiver]
title = "signed waiver"
[skill.laser]
class = "supervised"
granted_by = "manager"
sessions = 2
unused_months = 12
[skill.laser.checklist]
start = "Starts it up and shuts it down, with the extraction"
stop = "Knows what the emergency stop does"
[skill.laser.quiz]
safety = 80
[skill.laser.challenge]
coins = "Ten coins, cut and engraved"
[skill.router]
class = "supervised"
[opening.evening]
mode = "public"
weekly = ["mon-fri 14:00-22:00"]
[purpose]
school = "School class"
"""
PRICES = """\
[version.autumn]
since = 2026-09-01
[version.autumn.machine.laser]
price = 12.00
[version.autumn.plan.month]
title = "Membership"
price = 20.00
[version.autumn.pack.hours-5]
title = "Five hours"
price = 50.00
time = "5h"
[version.autumn.item.pla]
title = "PLA"
price = 0.05
unit = "g"
"""


class Busy(Lab):
    """zoe manages, tess keeps the books, max maintains the laser, sam sponsors, bob learns, ada works alone,
    sue managed and is suspended, lea has left. September is closed; somebody is at the laser now."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "rules.toml").write_text(RULES, encoding="utf-8")
        (folder / "prices.toml").write_text(PRICES, encoding="utf-8")
        named = '[lab]\nrules = "rules.toml"\ntariff = "prices.toml"\nlanguages = ["en", "fr", "nl", "de"]\n'
        text = cli_lab.TOML.replace("[lab]\n", named) + _BOARD
        (folder / "fabgate.toml").write_text(text, encoding="utf-8")
        self.settings = replace(config.load(folder / "fabgate.toml"), proof="claimed")
        self.clock = SimClock(SEPT_12)
        self._people()
        self._september()
        self.clock = SimClock(NOV_2)
        self._now()

    def written(self) -> int:
        """The number of its newest record."""
        with Store(self.settings.gate.state).reader() as reader:
            return journal.last_seq(reader.conn)

    def _people(self) -> None:
        self.done('init --manager "Zoe Dupont" --id zoe')
        named = {"ada": MARKUP, "bob": TURNED, "sam": LONG, "tess": "Tess", "max": "Max", "sue": "Sue"}
        for handle, name in {**named, "lea": "Léa Ørsted"}.items():
            self.done(["member", "add", name, "--id", handle, "--by", "zoe"])
        for role, who in (("treasurer", "tess"), ("manager", "sue")):
            self.done(f"role give {who} {role} --by zoe --reason elected")
        self.done("role give max maintainer --machine laser --by zoe --reason handy")
        self.done("member edit sam --nameable --by zoe")
        self.done("member status ada autonomous --by zoe --reason minutes")
        self.done(["badge", "add", "ada", ADA, "--label", MARKUP, "--by", "zoe"])
        self.done(f"badge add bob {BOB} --by zoe")
        self.done(
            [
                "grant",
                "give",
                "sam",
                "laser",
                "--level",
                "sponsor",
                "--bootstrap",
                "--by",
                "zoe",
                "--reason",
                REASON,
            ]
        )
        self.done(
            [
                "grant",
                "give",
                "ada",
                "laser",
                "--level",
                "autonomous",
                "--waive",
                "--by",
                "zoe",
                "--reason",
                REASON,
            ]
        )
        self.done("grant give bob laser --level trainee --by sam --reason start")
        for who in ("ada", "bob", "sam"):
            self.done(f"paper file {who} dues --until 2026-11-20 --by zoe")
            self.done(f"paper file {who} waiver --by zoe")

    def _september(self) -> None:
        for at_ms in (SEPT_12, SEPT_12 + _HOUR_MS):
            self._worked("ada", at_ms)

    def _worked(self, who: str, at_ms: int) -> None:
        """Half an hour at the laser, as its gate recorded it."""
        with Store(self.settings.gate.state).writer() as writer, writer.write() as pen:
            member = roster.member(pen.conn, who)
            assert member is not None
            body = SessionStarted("laser", "laser", member.id, _TOKEN, "autonomous", "tap", 7_200_000)
            start = pen.append(Draft(Moment("b", at_ms - SEPT_12, at_ms, synced=True), body))
            end = SessionStopped(str(start), "laser", length_ms=_HOUR_MS // 2, why="own_tap")
            pen.append(
                Draft(Moment("b", at_ms - SEPT_12 + _HOUR_MS // 2, at_ms + _HOUR_MS // 2, synced=True), end)
            )

    def _now(self) -> None:
        self.done("close 2026-09 --by tess")
        self.done("evidence tick bob laser start --by sam")
        self.done(["grant", "propose", "bob", "laser", "--reason", REASON, "--by", "sam"])
        self.done("member status lea left --by zoe --reason moved")
        self.done(["member", "suspend", "sue", "--by", "zoe", "--reason", REASON])
        self.done(["machine", "lock", "router", "--by", "zoe", "--reason", REASON])
        self.done("presence in sam --by zoe")
        self.done("sell plan ada month --by tess")
        self.done("sell item ada pla --quantity 120 --by tess")
        self.done("workshop open laser --people 8 --purpose school --until 18:00 --leader sam --by zoe")
        self.done("workshop close laser --by zoe")
        floor = Floor(self)
        floor.tap("router", STRANGER)
        floor.tap("laser", ADA)
        floor.pass_s(300)


@contextmanager
def running(lab: Lab) -> Iterator[None]:
    """The run lock, as a gate's daemon holds it: without one its machines are off."""
    with (lab.settings.gate.state / "run.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


_BOARD = """\
[board]
site = "https://fablab.example"
logo = "https://fablab.example/logo.png"
mail = "hello@fablab.example"
"""


@dataclass(frozen=True)
class Looker:
    """Who looks, how they are known, what they see."""

    handle: str
    way: Way
    sees: frozenset[Area]


def sees(*areas: Area) -> frozenset[Area]:
    return frozenset({Area.PUBLIC, *areas})


LOOKERS = {
    "nobody": Looker("", Way.NOBODY, sees()),
    "tap": Looker("zoe", Way.TAP, sees(Area.OWN)),
    "trainee": Looker("bob", Way.PASSWORD, sees(Area.OWN)),
    "autonomous": Looker("ada", Way.PASSWORD, sees(Area.OWN, Area.SPONSORING)),
    "sponsor": Looker("sam", Way.PASSWORD, sees(Area.OWN, Area.SPONSORING)),
    "maintainer": Looker("max", Way.PASSWORD, sees(Area.OWN, Area.MACHINES)),
    "treasurer": Looker("tess", Way.PASSWORD, sees(Area.OWN, Area.MONEY)),
    "manager": Looker("zoe", Way.PASSWORD, frozenset(Area)),
    "left": Looker("lea", Way.PASSWORD, sees(Area.OWN)),
    "suspended": Looker("sue", Way.PASSWORD, sees(Area.OWN)),
}


@dataclass(frozen=True)
class Page:
    """A page of the board: its route's path, its area, by which methods it is asked."""

    path: str
    area: Area
    methods: frozenset[str]


def pages(method: str = "GET") -> list[Page]:
    """All pages of the board that are asked by this method; none of the API."""
    found = []
    for route in ROUTES:
        area = getattr(getattr(getattr(route, "endpoint", None), "__self__", None), "area", None)
        if isinstance(route, Route) and area is not None and method in (route.methods or ()):
            found.append(Page(route.path, area, frozenset(route.methods or ())))
    return found


def others() -> set[str]:
    """What is no page: each has to be named where it is tested."""
    return {route.path for route in ROUTES if isinstance(route, Route)} - {
        one.path for one in [*pages(), *pages("POST")]
    }


_FILES = {
    "/money/charts/{file}": "income.svg",
    "/money/reports/{file}": "occupancy.table",
    "/money/{month}/files/{file}": "usage.csv",
}
_QUERIES = {"/money/reports/{file}": {"first": "2026-09", "last": "2026-09"}}


class Paths:
    """The paths of a lab's pages, with what it has in the place of their parameters."""

    def __init__(self, lab: Lab) -> None:
        with Store(lab.settings.gate.state).writer() as writer:
            desk = Desk(lab.settings, writer, lab.clock)
            self.link = signing.link(desk, "zoe", "bob").text
            charge = next(charged.charges(writer.conn, "2026-09"))
        self.record = charge.sessions[0]
        self.named = {
            "member": "bob",
            "skill": "laser",
            "machine": "laser",
            "gate": lab.settings.gate.name,
            "month": "2026-09",
            "charge": charge.id.rpartition("#")[2],
            "session": charge.sessions[0].rpartition("#")[2],
            "badge": lab.json("badge list ada")[0]["badge"],
            "workshop": "laser",
            "key": self.link,
        }

    def of(self, path: str, **more: str) -> str:
        """The address of a page of this lab, with a query; a stream ends after its first event."""
        asked = {"once": "1", **_QUERIES.get(path, {}), **more}
        if path == "/history/record":
            asked["of"] = self.record
        filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: self._value(path, found[1]), path)
        return f"{filled}?{urlencode(asked)}"

    def _value(self, path: str, name: str) -> str:
        return _FILES.get(path, "") if name == "file" else self.named[name]
