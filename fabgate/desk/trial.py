"""A bill by a price list, for somebody who never was: what `fabgate tariff try` and the board show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from fabgate.charges import Charge, Payer, Sold, Sort, Worked
from fabgate.config.values import nearest
from fabgate.errors import UsageError
from fabgate.model import MachineId, MemberId
from fabgate.rules import charging, money
from fabgate.rules.month import Month
from fabgate.tariff import ANY, Tariff, Version

_WHO = MemberId("try")
_SESSION, _EARLIER = "try", "earlier"
_AT = time(12)
_MINUTES = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Trial:
    """What somebody did: so many seconds on a machine, on a day at noon, and all that the bill hangs on.

    `busy_s`: what of it the machine worked, None where nothing tells. `earlier_s`: what they had worked there
    in that month before. `plans` and `packs` they took on that day; `topup` cents are on their wallet.
    """

    machine: str
    day: date
    seconds: int
    busy_s: int | None = None
    category: str = ""
    purpose: str = ""
    supervised: bool = False
    earlier_s: int = 0
    plans: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    topup: int = 0


def check(trial: Trial, version: Version) -> None:
    """Raises UsageError for a name that the version does not know."""
    machines = version.machines
    if trial.machine not in machines and ANY not in machines:
        raise UsageError(f"{_no(version, 'price for', trial.machine)}", nearest(trial.machine, machines))
    named = (
        ("category", (trial.category,) if trial.category else (), version.categories),
        ("purpose", (trial.purpose,) if trial.purpose else (), version.purposes),
        ("plan", trial.plans, version.plans),
        ("pack", trial.packs, version.packs),
    )
    for what, names, known in named:
        for name in names:
            if name not in known:
                remedy = nearest(name, known) if known else "It has none at all."
                raise UsageError(_no(version, what, name), remedy)


def lines(tariff: Tariff, zone: ZoneInfo, trial: Trial) -> tuple[Charge, ...]:
    """The lines of the bill: the session, the day, the plans; not the packs, which they have already."""
    month = Month(trial.day.year, trial.day.month)
    payer = Payer(_WHO, ((0, trial.category),) if trial.category else ())
    made = charging.charges(tariff, zone, payer, _worked(trial, zone), _sold(trial), {}, month)
    noon_s = _at_s(trial, zone)
    return tuple(
        one
        for one in made
        if one.sort is Sort.PLAN or _SESSION in one.sessions or (one.sort is Sort.DAY and one.at_s == noon_s)
    )


def _worked(trial: Trial, zone: ZoneInfo) -> tuple[Worked, ...]:
    """The session, and what was worked in the month before it, which ends as the month begins."""
    first_s, after_s = Month(trial.day.year, trial.day.month).bounds(zone)
    at_s = _at_s(trial, zone)
    one = _one(trial, _SESSION, at_s, trial.seconds, trial.busy_s, after_s)
    if not trial.earlier_s:
        return (one,)
    return (_one(trial, _EARLIER, first_s, trial.earlier_s, trial.earlier_s, first_s), one)


def _at_s(trial: Trial, zone: ZoneInfo) -> int:
    """Noon of the day."""
    return int(datetime.combine(trial.day, _AT, zone).astimezone(UTC).timestamp())


def _one(trial: Trial, session: str, at_s: int, seconds: int, busy_s: int | None, before_s: int) -> Worked:
    """A session that is over before `before_s`, however long it is: the bill is of that month."""
    return Worked(
        session=session,
        records=(session,),
        payer=_WHO,
        member=_WHO,
        machine=MachineId(trial.machine),
        supervised=trial.supervised,
        purpose=trial.purpose,
        started_s=at_s,
        ended_s=max(at_s, min(at_s + seconds, before_s - 1)),
        seconds=seconds,
        busy_s=busy_s,
    )


def _sold(trial: Trial) -> tuple[Sold, ...]:
    first = trial.day.replace(day=1) if trial.earlier_s else trial.day
    plans = [Sold(name, _WHO, Sort.PLAN, name, first) for name in trial.plans]
    packs = [Sold(name, _WHO, Sort.PACK, name, trial.day) for name in trial.packs]
    wallet = [Sold("topup", _WHO, Sort.TOPUP, "", trial.day, cents=trial.topup)] if trial.topup else []
    return (*plans, *packs, *wallet)


def seconds(minutes: str) -> int:
    """Minutes as they are typed, in whole seconds. Raises UsageError."""
    if not _MINUTES.fullmatch(minutes):
        raise UsageError(f"{minutes!r} are no minutes", "Write a number: 65, or 7.5.", "minutes")
    return int(Decimal(minutes) * 60)


def cents(amount: str) -> int:
    """An amount as it is typed, in cents. Raises UsageError."""
    found = money.read(amount)
    if found is None or found < 0:
        raise UsageError(f"{amount!r} is no amount", "Write a number: 20, or 12.50.", "wallet")
    return found


def _no(version: Version, what: str, name: str) -> str:
    return f'version {version.id} has no {what} "{name}"'
