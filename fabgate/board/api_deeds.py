"""What the API does: a few deeds of the floor, in the name of the token's member. The desk decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fabgate.board.api_forms import Fits
from fabgate.board.visit import Visit
from fabgate.desk import Done, machines, presence, sessions
from fabgate.model import Denied

_REASON = Fits(0, 1_000, r"^[^\u0000]*$")


@dataclass(frozen=True, slots=True)
class Why:
    """Why it is done; it is kept beside the journal."""

    reason: Annotated[str, _REASON, "In a few words."]


@dataclass(frozen=True, slots=True)
class PerhapsWhy:
    """Why it is done, where there is something to say."""

    reason: Annotated[str, _REASON, "In a few words; may be left out."] = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """It was done. That a machine obeys is its gate's to say: look at the wall."""

    record: Annotated[str | None, "The record that says so."]
    by: Annotated[str, "Whose deed it is: the handle of the token's member."]


def lock(visit: Visit, asked: Why) -> Deed | Denied:
    return _deed(visit, machines.lock(visit.desk, None, visit.asked.parameters["machine"], asked.reason))


def unlock(visit: Visit, asked: PerhapsWhy) -> Deed | Denied:
    reason = asked.reason.strip() or None
    return _deed(visit, machines.unlock(visit.desk, None, visit.asked.parameters["machine"], reason))


def end(visit: Visit, asked: Why) -> Deed | Denied:
    return _deed(visit, sessions.close(visit.desk, None, visit.asked.parameters["machine"], asked.reason))


def check_in(visit: Visit, _: object) -> Deed | Denied:
    return _deed(visit, presence.check_in(visit.desk, None, visit.asked.parameters["member"]))


def check_out(visit: Visit, _: object) -> Deed | Denied:
    return _deed(visit, presence.check_out(visit.desk, None, visit.asked.parameters["member"]))


def _deed(visit: Visit, did: Done | Denied) -> Deed | Denied:
    if isinstance(did, Denied):
        return did
    return Deed(None if did.record is None else str(did.record), visit.me.handle)
