"""What an install on a Raspberry Pi fetches for pins, an RC522 and a display; and that it goes on without.

The real script runs; python3, apt and everything that it would build are of straw.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from machine_of_straw import Run, Straw

from fabgate.devices.pi_check import READERS

Install = Callable[..., "CompletedProcess[str]"]
MFRC522 = "-m pip install --quiet --disable-pip-version-check --no-deps mfrc522==0.0.7"
ALL = ("lgpio", "spidev", "RPi.GPIO", "PIL")
STAND_INS = {
    "on_a_pi() { grep -qs": "on_a_pi() { true || grep -qs",
    "python() { if": "python() { echo python3; return; if",
}

# `-m venv FOLDER` makes a release whose python and fabgate are of straw as well.
PYTHON = """\
case "$*" in
*"import ensurepip"* | *version_info*) exit 0 ;;
*"-c import "*) case " $HAS " in *" ${2#import } "*) exit 0 ;; *) exit 1 ;; esac ;;
"-m venv "*)
    mkdir -p "$3/bin"
    for name in python fabgate; do cp "$STRAW/release-$name" "$3/bin/$name"; done ;;
esac"""


@pytest.fixture
def install(straw: Straw, run: Run, systemd: Path, tmp_path: Path) -> Install:
    """`install(has=..., knows=..., installed=...)` on a Pi: what python imports, what apt and dpkg know."""
    scripts = tmp_path / "checkout" / "systemd"
    shutil.copytree(systemd, scripts)
    (tmp_path / "checkout/fabgate").mkdir()
    (tmp_path / "checkout/pyproject.toml").touch()
    text = (scripts / "install.sh").read_text()
    for there, instead in STAND_INS.items():
        assert text.count(there) == 1
        text = text.replace(there, instead)
    (scripts / "install.sh").write_text(text)
    straw.put("id", "echo 0")
    straw.put("env", 'while [ "$1" != apt-get ]; do shift; done; exec "$@"')
    straw.put("apt-cache", 'case " $KNOWS " in *" $2 "*) exit 0 ;; *) exit 100 ;; esac')
    straw.put("dpkg-query", """for last; do :; done; [ "$last" != "$INSTALLED" ] || echo installed""")
    straw.put("python3", PYTHON)
    straw.put("release-fabgate")
    hands(straw)

    def call(
        has: tuple[str, ...] = (), knows: str = "python3-rpi-lgpio python3-rpi.gpio", installed: str = ""
    ) -> CompletedProcess[str]:
        env = {"PATH": straw.path, "DESTDIR": str(tmp_path / "image"), "STRAW": str(straw.folder)}
        env |= {"HAS": " ".join(has), "KNOWS": knows, "INSTALLED": installed}
        return run("sh", scripts / "install.sh", "install", env=env)

    return call


def hands(straw: Straw, *, apt: str = "exit 0", pip: str = "exit 0", of: str = "mfrc522") -> None:
    """How apt answers when something is to be installed, and pip when this is."""
    straw.put("apt-get", f'case "$*" in *install*) {apt} ;; esac')
    straw.put("release-python", f'case "$*" in *{of}*) {pip} ;; esac')


def packages(straw: Straw) -> list[str]:
    wanted = [call for call in straw.calls if call.startswith("apt-get ") and " install " in call]
    return [call.split()[-1] for call in wanted]


def test_what_is_there_already_is_not_asked_of_apt(install: Install, straw: Straw) -> None:
    told = install(has=ALL)
    assert (told.returncode, told.stderr, packages(straw)) == (0, "", [])


def test_a_bare_pi_gets_what_pins_an_rc522_and_a_display_need(install: Install, straw: Straw) -> None:
    assert "rc522" in READERS
    told = install()
    assert (told.returncode, told.stderr) == (0, "")
    assert packages(straw) == ["python3-lgpio", "python3-spidev", "python3-rpi-lgpio", "python3-pil"]


def test_where_apt_has_no_rpi_lgpio_it_takes_rpi_gpio(install: Install, straw: Straw) -> None:
    install(has=(*ALL[:2], "PIL"), knows="python3-rpi.gpio")
    assert packages(straw) == ["python3-rpi.gpio"]


def test_never_are_both_packages_installed_that_bring_rpi_gpio(install: Install, straw: Straw) -> None:
    told = install(has=(*ALL[:2], "PIL"), installed="python3-rpi.gpio")
    assert (told.returncode, packages(straw)) == (0, [])
    assert "sudo apt-get remove python3-rpi.gpio, and install again" in told.stdout


def test_every_release_gets_the_readers_package_without_its_dependencies(
    install: Install, straw: Straw, tmp_path: Path
) -> None:
    for built in (1, 2):  # an upgrade, too
        assert install(has=ALL).returncode == 0
        assert [call for call in straw.calls if "mfrc522" in call] == [f"release-python {MFRC522}"] * built


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (
            {"apt": "echo 'E: no' >&2; exit 100"},
            "no python3-spidev; type: sudo apt-get install python3-spidev",
        ),
        ({"apt": "exit 100"}, "no python3-rpi-lgpio; type: sudo apt-get install python3-rpi-lgpio"),
        ({"pip": "echo 'ERROR: no' >&2; exit 1"}, "no mfrc522; type: sudo /opt/fabgate/bin/python -m pip "),
    ],
)
def test_what_a_reader_lacks_is_told_in_a_line_and_the_gate_is_installed(
    install: Install, straw: Straw, tmp_path: Path, fails: dict[str, str], said: str
) -> None:
    hands(straw, **fails)
    told = install(has=("lgpio", "PIL"))
    assert (told.returncode, told.stderr) == (0, "")
    [line] = [line for line in told.stdout.splitlines() if said in line]
    assert line.startswith("fabgate: ")
    assert line.endswith("Until then an RC522 reader stays blind: docs/readers.md")
    assert (tmp_path / "image/opt/fabgate").is_symlink()


def test_apt_that_knows_neither_package_is_told(install: Install, straw: Straw) -> None:
    told = install(has=(*ALL[:2], "PIL"), knows="")
    assert (told.returncode, packages(straw)) == (0, [])
    assert "apt knows no python3-rpi-lgpio. Until then" in told.stdout


def test_every_release_gets_what_a_display_needs(install: Install, straw: Straw) -> None:
    for built in (1, 2):  # an upgrade, too
        assert install(has=ALL).returncode == 0
        assert len([call for call in straw.calls if call.endswith("[display]")]) == built


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        ({"apt": "exit 100"}, "no python3-pil; type: sudo apt-get install python3-pil"),
        (
            {"pip": "echo 'ERROR: no' >&2; exit 1"},
            "no luma; type: sudo /opt/fabgate/bin/python -m pip install ",
        ),
    ],
)
def test_what_a_display_lacks_is_told_in_a_line_and_the_gate_is_installed(
    install: Install, straw: Straw, tmp_path: Path, fails: dict[str, str], said: str
) -> None:
    hands(straw, of="[[]display]", **fails)
    told = install(has=ALL[:3])
    assert (told.returncode, told.stderr) == (0, "")
    [line] = [line for line in told.stdout.splitlines() if said in line]
    assert line.startswith("fabgate: ")
    assert line.endswith("Until then a display stays dark: docs/screens.md")
    assert (tmp_path / "image/opt/fabgate").is_symlink()
