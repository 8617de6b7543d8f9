"""Two gates and a hub, as a lab sets them up by the pages: what one of them is told, the others know."""

from __future__ import annotations

from gate_lab import until
from three import BY, Three
from whole_lab import rights_mark


def test_a_grant_at_the_hub_opens_both_machines_and_its_revocation_closes_them(three: Three):
    hub = three.places["hub"]
    hub.say("grant", "give", "ada", "laser", "--level", "autonomous", *BY, "--reason", "passed")
    until(lambda: rights_mark(three.places["gate-1"]) == rights_mark(hub), "gate-1 has the hub's rights")
    until(lambda: rights_mark(three.places["gate-2"]) == rights_mark(hub), "gate-2 has the hub's rights")
    three.tap("gate-1", "ada", on=True)
