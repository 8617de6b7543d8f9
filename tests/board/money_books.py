"""A lab with a price list in its files, whose gate has recorded sessions of October; tess keeps the books."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cli_lab
from cli_lab import Lab

from fabgate import config
from fabgate.devices.clock import SimClock
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.store import roster
from fabgate.store.db import Store

TOKEN = "5a0c91d2:" + "ab" * 32
LANGUAGES = ("en", "fr", "nl", "de")
OCT_24, NOV_2 = 1_792_836_000_000, 1_793_606_400_000
HALF_HOUR = 1_800_000
PRICES = """\
[money]
currency = "EUR"
[version.autumn]
since = 2026-10-01
[version.autumn.machine.laser]
price = 12.00
[version.autumn.plan.month]
title = "Membership"
price = 20.00
[version.autumn.pack.hours-5]
title = "Five hours"
price = 50.00
time = "5h"
[version.autumn.pass.visit]
title = "A day"
price = 9.00
[version.autumn.item.pla]
title = "PLA"
price = 0.05
unit = "g"
[version.autumn.item.damage]
title = "Damage"
open = true
at_most = 200.00
[version.autumn.person.animator]
price = 30.00
[version.autumn.category.student]
title = "Students"
pays = "50%"
[version.autumn.purpose.client]
title = "For a client"
pays = "80%"
"""


class Books(Lab):
    """A lab whose price list stands in a file, as it does for the commands that the board starts."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        line = 'name = "openfab"\n'
        more = f'{line}tariff = "prices.toml"\nlanguages = {list(LANGUAGES)}\n'.replace("'", '"')
        (folder / "prices.toml").write_text(PRICES, encoding="utf-8")
        (folder / "fabgate.toml").write_text(cli_lab.TOML.replace(line, more), encoding="utf-8")
        self.settings = replace(config.load(folder / "fabgate.toml"), proof="claimed")

    def worked(
        self,
        who: str,
        length_ms: int = HALF_HOUR,
        at_ms: int = OCT_24,
        machine: str = "laser",
        ended: bool = True,
        **stop: object,
    ) -> str:
        """A session that a gate recorded; its number."""
        with Store(self.settings.gate.state).writer() as writer, writer.write() as pen:
            member = roster.member(pen.conn, who)
            assert member is not None
            body = SessionStarted(machine, "laser", member.id, TOKEN, "autonomous", "tap", 7_200_000)
            start = pen.append(Draft(Moment("b", 0, at_ms, synced=True), body))
            if ended:
                how = {"why": "own_tap", **stop}
                end = SessionStopped(str(start), machine, length_ms=length_ms, **how)
                pen.append(Draft(Moment("b", length_ms, at_ms + length_ms, synced=True), end))
        return str(start.seq)


def books(folder: Path) -> Books:
    lab = Books(folder)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    lab.done('member add "Tess Treasurer" --id tess --by zoe')
    lab.done("role give tess treasurer --by zoe --reason elected")
    lab.clock = SimClock(NOV_2)
    return lab
