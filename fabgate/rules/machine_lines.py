"""The line of sessions on a machine that count as one, and of the day that they were worked on."""

from __future__ import annotations

from fabgate.charges import Charge, Sort
from fabgate.rules import money, passes, pricing
from fabgate.rules.days import month_of
from fabgate.rules.groups import Group
from fabgate.rules.pricing import Found, Sheet, text
from fabgate.rules.reckoning import Line, Reckoning
from fabgate.tariff import DayPass, Meter, TimePrice, Unit, Version

NO_LIST = "no price list"
IN_PLAN = "plan"
IN_PACK = "pack"
DAY = "day pass"
_POWERED = Meter.POWERED


def charged(run: Reckoning, group: Group) -> tuple[Charge, ...]:
    """The line of a group, and one for the day if working on it is owed by it for the first time."""
    version = group.version
    line = _blank(group) if len(group.sessions) == 1 else _joined(group)
    if group.first.free:
        line.reason = group.first.free
    elif version is None:
        line.reason = "" if run.tariff.versions else NO_LIST
    elif line.seconds < version.threshold_s and not line.busy_s:
        line.reason = pricing.SHORT
    else:
        return _worked(run, version, group, line)
    line.steps.append(("powered", line.seconds))
    return (run.finished(line),)


def _blank(group: Group) -> Line:
    """The line of a group with the facts of its first session, at no cost."""
    first, version = group.first, group.version
    return Line(
        Sort.MACHINE,
        first.machine,
        group.ended_s,
        group.day,
        0,
        version.id if version is not None else "",
        first.records,
        (first.session,),
        first.member,
        first.started_s,
        first.seconds,
        first.busy_s,
        purpose=first.purpose,
        machine=first.machine,
    )


def _joined(group: Group) -> Line:
    """The same of several sessions: their sums, and who worked if it was one person only."""
    line, sessions = _blank(group), group.sessions
    busy = [one.busy_s for one in sessions if one.busy_s is not None]
    line.records = tuple(dict.fromkeys(name for one in sessions for name in one.records))
    line.sessions = tuple(one.session for one in sessions)
    line.member = line.member if len({one.member for one in sessions}) == 1 else None
    line.seconds = sum(one.seconds for one in sessions)
    line.busy_s = sum(busy) if busy else None
    return line


def _worked(run: Reckoning, version: Version, group: Group, line: Line) -> tuple[Charge, ...]:
    first = group.first
    category = run.category(version, group.day, first.started_s)
    known = run.price(version, first.machine, category, first.purpose, group.day)
    line.category = category if known is None else known[0].category
    owed: tuple[Charge, ...] = ()
    within = False
    if version.passes and (known is None or known[0].factor):
        owed, within = _day(run, version, group, {category, line.category})
    if known is not None:
        line.reason = _price(run, *known, group, line, within)
    return (*owed, run.finished(line))


# --- the day ------------------------------------------------------------------------------------


def _day(
    run: Reckoning, version: Version, group: Group, categories: set[str]
) -> tuple[tuple[Charge, ...], bool]:
    """The pass that a group is the first to owe, and whether its machine is in the price of the day.

    Groups begin on a day; a session over midnight, however often it was broken off, owes one pass.
    """
    day, machine = group.day, group.first.machine
    bought = [version.passes[name] for name in run.passes.get(day, ()) if name in version.passes]
    if day in run.passes:
        return (), any(passes.includes(one, machine) for one in bought)
    owed = passes.owed(version, run.plans(day), categories)
    if owed is None:
        return (), False
    name, one = owed
    within = passes.includes(one, machine)
    if run.pools.taken(passes.pool(day)):
        return (), within
    return (_pass(run, version, group, name, one),), within


def _pass(run: Reckoning, version: Version, group: Group, name: str, one: DayPass) -> Charge:
    """The line of a day that is owed: a day of a pack, or its price."""
    day, first = group.day, group.first
    line = Line(Sort.DAY, name, run.days.noon(day), day, 0, version.id, first.records)
    line.member, line.basis, line.vat, line.machine = first.member, one.basis.value, one.vat, first.machine
    run.pools.take(passes.pool(day), 1)
    given = run.pools.packs(Unit.DAYS, day, first.machine, one.vat, 1)
    line.give("day", given)
    line.taken[passes.pool(day)] = 1
    line.list_cents = 0 if given.amount else money.cents(one.price)
    line.steps.insert(0, ("price", text(one.price), "1"))
    line.reason = IN_PACK if given.amount else "" if line.list_cents else pricing.ZERO_PRICE
    return run.finished(line)


# --- the time -----------------------------------------------------------------------------------


def _price(run: Reckoning, found: Found, made: Sheet, group: Group, line: Line, within: bool) -> str:
    """Prices a line; gives why it costs nothing, or less than listed, or "".

    What costs nothing anyway takes nothing from the free time of a month, from contingents or packs.
    """
    price, supervised = found.price, group.first.supervised
    line.basis, line.vat = price.basis.value, price.vat
    _of_plan(run, found, group, line)
    counted_s = _counted(price, group, line)
    left_s = counted_s
    if price.free_s:
        left_s -= _step(line, "free", min(price.free_s, counted_s))
    costs = not within and made.costs(supervised)
    if costs and left_s and price.free_month_s:
        left_s -= _month(run, found, group, line, left_s)
    line.billed_s = pricing.billed(price, left_s)
    if line.billed_s != left_s:
        line.steps.append(("billed", line.billed_s, price.rounding.value, price.every_s, price.minimum_s))
    if counted_s and not costs:
        return DAY if within else pricing.ZERO_PRICE if found.factor else found.reason
    if line.billed_s:
        return _charge(run, found, made, group, line)
    return _unbilled(line, counted_s, left_s)


def _of_plan(run: Reckoning, found: Found, group: Group, line: Line) -> None:
    """From when to when the plan is held that lets them pay less: a residency is a reason with its dates."""
    for sale, _ in run.plans(group.day):
        if found.reason == f"plan {sale.item}":
            until = "" if sale.until is None else sale.until.isoformat()
            line.steps.append(("held", sale.record, sale.day.isoformat(), until))
            return


def _charge(run: Reckoning, found: Found, made: Sheet, group: Group, line: Line) -> str:
    """The money of what is billed, once contingents and packs of time have given their part."""
    covered_s = _covered(run, group, line) if made.timed else 0
    coin = run.tariff.coin
    if found.price.coins and coin is not None:
        line.steps.append(("coin", text(coin.worth), coin.name))
    supervised = group.first.supervised
    line.list_cents = pricing.cost(made, line.billed_s, covered_s, supervised, line.steps)
    if found.reason:
        line.steps.append(("factor", text(found.factor), found.reason))
    if line.list_cents:
        return found.reason
    if covered_s:
        return IN_PLAN if any(pool.startswith("plan:") for pool in line.taken) else IN_PACK
    return pricing.UNDER_A_CENT if _priced(line) else pricing.FREE_TIME


def _priced(line: Line) -> bool:
    return any(step[0] != "band" or step[2] != "0" for step in line.steps if step[0] in ("band", "fee"))


def _unbilled(line: Line, counted_s: int, left_s: int) -> str:
    if left_s:
        return pricing.ROUNDED
    if counted_s:
        return pricing.FREE_TIME
    if not line.seconds:
        return pricing.SHORT
    return pricing.UNSURE if any(step[0] == "unsure" for step in line.steps) else pricing.IDLE


def _counted(price: TimePrice, group: Group, line: Line) -> int:
    """The seconds that count, with a step for each fact that they come from."""
    if len(group.sessions) > 1:
        line.steps.append(("sessions", len(group.sessions)))
    line.steps.append(("powered", line.seconds))
    unsure_s = sum([min(one.unsure_s, one.seconds) for one in group.sessions])
    if unsure_s:
        line.steps.append(("unsure", unsure_s))
    if price.meter is _POWERED:
        return line.seconds - unsure_s
    sure = [(max(one.seconds - one.unsure_s, 0), one.busy_s) for one in group.sessions]
    counted_s = pricing.measured(price, sure)
    if line.busy_s is not None:
        runs = (price.before_s, price.after_s) if price.meter is Meter.BUSY_AND_RUNS else ()
        line.steps.append((price.meter.value, counted_s, *runs))
    return counted_s


def _month(run: Reckoning, found: Found, group: Group, line: Line, seconds: int) -> int:
    """What the free time of the month of the start gives."""
    pool = f"free:{found.key}:{month_of(group.day)}"
    part = run.pools.free(pool, found.price.free_month_s, seconds)
    if part:
        line.taken[pool] = part
    return _step(line, "free_month", part)


def _covered(run: Reckoning, group: Group, line: Line) -> int:
    """The billed seconds that plans and packs of time give, in this order."""
    machine, day, seconds = group.first.machine, group.day, 0
    plans = run.plans(day)
    if plans:
        plan = run.pools.contingent(plans, machine, month_of(day), line.billed_s)
        line.give("plan", plan)
        seconds = plan.amount
    if run.pools.has_packs:
        pack = run.pools.packs(Unit.TIME, day, machine, line.vat, line.billed_s - seconds)
        line.give("pack", pack)
        seconds += pack.amount
    return seconds


def _step(line: Line, word: str, seconds: int) -> int:
    if seconds:
        line.steps.append((word, seconds))
    return seconds
