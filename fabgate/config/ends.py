"""What ends a session on each kind of machine: the safe words, and the keys that set others (law 10).

The words follow from what a cut does to the machine. A spindle that loses its mains coasts for minutes and
its axes drop; a print of thirty hours is lost: both wait until the machine does nothing. A saw, a lathe
and a laser stop safely within seconds. Nobody's right is worth a broken tool: losing one lets the job end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from fabgate.config.key import Key
from fabgate.config.values import one_of
from fabgate.model import Ending, Ends, Kind

_USUAL = Ends()
_GIVES_TIME = replace(_USUAL, revoked=Ending.WHEN_IDLE, suspended=Ending.WHEN_IDLE, locked=Ending.WHEN_IDLE)
_NEVER_IN_A_CUT = replace(_GIVES_TIME, tap=Ending.WHEN_IDLE, badge_gone=Ending.WHEN_IDLE)
SAFE: Mapping[Kind, Ends] = MappingProxyType(
    {
        Kind.MACHINE: _USUAL,
        Kind.LASER: _GIVES_TIME,
        Kind.CNC: _NEVER_IN_A_CUT,
        Kind.SAW: replace(_GIVES_TIME, overrun=Ending.NOW, lid=Ending.NOW),
        Kind.LATHE: replace(_GIVES_TIME, overrun=Ending.NOW, lid=Ending.NOW),
        Kind.PRINTER: _NEVER_IN_A_CUT,
        Kind.DOOR: _USUAL,
        Kind.COUNTER: _USUAL,
    }
)
"""The table of each kind of machine, where its own file says nothing else."""

_ALL = one_of({ending.value: ending for ending in Ending})
_LAST = one_of({"alarm": Ending.ALARM, "now": Ending.NOW, "warn": Ending.WARN})
_OFF = one_of({"now": Ending.NOW, "when_idle": Ending.WHEN_IDLE})
_KIND = "as its kind has it"


def _key(name: str, kind: object, meaning: str, example: str) -> Key[Ending]:
    return Key(f"machine.*.ends.{name}", kind, meaning, example=example, else_=_KIND)  # type: ignore[arg-type]


TAP = _key(
    "tap",
    _OFF,
    'What a member\'s own tap does while the machine works: end "now", or "when_idle": nobody is logged '
    "in any more, and it is switched off when the job is done.",
    "now",
)
BADGE_GONE = _key("badge_gone", _ALL, "slot: the same when the badge is gone for longer than `grace`.", "now")
LIMIT = _key(
    "limit",
    _ALL,
    'What the limit does: "now"; "when_idle", the first idle moment after it; "warn"; or "alarm". Without a '
    'meter "when_idle" is at once.',
    "when_idle",
)
OVERRUN = _key(
    "overrun", _LAST, "What holds at the limit and `overrun`, while the machine still works.", "alarm"
)
IDLE = _key("idle", _LAST, "What holds when it did nothing for `idle`.", "now")
REVOKED = _key(
    "revoked",
    _ALL,
    'What a running session does when its right is taken: end "now"; "when_idle", after the warning and not '
    'while it works; "warn", which tells; or "alarm", which tells and calls people.',
    "warn",
)
SUSPENDED = _key("suspended", _ALL, "The same when its member is suspended or their badge blocked.", "warn")
LOCKED = _key("locked", _ALL, "The same when the machine is taken out of service.", "warn")
CLOSING = _key("closing", _ALL, "The same when the opening hours that it was started in are over.", "warn")
LID = _key("lid", _ALL, "The same when the lid is opened.", "warn")
ALONE: Key[Ending] = Key(
    "machine.*.ends.alone",
    one_of({"warn": Ending.WARN, "finish": Ending.WHEN_IDLE, "cut": Ending.NOW, "alarm": Ending.ALARM}),
    'What a running session does when nobody stands by any more who has to: "warn", "finish" (end after the '
    'warning, and not while it works), "cut" at once, or "alarm".',
    example="warn",
    else_=_KIND,
)
KEYS = (TAP, BADGE_GONE, LIMIT, OVERRUN, IDLE, REVOKED, SUSPENDED, LOCKED, CLOSING, LID, ALONE)
