"""A lab that closes its months: members work, buy and forget, a treasurer corrects, seals and takes back.

The lab is the real one: its books, its desk, its commands. Sessions are written as a gate writes them, on a
clock that jumps from one to the next.
"""

from __future__ import annotations

import json
import random
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from fabgate import config
from fabgate.cli import main
from fabgate.cli.frame import Here
from fabgate.devices.clock import SimClock
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.rehearsal.play import on_stage
from fabgate.store import roster
from fabgate.store.db import Store

HERE = Path(__file__).parent
ZONE = ZoneInfo("Europe/Brussels")
PEOPLE = ("ada", "bob", "eve", "gus")
MACHINES = ("laser", "press", "mill")
BOOT = "boot-1"
FIRST = datetime(2026, 1, 1, 8, tzinfo=ZONE)


@dataclass
class Lived:
    """A session as it was lived: what the oracle knows of it. Seconds; `paid_by` after all corrections."""

    id: str
    member: str
    paid_by: str
    machine: str
    supervised: bool
    started_s: int
    seconds: int
    busy_s: int | None
    unsure_s: int = 0
    free: bool = False
    why: str = "own_tap"

    @property
    def ended_s(self) -> int:
        return self.started_s + self.seconds


class MoneyLab:
    """The lab, and what was lived in it; commands are typed as zoe."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        settings = on_stage(config.load(HERE / "money.toml"), folder)
        self.settings = settings
        self.clock = SimClock(int(FIRST.timestamp() * 1000))
        self.store = Store(settings.gate.state)
        self.lived: list[Lived] = []
        self.must("init", "--manager", "Zoe", "--id", "zoe")
        for name in (*PEOPLE, "firm"):
            self.must("member", "add", name.title(), "--id", name, "--by", "zoe")
        self.must("account", "set", "firm", "--organisation", "--by", "zoe")
        self.must("account", "address", "firm", "Quay 1", "1000 Mint", "--vat", "BE0123456749", "--by", "zoe")
        with self.store.reader() as reader:
            self.ids = {one.handle: one.id for one in roster.members(reader.conn)}

    # --- the desk

    def type(self, *words: str) -> tuple[int, str]:
        """What a command answers, and what it says."""
        here = Here(self.settings.path, given=self.settings, given_clock=self.clock, given_login="zoe")
        said, code = StringIO(), 0
        with redirect_stdout(said), redirect_stderr(said):
            try:
                code = main.main(list(words), prog_name="fabgate", standalone_mode=False, obj=here) or 0
            except click.ClickException as wrong:
                wrong.show(said)
                code = wrong.exit_code
            except click.exceptions.Exit as left:
                code = left.exit_code
        return int(code), said.getvalue()

    def must(self, *words: str) -> str:
        code, said = self.type(*words)
        assert code == 0, f"fabgate {' '.join(words)}: {said}"
        return said

    def asked(self, *words: str) -> object:
        """What a command says to programs."""
        return json.loads(self.must(*words, "--json"))

    def at(self, when: datetime) -> None:
        """Time goes on to this moment; never back."""
        ms = int(when.timestamp() * 1000)
        self.clock.advance(max(0, ms - self.clock.now().wall_ms))

    # --- the floor

    def work(self, one: Lived) -> Lived:
        """Writes a session as a gate does: its start, and its end."""
        who = self.ids
        began = self._moment(one.started_s)
        sponsor = who["bob" if one.member != "bob" else "eve"] if one.supervised else None
        start = SessionStarted(
            one.machine,
            one.machine,
            who[one.member],
            "k:1",
            "trainee" if one.supervised else "autonomous",
            "tap",
            14_400_000,
            sponsor=sponsor,
            payer=None if one.paid_by == one.member else who[one.paid_by],
        )
        stop = {
            "why": one.why,
            "length_ms": one.seconds * 1000 + self.random.randrange(1000),
            "blind_ms": one.unsure_s * 1000,
            "busy_ms": None if one.busy_s is None else one.busy_s * 1000,
            "charged": not one.free,
        }
        with self.store.writer() as writer, writer.write() as pen:
            record = pen.append(Draft(began, start))
            pen.append(Draft(self._moment(one.ended_s), SessionStopped(str(record), one.machine, **stop)))
        one.id = str(record)
        self.lived.append(one)
        return one

    def _moment(self, utc_s: int) -> Moment:
        now = self.clock.now()
        return Moment(now.boot, max(0, now.boot_ms + utc_s * 1000 - now.wall_ms), utc_s * 1000, synced=True)

    def day(self, morning: datetime) -> None:
        """A day at the three machines: one session after the other at each, some minutes apart."""
        for machine in MACHINES:
            free_s = int(morning.timestamp()) + self.random.randrange(12 * 3600)
            before: Lived | None = None
            while self.random.random() < 0.55:
                again = before is not None and self.random.random() < 0.4
                one = self._again(before, free_s) if again and before else self._somebody(machine, free_s)
                before = self.work(one)
                free_s = one.ended_s + self.random.choice((1, 60, 599, 600, 601, 602, 1200, 5_000))

    def _somebody(self, machine: str, started_s: int) -> Lived:
        pick = self.random
        member = pick.choice(PEOPLE)
        seconds = pick.choice((5, 59, 600, 899, 900, 901, 3600, 7300, pick.randrange(1, 14_000)))
        return Lived(
            "",
            member,
            "firm" if pick.random() < 0.15 else member,
            machine,
            supervised=member == "gus" and machine != "mill",
            started_s=started_s,
            seconds=seconds,
            busy_s=None if machine != "mill" or pick.random() < 0.2 else pick.randrange(seconds + 1),
            unsure_s=pick.randrange(seconds) if pick.random() < 0.05 else 0,
            free=pick.random() < 0.05,
        )

    def _again(self, before: Lived, started_s: int) -> Lived:
        """The same person goes on."""
        seconds = self.random.randrange(1, 2_000)
        busy = None if before.busy_s is None else self.random.randrange(seconds + 1)
        return Lived(
            "",
            before.member,
            before.paid_by,
            before.machine,
            before.supervised,
            started_s,
            seconds,
            busy,
        )
