"""The history: what was recorded in the lab, narrowed down by what somebody remembers of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.happened import People, Teller, as_written, shown_ms
from fabgate.board.pages import page
from fabgate.board.visit import UNFIT, Visit
from fabgate.desk import backwards, days
from fabgate.desk.backwards import GROUPS, Leaf, Seen, Wanted
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.rules.viewing import Area
from fabgate.store.roster import Member
from fabgate.texts.catalogue import Said

_FIELDS = ("group", "member", "machine", "gate", "first", "last", "text")
_LONGEST = 200  # signs of a field
_YEARS = range(1990, 2200)
_NOT_THERE = 404


@dataclass(frozen=True)
class _Line:
    """A record as the page shows it. `by`: None where nobody did it, or the sentence says who."""

    seen: Seen
    record: str
    told: Markup
    by: Markup | None
    shown_ms: int | None

    @property
    def link(self) -> str:
        return "/history/record?" + urlencode({"of": self.record})

    @property
    def unsure(self) -> bool:
        return self.seen.entry.at is not None and not self.seen.entry.at.synced


def _show(visit: Visit) -> Response:
    filled = {name: visit.wish(name)[:_LONGEST] for name in _FIELDS}
    try:
        first, last = _day(filled["first"]), _day(filled["last"])
    except UsageError as error:
        visit.refusal = Said(error.what, error.remedy)
        return _page(visit, filled, None, (), UNFIT)
    meant = backwards.meant(visit.desk, filled["member"]) if filled["member"] else None
    if isinstance(meant, Denied):
        visit.refusal = visit.speaker.refusal(meant)
        return _page(visit, filled, None, ())
    if isinstance(meant, tuple):
        return _page(visit, filled, None, meant)
    wanted = Wanted(
        group=filled["group"] if filled["group"] in GROUPS else "",
        member=None if meant is None else meant.id,
        machine=filled["machine"],
        gate=filled["gate"],
        first=first,
        last=last,
        text=filled["text"],
    )
    return _page(visit, filled, backwards.leaf(visit.desk, wanted, visit.wish("below") or None), ())


def _page(
    visit: Visit, filled: dict[str, str], leaf: Leaf | None, several: tuple[Member, ...], status: int = 200
) -> Response:
    asked = {name: value for name, value in filled.items() if value}
    teller = _teller(visit)
    return visit.page(
        "history.html",
        status,
        filled=filled,
        groups=tuple(GROUPS),
        machines=_machines(visit, filled["machine"]),
        gates=_gates(visit, filled["gate"]),
        lines=() if leaf is None else tuple(_line(teller, seen) for seen in leaf.lines),
        leaf=leaf,
        several=tuple((one, _path(asked | {"member": one.handle})) for one in several),
        asked=bool(asked),
        newest=_path(asked) if visit.wish("below") else None,
        older=None if leaf is None or leaf.mark is None else _path(asked | {"below": leaf.mark}),
    )


def _record(visit: Visit) -> Response:
    seen = backwards.one(visit.desk, visit.wish("of")[:_LONGEST])
    if seen is None:
        t = visit.speaker.t
        visit.refusal = Said(t("history.no_record"), t("history.no_record_next"))
        return visit.page("history_record.html", _NOT_THERE, line=None)
    teller = _teller(visit)
    return visit.page(
        "history_record.html",
        line=_line(teller, seen),
        written=as_written(seen.entry),
        named=teller.named(seen.entry),
    )


def _line(teller: Teller, seen: Seen) -> _Line:
    entry = seen.entry
    return _Line(seen, str(entry.id), teller.tell(entry), teller.by(entry), shown_ms(entry))


def _teller(visit: Visit) -> Teller:
    return Teller(visit.speaker, visit.settings, People(visit.conn))


def _day(text: str) -> date | None:
    """A day of the form. Raises UsageError for what is none, or one that no lab has seen."""
    if not text:
        return None
    found = days.day(text)
    if found.year not in _YEARS:
        raise UsageError(f"{text!r} is no day", "Write it as 2027-01-31: year, month, day.")
    return found


def _machines(visit: Visit, chosen: str) -> dict[str, str]:
    """What there is to choose from; also one that is no longer there, where it was asked for."""
    known = {str(name): one.rules.title for name, one in visit.settings.machines.items()}
    return known if not chosen or chosen in known else known | {chosen: chosen}


def _gates(visit: Visit, chosen: str) -> tuple[str, ...]:
    known = backwards.gates(visit.desk)
    return known if not chosen or chosen in known else (*known, chosen)


def _path(asked: dict[str, str]) -> str:
    return "/history" + (f"?{urlencode(asked)}" if asked else "")


ROUTES: list[BaseRoute] = [
    page("/history", Area.LAB, _show),
    page("/history/record", Area.LAB, _record),
]
