"""The second half of the demo: two gates and a hub, each a process of its own, over a broker of the demo's.

Nothing is simulated but the benches. The broker listens on this machine only, so nobody needs a
certificate; everything is in a folder that is gone afterwards, and only our own processes are ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from fabgate.cli.keeper import Kept
from fabgate.devices import door
from fabgate.errors import DeviceError, LinkError
from fabgate.link import embedded

ADA, TOM = "04A2B3C4D5E680", "04A2B3C4D5E681"
GATES = {"gate-1": "laser", "gate-2": "cnc"}
BY = ("--by", "zoe")
PATIENCE_S = 20.0
GLANCE_S = 0.05
AGAIN_S = 2.1  # a badge counts again after so long away

_LAB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[actors]
proof = "claimed"
"""
_HUB = """\
[hub]
address = "127.0.0.1"
port = {port}
broker = "loopback"
state = "hub-books"
clock = "trusted"
[skill.machines]
"""
_GATE = """\
[gate]
name = "{gate}"
state = "{gate}-books"
clock = "trusted"
[machine.{machine}]
skill = "machines"
[machine.{machine}.output.relay]
role = "power"
"""


def play_live(kept: Kept, kind: str | None = None) -> None:
    """Tell it as it happens, over this kind of broker or one that is there.

    Raises LinkError when something that must come does not.
    """
    kind = kind or embedded.which()
    if kind is None:
        click.echo("\nTwo gates and a hub are left out: there is no MQTT broker on this machine.")
        click.echo("  sudo apt-get install mosquitto   (or, on a PC: pip install 'fabgate[demo]')")
        return
    folder = kept.folder / "live"
    folder.mkdir()
    with ExitStack() as undo:
        broker = undo.enter_context(embedded.broker(folder, kind, kept.start))
        _chapter(f"Live: a hub and two gates, three processes over {broker.name}, on this machine only.")
        _Lab(kept, folder, broker.port, undo).play()


@dataclass
class _Lab:
    """The hub and the gates: a configuration, books and a process each."""

    kept: Kept
    folder: Path
    port: int
    undo: ExitStack

    def play(self) -> None:
        self._found()
        self._work()
        self._alone()
        self._together()

    def _found(self) -> None:
        self._write("hub", _HUB.format(port=self.port))
        self._do("hub", "hub", "init", "--manager", "Zoe", "--id", "zoe")
        self.hub = self.undo.enter_context(self._running("hub", "hub", "run"))
        for gate, machine in GATES.items():
            self._write(gate, _GATE.format(gate=gate, machine=machine))
            invitation = str(self.folder / f"{gate}.invitation")
            self._do("hub", "hub", "invite", gate, "--to", invitation, *BY)
            self._do(gate, "gate", "join", invitation)
            self.undo.enter_context(self._running(gate, "run"))
            self._until(partial(self._answers, gate), f"{gate} is ready")

    def _work(self) -> None:
        _chapter("At the hub, Zoe takes Ada in and grants her the machines. Both gates know at once.")
        self._do("hub", "member", "add", "Ada", "--id", "ada", *BY)
        self._do("hub", "badge", "add", "ada", ADA, *BY)
        self._do("hub", "grant", "give", "ada", "machines", "--level", "autonomous", *BY, "--reason", "demo")
        self._until(lambda: self._knows("gate-2", "ada"), "gate-2 has the grant")
        self._tap("gate-2", "Ada", ADA, "on")

    def _alone(self) -> None:
        _chapter("The hub dies. Nobody notices: gates decide alone, and Ada's second is not lost.")
        self.hub.kill()
        self.hub.wait()
        time.sleep(AGAIN_S)
        self._tap("gate-2", "Ada", ADA, "off")
        _chapter("Without the hub, Zoe grants at gate-1 what the others will hear of later.")
        self._do("gate-1", "member", "add", "Tom", "--id", "tom", *BY)
        self._do("gate-1", "badge", "add", "tom", TOM, *BY)
        self._do(
            "gate-1", "grant", "give", "tom", "machines", "--level", "autonomous", *BY, "--reason", "demo"
        )
        self._tap("gate-1", "Tom", TOM, "on")

    def _together(self) -> None:
        _chapter("The hub is back: it gets every record of every gate, and every gate every right.")
        self.undo.enter_context(self._running("hub", "hub", "run"))
        self._until(lambda: self._knows("gate-2", "tom"), "gate-2 has heard of Tom")
        self._do("hub", "session", "list")
        _chapter("Ada's grant is taken back at the hub: her next tap at gate-2 is refused.")
        self._do("hub", "grant", "revoke", "ada", "machines", *BY, "--reason", "demo")
        self._until(lambda: not self._knows("gate-2", "ada"), "gate-2 has heard of it")
        time.sleep(AGAIN_S)
        self._tap("gate-2", "Ada", ADA, "off", says=True)

    # --- the parts

    def _write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.toml").write_text(_LAB + text, encoding="utf-8")

    def _argv(self, name: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "fabgate", "--config", str(self.folder / f"{name}.toml"), *words]

    @contextmanager
    def _running(self, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = self.kept.start(self._argv(name, *words), log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()

    def _do(self, name: str, *words: str) -> None:
        """A command at the hub or at a gate, as somebody would type it there."""
        click.echo(f"  {name:<7} " + click.style(f"$ fabgate {_typed(words)}", fg="cyan"))
        ran = subprocess.run(self._argv(name, *words), capture_output=True, text=True, check=False)
        if ran.returncode:
            raise LinkError(f"at {name}: {ran.stderr.strip()}", "The demo cannot go on.")
        if words[0] == "session":
            for line in ran.stdout.rstrip().splitlines():
                click.echo(f"          {line}")

    def _tap(self, gate: str, who: str, uid: str, wanted: str, says: bool = False) -> None:
        machine = GATES[gate]
        resting = self._shown(gate)[machine]["display"]
        door.ask(self._state(gate), f"tap {machine} {uid}")
        click.echo(f"  {gate:<7} {who} taps {machine}")
        if says:
            # The lamp is red first: the words are another thread's.
            self._until(lambda: self._shown(gate)[machine]["display"] != resting, f"{gate} refuses")
            said = self._shown(gate)[machine]["display"].replace("\n", " / ")
            click.echo(f"  {gate:<7} {machine} says: {said}")
        self._until(lambda: self._shown(gate)[machine]["relay"] == wanted, f"{machine} is {wanted}")
        click.echo(f"  {gate:<7} " + click.style(f"{machine} is {wanted.upper()}", bold=True))

    def _state(self, gate: str) -> Path:
        return self.folder / f"{gate}-books"

    def _answers(self, gate: str) -> bool:
        return bool(self._shown(gate))

    def _shown(self, gate: str) -> dict[str, dict[str, str]]:
        """The bench of a gate; empty while its door is closed."""
        try:
            found: dict[str, dict[str, str]] = json.loads(door.ask(self._state(gate), "show"))
        except DeviceError:
            return {}
        return found

    def _knows(self, gate: str, who: str) -> bool:
        argv = self._argv(gate, "grant", "list", "--json")
        ran = subprocess.run(argv, capture_output=True, text=True, check=False)
        return ran.returncode == 0 and f'"{who}"' in ran.stdout

    def _until(self, so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not so():
            if time.monotonic() > end:
                raise LinkError(f"not within {PATIENCE_S:g} s: {what}", "Look whether this machine is busy.")
            time.sleep(GLANCE_S)


def _typed(words: tuple[str, ...]) -> str:
    return " ".join(Path(word).name if word.startswith("/") else word for word in words)


def _chapter(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)
