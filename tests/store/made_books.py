"""Books for the tests of the store: moments, records, and a gate's folder with some of both."""

from __future__ import annotations

from pathlib import Path

from fabgate.model import Moment, Origin, RecordId
from fabgate.records import Draft, Refused, SessionStarted, SessionStopped
from fabgate.store.connect import connect_to_write, know_lab
from fabgate.store.db import Identity, Store, Writer, begin_epoch, create

BOOT = "5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001"
WALL_MS = 1_790_000_000_000
TOKEN = "5a0c91d2:" + "ab" * 32


def moment(ms: int = 0, boot: str = BOOT, synced: bool = True) -> Moment:
    return Moment(boot, ms, WALL_MS + ms, synced)


def new_books(folder: Path, epoch: str = "e0000001") -> Store:
    return create(folder, "openfab", "gate1", moment(), epoch=epoch)


def start(ms: int = 0, machine: str = "laser", boot: str = BOOT) -> Draft:
    """A start as long as a real one: bytes on the disk are counted with it."""
    said = SessionStarted(
        machine, "laser", "0f3a9c5d77e14b02", TOKEN, "trainee", "tap", 14_400_000, "1b2c3d4e5f607182", TOKEN
    )
    return Draft(moment(ms, boot), said)


def stop(session: RecordId, ms: int = 0, machine: str = "laser", boot: str = BOOT) -> Draft:
    return Draft(moment(ms, boot), SessionStopped(str(session), machine, "own_tap", 90_000))


def refusal(ms: int = 0, count: int = 1) -> Draft:
    return Draft(moment(ms), Refused("laser", "unknown_badge", TOKEN, count=count))


def write(writer: Writer, *drafts: Draft) -> list[RecordId]:
    """Each draft in a transaction of its own, as a gate writes them."""
    ids = []
    for draft in drafts:
        with writer.write() as pen:
            ids.append(pen.append(draft))
    return ids


def begin_second_epoch(store: Store) -> None:
    """The same books in their second epoch, as after a backup was put back."""
    conn = connect_to_write(store.path)
    know_lab(conn, "openfab")
    begin_epoch(
        conn, Identity("openfab", "gate1", Origin("openfab/gate1/e0000002")), moment(15), "restore", None
    )
    conn.close()
