"""Numbers for Prometheus: read by its own tool, bearing no person, and never half written."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgate.errors import UsageError
from fabgate.model import Code, Trouble, Why
from fabgate.reports.metrics import (
    FAMILIES,
    Alarm,
    Common,
    GateFigures,
    HubFigures,
    LinkFigures,
    MachineFigures,
    SeenGate,
    gate_text,
    hub_text,
)
from fabgate.reports.textfile import Family, Kind, Sample, exposed, put

COMMON = Common(
    lab="openfab",
    gate="gate-1",
    version="0.4.0",
    up=True,
    synced=True,
    free_bytes=1 << 30,
    seq=41,
    rights=12,
    expiry_s={"own": 1_800_000_000.0, "authority": 2_000_000_000.0},
)
GATE = GateFigures(
    COMMON,
    machines=(
        MachineFigures("laser", open=True, locked=True),
        MachineFigures("lathe", troubles=("reader",)),
    ),
    sessions={("laser", Why.OWN_TAP): 3, ("laser", Why.LIMIT): 1},
    powered_ms={"laser": 90_500},
    refusals={("laser", Code.UNKNOWN_BADGE): 8},
    link=LinkFigures(connected=True, unsent=5, silent_ms=1_500),
)
HUB = HubFigures(
    replace(COMMON, gate="hub"),
    gates=(
        SeenGate("gate-1", "ready", age_ms=2_000, held=41, offset_ms=-1_500, expiry_s=1_900_000_000.0),
        SeenGate("gate-2", "lost", age_ms=900_000, held=7),
        SeenGate("gate-3", None),
        SeenGate("home-of-ada", None, joined=False),
        SeenGate("old", "lost", retired=True),
    ),
    alarms=(
        Alarm("gate-2", "gap", stands=True, count=2),
        Alarm("gate-1", "two_clients", stands=False, count=1),
    ),
)
LABELS = {
    "lab",
    "gate",
    "machine",
    "state",
    "trouble",
    "why",
    "code",
    "alarm",
    "role",
    "version",
    "certificate",
}
ANY = st.text(max_size=12)
_LINE = re.compile(r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\} (\S+)')
_LABEL = re.compile(r'([a-z]+)="((?:[^"\\\n]|\\.)*)"')


def read(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The text as Prometheus reads it: name and labels, and the number. Each may stand there once."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for line in text.split("\n")[:-1]:
        if line.startswith("# "):
            continue
        matched = _LINE.fullmatch(line)
        assert matched is not None, line
        labels = {
            name: re.sub(r"\\(.)", lambda sign: {"n": "\n"}.get(sign[1], sign[1]), value)
            for name, value in _LABEL.findall(matched[2])
        }
        key = matched[1], frozenset(labels.items())
        assert key not in found, line
        found[key] = float(matched[3])
    return found


def value(text: str, name: str, **labels: str) -> float:
    """The one number of this name that bears these labels."""
    [found] = [
        number for (known, own), number in read(text).items() if known == name and set(labels.items()) <= own
    ]
    return found


def test_a_gate_tells_what_it_does():
    text = gate_text(GATE)
    assert value(text, "fabgate_session_open", machine="laser") == 1
    assert value(text, "fabgate_sessions_total", machine="laser", why="own_tap") == 3
    assert value(text, "fabgate_session_seconds_total", machine="laser") == 90.5
    assert value(text, "fabgate_refusals_total", code="unknown_badge") == 8
    assert value(text, "fabgate_machine_trouble", machine="lathe", trouble="reader") == 1
    assert value(text, "fabgate_machine_trouble", machine="laser", trouble="reader") == 0
    assert value(text, "fabgate_link_unsent_records") == 5
    assert value(text, "fabgate_link_silence_seconds") == 1.5
    assert value(text, "fabgate_disk_free_bytes") == 1 << 30
    assert value(text, "fabgate_certificate_expiry_timestamp_seconds", certificate="own") == 1_800_000_000


def test_the_age_of_the_rights_is_told_where_it_is_known_and_is_nothing_without_a_hub_r12():
    assert value(gate_text(replace(GATE, roster_age_ms=90_500)), "fabgate_roster_age_seconds") == 90.5
    assert value(gate_text(replace(GATE, link=None)), "fabgate_roster_age_seconds") == 0
    assert "fabgate_roster_age_seconds" not in gate_text(replace(GATE, roster_age_ms=None))


@pytest.mark.parametrize(
    ("machine", "up", "state"),
    [
        (MachineFigures("laser"), True, "free"),
        (MachineFigures("laser", open=True, locked=True), True, "in_use"),
        (MachineFigures("laser", locked=True, troubles=("estop",)), True, "locked"),
        (MachineFigures("laser", troubles=("estop",)), True, "fault"),
        (MachineFigures("laser", open=True), False, "off"),
    ],
)
def test_a_machine_is_in_one_state_and_without_its_daemon_it_is_off(machine, up, state):
    text = gate_text(GateFigures(replace(COMMON, up=up), (machine,)))
    found = {
        dict(labels)["state"]: number
        for (name, labels), number in read(text).items()
        if name == "fabgate_machine_state"
    }
    assert {word for word, number in found.items() if number} == {state}
    assert set(found) == {"free", "in_use", "locked", "fault", "off"}


def test_a_gate_without_a_hub_tells_nothing_of_a_link():
    assert "fabgate_link" not in gate_text(replace(GATE, link=None))


def test_what_is_not_known_is_left_out():
    text = gate_text(
        replace(GATE, common=replace(COMMON, free_bytes=None), link=LinkFigures(connected=False))
    )
    assert "fabgate_disk_free_bytes" not in text
    assert "fabgate_link_unsent_records" not in text
    assert value(text, "fabgate_link_connected") == 0


def test_a_hub_tells_of_its_gates_and_alarms():
    text = hub_text(HUB)
    states = ("ready", "stopping", "lost", "invited", "retired")
    assert [value(text, "fabgate_hub_gates", state=state) for state in states] == [1, 0, 2, 1, 1]
    assert value(text, "fabgate_hub_gate_ready", gate="gate-2") == 0
    assert value(text, "fabgate_hub_gate_age_seconds", gate="gate-2") == 900
    assert value(text, "fabgate_hub_gate_clock_offset_seconds", gate="gate-1") == -1.5
    assert value(text, "fabgate_hub_gate_held_records", gate="gate-1") == 41
    assert value(text, "fabgate_hub_alarm", gate="gate-2", alarm="gap") == 1
    assert value(text, "fabgate_hub_alarm", gate="gate-1", alarm="two_clients") == 0
    assert value(text, "fabgate_hub_alarms_total", gate="gate-2", alarm="gap") == 2


def test_a_gate_that_is_retired_or_was_never_heard_is_counted_and_nothing_more_is_told_of_it():
    """Whoever was invited and never heard may be an observer, and bear a person's name."""
    assert not re.search('gate="(old|home-of-ada)"', hub_text(HUB))


def test_a_hub_tells_when_the_certificates_of_its_gates_end():
    name = "fabgate_hub_gate_certificate_expiry_timestamp_seconds"
    assert value(hub_text(HUB), name, gate="gate-1") == 1_900_000_000


def test_a_word_of_a_later_version_is_told_as_other_and_nothing_is_lost():
    figures = GateFigures(
        COMMON,
        (MachineFigures("laser", troubles=("gremlins",)),),
        sessions={("laser", "abducted"): 2, ("laser", "vanished"): 1},
        refusals={("laser", "04A2B3C4D5E680"): 3},
    )
    text = gate_text(figures)
    assert value(text, "fabgate_sessions_total", why="other") == 3
    assert value(text, "fabgate_refusals_total", code="other") == 3
    assert value(text, "fabgate_machine_trouble", trouble="other") == 1
    assert not re.search("abducted|vanished|gremlins|04A2", text)


# --- the form ---------------------------------------------------------------------------------------


def test_every_metric_is_told_under_one_name_with_labels_that_bear_no_person():
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    assert {label for family in FAMILIES for label in family.labels} | {"lab", "gate"} == LABELS
    told = {name for text in (gate_text(GATE), hub_text(HUB)) for name, _ in read(text)}
    assert told == {family.name for family in FAMILIES}


def test_what_only_grows_says_so_in_its_name():
    assert all((family.kind is Kind.COUNTER) == family.name.endswith("_total") for family in FAMILIES)


@pytest.mark.parametrize("text", [gate_text(GATE), hub_text(HUB)], ids=["gate", "hub"])
def test_prometheus_own_tool_finds_nothing_to_say(needs: Callable[[str], str], text: str):
    ran = subprocess.run(
        [needs("promtool"), "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_prometheus_own_tool_would_find_a_fault(needs: Callable[[str], str]):
    spoilt = exposed([Sample(Family("fabgate_things", "", kind=Kind.COUNTER), 1)], {})
    ran = subprocess.run(
        [needs("promtool"), "check", "metrics"], input=spoilt, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3


@settings(deadline=None)
@given(ANY, ANY, ANY, ANY, st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_stands_in_a_label_it_comes_out_as_it_went_in(lab, gate, machine, other, number):
    family = Family("fabgate_x", f"odd {other}", ("machine",))
    text = exposed([Sample(family, number, (machine,))], {"lab": lab, "gate": gate})
    [(key, found)] = read(text).items()
    assert dict(key[1]) == {"lab": lab, "gate": gate, "machine": machine}
    assert found == number


def test_signs_that_are_no_text_do_not_make_the_file_unreadable(tmp_path: Path):
    text = gate_text(replace(GATE, common=replace(COMMON, version="\udc80")))
    assert put(tmp_path, "fabgate-gate-1", text).read_text(encoding="utf-8") == text


def test_the_names_of_two_labs_on_one_computer_keep_their_numbers_apart():
    """A hub and a gate on one machine are read by one collector, which takes no number twice."""
    assert not set(read(gate_text(GATE))) & set(read(hub_text(HUB)))


# --- the file ---------------------------------------------------------------------------------------


def test_the_file_can_be_read_by_everybody_whatever_the_umask(tmp_path: Path):
    before = os.umask(0o077)
    try:
        path = put(tmp_path, "fabgate-gate-1", "x 1\n")
    finally:
        os.umask(before)
    assert path.name == "fabgate-gate-1.prom"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_meanwhile_finds_a_whole_file(tmp_path: Path):
    texts = {f"x {number}\n" * 2_000 for number in range(2)}
    seen: set[str] = set()
    over = threading.Event()
    put(tmp_path, "a", next(iter(texts)))

    def look() -> None:
        while not over.is_set():
            seen.update(path.read_text() for path in tmp_path.glob("*.prom"))

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(100):
        for text in texts:
            put(tmp_path, "a", text)
    over.set()
    reader.join()
    assert seen <= texts


def test_a_folder_that_cannot_be_written_is_told_with_what_to_do_and_nothing_is_left(tmp_path: Path):
    with pytest.raises(UsageError, match="No such file") as told:
        put(tmp_path / "none", "a", "")
    assert "[metrics] folder" in told.value.remedy
    (tmp_path / "a.prom").mkdir()
    with pytest.raises(UsageError, match="directory"):
        put(tmp_path, "a", "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.prom"]


def test_the_words_of_the_labels_are_those_of_the_house():
    assert set(Trouble) | {"other"} == {
        dict(labels)["trouble"] for name, labels in read(gate_text(GATE)) if name == "fabgate_machine_trouble"
    }
