"""An upgrade of a machine in use: asked first, backed up first, and started again only when nobody works.

The real script runs on a root folder that it takes for the machine; systemd and the command line are straw.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from machine_of_straw import Run, Straw

Switch = Callable[..., "CompletedProcess[str]"]
OLD, NEW = "20261001T080000Z.aaaa", "20261101T080000Z.bbbb"
WAITS = (
    "fabgate: a session is open: the new version waits. When the machines are free, type: sudo make switch\n"
)


@pytest.fixture
def machine(tmp_path: Path, straw: Straw) -> Path:
    """A gate that runs OLD, with books; NEW is built and waits. Nobody works."""
    root = tmp_path / "machine"
    for release in (OLD, NEW):
        libexec = root / "opt/fabgate-releases" / release / "libexec"
        libexec.mkdir(parents=True)
        for shell in ("bash", "zsh", "fish"):
            (libexec.parent / f"complete.{shell}").touch()
        (libexec / "fabgate").write_text(f'#!/bin/sh\nexec old-or-new {release} "$@"\n')
        (libexec / "fabgate").chmod(0o755)
    (root / "opt/fabgate").symlink_to(f"fabgate-releases/{OLD}")
    (root / "run/systemd/system").mkdir(parents=True)
    (root / "var/lib/fabgate").mkdir(parents=True)
    (root / "var/lib/fabgate/journal.db").touch()
    for tool in ("systemctl", "systemd-sysusers", "systemd-tmpfiles", "udevadm", "visudo"):
        straw.put(tool)
    straw.put("id", "echo 0")
    somebody_works(straw, False)
    return root


def somebody_works(straw: Straw, works: bool) -> None:
    sessions = '[{"machine": "laser"}]' if works else "[]"
    straw.put("old-or-new", f"""case "$*" in *"session list"*) echo '{sessions}' ;; esac""")


@pytest.fixture
def switch(machine: Path, straw: Straw, run: Run, systemd: Path, tmp_path: Path) -> Switch:
    """`switch()`: what `sudo make switch`, and the second half of `sudo make install`, does."""
    scripts = tmp_path / "systemd"
    shutil.copytree(systemd, scripts)
    (scripts / "fabgate.toml").write_text("# the sample\n")
    text = (scripts / "install.sh").read_text()
    assert text.count('on_this_machine() { [ -z "$root" ]; }') == 1
    (scripts / "install.sh").write_text(
        text.replace('on_this_machine() { [ -z "$root" ]; }', "on_this_machine() { true; }")
    )

    def call(verb: str = "switch") -> CompletedProcess[str]:
        return run("sh", scripts / "install.sh", verb, env={"PATH": straw.path, "DESTDIR": str(machine)})

    return call


def in_force(machine: Path) -> str:
    return (machine / "opt/fabgate").readlink().name


def deeds(straw: Straw) -> list[str]:
    """What was done to the gate, in order."""
    asked = ("old-or-new", "systemctl daemon-reload", "systemctl restart", "systemctl --quiet disable")
    return [call for call in straw.calls if call.startswith(asked)]


def test_an_upgrade_asks_backs_up_changes_and_starts_again_in_this_order(
    switch: Switch, machine: Path, straw: Straw
) -> None:
    told = switch()
    assert (told.returncode, told.stderr) == (0, "")
    assert deeds(straw) == [
        f"old-or-new {OLD} session list --open --json",
        f"old-or-new {OLD} backup",
        "systemctl daemon-reload",
        "systemctl restart fabgate-gate.service",
    ]
    assert in_force(machine) == NEW


def test_nothing_changes_while_somebody_works(switch: Switch, machine: Path, straw: Straw) -> None:
    somebody_works(straw, True)
    told = switch()
    assert (told.returncode, told.stdout) == (0, WAITS)
    assert deeds(straw) == [f"old-or-new {OLD} session list --open --json"]
    assert in_force(machine) == OLD
    assert not (machine / "usr").exists()


def test_nothing_changes_when_the_gate_cannot_be_asked(switch: Switch, machine: Path, straw: Straw) -> None:
    straw.put("old-or-new", "exit 1")
    told = switch()
    assert told.returncode == 1
    assert told.stderr == (
        "fabgate: can't tell whether somebody works; if nobody does, type: sudo systemctl stop fabgate-gate\n"
    )
    assert in_force(machine) == OLD


def test_a_gate_that_does_not_run_is_not_asked_and_not_started(
    switch: Switch, machine: Path, straw: Straw
) -> None:
    straw.put("systemctl", 'case "$*" in *is-active*) exit 3 ;; esac')
    assert switch().returncode == 0
    assert deeds(straw) == [f"old-or-new {OLD} backup", "systemctl daemon-reload"]
    assert in_force(machine) == NEW


def test_without_a_backup_there_is_no_upgrade(switch: Switch, machine: Path, straw: Straw) -> None:
    straw.put("old-or-new", 'case "$*" in *backup*) exit 1 ;; *) echo "[]" ;; esac')
    told = switch()
    assert told.returncode == 1
    assert told.stderr == "fabgate: no backup, so no upgrade; nothing has been changed\n"
    assert in_force(machine) == OLD


def test_a_gate_that_does_not_start_again_is_said_loudly(switch: Switch, straw: Straw) -> None:
    straw.put("systemctl", 'case "$*" in restart*) exit 1 ;; esac')
    told = switch()
    assert told.returncode == 1
    assert told.stderr == "fabgate: the gate did not start; see: journalctl -u fabgate-gate -e\n"


def test_a_first_install_enables_nothing_and_says_what_comes_next(
    switch: Switch, machine: Path, straw: Straw
) -> None:
    straw.put("systemctl", 'case "$*" in *is-active*) exit 3 ;; esac')
    (machine / "opt/fabgate").unlink()
    (machine / "var/lib/fabgate/journal.db").unlink()
    told = switch()
    assert told.stdout.splitlines()[-1].startswith(
        "fabgate: next: edit /etc/fabgate/fabgate.toml, then type: "
    )
    assert deeds(straw) == ["systemctl daemon-reload"]
    assert (machine / "etc/fabgate/fabgate.toml").read_text() == "# the sample\n"


def test_it_is_not_taken_away_while_somebody_works(switch: Switch, machine: Path, straw: Straw) -> None:
    somebody_works(straw, True)
    told = switch("uninstall")
    assert told.returncode == 1
    assert told.stderr == ("fabgate: a session is open; wait, or end it: sudo systemctl stop fabgate-gate\n")
    assert in_force(machine) == OLD


def test_taking_it_away_stops_the_gate_first(switch: Switch, machine: Path, straw: Straw) -> None:
    assert switch("uninstall").returncode == 0
    assert deeds(straw)[1] == (
        "systemctl --quiet disable --now fabgate-gate.service fabgate-backup.timer"
        " fabgate-hub.service fabgate-broker.service fabgate-board.service"
        " fabgate-metrics@fabgate.timer fabgate-metrics@fabgate-hub.timer"
        " fabgate-privacy@fabgate.timer fabgate-privacy@fabgate-hub.timer"
    )
    assert not (machine / "opt/fabgate").is_symlink()
    assert (machine / "var/lib/fabgate/journal.db").exists()


def test_a_word_that_it_does_not_know_changes_nothing(switch: Switch, machine: Path) -> None:
    told = switch("instal")
    assert (told.returncode, told.stderr) == (
        1,
        "fabgate: install.sh knows: install, switch, uninstall\n",
    )
    assert in_force(machine) == OLD


def test_a_hub_that_runs_here_is_started_again_too_and_one_that_does_not_is_not(
    switch: Switch, straw: Straw
) -> None:
    assert switch().returncode == 0
    assert "systemctl try-restart fabgate-hub.service" in straw.calls


def test_a_hub_that_does_not_start_again_is_said_loudly(switch: Switch, straw: Straw) -> None:
    straw.put("systemctl", 'case "$*" in try-restart*) exit 1 ;; esac')
    told = switch()
    assert told.returncode == 1
    assert told.stderr == "fabgate: the hub did not start; see: journalctl -u fabgate-hub -e\n"
