"""The door: who types `fabgate` becomes the owner of the books first, and stays known.

The real script runs; sudo, setpriv and id around it are of straw, and so is the fabgate behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from machine_of_straw import Run, Straw

Knock = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def knock(straw: Straw, run: Run, systemd: Path, tmp_path: Path) -> Knock:
    """`knock("zoe", "member", "list")`: that login types that command."""
    gate, door = straw.folder / "gate", tmp_path / "door"
    straw.put("gate", f'echo "SUDO_UID=$SUDO_UID SUDO_USER=$SUDO_USER" >>"{straw.log}"')
    straw.put("sudo")
    straw.put("setpriv", 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"')
    text = (systemd / "door.sh").read_text()
    door.write_text(text.replace("gate=/opt/fabgate/bin/fabgate", f"gate={gate}"))

    def call(who: str, *words: str, **env: str) -> CompletedProcess[str]:
        straw.put("id", f"echo {who}")
        straw.log.write_text("")
        return run("sh", door, *words, env={"PATH": straw.path, "SUDO_UID": "", "SUDO_USER": "", **env})

    return call


def without_id(straw: Straw) -> list[str]:
    return [call for call in straw.calls if not call.startswith("id ")]


def test_root_becomes_fabgate_before_anything_is_opened(knock: Knock, straw: Straw) -> None:
    assert knock("root", "member", "list").returncode == 0
    become, opened, _ = without_id(straw)
    assert become.startswith("setpriv --reuid fabgate --regid fabgate --init-groups -- ")
    assert opened == "gate member list"


@pytest.mark.parametrize("who", ["root", "fabgate"])
def test_lgpio_has_a_folder_that_the_gates_user_may_write(
    knock: Knock, straw: Straw, systemd: Path, who: str
) -> None:
    straw.put("gate", f'echo "$LG_WD" >>"{straw.log}"')
    knock(who, "doctor")
    assert (
        f"d {straw.calls[-1]} 0700 fabgate fabgate -" in (systemd / "tmpfiles.conf").read_text().splitlines()
    )


def test_a_login_that_became_root_stays_known(knock: Knock, straw: Straw) -> None:
    knock("root", "member", "list", SUDO_UID="1000", SUDO_USER="zoe")
    assert straw.calls[-1] == "SUDO_UID=1000 SUDO_USER=zoe"


def test_root_itself_is_known_as_root(knock: Knock, straw: Straw) -> None:
    knock("root", "member", "list")
    assert straw.calls[-1] == "SUDO_UID=0 SUDO_USER=root"


def test_a_managers_login_passes_through_sudo(knock: Knock, straw: Straw) -> None:
    assert knock("zoe", "member", "add", "Ada Lovelace").returncode == 0
    assert without_id(straw) == [
        "sudo -n -l -u fabgate /opt/fabgate/libexec/fabgate",
        "sudo -n -u fabgate -- /opt/fabgate/libexec/fabgate member add Ada Lovelace",
    ]


def test_a_login_outside_the_group_is_told_how_to_get_in(knock: Knock, straw: Straw) -> None:
    straw.put("sudo", "exit 1")
    told = knock("bob", "member", "list")
    assert (told.returncode, len(without_id(straw))) == (1, 1)
    assert told.stderr == (
        "fabgate: bob is not in the group fabgate: sudo adduser bob fabgate, then log in again\n"
    )


@pytest.mark.parametrize("words", [(), ("--version",), ("demo",), ("rehearse", "day.txt")])
def test_what_opens_no_books_runs_as_the_person(knock: Knock, straw: Straw, words: tuple[str, ...]) -> None:
    assert knock("bob", *words).returncode == 0
    assert without_id(straw)[0] == " ".join(("gate", *words)) + (" " if not words else "")


@pytest.mark.parametrize("words", [("--config", "mine.toml"), ("--config=mine.toml",)])
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_manager_brings_no_configuration_of_their_own(
    knock: Knock, straw: Straw, words: tuple[str, ...], place: str
) -> None:
    command = (*words, "member", "list") if place == "before" else ("member", "list", *words)
    told = knock("fabgate", *command, SUDO_UID="1000", SUDO_USER="zoe")
    assert (told.returncode, without_id(straw)) == (2, [])
    assert told.stderr == "fabgate: another configuration is for root: sudo fabgate ... --config FILE\n"


def test_a_manager_names_no_configuration_by_the_environment_either(
    knock: Knock, straw: Straw, tmp_path: Path
) -> None:
    straw.put("gate", f'echo "${{FABGATE_CONFIG-none}}" >"{tmp_path / "seen"}"')
    knock("fabgate", "member", "list", SUDO_UID="1000", SUDO_USER="zoe", FABGATE_CONFIG="mine.toml")
    assert (tmp_path / "seen").read_text() == "none\n"


@pytest.mark.parametrize("who", ["fabgate", "root"])
def test_nobody_who_types_is_somebody_who_signed_in_at_the_board(
    knock: Knock, straw: Straw, tmp_path: Path, who: str
) -> None:
    straw.put("gate", f'echo "${{FABGATE_SIGNED_IN-none}}" >"{tmp_path / "seen"}"')
    knock(who, "member", "list", SUDO_UID="1000", SUDO_USER="zoe", FABGATE_SIGNED_IN="m-0123456789abcdef")
    assert (tmp_path / "seen").read_text() == "none\n"


def test_root_may_name_another_configuration(knock: Knock, straw: Straw) -> None:
    assert knock("root", "--config", "other.toml", "member", "list").returncode == 0
    assert "gate --config other.toml member list" in straw.calls


def test_a_service_that_is_fabgate_already_goes_straight_in(knock: Knock, straw: Straw) -> None:
    assert knock("fabgate", "--config", "/etc/fabgate/fabgate.toml", "backup").returncode == 0
    assert without_id(straw)[0] == "gate --config /etc/fabgate/fabgate.toml backup"


def test_names_with_spaces_quotes_and_stars_arrive_as_they_were_typed(
    knock: Knock, straw: Straw, tmp_path: Path
) -> None:
    straw.put("gate", f'printf "%s|" "$@" >"{tmp_path / "words"}"')
    words = ("member", "add", "Zoë 'Z' \"O\" $HOME; * \\n")
    knock("root", *words)
    assert (tmp_path / "words").read_text() == "".join(f"{word}|" for word in words)
