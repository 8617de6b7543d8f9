"""The doctor about the hub: read from files, whether anything runs or not."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from gate_hub import join
from gate_lab import LASER, WALL_MS

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.gate.checkup_link import _certificate, on_the_line
from fabgate.link.status import FILE, RUNTIME, LinkStatus
from fabgate.model import Moment
from fabgate.reports.finding import Finding, Grade
from fabgate.store import linked
from fabgate.store.db import Store

STATUS = LinkStatus("openfab", "gate1", "linked", WALL_MS, "hub00001", WALL_MS - 120_000)


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


def looked(settings: Settings, clock: SimClock) -> dict[str, Finding]:
    return {finding.name: finding for finding in on_the_line(settings, clock)}


def write(settings: Settings, **said: object) -> None:
    text = json.dumps(asdict(replace(STATUS, **said)))  # type: ignore[arg-type]
    (settings.gate.state / FILE).write_text(text, encoding="utf-8")


def test_a_gate_on_its_own_is_well(lab: Settings, clock: SimClock):
    [found] = looked(lab, clock).values()
    assert (found.name, found.grade) == ("hub", Grade.OK)


def test_a_gate_that_joined_and_was_not_started_since_is_told_to_be(lab: Settings, clock: SimClock):
    join(lab, 1883)
    found = looked(lab, clock)
    assert found["hub"].found == "joined at 127.0.0.1:1883 as gate1 of openfab"
    assert "systemctl restart" in found["hub link"].remedy


def test_a_hub_that_was_heard_just_now_is_well(lab: Settings, clock: SimClock):
    join(lab, 1883)
    write(lab)
    found = looked(lab, clock)["hub link"]
    assert (found.grade, found.found) == (Grade.OK, "heard 2 min ago; every record is at the hub")


@pytest.mark.parametrize("state", ["away", "quiet", "stopped", "something new"])
def test_a_link_that_does_not_stand_is_a_warning_with_what_waits(lab: Settings, clock: SimClock, state: str):
    join(lab, 1883)
    write(lab, state=state, behind=12, heard_ms=None, why="no route")
    found = looked(lab, clock)["hub link"]
    assert found.grade is Grade.WARN
    assert "12 records wait to be sent" in found.found
    assert found.remedy


def stale_after(settings: Settings, ms: int) -> Settings:
    """The lab's laser is used with rights that are no older."""
    laser = settings.machines[LASER]
    strict = replace(laser, rules=replace(laser.rules, stale_after_ms=ms))
    return replace(settings, machines={**settings.machines, LASER: strict})


def heard(settings: Settings, at: Moment) -> None:
    with Store(settings.gate.state).writer() as writer, writer.write() as pen:
        linked.put_heard(pen, at)


def test_the_age_of_the_rights_is_told_by_the_links_last_word_and_by_the_books_r12(
    lab: Settings, clock: SimClock
):
    join(lab, 1883)
    write(lab)
    assert looked(lab, clock)["rights"] == Finding("rights", Grade.OK, "as the hub had them 2 min ago")
    write(lab, heard_ms=None)
    assert looked(lab, clock)["rights"].found == "nobody knows how old they are"
    heard(lab, Moment("an earlier boot", 5, WALL_MS - 5 * 3_600_000, True))
    assert looked(lab, clock)["rights"].found == "as the hub had them 5 h ago"
    clock.synced = False
    assert looked(lab, clock)["rights"].found == "nobody knows how old they are"


def test_rights_that_are_too_old_for_a_machine_are_a_warning_with_its_name_r12(
    lab: Settings, clock: SimClock
):
    join(lab, 1883)
    write(lab)
    assert looked(stale_after(lab, 120_000), clock)["rights"].grade is Grade.OK
    found = looked(stale_after(lab, 119_999), clock)["rights"]
    assert (found.grade, found.found) == (
        Grade.WARN,
        "as the hub had them 2 min ago: too old for laser",
    )
    write(lab, heard_ms=None)
    found = looked(stale_after(lab, 120_000), clock)["rights"]
    assert (found.grade, found.found) == (Grade.WARN, "nobody knows how old they are: too old for laser")


def test_a_gate_on_its_own_has_no_age_of_rights_to_tell_r12(lab: Settings, clock: SimClock):
    assert "rights" not in looked(lab, clock)


def test_alarms_fail(lab: Settings, clock: SimClock):
    join(lab, 1883)
    write(lab, alarms={"forked": "the card was copied"})
    found = looked(lab, clock)["hub link: forked"]
    assert (found.grade, found.found) == (Grade.FAIL, "the card was copied")


def test_papers_of_another_gate_fail(lab: Settings, clock: SimClock):
    join(lab, 1883)
    other = replace(lab, gate=replace(lab.gate, name="gate2"))
    assert looked(other, clock)["hub"].grade is Grade.FAIL


def test_a_link_folder_that_cannot_be_used_fails_with_the_cure(lab: Settings, clock: SimClock):
    (lab.gate.state / "link").mkdir()
    found = looked(lab, clock)["hub"]
    assert (found.grade, "fabgate gate join" in found.remedy) == (Grade.FAIL, True)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"lab":1}', '{"lab":"openfab","gate":"gate1","state":"x","at_ms":"y"}']
)
def test_a_status_that_cannot_be_read_is_none(lab: Settings, clock: SimClock, text: str):
    join(lab, 1883)
    (lab.gate.state / FILE).write_text(text, encoding="utf-8")
    assert "systemctl restart" in looked(lab, clock)["hub link"].remedy


def test_the_status_is_found_where_the_service_keeps_it(
    lab: Settings, clock: SimClock, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    join(lab, 1883)
    write(lab, state="away", at_ms=WALL_MS - 1)
    run = tmp_path / "run"
    run.mkdir()
    (run / FILE).write_text(json.dumps(asdict(STATUS)), encoding="utf-8")
    monkeypatch.setenv(RUNTIME, str(run))
    assert looked(lab, clock)["hub link"].grade is Grade.OK


@pytest.mark.parametrize(
    ("days", "grade"), [(400, Grade.OK), (91, Grade.OK), (90, Grade.WARN), (0, Grade.WARN), (-1, Grade.FAIL)]
)
def test_a_certificate_is_told_of_ninety_days_ahead(days: int, grade: Grade):
    found = _certificate(days)
    assert found.grade is grade
    assert bool(found.remedy) is (grade is not Grade.OK)
