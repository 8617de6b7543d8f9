"""A process of its own that closes a month: `closer.py FOLDER SLICES`, killed after so many slices."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from billed import OCTOBER, PRICES, at_ms
from first_day import HandClock, settings_in

from fabgate.desk import closing
from fabgate.desk.deed import Desk
from fabgate.store.db import Store


def main(folder: Path, slices: int) -> None:
    settings = replace(settings_in(folder), tariff=PRICES)
    closing.SLICE = 10  # so that a small month has several
    left = [slices]

    def tell(what: str, _: int) -> None:
        left[0] -= what == "written"
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with Store(settings.gate.state).writer() as writer:
        desk = Desk(settings, writer, HandClock(at_ms("2026-11-02T08:00")), login="oslogin")
        closing.close(desk, "zoe", OCTOBER, tell=tell)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
