"""The page of what ends a session: the tables that the configuration lays under each kind of machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fabgate.config.ends import SAFE
from fabgate.model import FIXED, Cause, Ending, Kind

MEANS: Mapping[Ending, str] = {
    Ending.NOW: "the relay opens at once",
    Ending.WHEN_IDLE: "they are warned; the relay opens once the warning time is over *and* the machine does "
    "nothing. What a member asks for themselves waits for the machine only. Where nothing tells what the "
    "machine does, time alone counts",
    Ending.WARN: "they are told, and may finish; the limit still holds",
    Ending.ALARM: "as `warn`; and the gate calls people: light, sound, a record, the hub",
}
COMES: Mapping[Cause, str] = {
    Cause.TAP: "the member taps off, or presses the machine's button",
    Cause.BADGE_GONE: "slot: the badge is out for longer than `grace`",
    Cause.LIMIT: "the longest session is over",
    Cause.OVERRUN: "it still works at the limit and `overrun`",
    Cause.IDLE: "it did nothing for `idle`",
    Cause.TAKEOVER: "it did nothing for `takeover`, and a qualified member taps twice; where nothing tells, "
    "a manager",
    Cause.ALONE: "nobody stands by any more who has to, and their grace is over",
    Cause.REVOKED: "the member's right is taken, or runs out",
    Cause.SUSPENDED: "the member is suspended, or the badge blocked",
    Cause.LOCKED: "the machine is taken out of service",
    Cause.CLOSING: "the opening hours that it was started in are over",
    Cause.LID: "the lid is opened",
    Cause.REMOTE: "`fabgate session close`: a person says now",
    Cause.ESTOP: "the emergency stop is pressed (it works by itself; the gate only follows)",
    Cause.FEEDBACK: "a relay fails, or a contactor is welded",
    Cause.READER: "the badge reader is blind",
    Cause.LEDGER: "the card is full, or cannot be written",
    Cause.STALE: "the hub was silent for too long",
}
NAMES: Mapping[Kind, str] = {
    Kind.LASER: "laser",
    Kind.CNC: "cnc",
    Kind.SAW: "saw",
    Kind.LATHE: "lathe",
    Kind.PRINTER: "printer",
    Kind.MACHINE: "any other",
}
_HEAD = """\
# What ends a session

<!-- Made by docs/make.py from fabgate/model/ends.py and fabgate/config/ends.py: change it there. -->

A machine that loses its power in the middle of a cut breaks tools, work and sometimes itself. So each
machine has a table: what can happen, and what it does then. `kind = "cnc"` under `[machine.router]` gives
it the safe table of its kind; a line under `[machine.router.ends]` changes one row. `fabgate machine show
router` prints the table as it stands.

"""
_FIXED = """
Rows without a key are the same on every machine: an emergency stop, a fault and a person who says *now*
cut at once, and a reader, a card or a hub that fails denies the next start and ends nothing. The death of
the gate's process cuts, too: that is wiring, and [hardware/README.md](../hardware/README.md) says how. A
machine that must not lose its mains in mid-cut has fabgate's contact in its *enable* circuit, and not in
its mains.

A door has no session: its strike falls back by itself. A gate with `mode = "audit"` ends what its members
end, and nothing else.
"""


def page() -> str:
    """The page, as Markdown."""
    return _HEAD + "\n".join([*_meanings(), "", *_table()]) + "\n" + _FIXED


def _meanings() -> Iterator[str]:
    yield "| written | means |"
    yield "|---|---|"
    for ending, meaning in MEANS.items():
        yield f"| `{ending}` | {meaning} |"


def _table() -> Iterator[str]:
    yield f"| key | what happens | {' | '.join(NAMES.values())} |"
    yield f"|---|---|{'---|' * len(NAMES)}"
    for cause, comes in COMES.items():
        key = "" if cause in FIXED else f"`{cause}`"
        endings = (SAFE[kind].table()[cause].replace("_", " ") for kind in NAMES)
        yield f"| {key} | {comes} | {' | '.join(endings)} |"
