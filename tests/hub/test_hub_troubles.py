"""What is wrong with machines, as the books of a hub say it: each gate's own word, since its own start."""

from __future__ import annotations

from hub_lab import FakeGate, Lab

from fabgate.records import Draft, GateStarted, TroubleBegan, TroubleOver
from fabgate.store.db import Store
from fabgate.store.gates import put_retired
from fabgate.store.troubles import troubles_now


def say(gate: FakeGate, *said: TroubleBegan | TroubleOver | GateStarted) -> None:
    gate.write(*[Draft(gate.clock.now(), one) for one in said])
    gate.lab.settle()
    gate.lab.pass_ms(1_000)


def known(lab: Lab) -> dict[str, tuple[str, ...]]:
    with lab.gates["gate-1"].store.reader() as reader:
        alone = troubles_now(reader.conn)
    with Store(lab.settings.gate.state).reader() as reader:
        at_hub = troubles_now(reader.conn)
    assert alone == {name: what for name, what in at_hub.items() if name == "laser-1"}
    return at_hub


def test_a_gate_that_starts_mends_its_own_machines_and_no_others(lab):
    one, two = lab.join("gate-1", "gate-2")
    say(one, GateStarted("1", True), TroubleBegan("laser-1", "estop"), TroubleBegan("laser-1", "lid"))
    say(two, TroubleBegan("laser-2", "relay"))
    assert known(lab) == {"laser-1": ("estop", "lid"), "laser-2": ("relay",)}
    say(two, GateStarted("1", True))
    assert known(lab) == {"laser-1": ("estop", "lid")}
    say(one, TroubleOver("laser-1", "estop"))
    assert known(lab) == {"laser-1": ("lid",)}
    say(one, GateStarted("1", True))
    assert known(lab) == {}


def test_a_gate_that_was_retired_leaves_no_machine_in_fault(lab):
    one, two = lab.join("gate-1", "gate-2")
    say(one, GateStarted("1", True))
    say(two, TroubleBegan("laser-2", "relay"))
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        put_retired(pen, "gate-2", lab.clock.now().wall_ms)
    assert known(lab) == {}
