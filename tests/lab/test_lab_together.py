"""Two gates and a hub, as a lab sets them up by the pages: what one of them is told, the others know."""

from __future__ import annotations

import pytest
from gate_lab import until
from three import BY, GATES, Three
from whole_lab import machine_of, rights_mark

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time
BECAUSE = (*BY, "--reason", "a test")


def all_know(three: Three) -> None:
    """Wait until everybody has the same rights."""
    until(
        lambda: len({rights_mark(place) for place in three.places.values()}) == 1, "all have the same rights"
    )


def test_a_grant_at_the_hub_opens_the_machines_of_both_gates_and_its_revocation_shuts_them(three: Three):
    three.places["hub"].say("grant", "give", "ada", "laser", "--level", "autonomous", *BECAUSE)
    all_know(three)
    three.tap("gate-1", "ada", on=True)
    three.places["hub"].say("grant", "revoke", "ada", "laser", *BECAUSE)
    all_know(three)
    gate = three.gates["gate-2"]
    gate.tap(machine_of("gate-2"), three.badge("ada"))
    until(lambda: gate.show(machine_of("gate-2"))["lamp"].startswith("red"), "gate-2 refuses her")
    assert gate.show(machine_of("gate-2"))["relay"] == "off"
    assert three.gates["gate-1"].show(machine_of("gate-1"))["relay"] == "on", "a running cut is never cut"


def test_without_hub_and_broker_gates_grant_and_open_alone_and_all_meet_later(three: Three):
    all_know(three)
    three.kill_hub()
    three.kill_broker()
    three.places["gate-1"].say("grant", "give", "tom", "laser", "--level", "autonomous", *BECAUSE)
    three.places["gate-2"].say("grant", "give", "grace", "laser", "--level", "autonomous", *BECAUSE)
    three.tap("gate-1", "tom", on=True)
    three.tap("gate-2", "grace", on=True)
    three.everything_runs()
    all_know(three)
    told = three.places["hub"].say("grant", "list", "--json")
    assert '"tom"' in told
    assert '"grace"' in told
    until(lambda: three.places["hub"].say("session", "list").count("runs") == len(GATES), "both sessions run")
