"""What runs beside a tap: a treasurer's report, over and over."""

from __future__ import annotations

from pathlib import Path

from fabgate.rules import ledger
from fabgate.store import journal
from fabgate.store.db import Store


def report(state: Path) -> None:
    """Read the whole journal into usages until somebody ends this process."""
    while True:
        with Store(state).reader() as reader:
            syncs = ledger.first_syncs(journal.entries(reader.conn, kinds=ledger.SYNC_KINDS))
            for _ in ledger.Ledger(syncs).usages(journal.entries(reader.conn, kinds=ledger.KINDS)):
                pass
