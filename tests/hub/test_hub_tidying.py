"""Certificates of no use any more, revoked by the hub's daemon once an hour; and what stands in its way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from papers_lab import HOUR_MS, PapersLab

from fabgate.hub.alarms import Alarms
from fabgate.hub.books import SqliteBooks
from fabgate.hub.certificates import Authority
from fabgate.hub.tidying import AGAIN_MS, EVERY_MS, Tidying
from fabgate.model import Moment
from fabgate.store import gates
from fabgate.store.db import Store

DAY_MS = 24 * HOUR_MS
PATIENCE_S = 20


@pytest.fixture
def lab(needs: Callable[[str], str], tmp_path: Path) -> PapersLab:
    needs("openssl")
    made = PapersLab(tmp_path)
    made.invite("gate-1")
    return made


@pytest.fixture
def books(lab: PapersLab) -> Iterator[SqliteBooks]:
    made = SqliteBooks(Store(lab.hub.state))
    yield made
    made.close()


class Day:
    """A daemon that does nothing else, and what it told."""

    def __init__(self, lab: PapersLab, books: SqliteBooks) -> None:
        self._lab, self._books, self._alarms = lab, books, Alarms()
        self.tidying = Tidying(lab.hub.settings, books, self._alarms)

    def turn(self, after_ms: int, synced: bool = True) -> None:
        now = self._lab.hub.clock.now()
        self.tidying.turn(Moment(now.boot, now.boot_ms + after_ms, now.wall_ms + after_ms, synced))

    def told(self) -> set[tuple[str, str]]:
        now = self._lab.hub.clock.now()
        with self._books.write() as pen:
            self._alarms.write(pen, now)
        self._alarms.committed(now)
        with Store(self._lab.hub.state).reader() as reader:
            return {(one.gate, one.alarm) for one in gates.alarms(reader.conn)}


def good(lab: PapersLab, name: str = "gate-1") -> int:
    found = Authority(lab.hub.state).issued()
    return sum(one.certificate.name == name and not one.revoked for one in found)


def listed(lab: PapersLab) -> str:
    return (lab.hub.state / "broker" / "crl.pem").read_text()


def test_an_invitation_that_nobody_used_is_revoked_and_the_broker_must_hear_of_it(
    lab: PapersLab, books: SqliteBooks
) -> None:
    day, before = Day(lab, books), listed(lab)
    day.turn(0)
    assert (good(lab), day.told()) == (1, set())
    day.turn(DAY_MS + 1)
    assert (good(lab), day.told()) == (0, {("gate-1", "reload")})
    assert listed(lab) == Authority(lab.hub.state).revoked != before


def test_it_is_looked_once_an_hour_and_by_a_clock_that_is_right(lab: PapersLab, books: SqliteBooks) -> None:
    day = Day(lab, books)
    day.turn(DAY_MS + 1, synced=False)
    assert good(lab) == 1
    day.turn(DAY_MS)
    day.turn(DAY_MS + EVERY_MS - 1)
    assert good(lab) == 1
    day.turn(DAY_MS + EVERY_MS)
    assert good(lab) == 0


@pytest.mark.parametrize("fails", ["-revoke", "-gencrl"])
def test_an_openssl_that_fails_is_told_and_the_next_hour_completes_it(
    lab: PapersLab, books: SqliteBooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    day = Day(lab, books)
    broken = tmp_path / "bin" / "openssl"
    broken.parent.mkdir()
    broken.write_text(
        f'#!/bin/sh\ncase "$*" in *{fails}*) exit 1;; esac\nPATH=${{PATH#*:}} exec openssl "$@"\n'
    )
    broken.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(broken.parent), prepend=":")
        day.turn(DAY_MS + 1)
    assert day.told() == {("hub", "papers")}
    before = listed(lab)
    day.turn(DAY_MS + 1 + EVERY_MS)
    assert day.told() == {("hub", "papers"), ("gate-1", "reload")}
    assert listed(lab) == Authority(lab.hub.state).revoked != before
    assert not Authority(lab.hub.state).is_cut_short


def test_a_list_that_did_not_reach_the_broker_is_brought_to_it(lab: PapersLab, books: SqliteBooks) -> None:
    day, before = Day(lab, books), listed(lab)
    Authority(lab.hub.state).revoke("gate-1")
    assert listed(lab) == before
    day.turn(0)
    assert listed(lab) == Authority(lab.hub.state).revoked
    assert day.told() == {("gate-1", "reload")}


@pytest.mark.parametrize("gone", ["pki", "broker", "pki/crl.pem"])
def test_papers_that_are_gone_end_nothing(lab: PapersLab, books: SqliteBooks, gone: str) -> None:
    (lab.hub.state / gone).rename(lab.hub.state / "elsewhere")
    day = Day(lab, books)
    day.turn(DAY_MS + 1)
    assert day.told() == {("hub", "papers")}


def test_while_somebody_else_writes_it_is_left_for_the_next_minute(
    lab: PapersLab, books: SqliteBooks
) -> None:
    day = Day(lab, books)
    with Store(lab.hub.state).writer() as other, other.write():
        day.turn(DAY_MS + 1)
    assert (good(lab), day.told()) == (1, set())
    day.turn(DAY_MS + 1 + AGAIN_MS)
    assert (good(lab), day.told()) == (0, {("gate-1", "reload")})


def test_the_daemon_does_it(lab: PapersLab, tmp_path: Path) -> None:
    with Store(lab.hub.state).writer() as writer, writer.write() as pen:
        gates.put_invited(pen, "gate-1", lab.hub.rows()["gate-1"].fingerprint or "", at_ms=1)
    config = lab.hub.folder / "fabgate.toml"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "fabgate", "--config", str(config), "hub", "run"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        end = time.monotonic() + PATIENCE_S
        while good(lab) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait(PATIENCE_S)
    assert good(lab) == 0, (tmp_path / "log").read_text()


def test_a_broker_without_certificates_has_no_papers_to_tidy(lab: PapersLab, books: SqliteBooks) -> None:
    assert lab.hub.settings.hub is not None
    lab.hub.settings = replace(lab.hub.settings, hub=replace(lab.hub.settings.hub, broker="loopback"))
    day = Day(lab, books)
    day.turn(DAY_MS + 1)
    assert (good(lab), day.told()) == (1, set())
