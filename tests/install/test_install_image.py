"""`make install DESTDIR=` into a clean folder, and again for an upgrade: what is there, and what was kept."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from machine_of_straw import Run

# One process builds the image for all of these.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("image")]

CHECKOUT = Path(__file__).parents[2]
EDITED = '[lab]\nname = "openfab"\nzone = "Europe/Brussels"\n'
MODES = {
    "etc/fabgate/fabgate-hub.toml.sample": 0o644,
    "etc/fabgate/fabgate.toml": 0o644,
    "etc/sudoers.d/fabgate": 0o440,
    "etc/udev/rules.d/60-fabgate.rules": 0o644,
    "opt/fabgate/bin/fabgate": 0o755,
    "opt/fabgate/libexec/fabgate": 0o755,
    "usr/local/lib/systemd/system/fabgate-backup.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-backup.timer": 0o644,
    "usr/local/lib/systemd/system/fabgate-board.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-broker.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-gate.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-hub.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-metrics@.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-metrics@.timer": 0o644,
    "usr/local/lib/systemd/system/fabgate-privacy@.service": 0o644,
    "usr/local/lib/systemd/system/fabgate-privacy@.timer": 0o644,
    "usr/local/lib/sysusers.d/fabgate.conf": 0o644,
    "usr/local/lib/tmpfiles.d/fabgate.conf": 0o644,
    "usr/local/share/bash-completion/completions/fabgate": 0o644,
    "usr/local/share/fish/vendor_completions.d/fabgate.fish": 0o644,
    "usr/local/share/zsh/site-functions/_fabgate": 0o644,
    "var/lib/fabgate": 0o700,
}


def install(image: Path, verb: str = "install") -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    told = subprocess.run(
        ["make", verb, f"DESTDIR={image}"],
        cwd=CHECKOUT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root folder in which fabgate was installed once."""
    image = tmp_path_factory.mktemp("image")
    install(image)
    return image


@pytest.fixture(scope="module")
def upgraded(fresh: Path) -> Path:
    """The same after the lab wrote its configuration, a year passed, and it installed again."""
    (fresh / "etc/fabgate/fabgate.toml").write_text(EDITED)
    (fresh / "opt/fabgate-releases/20200101T000000Z.long").mkdir()
    (fresh / "var/lib/fabgate/journal.db").write_text("the books")

    install(fresh)
    return fresh


def test_what_is_installed_has_the_modes_that_it_should(upgraded: Path) -> None:
    found = {place: stat.S_IMODE((upgraded / place).stat().st_mode) for place in MODES}
    assert found == MODES


def test_an_upgrade_keeps_the_labs_configuration(upgraded: Path) -> None:
    assert (upgraded / "etc/fabgate/fabgate.toml").read_text() == EDITED


def test_an_upgrade_lays_the_new_sample_beside_it(upgraded: Path) -> None:
    sample = (upgraded / "etc/fabgate/fabgate.toml.sample").read_bytes()
    assert sample == (CHECKOUT / "systemd/fabgate.toml").read_bytes()


def test_an_upgrade_keeps_the_books(upgraded: Path) -> None:
    assert (upgraded / "var/lib/fabgate/journal.db").read_text() == "the books"


def test_the_release_in_force_and_the_one_before_it_stay(upgraded: Path) -> None:
    releases = {release.name for release in (upgraded / "opt/fabgate-releases").iterdir()}
    assert len(releases) == 2
    assert (upgraded / "opt/fabgate").readlink().name == max(releases)


def test_links_lead_where_they_should_once_the_image_is_a_machine(upgraded: Path) -> None:
    assert (upgraded / "usr/local/bin/fabgate").readlink() == Path("/opt/fabgate/libexec/fabgate")
    assert (upgraded / "opt/fabgate").readlink().parent == Path("fabgate-releases")


def test_no_script_names_the_folder_in_which_it_was_built(upgraded: Path) -> None:
    scripts = [file for file in (upgraded / "opt/fabgate/bin").iterdir() if not file.is_symlink()]
    assert upgraded / "opt/fabgate/bin/fabgate" in scripts
    assert not [file for file in scripts if str(upgraded) in file.read_text()]


def test_the_installed_command_line_answers(upgraded: Path, run: Run) -> None:
    told = run(upgraded / "opt/fabgate/bin/python", upgraded / "opt/fabgate/bin/fabgate", "--version")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("fabgate, version ")


def test_the_installed_gate_can_lower_its_lines(upgraded: Path, run: Run) -> None:
    service = (upgraded / "usr/local/lib/systemd/system/fabgate-gate.service").read_text()
    [line] = [line for line in service.splitlines() if line.startswith("ExecStopPost=")]
    python, *words, _ = line.removeprefix("ExecStopPost=").split()
    told = run(f"{upgraded}{python}", *words, "/no/such/file")
    assert (told.returncode, "/no/such/file cannot be read" in told.stderr + told.stdout) == (1, True)


def test_the_checkout_is_left_as_it_was(upgraded: Path) -> None:
    assert not (CHECKOUT / "build").exists()


def test_taking_it_away_leaves_the_configuration_and_the_books(
    upgraded: Path, run: Run, tmp_path: Path
) -> None:
    copied = run("cp", "-a", *(upgraded / name for name in ("etc", "opt", "usr", "var")), tmp_path)
    assert copied.returncode == 0
    install(tmp_path, "uninstall")
    left = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if not file.is_dir()}
    assert left == {
        "etc/fabgate/fabgate-hub.toml.sample",
        "etc/fabgate/fabgate.toml",
        "etc/fabgate/fabgate.toml.sample",
        "var/lib/fabgate/journal.db",
    }


def test_the_python_of_the_release_is_one_that_every_user_may_run(fresh: Path) -> None:
    python = (fresh / "opt/fabgate/bin/python").resolve()
    assert python.is_relative_to("/usr/bin") or not Path("/usr/bin/python3").exists()
