"""Actions -> the text of a rehearsal that says the same: `parse` backwards.

The seeded world writes a failing seed with it, for a person to read and `fabgate rehearse` to play.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import assert_never

from fabgate.errors import ScenarioError
from fabgate.rehearsal import verbs
from fabgate.rehearsal.scenario import EPOCH, Begins
from fabgate.rehearsal.verbs import Action, Verb


def head(lab: str, clock: Begins, gates: Iterable[str] = (), hub: str | None = None) -> str:
    """The first lines: the configurations (relative to the file) and the wall clock at time zero."""
    local = (EPOCH + timedelta(milliseconds=clock.wall_ms)).astimezone(clock.zone)
    # With its offset, or a time in the hour that comes twice could not be read back.
    lines = [_line("lab", lab), *(_line("gate", gate) for gate in gates)]
    lines += [_line("hub", hub)] if hub is not None else []
    return "\n".join((*lines, _line("clock", local.isoformat(), str(clock.zone)))) + "\n"


def render(actions: Iterable[Action]) -> str:
    """The lines of these actions, in this order; `line` is not looked at: they get new ones.

    Raises ScenarioError for a text with a line break in it, which no line can hold.
    """
    lines, before_ms = [], 0
    for action in actions:
        lines.append(f"{_time(action.at_ms, before_ms):<11} {say(action.verb)}\n")
        before_ms = action.at_ms
    return "".join(lines)


def say(verb: Verb) -> str:
    """What one line does, without its time. Raises ScenarioError as `render` does."""
    return _line(*_words(verb))


def _line(*words: str) -> str:
    if any("\n" in word for word in words):
        raise ScenarioError("a line break cannot be written in a rehearsal", "Leave that action out.")
    return " ".join(shlex.quote(word) for word in words)


def _time(at_ms: int, before_ms: int) -> str:
    if at_ms % 1000:
        return f"+{_decimal(at_ms - before_ms)}"
    days, day_ms = divmod(at_ms, 86_400_000)
    clock = (datetime.min.replace(tzinfo=UTC) + timedelta(milliseconds=day_ms)).strftime("%H:%M:%S")
    return f"{days}d {clock}" if days else clock


def _decimal(thousandths: int) -> str:
    """An exact decimal without a needless zero: 1500 -> 1.5"""
    sign, whole = "-" if thousandths < 0 else "", abs(thousandths)
    return f"{sign}{whole // 1000}.{whole % 1000:03d}".rstrip("0").rstrip(".")


def _gate(gate: str | None) -> tuple[str, ...]:
    return () if gate is None else (f"@{gate}",)


def _words(verb: Verb) -> tuple[str, ...]:
    match verb:
        case verbs.Run(argv, gate):
            return ("run", *_gate(gate), *argv)
        case verbs.Tap(machine, uid):
            return ("tap", machine, str(uid))
        case verbs.Lay(machine, uid):
            return ("hold", machine, str(uid))
        case verbs.Lift(machine):
            return ("lift", machine)
        case verbs.Press(machine, name):
            return ("press", machine, name)
        case verbs.Release(machine, name):
            return ("release", machine, name)
        case verbs.Current(machine, ma):
            return ("current", machine, _decimal(ma))
        case verbs.Break(machine, device):
            return ("break", machine, device)
        case verbs.Mend(machine, device):
            return ("mend", machine, device)
        case verbs.Power() | verbs.Net() | verbs.Hub() | verbs.HubRestore():
            return _links(verb)
        case verbs.ClockStep() | verbs.ClockSync() | verbs.ClockUnset():
            return ("clock", *_clocks(verb), *_gate(verb.gate))
        case verbs.DiskFull(gate):
            return ("disk", "full", *_gate(gate))
        case verbs.DiskOk(gate):
            return ("disk", "ok", *_gate(gate))
        case verbs.DiskStall(for_ms, gate):
            return ("disk", "stall", f"{_decimal(for_ms)}s", *_gate(gate))
        case _:
            return ("expect", *_expected(verb))


def _links(verb: verbs.Power | verbs.Net | verbs.Hub | verbs.HubRestore) -> tuple[str, ...]:
    match verb:
        case verbs.Power(on, gate):
            return ("power", "back" if on else "cut", *_gate(gate))
        case verbs.Net(up, gate):
            return ("net", "up" if up else "down", *_gate(gate))
        case verbs.Hub(up):
            return ("hub", "back" if up else "cut")
        case verbs.HubRestore():
            return ("hub", "restore")
        case _:
            assert_never(verb)


def _clocks(verb: verbs.ClockStep | verbs.ClockSync | verbs.ClockUnset) -> tuple[str, ...]:
    match verb:
        case verbs.ClockStep(by_ms):
            return ("step", _decimal(by_ms))
        case verbs.ClockSync():
            return ("sync",)
        case verbs.ClockUnset():
            return ("unset",)
        case _:
            assert_never(verb)


def _expected(expected: verbs.Expectation) -> tuple[str, ...]:
    match expected:
        case verbs.OutputIs(machine, output, on):
            return (machine, output, "on" if on else "off")
        case verbs.Says(machine, text):
            return (machine, "says", text)
        case verbs.LampIs(machine, colour):
            return (machine, "lamp", colour)
        case verbs.Closed(machine, member, length_ms, within_ms):
            within = f"~{_decimal(within_ms)}s" if within_ms else ""
            return ("session", machine, member, f"{_decimal(length_ms)}s{within}")
        case verbs.NoSession(machine):
            return ("no", "session", machine)
        case verbs.Recorded(kind, fields, there):
            said = ("record", kind, *(f"{name}={value}" for name, value in fields))
            return said if there else ("no", *said)
        case verbs.Printed(text):
            return ("output", text)
        case verbs.NotPrinted(text):
            return ("no", "output", text)
        case verbs.ExitIs(status):
            return ("exit", str(status))
        case verbs.JournalOk():
            return ("journal", "ok")
        case verbs.GateIs(gate, state):
            return ("gate", gate, state)
        case verbs.RecordsAll(gate):
            return ("records", gate, "all")
        case verbs.RosterEqual():
            return ("roster", "equal")
        case _:
            assert_never(expected)
