"""What a question about a badge or about who is here is asked under."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Protocol

from fabgate.charter import Charter
from fabgate.model import Moment
from fabgate.rules import credit
from fabgate.rules.credit import Used
from fabgate.tariff import Tariff


class Since(Protocol):
    """What payers did at this gate since a state of theirs (`spent.py`)."""

    def of(
        self, conn: sqlite3.Connection, payer: str, read: Mapping[str, int], as_of_ms: int, at: Moment
    ) -> list[Used]: ...


@dataclass(frozen=True, slots=True)
class Money:
    """What is asked where the lab has a price list: the list, and what payers did that no state has yet."""

    tariff: Tariff
    spent: Since
    asks: bool = field(init=False)  # whether anybody needs a minimum to start

    def __post_init__(self) -> None:
        object.__setattr__(self, "asks", credit.asks(self.tariff))


@dataclass(frozen=True, slots=True)
class Asked:
    """The date, the lab's rules and zone, how fresh the rights are.

    `today_ms` (wall) is the date that everything is held against; `synced` says whether the clock was
    right. `roster_age_ms`: since the hub's last word, 0 where this gate is its own source, None where
    nobody knows. `linked`: the hub is there now, so that who is checked in elsewhere counts. `at`: now by
    the clock of this boot, by which a check-in of this boot is timed. `money`: None where nothing is charged.
    """

    today_ms: int
    charter: Charter = field(default_factory=Charter)
    zone: tzinfo = UTC
    synced: bool = True
    roster_age_ms: int | None = 0
    linked: bool = True
    at: Moment | None = None
    money: Money | None = None
