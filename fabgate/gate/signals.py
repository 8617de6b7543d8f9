"""The language of light and sound: what a machine says to people without words.

One table each. A mood has a rhythm of its own besides its colour, and every telling has its sound, if
only silence; the display says the same in words. `docs/panel.md` and `fabgate sign` are made from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.model import Code, Notice
from fabgate.rules.face import Mood

LIGHT: Mapping[Mood, tuple[Colour, Pattern]] = {
    Mood.READY: (Colour.WHITE, Pattern.WINK),
    Mood.WAITING: (Colour.BLUE, Pattern.BLINK),
    Mood.ON: (Colour.GREEN, Pattern.STEADY),
    Mood.WARNING: (Colour.AMBER, Pattern.FAST),
    Mood.LOCKED: (Colour.RED, Pattern.FLASH),
    Mood.FAULT: (Colour.RED, Pattern.DOUBLE),
    Mood.DENIED: (Colour.RED, Pattern.TRIPLE),
}
SOUND: Mapping[Notice, Sound] = {
    # while nothing happens
    Notice.READY: Sound.NONE,
    Notice.CHECKING: Sound.NONE,
    Notice.STILL_ON: Sound.NONE,
    Notice.DOOR_READY: Sound.NONE,
    Notice.COUNTER_READY: Sound.NONE,
    # somebody's badge is asked for
    Notice.ASK_SPONSOR: Sound.ASK,
    Notice.ASK_RETURN: Sound.ASK,
    Notice.ASK_COMPANY: Sound.ASK,
    Notice.ASK_HOST: Sound.ASK,
    Notice.ASK_CLAIM: Sound.ASK,
    Notice.CONFIRM: Sound.ASK,
    Notice.PROVE: Sound.ASK,
    Notice.IDENTIFY: Sound.ASK,
    # yes
    Notice.OPENED: Sound.ACCEPT,
    Notice.OPENED_SUPERVISED: Sound.ACCEPT,
    Notice.OPENED_ACCOMPANIED: Sound.ACCEPT,
    Notice.OPENED_WORKSHOP: Sound.ACCEPT,
    Notice.OPENED_MAINTENANCE: Sound.ACCEPT,
    Notice.OPENED_AUDIT: Sound.ACCEPT,
    Notice.FINISHING: Sound.ACCEPT,
    Notice.DOOR_OPEN: Sound.ACCEPT,
    Notice.CHECKED_IN: Sound.ACCEPT,
    Notice.WELL_DONE: Sound.ACCEPT,
    Notice.HERE: Sound.ACCEPT,
    Notice.STAY: Sound.ACCEPT,
    Notice.BACK: Sound.ACCEPT,
    # look here
    Notice.WARNING: Sound.WARN,
    Notice.TOLD: Sound.WARN,
    Notice.AWAY: Sound.WARN,
    Notice.ALONE: Sound.WARN,
    Notice.OVERDUE: Sound.WARN,
    Notice.LID_OPEN: Sound.WARN,
    Notice.NO_POWER: Sound.WARN,
    Notice.SERVICE_SOON: Sound.WARN,
    Notice.ALARM: Sound.ALARM,
    # over
    Notice.CANCELLED: Sound.END,
    Notice.WAIT_OVER: Sound.END,
    Notice.ENDED: Sound.END,
    Notice.CHECKED_OUT: Sound.END,
}


def sound(what: Code | Notice) -> Sound:
    """The sound of a telling: every refusal sounds the same."""
    return Sound.REFUSE if isinstance(what, Code) else SOUND[what]
