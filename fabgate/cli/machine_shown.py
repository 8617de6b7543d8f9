"""One machine as `fabgate machine show` tells of it: how it stands, how it is set, what ends a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from fabgate.cli.frame import Here, show_table
from fabgate.cli.show import Handles, Json, day, handle, hours, local, show_facts, utc
from fabgate.desk.machines import Shown
from fabgate.desk.upkeep import Kept
from fabgate.model import Cause, Duty, Ending, MachineRules, Upkeep
from fabgate.store.troubles import Troubles

DAY_MS = 86_400_000
HAPPENS: Mapping[Cause, str] = {
    Cause.TAP: "own tap, or its button",
    Cause.BADGE_GONE: "badge gone from the slot",
    Cause.LIMIT: "limit reached",
    Cause.OVERRUN: "still at work after the limit",
    Cause.IDLE: "nothing done for long",
    Cause.TAKEOVER: "another's two taps, when idle",
    Cause.ALONE: "nobody stands by any more",
    Cause.REVOKED: "right taken",
    Cause.SUSPENDED: "member suspended, badge blocked",
    Cause.LOCKED: "taken out of service",
    Cause.CLOSING: "closing time",
    Cause.LID: "lid opened",
    Cause.REMOTE: "a person says now",
    Cause.ESTOP: "emergency stop",
    Cause.FEEDBACK: "relay fails, contactor welded",
    Cause.READER: "badge reader blind",
    Cause.LEDGER: "card full or broken",
    Cause.STALE: "hub silent for long",
}
THEN: Mapping[Ending, str] = {
    Ending.NOW: "off at once",
    Ending.WHEN_IDLE: "warned, then off when idle",
    Ending.WARN: "told, may be finished",
    Ending.ALARM: "told, may be finished, people are called",
}


def states(one: Shown, troubles: Troubles) -> list[str]:
    """All that is so at a time: a locked machine may still be in use."""
    fault = one.settings.rules.machine in troubles
    so = {"in use": one.open is not None, "locked": one.locked is not None, "fault": fault}
    return [word for word, is_so in so.items() if is_so] or ["free"]


def state(one: Shown, troubles: Troubles) -> str:
    """The same in one line, with what is wrong."""
    text, which = ", ".join(states(one, troubles)), troubles.get(one.settings.rules.machine)
    return text if which is None else f"{text} ({', '.join(which)})"


def since_ms(one: Shown) -> int | None:
    """Since when it is in use or locked."""
    if one.open is not None:
        return one.open.opened.wall_ms
    return None if one.locked is None else one.locked.lock.since_ms


def show(here: Here, one: Shown, troubles: Troubles, kept: tuple[Kept, ...], handles: Handles) -> None:
    """For people: facts, then what is wired, what is to be serviced, and the table of causes."""
    show_facts(_facts(here, one, troubles))
    _show_wires(one)
    if kept:
        services = [_service_row(here, each, handles) for each in kept]
        _table(("service", "left", "last done", "by"), services)
    _table(("what happens", "then"), _causes(one.settings.rules))


def _facts(here: Here, one: Shown, troubles: Troubles) -> Iterator[tuple[str, object]]:
    rules, locked, work = one.settings.rules, one.locked, one.open
    yield "machine", rules.machine
    yield "title", rules.title
    yield "kind", rules.kind.value
    yield "mode", "audit: it only looks on" if rules.audit else None
    yield "state", state(one, troubles)
    yield "since", local(here, since_ms(one))
    yield "locked by", locked and (locked.by or locked.cause)
    yield "reason", locked and locked.reason
    yield "who works", work and handle(work.member)
    yield "sponsor", work and handle(work.sponsor)
    yield "session", work and str(work.session)
    yield "skill", rules.skill
    yield "sponsors are", f"{rules.sponsor_from.word} or above"
    yield "can sponsor", one.sponsors
    yield "held by", rules.hold.value
    yield "limit", f"{hours(rules.limit_ms)}, warned {hours(rules.warning_ms)} before"
    yield "idle after", rules.idle_ms and hours(rules.idle_ms)
    yield "takeover", rules.takeover_ms and f"after {hours(rules.takeover_ms)} of doing nothing"
    yield "works or not", _tells(one)


def _tells(one: Shown) -> str | None:
    meter = one.settings.meter
    if meter is not None:
        return f"{meter.kind}, from {meter.busy / 1000:g} A on"
    return "its own word" if one.settings.rules.metered else None


def _show_wires(one: Shown) -> None:
    """Outputs in the order in which they come on, and what the inputs tell."""
    rules, pins = one.settings.rules, {wire.name: wire.pin for wire in one.settings.outputs}
    mirrors = dict(rules.mirrors)
    outputs = [
        (each.name, each.duty.value, _pin(pins.get(each.name)), _delay(each.on_delay_ms), off)
        for each in rules.outputs
        for off in [hours(rules.pulse_ms) if each.duty is Duty.PULSE else _delay(each.off_delay_ms)]
    ]
    _table(("output", "role", "pin", "on after", "off after"), outputs)
    inputs = [
        (each.name, each.sense.value, _pin(each.pin), mirrors.get(each.name, ""))
        for each in one.settings.inputs
    ]
    if inputs:
        _table(("input", "tells", "pin", "mirrors"), inputs)


def _pin(pin: int | None) -> object:
    return "" if pin is None else pin


def _delay(ms: int) -> str:
    return f"{ms / 1000:g} s" if ms else ""


def _causes(rules: MachineRules) -> list[tuple[str, str]]:
    return [(HAPPENS[cause], THEN[ending]) for cause, ending in rules.ends.table().items()]


def _service_row(here: Here, one: Kept, handles: Handles) -> tuple[object, ...]:
    done = "never" if one.done_ms is None else day(here, one.done_ms)
    return one.service.name, left(one), done, "" if one.by is None else handles.of(one.by)


def left(one: Kept) -> str:
    """What is left of a service, or for how long it is over, and what that means."""
    text = _amount(one.left, one.service.days is not None)
    if not one.left.over:
        return text
    return f"over by {text}" + (", nothing starts" if one.left.blocks else "")


def _amount(due: Upkeep, in_days: bool) -> str:
    if due.left_ms is None:
        return f"{abs(due.left_jobs or 0)} sessions"
    ms = abs(due.left_ms)
    return f"{ms // DAY_MS} days" if in_days and ms >= DAY_MS else hours(ms)


def _table(headers: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    click.echo()
    show_table(headers, rows, "")


def as_json(
    one: Shown, troubles: Troubles, kept: tuple[Kept, ...] = (), handles: Handles | None = None
) -> Json:
    """For programs: lengths in seconds, delays in milliseconds."""
    rules, work, locked = one.settings.rules, one.open, one.locked
    return {
        "machine": rules.machine,
        "title": rules.title,
        "kind": rules.kind.value,
        "skill": rules.skill,
        "audit": rules.audit,
        "states": states(one, troubles),
        "since": utc(since_ms(one)),
        "member": work and handle(work.member),
        "sponsor": work and handle(work.sponsor),
        "session": work and str(work.session),
        "locked": locked
        and {
            "since": utc(locked.lock.since_ms),
            "by": locked.by,
            "reason": locked.reason,
            "cause": locked.cause,
        },
        "troubles": list(troubles.get(rules.machine, ())),
        "hold": rules.hold.value,
        "limit_s": rules.limit_ms // 1000,
        "idle_s": rules.idle_ms and rules.idle_ms // 1000,
        "takeover_s": rules.takeover_ms and rules.takeover_ms // 1000,
        "ends": {cause.value: ending.value for cause, ending in rules.ends.table().items()},
        "outputs": [
            {
                "output": each.name,
                "role": each.duty.value,
                "on_delay_ms": each.on_delay_ms,
                "off_delay_ms": each.off_delay_ms,
            }
            for each in rules.outputs
        ],
        "inputs": [{"input": each.name, "role": each.sense.value} for each in one.settings.inputs],
        "services": [_service_json(each, handles) for each in kept],
    }


def _service_json(one: Kept, handles: Handles | None) -> Json:
    by = one.by if one.by is None or handles is None else handles.of(one.by)
    return {
        "service": one.service.name,
        "over": one.left.over,
        "blocks": one.service.blocks,
        "left_s": None if one.left.left_ms is None else one.left.left_ms // 1000,
        "left_jobs": one.left.left_jobs,
        "powered_s": one.wear.powered_ms // 1000,
        "busy_s": one.wear.busy_ms // 1000,
        "jobs": one.wear.jobs,
        "done": utc(one.done_ms),
        "by": by,
    }
