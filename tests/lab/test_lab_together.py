"""Two gates and a hub, as a lab sets them up by the pages: what one of them is told, the others know.

Those of the desk share one lab and leave it as it was; what ends a gate for good has its own.
"""

from __future__ import annotations

import csv
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from broker import HOST, free_port
from browser import Browser
from click.testing import CliRunner
from gate_lab import until
from gate_process import AGAIN_MS, Process
from three import BADGES, BY, GATES, Three
from whole_lab import machine_of, rights_mark

from fabgate.cli import main
from fabgate.link.dial import Address, Credentials
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Message
from fabgate.records import Refused

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time
BECAUSE = (*BY, "--reason", "closing time")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> Iterator[Three]:
    needs("mosquitto")
    needs("openssl")
    made = Three(tmp_path_factory.mktemp("together"), board=free_port())
    try:
        made.begin()
        until(lambda: set(states(made).values()) == {"ready"}, "both gates are there")
        yield made
    finally:
        made.let_go()


@pytest.fixture(autouse=True)
def nobody_works(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test of the shared lab did, the next one finds it with nobody at the machines."""
    yield
    if "lab" in request.fixturenames:
        three = request.getfixturevalue("lab")
        for gate in GATES:
            three.places[gate].try_to("session", "close", machine_of(gate), *BECAUSE)
            three.places["hub"].try_to("gate", "unlock", gate, *BECAUSE)


# --- what is typed ------------------------------------------------------------------------------


def typed(three: Three, *words: str, where: str = "hub") -> tuple[int, str]:
    """The exit status of a command, and all that it said."""
    ran = CliRunner().invoke(main, ["--config", str(three.places[where].config), *words])
    assert "Traceback" not in ran.output
    return ran.exit_code, ran.output


def hub(three: Three, *words: str) -> str:
    return three.places["hub"].say(*words)


def states(three: Three) -> dict[str, str]:
    return {one["gate"]: one["state"] for one in json.loads(hub(three, "gate", "list", "--json"))}


def may(three: Three, who: str) -> None:
    """Somebody is autonomous at the lasers, and every gate knows."""
    words = ("grant", "give", who, "laser", "--level", "autonomous", *BY, "--reason", "passed")
    typed(three, *words)
    all_agree(three)


def all_agree(three: Three) -> None:
    until(lambda: len({rights_mark(place) for place in three.places.values()}) == 1, "all know the same")


def works(three: Three, gate: str, who: str) -> None:
    """Somebody works at the machine of a gate, and the hub knows."""
    process = three.gates[gate]
    process.tap(machine_of(gate), BADGES[who])
    until(lambda: power(three, gate) == "on", f"{who} has power")
    until(lambda: who in hub(three, "session", "list", "--open"), "the hub knows")


def refused(three: Three, gate: str) -> bool:
    return Refused.kind in three.places[gate].say("journal", "tail")


def badges_count_again() -> None:
    """One that was just shown has been away for long enough."""
    again_s = time.monotonic() + AGAIN_MS / 1000
    until(lambda: time.monotonic() > again_s, "the badge counts again")


def power(three: Three, gate: str) -> str:
    return str(three.gates[gate].show(machine_of(gate))["relay"])


# --- rights -------------------------------------------------------------------------------------


def test_a_grant_at_the_hub_opens_both_machines_and_its_revocation_closes_them(lab: Three):
    may(lab, "ada")
    for gate in GATES:
        works(lab, gate, "ada")
        lab.places[gate].say("session", "close", machine_of(gate), *BECAUSE)
    hub(lab, "grant", "revoke", "ada", "laser", *BECAUSE)
    all_agree(lab)
    badges_count_again()
    for gate in GATES:
        lab.gates[gate].tap(machine_of(gate), BADGES["ada"])
        until(partial(refused, lab, gate), "it is refused")
        assert power(lab, gate) == "off"


def test_a_gate_that_is_locked_at_the_hub_is_out_of_service_at_once(lab: Three):
    said = hub(lab, "gate", "lock", "gate-1", *BY, "--reason", "wet floor")
    assert said.splitlines() == ["laser-1 (laser-1) is out of service.", "gate-1: done"]
    shown = lab.places["gate-1"].say("machine", "list", "--json")
    assert [one["locked"] is not None for one in json.loads(shown)] == [True]
    assert "locked" not in lab.places["gate-2"].say("machine", "list")
    assert "is out of service already" in hub(lab, "gate", "lock", "gate-1", *BY, "--reason", "wet floor")
    said = hub(lab, "gate", "unlock", "gate-1", *BY)
    assert said.splitlines() == ["laser-1 (laser-1) is back in service.", "gate-1: done"]
    assert "is in service already" in hub(lab, "gate", "unlock", "gate-1", *BY)


# --- asked of a gate ----------------------------------------------------------------------------


def test_stop_ends_what_runs_at_a_gate_and_waits_for_its_end(lab: Three):
    may(lab, "grace")
    works(lab, "gate-2", "grace")
    said = hub(lab, "gate", "stop", "gate-2", *BECAUSE)
    assert said.splitlines() == [
        "The session of Grace (grace) at laser-2 is to end now.",
        "gate-2: done",
        "It has ended.",
    ]
    assert power(lab, "gate-2") == "off"
    assert (
        hub(lab, "gate", "stop", "gate-2", *BECAUSE) == "Nobody works at gate-2, as far as the hub knows.\n"
    )


def test_a_gate_and_a_machine_show_where_they_are(lab: Three):
    assert hub(lab, "gate", "identify", "gate-1", *BY) == "gate-1 is asked.\ngate-1: done\n"
    assert hub(lab, "gate", "identify", "laser-2", *BY) == "gate-2 is asked.\ngate-2: done\n"
    assert hub(lab, "gate", "refresh", "gate-2", *BY) == "gate-2 is asked.\ngate-2: done\n"


def test_who_is_no_manager_asks_a_gate_for_nothing(lab: Three):
    status, said = typed(lab, "gate", "refresh", "gate-1", "--by", "tom")
    assert status == 1
    assert said.startswith("refused: ")


def test_a_gate_is_shown_with_its_machines_and_its_certificate(lab: Three):
    shown = hub(lab, "gate", "show", "gate-1")
    assert "laser-1" in shown
    assert not re.search(r"clock: +[+-]0(\.0)? s", shown), "a clock that is right is ahead by nothing"
    assert "good for 82" in shown
    assert typed(lab, "gate", "show", "gate-7") == (
        1,
        "fabgate: no gate is called gate-7\n  Known are: gate-1, gate-2.\n",
    )


def test_sessions_of_all_gates_are_listed_and_exported_at_the_hub(lab: Three):
    may(lab, "tom")
    for gate in GATES:
        works(lab, gate, "tom")
        hub(lab, "session", "close", machine_of(gate), *BECAUSE)
    listed = json.loads(hub(lab, "session", "list", "--json"))
    assert {one["machine"] for one in listed if one["member"] == "tom"} == {"laser-1", "laser-2"}
    month = time.strftime("%Y-%m", time.gmtime())
    exported = csv.DictReader(hub(lab, "export", "usage", "--month", month).splitlines())
    rows = [(one["machine"], one["ended"]) for one in exported if one["member"] == "tom"]
    assert sorted(rows) == [("laser-1", "closed"), ("laser-2", "closed")]


def test_nothing_needs_a_person_and_the_doctor_finds_nothing(lab: Three):
    assert hub(lab, "hub", "alarms") == "Nothing needs a person.\n"
    status, said = typed(lab, "hub", "alarms", "--over", "gap", "gate-1", *BY)
    assert (status, said) == (0, "gate-1 has no alarm gap: fabgate hub alarms shows them.\n")
    found = json.loads(hub(lab, "doctor", "--json"))
    assert [one for one in found if one["grade"] != "ok"] == []


def test_what_belongs_to_the_hub_says_so_on_a_gate_and_the_other_way_round(lab: Three):
    for words in (("gate", "list"), ("gate", "stop", "gate-1", "--reason", "x"), ("hub", "alarms")):
        status, said = typed(lab, *words, where="gate-1")
        assert (status, said.splitlines()[-1]) == (1, "  Type it on the hub's computer.")
    for words, what in (
        (("run",), "fabgate hub run"),
        (("init", "--manager", "Bob"), "fabgate hub init"),
        (("sim", "show"), "on a gate"),
        (("badge", "wait", "ada", *BY), "on a gate"),
    ):
        status, said = typed(lab, *words)
        assert status == 1
        assert what in said.splitlines()[-1]


# --- at the board -------------------------------------------------------------------------------


def test_a_tap_at_a_gate_opens_its_members_own_pages_on_the_screen_beside_it(lab: Three):
    """From the reader over the gate, the broker and the hub's books to a browser that asked for it."""
    may(lab, "grace")
    url = f"http://127.0.0.1:{lab.places['hub'].settings.board.port}"
    until(lambda: "event=board_ready" in lab.hub.said, "the board is there")
    (link,) = re.findall(r"http://\S+(/sign-in/link/\S+)", hub(lab, "board", "invite", "zoe", *BY))
    screen = Browser(url)
    try:
        password = "green lasers at dawn"
        screen.send(link, password=password, again=password)
        screen.send("/terminal", machine="laser-2")
        assert screen.at == "/tap"
        works(lab, "gate-2", "grace")  # nobody asked for this tap
        hub(lab, "session", "close", "laser-2", *BECAUSE)
        screen.send("/tap")
        assert screen.get("/tap/wait", **{"hx-request": "true"}) == ""
        badges_count_again()
        lab.gates["gate-1"].tap("laser-1", BADGES["tom"])  # beside another reader
        lab.gates["gate-2"].tap("laser-2", BADGES["grace"])
        until(lambda: power(lab, "gate-2") == "on", "the tap does what it always does")
        until(lambda: "/tap/wait" in screen.get("/tap/wait", **{"hx-request": "true"}), "it was heard")
        page = screen.send("/tap/wait", at="/tap")
        assert screen.at == "/me"
        assert "Grace" in page
        assert "/members" not in page
    finally:
        screen.close()
        badges_count_again()


# --- away, and gone -----------------------------------------------------------------------------


def test_a_gate_that_is_away_is_said_to_be_and_gets_its_lock_when_it_returns(lab: Three):
    may(lab, "ada")
    lab.gates["gate-1"].end()
    lab.gates["gate-1"].let_go()
    until(lambda: states(lab)["gate-1"] == "away", "the hub knows")
    for words in (("identify", "gate-1"), ("refresh", "gate-1")):
        status, said = typed(lab, "gate", *words, *BY)
        assert status == 1
        assert said.startswith("gate-1 is away since ")
        assert said.endswith(": nothing was done.\n")
    said = hub(lab, "gate", "lock", "gate-1", *BY, "--reason", "wet floor")
    assert said.endswith(": it will lock when it returns.\n")
    lab.gates["gate-1"] = Process(lab.places["gate-1"].settings)
    until(lambda: states(lab)["gate-1"] == "ready", "it is back")
    all_agree(lab)
    assert "locked" in lab.places["gate-1"].say("machine", "list")


def test_without_hub_and_broker_gates_grant_and_open_alone_and_all_meet_later(three: Three):
    """Nothing was lost, nothing doubled: the hub has both grants and both sessions."""
    all_agree(three)
    three.kill_hub()
    three.kill_broker()
    for gate, who in zip(GATES, ("tom", "grace"), strict=True):
        three.places[gate].say("grant", "give", who, "laser", "--level", "autonomous", *BECAUSE)
        three.tap(gate, who, on=True)
    three.everything_runs()
    until(lambda: set(states(three).values()) == {"ready"}, "both gates are heard again", 60)
    all_agree(three)
    held = {(one["member"], one["level"]) for one in json.loads(hub(three, "grant", "list", "--json"))}
    assert {("tom", "autonomous"), ("grace", "autonomous")} <= held
    until(lambda: hub(three, "session", "list", "--open").count("laser-") == len(GATES), "both sessions run")


def test_home_assistant_sees_each_gate_until_it_is_retired_and_a_retired_gate_is_asked_for_nothing(
    three: Three,
):
    folder = three.folder / "home-assistant"
    hub(three, "hub", "invite", "--observer", "ha", "--to", str(folder), *BY)
    three.broker.reload()
    onlooker = Onlooker(three.port, folder)
    try:
        until(lambda: onlooker.sees() == {"gate-1": {"laser-1"}, "gate-2": {"laser-2"}}, "both are seen")
        hub(three, "gate", "retire", "gate-2", *BY, "--reason", "sold")
        until(lambda: onlooker.sees() == {"gate-1": {"laser-1"}}, "one is gone")
    finally:
        onlooker.port.close()
    for words in (("stop", "gate-2"), ("lock", "gate-2")):
        status, said = typed(three, "gate", *words, *BECAUSE)
        assert status == 1
        assert said.startswith("fabgate: gate-2 is retired since ")
    assert states(three) == {"gate-1": "ready", "gate-2": "retired"}
    assert "gate gate-2" not in {one["name"] for one in json.loads(hub(three, "doctor", "--json"))}


class Onlooker:
    """A program with an observer's certificate that reads what Home Assistant is told."""

    def __init__(self, port: int, folder: Path) -> None:
        name = "observer.ha"
        self.port = MqttPort(
            Address(HOST, port), Credentials.within(folder), name, None, ("homeassistant/#",), random.random
        )
        self._kept: dict[str, bytes] = {}

    def sees(self) -> dict[str, set[str]]:
        """The machines of each gate."""
        for event in self.port.poll(0.05):
            if isinstance(event, Message):
                self._kept[event.topic] = event.payload
                self.port.acknowledge(event)
        found = [json.loads(payload) for payload in self._kept.values() if payload]
        return {one["device"]["name"]: _machines(one["components"]) for one in found}


def _machines(components: dict[str, dict[str, object]]) -> set[str]:
    return {name.removesuffix("_power") for name in components if name.endswith("_power")}
