"""The words of one line of a rehearsal, its time, and what it says to do or to expect.

`scenario.py` reads a file with it; `writing.py` writes what it reads. All errors are ScenarioError
(or BadgeError) without a place: who knows file and line adds them.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Callable, Iterable, Mapping

from fabgate.badges import uid
from fabgate.devices.protocols import Colour
from fabgate.errors import ScenarioError
from fabgate.model import MachineId
from fabgate.records import FIELDS
from fabgate.rehearsal import verbs
from fabgate.rehearsal.verbs import Deed, Expectation, Verb

LONGEST_MS = 10 * 366 * 86_400_000
"""Ten years: a time beyond it is a slip of the pen, and no calendar has to cope with it."""

NOT_TO_RUN = frozenset({"run", "demo", "rehearse"})
NOT_TO_RUN_OF = {"hub": frozenset({"init", "invite", "renew", "run"}), "gate": frozenset({"join"})}
"""Of these nouns: what makes certificates or talks to a broker. In a rehearsal every gate has joined."""

Words = list[str]

# --- lines ------------------------------------------------------------------------------------

_SPACE = " \t\r\n"  # as a shell has it: other blanks of Unicode belong to a word
_PLAIN = re.compile(rf"[^{_SPACE}]+")
_QUOTED = re.compile(r"['\"\\#]")
_QUOTE = r"\\.|'[^']*'|\"(?:\\.|[^\"\\])*\""
_WORD_OR_COMMENT = re.compile(rf"(?:{_QUOTE}|[^{_SPACE}'\"\\#])(?:{_QUOTE}|[^{_SPACE}'\"\\])*|#")


def split(line: str) -> Words:
    """The words of a line, quotes taken off and comment left out. Raises ScenarioError."""
    if not _QUOTED.search(line):
        return _PLAIN.findall(line)
    try:
        return shlex.split(_uncommented(line))
    except ValueError as wrong:
        raise ScenarioError(
            f"{str(wrong).lower()}", "Close every quote on its own line; quote as in a shell."
        ) from wrong


def _uncommented(line: str) -> str:
    # shlex takes a `#` in mid-word for a comment too, which would cut record ids like `.../3f#12`.
    for found in _WORD_OR_COMMENT.finditer(line):
        if found.group() == "#":
            return line[: found.start()]
    return line


# --- times and numbers ------------------------------------------------------------------------

_AFTER = re.compile(r"\+([0-9]{1,9}(?:\.[0-9]{1,3})?)")
_DAYS = re.compile(r"([0-9]{1,6})d")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,3})?)")
_STEP = re.compile(r"([+-]?)([0-9]{1,9}(?:\.[0-9]{1,3})?)")
_AMPERES = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
_LENGTH = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,3})?[hms])+")
_PART = re.compile(r"([0-9.]+)([hms])")
_MS = {"h": 3_600_000, "m": 60_000, "s": 1_000}


def when(words: Words, before_ms: int) -> tuple[int, Words]:
    """The time that a line begins with, in ms since time zero, and the words after it.

    `HH:MM:SS`, `Nd HH:MM:SS`, or `+seconds` after the line before it (`before_ms`), each with up to
    three decimals. Raises ScenarioError.
    """
    if after := _AFTER.fullmatch(words[0]):
        return _in_time(before_ms + _thousandths(after[1])), words[1:]
    days = _DAYS.fullmatch(words[0])
    rest = words[1:] if days else words
    clock = _CLOCK.fullmatch(rest[0]) if rest else None
    if clock is None:
        raise ScenarioError(
            f"{words[0]!r} is no time and no `lab` or `clock`",
            "Begin the line with HH:MM:SS, Nd HH:MM:SS, or +seconds after the line before.",
        )
    seconds_ms = int(clock[1]) * 3_600_000 + int(clock[2]) * 60_000 + _thousandths(clock[3])
    return _in_time((int(days[1]) if days else 0) * 86_400_000 + seconds_ms), rest[1:]


def _in_time(at_ms: int) -> int:
    if at_ms > LONGEST_MS:
        raise ScenarioError("this is more than ten years after time zero", "Rehearse less at a time.")
    return at_ms


def _thousandths(number: str) -> int:
    # Not through float: 1.005 s are 1005 ms.
    whole, _, part = number.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0"))


def length(text: str) -> int:
    """The milliseconds of a length such as `90s`, `1.5s`, `1h30m`. Raises ScenarioError."""
    if not _LENGTH.fullmatch(text):
        raise ScenarioError(f"{text!r} is no length of time", "Write it as 90s, 1.5s, 45m or 1h30m.")
    return sum(_thousandths(number) * _MS[unit] // 1000 for number, unit in _PART.findall(text))


# --- verbs ------------------------------------------------------------------------------------


def fit(words: Words, form: str) -> Words:
    """The words after the first, if there are as many as the form has. Raises ScenarioError."""
    if len(words) != len(form.split()):
        raise ScenarioError(
            f"`{words[0]}` wants {len(form.split()) - 1} words, not {len(words) - 1}",
            f"Write it as: {form} (text with blanks in quotes)",
        )
    return words[1:]


def _run(words: Words) -> verbs.Run:
    gate, said = None, words[1:]
    if said and said[0].startswith("@"):
        gate, said = _named(said[0]), said[1:]
    match said:
        case []:
            raise ScenarioError("`run` wants a command", "Write it as: run member list")
        case ["fabgate", *_]:
            raise ScenarioError("`run` has `fabgate` already in it", "Leave the word `fabgate` out.")
        case [command, *_] if command in NOT_TO_RUN:
            raise ScenarioError(f"`{command}` cannot be rehearsed", "Take the line out.")
        case [noun, command, *_] if command in NOT_TO_RUN_OF.get(noun, ()):
            raise ScenarioError(
                f"`{noun} {command}` cannot be rehearsed",
                "Take the line out: with a `hub` line, every gate has joined it when the rehearsal begins.",
            )
        case [option, *_] if option.startswith("-") and option not in ("--help", "--version"):
            # `--config other.toml run` would leave the rehearsal by the back door.
            raise ScenarioError(f"`{option}` stands before the command", "Begin with the command's name.")
        case argv:
            return verbs.Run(tuple(argv), gate)


def _tap(words: Words) -> verbs.Tap:
    machine, badge = fit(words, "tap MACHINE BADGE")
    return verbs.Tap(MachineId(machine), uid.parse(badge))


def _hold(words: Words) -> verbs.Lay:
    machine, badge = fit(words, "hold MACHINE BADGE")
    return verbs.Lay(MachineId(machine), uid.parse(badge))


def _lift(words: Words) -> verbs.Lift:
    [machine] = fit(words, "lift MACHINE")
    return verbs.Lift(MachineId(machine))


def _press(words: Words) -> verbs.Press:
    machine, name = fit(words, "press MACHINE INPUT")
    return verbs.Press(MachineId(machine), name)


def _release(words: Words) -> verbs.Release:
    machine, name = fit(words, "release MACHINE INPUT")
    return verbs.Release(MachineId(machine), name)


def _current(words: Words) -> verbs.Current:
    machine, amperes = fit(words, "current MACHINE AMPERES")
    if not _AMPERES.fullmatch(amperes):
        raise ScenarioError(f"{amperes!r} is no current", "Write it in amperes, such as 3.1")
    return verbs.Current(MachineId(machine), _thousandths(amperes))


def _break(words: Words) -> verbs.Break:
    machine, device = fit(words, "break MACHINE DEVICE")
    return verbs.Break(MachineId(machine), device)


def _mend(words: Words) -> verbs.Mend:
    machine, device = fit(words, "mend MACHINE DEVICE")
    return verbs.Mend(MachineId(machine), device)


def _power(words: Words) -> verbs.Power:
    words, gate = _at_gate(words)
    return verbs.Power(_choice(words, "power", {"cut": False, "back": True}), gate)


def _net(words: Words) -> verbs.Net:
    words, gate = _at_gate(words)
    return verbs.Net(_choice(words, "net", {"down": False, "up": True}), gate)


def _hub(words: Words) -> verbs.Hub | verbs.HubRestore:
    match words[1:]:
        case ["cut" | "back" as state]:
            return verbs.Hub(state == "back")
        case ["restore"]:
            return verbs.HubRestore()
        case _:
            raise ScenarioError("`hub` does not read so", "Write it as: hub cut, hub back, hub restore")


def _clock(words: Words) -> verbs.ClockStep | verbs.ClockSync | verbs.ClockUnset:
    words, gate = _at_gate(words)
    match words[1:]:
        case ["sync"]:
            return verbs.ClockSync(gate)
        case ["unset"]:
            return verbs.ClockUnset(gate)
        case ["step", text] if step := _STEP.fullmatch(text):
            by_ms = _thousandths(step[2])
            return verbs.ClockStep(-by_ms if step[1] == "-" else by_ms, gate)
        case _:
            raise ScenarioError(
                "`clock` does not read so", "Write it as: clock step -3600, clock sync, clock unset"
            )


def _disk(words: Words) -> verbs.DiskFull | verbs.DiskOk | verbs.DiskStall:
    words, gate = _at_gate(words)
    match words[1:]:
        case ["full"]:
            return verbs.DiskFull(gate)
        case ["ok"]:
            return verbs.DiskOk(gate)
        case ["stall", text]:
            return verbs.DiskStall(length(text), gate)
        case _:
            raise ScenarioError("`disk` does not read so", "Write it as: disk full, disk ok, disk stall 30s")


def _at_gate(words: Words) -> tuple[Words, str | None]:
    if words[-1].startswith("@"):
        return words[:-1], _named(words[-1])
    return words, None


def _named(word: str) -> str:
    if word == "@":
        raise ScenarioError("`@` names no gate", "Write it as: @gate2")
    return word[1:]


def _choice(words: Words, verb: str, meant: Mapping[str, bool]) -> bool:
    if len(words) != 2 or words[1] not in meant:
        raise ScenarioError(
            f"`{verb}` does not read so", f"Write it as: {', '.join(f'{verb} {word}' for word in meant)}"
        )
    return meant[words[1]]


def _expect(words: Words) -> Expectation:
    match words[1:]:
        case ["session", machine, member, text]:
            whole, _, within = text.partition("~")
            return verbs.Closed(MachineId(machine), member, length(whole), length(within) if within else 0)
        case ["no", "session", machine]:
            return verbs.NoSession(MachineId(machine))
        case ["record", kind, *fields]:
            return _recorded(kind, fields, there=True)
        case ["no", "record", kind, *fields]:
            return _recorded(kind, fields, there=False)
        case ["output", text]:
            return verbs.Printed(_some(text))
        case ["no", "output", text]:
            return verbs.NotPrinted(_some(text))
        case ["exit", status] if re.fullmatch(r"[0-9]{1,3}", status) and int(status) < 256:
            return verbs.ExitIs(int(status))
        case ["journal", "ok"]:
            return verbs.JournalOk()
        case ["gate", gate, "ready" | "stopping" | "lost" as state]:
            return verbs.GateIs(gate, state)
        case ["records", gate, "all"]:
            return verbs.RecordsAll(gate)
        case ["roster", "equal"]:
            return verbs.RosterEqual()
        case [machine, "says", text]:
            return verbs.Says(MachineId(machine), _some(text))
        case [machine, "lamp", colour] if colour in set(Colour):
            return verbs.LampIs(MachineId(machine), Colour(colour))
        case [machine, name, "on" | "off" as state] if name != "lamp":
            return verbs.OutputIs(MachineId(machine), name, state == "on")
        case _:
            raise ScenarioError("`expect` does not read so", f"Write it as one of:{_EXPECTED}")


_EXPECTED = """
    expect MACHINE OUTPUT on|off            expect session MACHINE MEMBER 90s~2s
    expect MACHINE says "TEXT"              expect no session MACHINE
    expect MACHINE lamp COLOUR              expect output "TEXT"
    expect exit STATUS                      expect no output "TEXT"
    expect journal ok
    expect gate GATE ready|stopping|lost    expect records GATE all
    expect roster equal                     expect record session.start member=ada
                                            expect no record KIND FIELD=VALUE ..."""


def _recorded(kind: str, words: Words, there: bool) -> verbs.Recorded:
    """Raises ScenarioError for a kind of record that is none, or a field that it has not."""
    if kind not in FIELDS:
        raise ScenarioError(f"there are no records of the kind {kind!r}", _try(kind, FIELDS))
    known = [name for name, _ in FIELDS[kind]]
    fields = []
    for word in words:
        name, said, value = word.partition("=")
        if not said or name not in known:
            raise ScenarioError(
                f"{kind} has no field {name!r} with a value", f"Its fields: {', '.join(known)}."
            )
        fields.append((name, value))
    return verbs.Recorded(kind, tuple(fields), there)


def _try(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=3)
    return f"Did you mean: {', '.join(near)}?" if near else "`fabgate journal tail` shows some."


def _some(text: str) -> str:
    if not text:
        raise ScenarioError("an empty text is part of every text", "Say what you expect to read.")
    return text


_VERBS: Mapping[str, Callable[[Words], Deed | Expectation]] = {
    "run": _run,
    "tap": _tap,
    "hold": _hold,
    "lift": _lift,
    "press": _press,
    "release": _release,
    "current": _current,
    "break": _break,
    "mend": _mend,
    "power": _power,
    "clock": _clock,
    "net": _net,
    "hub": _hub,
    "disk": _disk,
    "expect": _expect,
}


def verb(words: Words) -> Verb:
    """What the words after the time say. Raises ScenarioError, BadgeError."""
    if not words:
        raise ScenarioError("a time and nothing to do at it", f"Add one of: {', '.join(_VERBS)}.")
    if words[0] not in _VERBS:
        raise ScenarioError(f"unknown verb {words[0]!r}", f"The verbs are: {', '.join(_VERBS)}.")
    return _VERBS[words[0]](words)
