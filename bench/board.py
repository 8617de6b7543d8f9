"""The board's figures: a wall of 50 machines in a real Chromium, its bytes, the hub's memory with a hundred
boards open, and how long a tap takes to the wall: gate, Mosquitto with TLS, hub, server-sent events.

The lab is made by commands, as an installer makes it, and all of it are processes of their own. Without
Mosquitto nothing is measured; without Chromium and Playwright no paint.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, median, p99
from bench.process import Process
from fabgate import config
from fabgate.devices import door
from fabgate.hub.broker import CONFIG as BROKER_FILE
from fabgate.hub.broker import FOLDER as BROKER_FOLDER

MACHINES = 50
BADGE = "04A2B3C4D5E680"
PATIENCE_S = 60.0
REST_S = 2.1  # a badge counts again after so long away
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
HUB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
languages = ["en", "fr", "nl", "de"]
[hub]
address = "localhost"
port = {port}
state = "hub"
clock = "trusted"
[board]
port = {web}
[actors]
proof = "claimed"
[skill.laser]
"""
GATE = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[gate]
name = "gate-1"
state = "gate"
clock = "trusted"
[actors]
proof = "claimed"
"""
MACHINE = """\
[machine.m{n}]
title = "Machine {n}"
skill = "laser"
limit = "4h"
[machine.m{n}.output.relay]
role = "power"
"""
_CARD = re.compile(rb'<li id="m-(m\d+)"')


def measure(quick: bool) -> Iterator[Figure]:
    if shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None:
        return
    with TemporaryDirectory() as folder, running(Path(folder)) as place:
        yield from _paint(place, 1 if quick else 7)
        yield from _memory(place, 20 if quick else 100)
        yield _tap(place, MACHINES if quick else 1_000)


@dataclass
class Place:
    """A hub with its board, a gate with its machines, and the broker between them."""

    folder: Path
    web: int
    hub: subprocess.Popen[bytes] | None = None
    gate: Process | None = None
    ears: list[Ear] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    def say(self, name: str, *words: str) -> None:
        file = self.folder / f"{name}.toml"
        argv = [sys.executable, "-m", "fabgate", "--config", str(file), *words]
        subprocess.run(argv, check=True, **QUIET)  # type: ignore[call-overload]

    def memory_mb(self) -> float:
        assert self.hub is not None
        said = Path(f"/proc/{self.hub.pid}/status").read_text()
        return next(int(row.split()[1]) for row in said.splitlines() if row.startswith("VmRSS")) / 1024

    def tap(self, machine: str) -> None:
        assert self.gate is not None
        answer = door.ask(self.gate.settings.gate.state, f"tap {machine} {BADGE}", timeout_s=10)
        assert answer == "ok", answer


@contextmanager
def running(folder: Path) -> Iterator[Place]:
    """The lab, until every machine is on its wall."""
    port, web = random.SystemRandom().sample(range(20_000, 32_000), 2)
    (folder / "hub.toml").write_text(HUB.format(port=port, web=web))
    machines = "".join(MACHINE.format(n=n) for n in range(MACHINES))
    (folder / "gate.toml").write_text(GATE + machines)
    place = Place(folder, web)
    place.say("hub", "hub", "init", "--manager", "Zoe Dupont", "--id", "zoe")
    for words in (
        "member add Ada --id ada",
        f"badge add ada {BADGE}",
        "grant give ada laser --level autonomous --reason bench",
        f"hub invite gate-1 --to {folder / 'invitation'}",
    ):
        place.say("hub", *words.split(), "--by", "zoe")
    place.say("gate", "gate", "join", str(folder / "invitation"))
    broker = _broker(folder)
    argv = [sys.executable, "-m", "fabgate", "--config", str(folder / "hub.toml"), "hub", "run"]
    place.hub = subprocess.Popen(argv, **QUIET)  # type: ignore[call-overload]
    place.gate = Process(config.load(folder / "gate.toml"))
    try:
        _until(lambda: _get(place).count(b'class="machine free"') == MACHINES)
        yield place
    finally:
        for ear in place.ears:
            ear.hang_up()
        place.gate.end()
        for process in (place.hub, broker):
            process.terminate()
            process.wait(20)


def _broker(folder: Path) -> subprocess.Popen[bytes]:
    """The one that `hub init` has configured. As root it would become somebody who may not read here."""
    text = (folder / "hub" / BROKER_FOLDER / BROKER_FILE).read_text()
    file = folder / "broker.conf"
    file.write_text(text + ("\nuser root\n" if os.geteuid() == 0 else "\n"))
    path = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "mosquitto"
    return subprocess.Popen([path, "-c", str(file)], **QUIET)  # type: ignore[call-overload, no-any-return]


def _until(done: object) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError("the lab did not come up")
        time.sleep(0.1)


def _get(place: Place) -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", place.web, timeout=10)
    try:
        line.request("GET", "/")
        return line.getresponse().read()
    except OSError:
        return b""
    finally:
        line.close()


# --- the page -----------------------------------------------------------------------------------


def _paint(place: Place, tries: int) -> Iterator[Figure]:
    """From the click to the first content, and all that came over the wire: page, sheets, scripts."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    path = shutil.which("chromium")
    if path is None:
        return
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=path, args=["--no-sandbox"])
        found = [_first(browser, place.url) for _ in range(tries)]
        browser.close()
    name = f"board: wall of {MACHINES} machines"
    yield Figure(f"{name}, first paint", round(median([one[0] for one in found])), "ms", None, 1_000)
    yield Figure(f"{name}, over the wire", round(max(one[1] for one in found) / 1000, 1), "kB", None, 100.0)


def _first(browser: object, url: str) -> tuple[float, int]:
    """Milliseconds to the first content, and bytes, of a browser that was never here."""
    context = browser.new_context(viewport={"width": 1024, "height": 768})  # type: ignore[attr-defined]
    page = context.new_page()
    tab, came = context.new_cdp_session(page), [0]
    tab.send("Network.enable")
    tab.on("Network.loadingFinished", lambda said: came.append(int(said["encodedDataLength"])))
    page.goto(url, wait_until="load")
    page.wait_for_timeout(300)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return float(paint), sum(came)


# --- streams ------------------------------------------------------------------------------------


class Ear:
    """A board that is open: reads its stream in a thread, and remembers when each card came last."""

    def __init__(self, place: Place) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", place.web, timeout=PATIENCE_S)
        self._line.request("GET", "/live")
        self._socket = self._line.sock
        self._answer = self._line.getresponse()
        self._news = threading.Condition()
        self._came: dict[str, float] = {}
        self.pictures = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := self._answer.readline():
                now = time.perf_counter()
                with self._news:
                    self.pictures += line.startswith(b"id:")
                    for card in _CARD.findall(line):
                        self._came[card.decode()] = now
                    self._news.notify_all()

    def opened(self) -> None:
        """Wait for the first picture."""
        with self._news:
            assert self._news.wait_for(lambda: self.pictures > 0, PATIENCE_S)

    def heard(self, machine: str, since_s: float) -> float:
        """When the machine's card came, after this."""
        with self._news:
            assert self._news.wait_for(lambda: self._came.get(machine, 0) > since_s, PATIENCE_S), machine
            return self._came[machine]

    def hang_up(self) -> None:
        """The thread that reads holds what a close would want."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def _memory(place: Place, boards: int) -> Iterator[Figure]:
    before = place.memory_mb()
    place.ears = [Ear(place) for _ in range(boards)]
    for ear in place.ears:
        ear.opened()
    for machine in range(10):
        begun = time.perf_counter()
        place.tap(f"m{machine}")
        for ear in place.ears:
            ear.heard(f"m{machine}", begun)
    note = f"{before:.0f} MB before them"
    yield Figure(
        f"board: memory of a hub with {boards} open boards",
        round(place.memory_mb(), 1),
        "MB",
        None,
        120.0,
        note,
    )
    time.sleep(REST_S)
    for machine in range(10):
        place.tap(f"m{machine}")
    time.sleep(REST_S)


def _tap(place: Place, taps: int) -> Figure:
    """Through the gate, the broker, the hub; at the last of all boards that are open."""
    ear, times = place.ears[-1], []
    for _ in range(taps // MACHINES):
        for number in range(MACHINES):
            begun = time.perf_counter()
            place.tap(f"m{number}")
            times.append((ear.heard(f"m{number}", begun) - begun) * 1000)
        time.sleep(REST_S)
    name = f"board: tap to board, p99 of {len(times)}"
    return Figure(name, round(p99(times), 1), "ms", None, 500.0, f"median {median(times):.0f} ms")
