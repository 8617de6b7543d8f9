"""What the doctor can see of a computer: its files, what its commands say, its own groups."""

from __future__ import annotations

import os
from pathlib import Path

from fabgate.gate.computer import Computer, own_groups, said


def test_what_a_command_says_is_none_where_it_fails_or_is_not_there():
    assert said("echo", "14s") == "14s\n"
    assert said("false") is None
    assert said("no-such-command-anywhere") is None


def test_the_groups_of_this_process_are_known():
    assert ("root" in own_groups()) is (os.geteuid() == 0 or os.getegid() == 0)


def test_files_that_are_not_there_say_nothing(tmp_path: Path):
    assert Computer(tmp_path).text("nothing") is None
    assert Computer(tmp_path).model is None
