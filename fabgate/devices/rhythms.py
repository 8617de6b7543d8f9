"""How a lamp lights and how a buzzer beeps, in seconds: the same on every bench that has them.

No two patterns are alike, so that nobody has to tell colours apart. None flashes more than three times a
second: quicker light can bring on a fit in people with photosensitive epilepsy.
"""

from __future__ import annotations

from collections.abc import Mapping

from fabgate.devices.protocols import Pattern, Sound

RHYTHM: Mapping[Pattern, tuple[float, ...]] = {
    Pattern.STEADY: (),
    Pattern.WINK: (2.7, 0.3),
    Pattern.BLINK: (0.5, 0.5),
    Pattern.FAST: (0.2, 0.2),
    Pattern.FLASH: (0.3, 2.7),
    Pattern.DOUBLE: (0.2, 0.2, 0.2, 1.0),
    Pattern.TRIPLE: (0.2, 0.2, 0.2, 0.2, 0.2, 1.0),
}
"""On, off, on, off, ..., and again from the first; () is on all the time."""

BEEPS: Mapping[Sound, tuple[float, float, int]] = {
    Sound.ACCEPT: (0.1, 0.1, 1),
    Sound.REFUSE: (0.1, 0.1, 3),
    Sound.WARN: (0.5, 0.5, 2),
    Sound.ASK: (0.2, 0.2, 2),
    Sound.END: (0.6, 0.1, 1),
    Sound.ALARM: (0.5, 0.2, 8),
}
"""How long a beep is and the pause after it, and how many there are."""

STEP_S = 0.1
"""The beat of a rhythm of more than one flash: each of its lengths is a multiple of it."""


def steps(pattern: Pattern) -> tuple[bool, ...]:
    """A rhythm as what the lamp is at each beat, once through."""
    return tuple(
        place % 2 == 0
        for place, length_s in enumerate(RHYTHM[pattern])
        for _ in range(round(length_s / STEP_S))
    )
