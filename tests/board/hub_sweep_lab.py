"""A hub with what a lone gate has not: gates that are heard, silent, invited and retired, and alarms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hub_lab import Lab, ok
from sweep_lab import LANGUAGES, LONG, MARKUP, REASON, TURNED

from fabgate.board.house import House
from fabgate.config.settings import BoardSettings
from fabgate.desk import badges, grants, lab, machines, members, roles, wishes
from fabgate.desk.members import Details
from fabgate.hub import lab as lab_of
from fabgate.hub.alarms import Alarm
from fabgate.link import glance
from fabgate.model import Level, Role
from fabgate.records import Draft, SessionStarted
from fabgate.store import gates as rows
from fabgate.store import roster
from fabgate.store.db import Store
from fabgate.wire import topics
from fabgate.wire.presence import MachineState

ADA, BOB = "04A2B3C4D5E680", "04A2B3C4D5E681"
GATES = ("gate-1", "gate-2", "gate-3", "gate-4", "gate-5")
HERE, TROUBLED, SILENT, INVITED, RETIRED = GATES
_NOBODY = "7" * 64  # a certificate that nobody shows


class BusyHub(Lab):
    """ada works at gate-1, gate-2 is in trouble and locked, gate-3 went silent while bob worked there and has
    not sent all, gate-4 was invited and never came, gate-5 is retired. Alarms are about them and the hub."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = replace(
            self.settings,
            lab=replace(self.settings.lab, languages=LANGUAGES),
            board=BoardSettings(site="https://fablab.example", logo="https://fablab.example/logo.png"),
        )
        self.make_hub()
        self._people()
        self.hub_on()
        for gate in (HERE, TROUBLED, SILENT):
            self._named(gate)
        self.join(HERE, TROUBLED, SILENT, RETIRED)
        self.settle()
        self._work()
        self._lose()
        self._books()
        self.pass_ms(glance.EVERY_MS)
        self.settle()

    def _people(self) -> None:
        ok(lab.init(self.settings, self.clock, Details("Zoe Dupont", "zoe")))
        with self.desk() as desk:
            for handle, name in (("ada", MARKUP), ("bob", TURNED), ("max", LONG)):
                ok(members.add(desk, "zoe", Details(name, handle)))
            for handle, uid in (("ada", ADA), ("bob", BOB)):
                ok(badges.add(desk, "zoe", handle, uid))
                ok(grants.give(desk, "zoe", handle, "laser", Level.AUTONOMOUS, REASON))

    def _named(self, name: str) -> None:
        """A gate whose machine bears a name that would break a careless page."""
        gate = self.gate(name)
        ((machine, known),) = gate.settings.machines.items()
        title = {HERE: "the laser cutter", TROUBLED: MARKUP, SILENT: f"Fräse {TURNED}"}[name]
        named = {machine: replace(known, rules=replace(known.rules, title=title))}
        gate.settings = replace(gate.settings, machines=named)

    def _work(self) -> None:
        for gate, who in ((HERE, "ada"), (SILENT, "bob")):
            self.works(gate, who)
        for gate, state, troubles in ((HERE, "in_use", ()), (TROUBLED, "fault", ("lid",))):
            self.says(gate, state, *troubles)
        with House(self.settings, self.clock).desk() as desk:  # which knows the machines of the gates
            ok(roles.give(desk, "zoe", "max", Role.MAINTAINER, "handy", machine="laser-1"))
            ok(machines.lock(desk, "zoe", "laser-2", REASON))
            ok(wishes.ask(desk, "zoe", TROUBLED, "identify"))
        self.settle()

    def works(self, gate: str, who: str) -> None:
        """Somebody starts the machine of a gate."""
        with self.desk() as desk:
            member = roster.member(desk.conn, who)
        machine = self.gates[gate].machine
        began = SessionStarted(machine, "laser", member.id, "k:00", "autonomous", "tap", 3_600_000)
        self.gates[gate].write(Draft(self.gates[gate].clock.now(), began))
        self.settle()

    def says(self, gate: str, state: str, *troubles: str) -> None:
        """What a gate says that its machine does."""
        here = self.gates[gate]
        told = MachineState(state, state == "in_use", troubles, here.clock.now(), None)
        self.say(gate, topics.machine_state(here.machine), told.encode())
        self.settle()

    def _lose(self) -> None:
        """gate-3 tells of records that it has, and is gone before it has sent them."""
        silent = self.gates[SILENT]
        silent.off(cut=True)
        silent.session()
        for _ in range(20):
            self.pass_ms(10_000)
            self.settle()
        with Store(self.settings.gate.state).writer() as writer, writer.write() as pen:
            row = rows.gates(pen.conn)[SILENT]
            info = lab_of.info_of(row)
            more = tuple(replace(one, seq=one.seq + 2) for one in info.origins)
            told = replace(info, origins=more).encode().decode()
            rows.put_heard(pen, replace(row, info=told, offset_ms=-90_000))

    def _books(self) -> None:
        """What a hub's daemon finds in a bad week, and who was invited and sent away."""
        now_ms = self.clock.now().wall_ms
        with Store(self.settings.gate.state).writer() as writer, writer.write() as pen:
            rows.put_invited(pen, INVITED, _NOBODY, now_ms)
            rows.put_retired(pen, RETIRED, now_ms)
            for gate, alarm, what in ALARMS:
                rows.put_alarm(pen, gate, alarm, what, now_ms)


ALARMS = (
    (TROUBLED, Alarm.GAP, f"{MARKUP} records 3 to 4 are lacking"),
    (SILENT, Alarm.CLOCK, "its clock is 90 s behind"),
    (RETIRED, Alarm.RETIRED, "it speaks, and is retired"),
    ("hub", Alarm.HUB_CLOCK, "the hub's own clock is not known to be right"),
    ("-", Alarm.TOO_MANY, "alarms of very many gates"),
)
