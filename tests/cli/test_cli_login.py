"""Whose login a command believes in: sudo's word counts only where sudo was really used."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from fabgate.cli.frame import login

SOMEBODY = next(one for one in pwd.getpwall() if one.pw_uid not in (0, os.getuid()))


def test_whoever_used_sudo_is_believed_when_the_process_is_the_owners_of_the_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SUDO_USER", "zoe")
    assert login(tmp_path) == "zoe"


def test_nobody_becomes_somebody_else_by_setting_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUDO_USER", "zoe")
    monkeypatch.setenv("SUDO_UID", "1")
    monkeypatch.setattr(os, "getuid", lambda: SOMEBODY.pw_uid)
    assert login(tmp_path) == SOMEBODY.pw_name


def test_without_sudo_it_is_the_login_that_runs_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert login(tmp_path) == pwd.getpwuid(os.getuid()).pw_name
