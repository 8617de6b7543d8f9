"""A gate joins its hub: an invitation is looked at, and taken.

What the gate has stays: its journal, its rights, its badge keys. It only knows more afterwards.
"""

from __future__ import annotations

from fabgate.config import Settings
from fabgate.errors import LinkError
from fabgate.link import joined
from fabgate.link.invitation import GOOD_FOR_MS, Invitation
from fabgate.link.joined import Joined
from fabgate.model import Moment
from fabgate.store import db
from fabgate.store.db import Store
from fabgate.store.faults import told
from fabgate.store.files import KEYS
from fabgate.store.keys import Keys

_AGAIN = "Ask for a new one: fabgate hub invite, on the hub."


def check(settings: Settings, invitation: Invitation, at: Moment) -> None:
    """Raises LinkError for an invitation that is not for this gate, or is older than a day."""
    for what, meant, here in (
        ("lab", invitation.lab, settings.lab.name),
        ("gate", invitation.gate, settings.gate.name),
    ):
        if meant != here:
            raise LinkError(
                f"the invitation is for the {what} {meant}, and {settings.path} says {here}",
                f"Give the {what} one name in both places, or ask for an invitation for this one.",
            )
    if at.synced and at.wall_ms - invitation.made_ms > GOOD_FOR_MS:
        raise LinkError("the invitation is more than 24 hours old", _AGAIN)


def accept(settings: Settings, invitation: Invitation, at: Moment) -> Joined:
    """The gate has joined, durably, from its next start on.

    Badges are enrolled under the hub's newest key from then on; the gate's own keys stay good. A gate
    without books gets them, and its people from the hub. The `link` folder comes last: what is cut
    short before it is done again. Raises LinkError, StoreError, DiskFull.
    """
    check(settings, invitation, at)
    state = settings.gate.state
    keys = invitation.keys
    if (state / KEYS).exists():
        keys = keys.merged(Keys.load(state))
    with told:
        state.mkdir(parents=True, exist_ok=True)
    keys.keep(state)
    if not Store(state).exists():
        db.create(state, settings.lab.name, settings.gate.name, at)
    return joined.keep(state, invitation)
