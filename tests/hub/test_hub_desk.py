"""What is typed at a hub about its gates, where a whole lab of processes would be too much."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hub_lab import Lab
from test_hub_hostile import info

from fabgate.cli import command
from fabgate.cli.gates import _ahead
from fabgate.records import GateCommanded
from fabgate.store import gates, journal
from fabgate.store.db import Store

BY = ("--by", "zoe", "--reason", "closing time")


def typed(lab: Lab, *words: str) -> tuple[int, str]:
    """The exit status of a command at the hub, and what it said."""
    ran = command(words, lab.settings, lab.clock)
    return ran.status, ran.printed


def locked(lab: Lab) -> set[str]:
    with Store(lab.settings.gate.state).reader() as reader:
        return {machine for (machine,) in reader.conn.execute("SELECT machine FROM locks")}


def commands(lab: Lab) -> list[str]:
    """What gates were asked, but for their rights."""
    with Store(lab.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=(GateCommanded.kind,), own=True)
        return [entry.body.verb for entry in found if entry.body.verb != "hand_in"]


def test_a_machine_that_is_out_of_service_keeps_none_of_the_others_in(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "drill", "laser", "mill"))
    lab.settle()
    typed(lab, "machine", "lock", "laser", *BY)
    status, said = typed(lab, "gate", "lock", "gate-9", *BY)
    assert (status, locked(lab)) == (0, {"drill", "laser", "mill"})
    assert "laser is out of service already." in said
    typed(lab, "machine", "unlock", "laser", *BY)
    assert typed(lab, "gate", "unlock", "gate-9", *BY)[0] == 0
    assert locked(lab) == set()


def test_who_may_not_lock_is_refused_and_not_told_that_it_is_so(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "drill"))
    lab.settle()
    status, said = typed(lab, "gate", "lock", "gate-9", "--by", "nobody", "--reason", "x")
    assert status == 1
    assert "refused" in said


def test_a_gate_that_is_away_is_asked_for_nothing(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.begin()
    lab.settle()
    one.off()
    lab.settle()
    for words in (("stop", "gate-1", *BY), ("identify", "laser-1", *BY[:2]), ("refresh", "gate-1", *BY[:2])):
        status, said = typed(lab, "gate", *words)
        assert status == 1
        assert "gate-1 is away since " in said
        assert "nothing was done" in said
    assert commands(lab) == []


def test_an_end_that_is_asked_of_a_gate_that_is_away_is_said_not_to_be_heard(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.begin()
    lab.settle()
    one.off()
    lab.settle()
    status, said = typed(lab, "session", "close", "laser-1", *BY)
    assert status == 1
    assert said.startswith("gate-1 is away since ")
    assert "it did not hear of it" in said
    assert "by hand" in said
    assert "is to end now" not in said


def test_what_may_still_run_at_a_gate_that_is_away_is_named(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.begin()
    lab.settle()
    one.off()
    lab.settle()
    _, said = typed(lab, "gate", "stop", "gate-1", *BY)
    assert "laser-1" in said
    assert "by hand" in said


def test_a_gate_that_says_nothing_any_more_is_silent_since_it_was_heard(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    lab.settle()
    one.link = None  # its process hangs: no last will, no word
    lab.exchange.cut("gate-1")
    lab.clock.advance(200_000)
    _, said = typed(lab, "gate", "refresh", "gate-1", "--by", "zoe")
    assert said.startswith("gate-1 is silent since ")


def test_nobody_works_at_a_gate_is_no_failure_and_says_where_it_stands(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    lab.settle()
    assert typed(lab, "gate", "stop", "gate-1", *BY) == (
        0,
        "Nobody works at gate-1, as far as the hub knows.\n",
    )
    one.off()
    lab.settle()
    assert "gate-1 is away since" in typed(lab, "gate", "stop", "gate-1", *BY)[1]


@pytest.mark.parametrize("words", [("sim", "show"), ("badge", "wait", "zoe")])
def test_what_is_a_gates_is_refused_at_a_hub_and_makes_nothing(
    lab: Lab, words: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    nowhere = tmp_path_factory.mktemp("empty") / "state"
    settings = replace(lab.settings, gate=replace(lab.settings.gate, state=nowhere))
    ran = command(words, settings, lab.clock)
    assert ran.status == 1
    assert "hub" in ran.printed
    assert not nowhere.exists()


def test_the_rights_that_a_retired_gate_lacks_are_nobodys_business(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "drill"))
    lab.settle()
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.execute("UPDATE gates SET retired_ms = 1 WHERE gate = 'gate-9'")
    assert '"behind": null' in typed(lab, "gate", "list", "--json")[1]


@pytest.mark.parametrize(
    ("ms", "digits", "said"), [(-49, 0, "0"), (-49, 1, "0"), (1_600, 0, "+2"), (-1_600, 1, "-1.6")]
)
def test_a_clock_that_is_right_is_ahead_by_nothing(ms: int, digits: int, said: str) -> None:
    assert _ahead(ms, digits) == said


def test_observers_are_no_gates_and_retired_gates_stand_last(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "drill"))
    lab.settle()
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        for name in ("observer.ha", "a-gone", "gate-1"):
            gates.put_invited(pen, name, "ab" * 32, 1)
        gates.put_retired(pen, "a-gone", 2)
    _, said = typed(lab, "gate", "list", "--json")
    assert [one["gate"] for one in json.loads(said)] == ["gate-1", "gate-9", "a-gone"]
    assert "observer" not in typed(lab, "gate", "list")[1]
