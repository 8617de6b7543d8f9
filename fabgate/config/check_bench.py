"""What is wrong with what is wired to a machine, although each value by itself is fine."""

from __future__ import annotations

from fabgate.config import ends, keys, upkeep, wiring
from fabgate.config.reading import Document, spot
from fabgate.config.values import nearest
from fabgate.model import Duty, Ending, Kind, Sense


def check_bench(document: Document, machine: str) -> None:
    """Note in `document` what does not fit together at one machine: delays, mirrors, meter, services."""
    _check_delays(document, machine)
    _check_strikes(document, machine)
    _check_mirrors(document, machine)
    _check_meter(document, machine)
    _check_idle(document, machine)
    _check_services(document, machine)


def _roles(document: Document, machine: str) -> dict[str, Duty | None]:
    outputs = document.names("machine", machine, "output")
    return {name: document.get(wiring.OUTPUT_ROLE, machine, name) for name in outputs}


def _senses(document: Document, machine: str) -> dict[str, Sense | None]:
    inputs = document.names("machine", machine, "input")
    return {name: document.get(wiring.INPUT_ROLE, machine, name) for name in inputs}


def _check_delays(document: Document, machine: str) -> None:
    """The end of a session takes permission away at once: one power output has no delay there."""
    roles = _roles(document, machine)
    power = [name for name, role in roles.items() if role is Duty.POWER]
    delays = [document.get(wiring.OFF_DELAY, machine, name) for name in power]
    if power and all(delays):
        document.wrong(
            spot(wiring.OFF_DELAY, machine, power[0]),
            "every output of role power stays on after the end",
            "Leave off_delay out of one: the end must take the permission away at once.",
        )
    for name, role in roles.items():
        if role in (Duty.PULSE, Duty.DEADMAN) and document.written(wiring.OFF_DELAY, machine, name):
            document.wrong(
                spot(wiring.OFF_DELAY, machine, name),
                f"an output of role {role} has no off_delay",
                "Leave it out: `pulse` says how long a pulse is." if role is Duty.PULSE else "Leave it out.",
            )


def _check_strikes(document: Document, machine: str) -> None:
    """A door opens when it says so: whoever stands before it pushes then."""
    if document.get(keys.KIND, machine) is not Kind.DOOR:
        return
    for name, role in _roles(document, machine).items():
        if role is Duty.PULSE and document.written(wiring.ON_DELAY, machine, name):
            document.wrong(
                spot(wiring.ON_DELAY, machine, name),
                "a door's strike has no on_delay",
                "Leave it out: `pulse` says how long it opens.",
            )


def _check_mirrors(document: Document, machine: str) -> None:
    power = [name for name, role in _roles(document, machine).items() if role is Duty.POWER]
    for name, sense in _senses(document, machine).items():
        of = document.get(wiring.MIRRORS, machine, name)
        if of is None or sense is None:
            continue
        where = spot(wiring.MIRRORS, machine, name)
        if sense is not Sense.MIRROR:
            document.wrong(where, f"an input of role {sense} mirrors nothing", "Leave it out.")
        elif of not in power:
            document.wrong(where, f'"{of}" is no output of role power', nearest(of, power))


def _check_meter(document: Document, machine: str) -> None:
    if not document.there("machine", machine, "meter"):
        return
    busy, idle = document.get(upkeep.BUSY, machine), document.get(upkeep.IDLE_BELOW, machine)
    if busy is not None and idle is not None and idle > busy:
        document.wrong(
            spot(upkeep.IDLE_BELOW, machine),
            "it would be idle and busy at once",
            "Write an `idle` that is not above `busy`.",
        )
    if Sense.RUNNING in _senses(document, machine).values():
        document.wrong(
            ("machine", machine, "meter"),
            "a meter and an input of role running would both say whether it works",
            "Take one of them.",
        )


def _check_idle(document: Document, machine: str) -> None:
    """What waits for an idle machine needs something that says when it is."""
    senses = _senses(document, machine).values()
    if document.there("machine", machine, "meter") or Sense.RUNNING in senses:
        return
    for key in (keys.IDLE, keys.TAKEOVER):
        if document.get(key, machine):
            document.wrong(
                spot(key, machine),
                "nothing tells when it does nothing",
                f"Write [machine.{machine}.meter], or an input of role running.",
            )
    overrun = document.get(ends.OVERRUN, machine)
    if overrun is Ending.NOW and document.written(ends.OVERRUN, machine):
        document.wrong(
            spot(ends.OVERRUN, machine),
            "without a meter the limit ends every session, and nothing overruns it",
            "Leave it out.",
        )


def _check_services(document: Document, machine: str) -> None:
    counted = (upkeep.SERVICE_POWERED, upkeep.SERVICE_BUSY, upkeep.SERVICE_JOBS, upkeep.SERVICE_DAYS)
    for name in document.names("machine", machine, "service"):
        if not any(document.written(key, machine, name) for key in counted):
            document.wrong(
                ("machine", machine, "service", name),
                "nothing says when it is due",
                "Write powered_hours, busy_hours, jobs or days.",
            )
        for key in counted:
            number = document.get(key, machine, name)
            if number is not None and number < 1:
                document.wrong(spot(key, machine, name), f"{number} is too few", "Write 1 or more.")
