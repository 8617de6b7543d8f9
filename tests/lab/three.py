"""A hub and two gates, joined as the pages say, over a Mosquitto with TLS; and what can befall them."""

from __future__ import annotations

import shutil
from pathlib import Path

from broker import Broker, free_port
from gate_lab import until
from gate_process import Process
from whole_lab import GATE, HUB, HubProcess, Place, machine_of

from fabgate.badges.uid import Uid, parse
from fabgate.hub.broker import CONFIG, FOLDER

GATES = ("gate-1", "gate-2")
ADA, GRACE, TOM = parse("04A2B3C4D5E680"), parse("04A2B3C4D5E681"), parse("04A2B3C4D5E682")
BADGES: dict[str, Uid] = {"ada": ADA, "grace": GRACE, "tom": TOM}
BY = ("--by", "zoe")


class Three:
    """Everything by commands: `hub init`, `hub invite`, `gate join`; then three processes and a broker."""

    def __init__(self, folder: Path, board: int | None = None) -> None:
        """`board` is the port at which the hub serves its board; None: it serves none."""
        self.folder = folder
        self.port = free_port()
        self.broker: Broker | None = None
        self.hub: HubProcess | None = None
        self.gates: dict[str, Process] = {}
        text = HUB.format(port=self.port)
        if board is not None:
            text = text.replace("serve = false", f"port = {board}")
        self.places = {"hub": Place(folder / "hub", "hub", text)}
        for gate in GATES:
            text = GATE.format(gate=gate, machine=machine_of(gate))
            self.places[gate] = Place(folder / gate, gate, text)

    def begin(self) -> None:
        self._found_the_lab()
        self.broker = Broker(self.folder, self._state("hub") / FOLDER / CONFIG, port=self.port).start()
        self.hub = HubProcess(self.places["hub"])
        for gate in GATES:
            self._join(gate)
            self.gates[gate] = Process(self.places[gate].settings)

    # --- as the pages say

    def _found_the_lab(self) -> None:
        hub = self.places["hub"]
        hub.say("hub", "init", "--manager", "Zoe Dupont", "--id", "zoe")
        for name, uid in BADGES.items():
            hub.say("member", "add", name.title(), "--id", name, *BY)
            hub.say("badge", "add", name, str(uid), *BY)

    def _join(self, gate: str) -> None:
        invitation = self.folder / f"{gate}.invitation"
        self.places["hub"].say("hub", "invite", gate, "--to", str(invitation), *BY)
        self.places[gate].say("gate", "join", str(invitation))
        invitation.unlink()

    def _state(self, name: str) -> Path:
        return self.places[name].settings.gate.state

    # --- what befalls them

    def kill_gate(self, gate: str) -> None:
        self.gates[gate].let_go()

    def kill_hub(self) -> None:
        self.hub.kill()

    def kill_broker(self) -> None:
        self.broker.kill()

    def everything_runs(self) -> None:
        """Whatever is dead is started again."""
        if not self.broker.running:
            self.broker.start()
        if self.hub.popen.poll() is not None:
            self.hub = HubProcess(self.places["hub"])
        for gate, process in self.gates.items():
            if process.popen.poll() is not None:
                process.let_go()
                self.gates[gate] = Process(self.places[gate].settings)

    def back_up(self) -> Path:
        """The hub as it is now, in a file elsewhere."""
        made = self.places["hub"].say("backup", "--to", str(self.folder / "backups"))
        return Path(made.splitlines()[0])

    def put_back(self, archive: Path) -> None:
        """The hub's disk is gone; what was backed up takes its place."""
        self.kill_hub()
        self.kill_broker()
        state = self._state("hub")
        shutil.move(state, self.folder / "hub-lost")
        self.places["hub"].say("restore", str(archive))

    def end(self) -> None:
        """An orderly end of all, so that the books are closed."""
        for process in self.gates.values():
            assert process.end() == 0, process.said
        assert self.hub.end() == 0, self.hub.said
        self.broker.stop()

    def let_go(self) -> None:
        """Whatever became of the test: nothing of it runs any more."""
        for process in self.gates.values():
            process.let_go()
        if self.hub is not None:
            self.hub.kill()
        if self.broker is not None:
            self.broker.kill()

    def badge(self, who: str) -> Uid:
        return BADGES[who]

    def tap(self, gate: str, who: str, on: bool) -> None:
        """Somebody taps, and the relay does as expected."""
        machine, process = machine_of(gate), self.gates[gate]
        process.tap(machine, BADGES[who])
        wanted = "on" if on else "off"
        until(lambda: process.show(machine)["relay"] == wanted, f"{machine} is {wanted}")
