"""What stands in the way of closing a month, in sentences, with what the form that settles it needs to know.

Used by `money_month.py`; `money_settling.py` takes the forms.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from fabgate.board.money_standing import Standing
from fabgate.board.money_told import Teller
from fabgate.board.visit import Visit
from fabgate.desk import purposes as words
from fabgate.desk import uncharged
from fabgate.model import MemberId
from fabgate.rules.closing import Kind, Obstacle
from fabgate.store import accounts as kept

OF_SESSIONS = (Kind.OPEN, Kind.RECOVERED, Kind.LONG, Kind.UNDATED, Kind.ZERO)
_MOST = 200  # on one page


@dataclass(frozen=True, slots=True)
class Stands:
    """An obstacle for people. `settled`: somebody has done something about it since the month was reckoned.

    `number` names its session as people do, `seen` what was said of it when the page was shown.
    """

    one: Obstacle
    what: Markup
    kind: str
    number: str = ""
    seen: str = ""
    settled: bool = False
    recorded: str = ""
    payer: str = ""
    address: str = ""
    vat_number: str = ""


def told(visit: Visit, tell: Teller, found: Standing) -> list[Stands]:
    """Those of a month, at most so many; the others are seen once these are settled."""
    return [_told(visit, tell, one) for one in found.look.obstacles[:_MOST]]


def _told(visit: Visit, tell: Teller, one: Obstacle) -> Stands:
    what = visit.speaker.t(f"money.way_{one.kind.value}", **_facts(visit, tell, one))
    if one.kind in (Kind.ADDRESS, Kind.VAT_NUMBER):
        return _of_payer(visit, tell, one, what)
    if one.kind not in OF_SESSIONS or not one.session:
        return Stands(one, what, one.kind.value)
    said = uncharged.said_of(visit.conn, one.session)
    origin = f"{visit.desk.writer.identity.origin}#"
    seen = ",".join(said.records)
    done = said.free or said.purpose is not None if one.kind is Kind.ZERO else said.length_ms is not None
    recorded = tell.length(one.seconds) if one.kind in (Kind.RECOVERED, Kind.LONG, Kind.UNDATED) else ""
    number = one.session.removeprefix(origin)
    return Stands(one, what, one.kind.value, number, seen, done, recorded, tell.handle(one.payer))


def _of_payer(visit: Visit, tell: Teller, one: Obstacle, what: Markup) -> Stands:
    known = kept.address(visit.conn, MemberId(one.payer)) or kept.Address()
    done = bool(known.lines if one.kind is Kind.ADDRESS else known.vat_number)
    return Stands(
        one,
        what,
        one.kind.value,
        settled=done,
        payer=tell.handle(one.payer),
        address="\n".join(known.lines),
        vat_number=known.vat_number,
    )


def _facts(visit: Visit, tell: Teller, one: Obstacle) -> dict[str, object]:
    speaker, begun_ms = visit.speaker, one.started_s * 1000 if one.started_s else None
    who = tell.person(one.member or one.payer)
    if one.member and one.payer and one.payer != one.member:
        who = speaker.t("money.for_payer", who=who, payer=tell.person(one.payer))
    return {
        "machine": speaker.name(tell.item("machine", one.machine or one.what)),
        "who": who,
        "when": speaker.moment(begun_ms),
        "length": tell.length(one.seconds),
        "gate": speaker.name(one.gate),
        "what": speaker.name(one.what),
    }


def purposes(visit: Visit) -> list[str]:
    return sorted(words.known_in(visit.settings))
