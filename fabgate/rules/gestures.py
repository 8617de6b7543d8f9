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
    AWAITING_CONFIRM = "awaiting_confirm"
    OPENING = "opening"
    OPEN = "open"
    ENDING = "ending"


class Who(enum.StrEnum):
    """Who taps, seen from the machine as it stands."""

    USER = "user"  # whose session it is, or who waits for somebody
    USER_OTHER = "user_other"  # the same person with another badge
    USER_ASKED = "user_asked"  # the same person, who leads a workshop and was asked whether they are here
    SPONSOR_NEW = "sponsor_new"  # who stands by this session, before it began or within the time to undo it
    SPONSOR = "sponsor"  # who stands by this session, later
    SPONSOR_WAS = "sponsor_was"  # who sponsored the session that ended just now
    ABLE = "able"  # another: may stand by, where somebody waits for that or misses it
    AUTONOMOUS = "autonomous"  # another: may work here alone
    LEADER = "leader"  # another: leads a workshop that was opened here
    ACCOMPANIED = "accompanied"  # another: may work here while a sponsor is checked in, and one is
    TRAINEE = "trainee"  # another: may work here under a sponsor
    LONE = "lone"  # another: may work here when another adult is there
    GUEST = "guest"  # another: may work here under a host
    KEEPER = "keeper"  # another: may start a machine that is out of service, for maintenance
    CLAIMANT = "claimant"  # another: may end this session, since the machine stands idle
    CLAIMANT_ASKED = "claimant_asked"  # the same, who was asked just now whether they mean to
    NOBODY = "nobody"  # another: unknown, blocked, suspended, or with something else in the way


class Gesture(enum.StrEnum):
    """What the tap does."""

    START = "start"
    ASK_SPONSOR = "ask_sponsor"
    ASK_COMPANY = "ask_company"
    ASK_HOST = "ask_host"
    ASK_CONFIRM = "ask_confirm"
    START_SUPERVISED = "start_supervised"
    START_MAINTENANCE = "start_maintenance"
    ASK_RETURN = "ask_return"
    CANCEL = "cancel"
    OFF = "off"
    STAY = "stay"
    BACK = "back"
    UNDO = "undo"
    HERE = "here"
    PROVE = "prove"
    TAKE_OVER = "take_over"
    PRAISE = "praise"
    ASK_CLAIM = "ask_claim"
    CLAIM = "claim"
    REFUSE = "refuse"


READY = (Who.AUTONOMOUS, Who.LEADER, Who.ACCOMPANIED)  # may start at once
OTHERS = (*READY, Who.TRAINEE, Who.LONE, Who.GUEST, Who.NOBODY)
OWN = (Who.USER, Who.USER_OTHER)
BOTH = (Hold.TAP, Hold.SLOT)
Cell = tuple[Name, Who, Hold]


def _cells(
    state: Name, whos: Iterable[Who], meaning: Gesture, holds: Iterable[Hold] = BOTH
) -> dict[Cell, Gesture]:
    return {(state, who, hold): meaning for who in whos for hold in holds}


TAP, SLOT = (Hold.TAP,), (Hold.SLOT,)
MEANING: Mapping[Cell, Gesture] = {
    **_cells(Name.FREE, READY, Gesture.START),
    **_cells(Name.FREE, (Who.TRAINEE,), Gesture.ASK_SPONSOR),
    **_cells(Name.FREE, (Who.LONE,), Gesture.ASK_COMPANY),
    **_cells(Name.FREE, (Who.GUEST,), Gesture.ASK_HOST),
    **_cells(Name.FREE, (Who.SPONSOR_WAS,), Gesture.PRAISE),
    **_cells(Name.FREE, (Who.NOBODY,), Gesture.REFUSE),
    # It needs its service first: who keeps the machine may start it, with a second tap.
    **_cells(Name.FREE, (Who.KEEPER,), Gesture.ASK_CONFIRM),
    # Out of service: who keeps the machine may start it, with a second tap.
    **_cells(Name.LOCKED_OUT, (Who.KEEPER,), Gesture.ASK_CONFIRM),
    **_cells(Name.LOCKED_OUT, OTHERS, Gesture.REFUSE),
    **_cells(Name.AWAITING_CONFIRM, (Who.USER,), Gesture.START_MAINTENANCE),
    **_cells(Name.AWAITING_CONFIRM, (Who.USER_OTHER, *OTHERS), Gesture.REFUSE),
    **_cells(Name.FAULT, OTHERS, Gesture.REFUSE),
    # Somebody waits for a sponsor, another adult or a host: another person, with another badge.
    **_cells(Name.AWAITING_SPONSOR, (Who.USER,), Gesture.CANCEL),
    **_cells(Name.AWAITING_SPONSOR, (Who.ABLE,), Gesture.START_SUPERVISED, TAP),
    **_cells(Name.AWAITING_SPONSOR, (Who.ABLE,), Gesture.ASK_RETURN, SLOT),
    **_cells(Name.AWAITING_SPONSOR, (Who.USER_OTHER, *OTHERS), Gesture.REFUSE),
    # In a slot, the badge of the one who waits comes back to stay.
    **_cells(Name.AWAITING_RETURN, OWN, Gesture.START_SUPERVISED, SLOT),
    **_cells(Name.AWAITING_RETURN, (Who.SPONSOR_NEW,), Gesture.CANCEL, SLOT),
    **_cells(Name.AWAITING_RETURN, OTHERS, Gesture.REFUSE, SLOT),
    # The start is being written: whoever asked for it may still take it back.
    **_cells(Name.OPENING, (*OWN, Who.SPONSOR_NEW), Gesture.CANCEL),
    **_cells(Name.OPENING, OTHERS, Gesture.REFUSE),
    # A session runs. A stranger's tap never touches it, unless whoever stood by is missed, or the machine
    # stands idle: then a second tap ends it.
    **_cells(Name.OPEN, OWN, Gesture.OFF, TAP),
    **_cells(Name.OPEN, OWN, Gesture.BACK, SLOT),
    **_cells(Name.OPEN, (Who.USER_ASKED,), Gesture.PROVE),
    **_cells(Name.OPEN, (Who.SPONSOR_NEW,), Gesture.UNDO),
    **_cells(Name.OPEN, (Who.SPONSOR,), Gesture.HERE),
    **_cells(Name.OPEN, (Who.ABLE,), Gesture.TAKE_OVER),
    **_cells(Name.OPEN, (Who.CLAIMANT,), Gesture.ASK_CLAIM),
    **_cells(Name.OPEN, (Who.CLAIMANT_ASKED,), Gesture.CLAIM),
    **_cells(Name.OPEN, OTHERS, Gesture.REFUSE),
    # Its end was announced, or its member left it to its job: the first own tap means "I have seen it" or
    # "I am back", not "off".
    **_cells(Name.ENDING, OWN, Gesture.STAY, TAP),
    **_cells(Name.ENDING, OWN, Gesture.BACK, SLOT),
    **_cells(Name.ENDING, (Who.USER_ASKED,), Gesture.PROVE),
    **_cells(Name.ENDING, (Who.SPONSOR_NEW,), Gesture.UNDO),
    **_cells(Name.ENDING, (Who.SPONSOR,), Gesture.HERE),
    **_cells(Name.ENDING, (Who.ABLE,), Gesture.TAKE_OVER),
    **_cells(Name.ENDING, (Who.CLAIMANT,), Gesture.ASK_CLAIM),
    **_cells(Name.ENDING, (Who.CLAIMANT_ASKED,), Gesture.CLAIM),
    **_cells(Name.ENDING, OTHERS, Gesture.REFUSE),
}
