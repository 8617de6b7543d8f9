"""What a tap means. It follows from the state, from who taps and from how the machine is held, alone.

`MEANING` is the whole truth: `machine.step` looks up nothing else, and `docs/gestures.md` is
printed from it. Each cell has one meaning; a cell that cannot occur is not there.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

from fabgate.model import Hold


class Name(enum.StrEnum):
    """The states of a machine by name."""

    FREE = "free"
    LOCKED_OUT = "locked_out"
    FAULT = "fault"
    AWAITING_SPONSOR = "awaiting_sponsor"
    AWAITING_RETURN = "awaiting_return"
    OPENING = "opening"
    OPEN = "open"
    ENDING = "ending"


class Who(enum.StrEnum):
    """Who taps, seen from the machine as it stands."""

    USER = "user"  # whose session it is, or who waits for a sponsor
    USER_OTHER = "user_other"  # the same person with another badge
    SPONSOR_NEW = "sponsor_new"  # who sponsors this session, before it began or within the time to undo it
    SPONSOR = "sponsor"  # who sponsors this session, later
    ABLE = "able"  # another: may work here alone, and may sponsor
    AUTONOMOUS = "autonomous"  # another: may work here alone, may not sponsor
    TRAINEE = "trainee"  # another: may work here under a sponsor
    NOBODY = "nobody"  # another: unknown, blocked, suspended, or without this qualification


class Gesture(enum.StrEnum):
    """What the tap does."""

    START = "start"
    ASK_SPONSOR = "ask_sponsor"
    START_SUPERVISED = "start_supervised"
    ASK_RETURN = "ask_return"
    CANCEL = "cancel"
    OFF = "off"
    STAY = "stay"
    BACK = "back"
    UNDO = "undo"
    HERE = "here"
    REFUSE = "refuse"


OTHERS = (Who.ABLE, Who.AUTONOMOUS, Who.TRAINEE, Who.NOBODY)
BOTH = (Hold.TAP, Hold.SLOT)
Cell = tuple[Name, Who, Hold]


def _cells(
    state: Name, whos: Iterable[Who], meaning: Gesture, holds: Iterable[Hold] = BOTH
) -> dict[Cell, Gesture]:
    return {(state, who, hold): meaning for who in whos for hold in holds}


TAP, SLOT = (Hold.TAP,), (Hold.SLOT,)
MEANING: Mapping[Cell, Gesture] = {
    **_cells(Name.FREE, (Who.ABLE, Who.AUTONOMOUS), Gesture.START),
    **_cells(Name.FREE, (Who.TRAINEE,), Gesture.ASK_SPONSOR),
    **_cells(Name.FREE, (Who.NOBODY,), Gesture.REFUSE),
    **_cells(Name.LOCKED_OUT, OTHERS, Gesture.REFUSE),
    **_cells(Name.FAULT, OTHERS, Gesture.REFUSE),
    # A trainee waits for a sponsor: another person, with another badge.
    **_cells(Name.AWAITING_SPONSOR, (Who.USER,), Gesture.CANCEL),
    **_cells(Name.AWAITING_SPONSOR, (Who.ABLE,), Gesture.START_SUPERVISED, TAP),
    **_cells(Name.AWAITING_SPONSOR, (Who.ABLE,), Gesture.ASK_RETURN, SLOT),
    **_cells(
        Name.AWAITING_SPONSOR, (Who.USER_OTHER, Who.AUTONOMOUS, Who.TRAINEE, Who.NOBODY), Gesture.REFUSE
    ),
    # In a slot, the trainee's badge comes back to stay.
    **_cells(Name.AWAITING_RETURN, (Who.USER, Who.USER_OTHER), Gesture.START_SUPERVISED, SLOT),
    **_cells(Name.AWAITING_RETURN, (Who.SPONSOR_NEW,), Gesture.CANCEL, SLOT),
    **_cells(Name.AWAITING_RETURN, OTHERS, Gesture.REFUSE, SLOT),
    # The start is being written: whoever asked for it may still take it back.
    **_cells(Name.OPENING, (Who.USER, Who.USER_OTHER, Who.SPONSOR_NEW), Gesture.CANCEL),
    **_cells(Name.OPENING, OTHERS, Gesture.REFUSE),
    # A session runs. A stranger's tap never touches it.
    **_cells(Name.OPEN, (Who.USER, Who.USER_OTHER), Gesture.OFF, TAP),
    **_cells(Name.OPEN, (Who.USER, Who.USER_OTHER), Gesture.BACK, SLOT),
    **_cells(Name.OPEN, (Who.SPONSOR_NEW,), Gesture.UNDO),
    **_cells(Name.OPEN, (Who.SPONSOR,), Gesture.HERE),
    **_cells(Name.OPEN, OTHERS, Gesture.REFUSE),
    # Its end was announced: the first own tap means "I have seen it", not "off".
    **_cells(Name.ENDING, (Who.USER, Who.USER_OTHER), Gesture.STAY, TAP),
    **_cells(Name.ENDING, (Who.USER, Who.USER_OTHER), Gesture.BACK, SLOT),
    **_cells(Name.ENDING, (Who.SPONSOR_NEW,), Gesture.UNDO),
    **_cells(Name.ENDING, (Who.SPONSOR,), Gesture.HERE),
    **_cells(Name.ENDING, OTHERS, Gesture.REFUSE),
}
