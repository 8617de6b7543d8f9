"""What Home Assistant finds the gates by, kept at the broker: retained, one message a gate.

A gate is shown once it has said what it has, anew whenever that changes, and taken away when it is
retired. A broker may have lost what it kept, so all of it is said again on each connection.
"""

from __future__ import annotations

from fabgate.hub.gates import Gates, Live
from fabgate.link.port import Port
from fabgate.wire.discovery import discovery, removal
from fabgate.wire.presence import GateInfo, MachineInfo

Shown = tuple[str, tuple[MachineInfo, ...]] | None  # what the message is made of; None for one taken away


class Onlookers:
    """Says of each gate what onlookers are told, where they were told otherwise."""

    def __init__(self, lab: str, gates: Gates, port: Port) -> None:
        self._lab, self._gates, self._port = lab, gates, port
        self._told: dict[str, Shown] = {}
        self._machines: dict[str, set[str]] = {}  # all that a gate was ever shown with, in this run

    def forget(self) -> None:
        """Nothing is known of what the broker keeps."""
        self._told.clear()

    def turn(self) -> None:
        """Say what is due. A gate that is none of ours is not shown, whatever it says."""
        for live in self._gates:
            if live.info is None or not self._gates.invited(live):
                continue
            shown = None if live.retired else (live.info.version, live.info.machines)
            if live.name not in self._told or self._told[live.name] != shown:
                self._told[live.name] = shown
                self._say(live, live.info)

    def _say(self, live: Live, info: GateInfo) -> None:
        if live.retired:
            topic, payload = removal(self._lab, live.name)
        else:
            machines = {one.machine for one in info.machines}
            known = self._machines.setdefault(live.name, set())
            topic, payload = discovery(self._lab, live.name, info, gone=known - machines)
            known |= machines
        self._port.publish(topic, payload, retain=True)
