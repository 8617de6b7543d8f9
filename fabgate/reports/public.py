"""The tables of the reports: each with its rows, its total, and what of it is not shown.

All tables of a period are made and looked at together, whichever of them somebody asks for: what one report
hides no other may tell. Words and definitions are `words.py`'s; here everything bears its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fabgate.reports.gathered import Gathered, Period
from fabgate.rules import downtime
from fabgate.rules.census import FREE, REDUCED, Census, Count, Counts, Taught, months
from fabgate.rules.downtime import Stretch
from fabgate.rules.month import Month
from fabgate.rules.newcomers import Became
from fabgate.rules.occupancy import CLOSED, OPENNESS, down_ms, hours, median, percent
from fabgate.rules.suppression import Share, Split, hidden

VERSION = "1"
"""Of the definitions: figures of two versions are not compared. It rises when one of them changes."""

Value = int | Decimal | None
PUBLIC = frozenset({"offered_hours", "down_hours", "available_hours", "out_hours", "out_times", "out_share"})
"""Figures of the lab and its machines, not of people: never hidden."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it is of, its values by figure, and who stands behind it (None: nobody is told of).

    A value of None is none; `shown` is False where those of people are hidden.
    """

    name: tuple[str, ...]
    values: Mapping[str, Value]
    share: Share | None = None
    shown: bool = True

    def open(self, figure: str) -> bool:
        """Whether this value may be told."""
        return self.shown or figure in PUBLIC


@dataclass(frozen=True, slots=True)
class Table:
    """`of`: what its rows are of. `whole`: what they add up to, in the last line."""

    id: str
    of: tuple[str, ...]
    figures: tuple[str, ...]
    rows: tuple[Row, ...]
    whole: Row | None = None

    @property
    def lines(self) -> tuple[Row, ...]:
        return self.rows if self.whole is None else (*self.rows, self.whole)


REPORTS: Mapping[str, tuple[str, ...]] = {
    "occupancy": ("machines", "modes"),
    "funders": ("figures", "visits", "months", "purposes", "modes", "paid", "free"),
    "sponsorship": ("sponsorship", "autonomous", "supervision"),
    "downtime": ("downtime", "causes"),
}
"""Which tables stand in which report, in their order."""
FIGURES, MACHINES, AUTONOMOUS, ALL, CAME = "figures", "machines", "autonomous", "all", "came"


def tables(found: Gathered) -> tuple[Table, ...]:
    """Every table of a period, with what is not shown marked in it. A table without rows is left out."""
    made = [one for one in _made(found) if one.rows]
    hide = hidden([_split(one) for one in made])
    return tuple(
        replace(
            one,
            rows=tuple(_hidden(row, hide) for row in one.rows),
            whole=None if one.whole is None else _hidden(one.whole, hide),
        )
        for one in made
    )


def of_report(found: Iterable[Table], report: str) -> tuple[Table, ...]:
    """The tables of one report."""
    by_id = {one.id: one for one in found}
    return tuple(by_id[name] for name in REPORTS[report] if name in by_id)


def _split(table: Table) -> Split:
    whole = table.whole.share if table.whole is not None else None
    return Split(tuple(row.share for row in table.rows if row.share is not None), whole)


def _hidden(row: Row, hide: frozenset[str]) -> Row:
    return replace(row, shown=row.share is None or row.share.key not in hide)


# --- the tables -------------------------------------------------------------------------------


def _made(found: Gathered) -> Iterator[Table]:
    census = found.census
    all_ = census.whole.share(ALL)
    whole = Row(("",), _worked(census.whole), all_)
    yield _key_figures(found, all_)
    yield _machines(found, all_)
    yield _visits(found)
    yield Table("months", ("month",), _WORKED, _by_month(found), whole)
    yield _modes(census, whole)
    yield Table("purposes", ("purpose",), _WORKED, _rows("purposes", census.purposes), whole)
    if found.priced:
        free = census.paid[FREE]
        yield Table("paid", ("paid",), _WORKED, _rows("paid", census.paid), whole)
        whole_free = Row(("",), _worked(free), free.share("paid/free"))
        yield Table("free", ("reason",), _WORKED, _rows("free", census.free), whole_free)
    yield from _sponsorship(found)
    yield from _downtime(found)


_WORKED = ("users", "sessions", "powered_hours", "worked_hours")


def _worked(count: Count) -> dict[str, Value]:
    """What every table of sessions says of a row."""
    values = len(count.who), count.sessions, hours(count.powered_s), hours(count.worked_s)
    return dict(zip(_WORKED, values, strict=True))


def _rows(kind: str, counts: Counts) -> tuple[Row, ...]:
    """By their names: an order by size would tell of those that are hidden."""
    return tuple(
        Row((name,), _worked(one), one.share(f"{kind}/{name}"))
        for name, one in sorted(counts.items())
        if one.sessions
    )


def _by_month(found: Gathered) -> tuple[Row, ...]:
    counts = ((str(month), found.census.months[str(month)]) for month in _months(found))
    return tuple(Row((name,), _worked(one), one.share(f"months/{name}")) for name, one in counts)


def _months(found: Gathered) -> tuple[Month, ...]:
    return months(found.period.first, found.period.last)


def _visits(found: Gathered) -> Table:
    rows = tuple(
        Row((str(month),), _came(visits), _came_share(f"{CAME}/{month}", visits))
        for month in _months(found)
        for visits in (_visits_in(found, month),)
    )
    visits = found.census.visits_in(*found.period.days)
    whole = Row(("",), _came(visits), _came_share(CAME, visits))
    return Table("visits", ("month",), ("visits",), rows, whole)


Visits = set[tuple[str, int]]


def _visits_in(found: Gathered, month: Month) -> Visits:
    period = found.period
    return found.census.visits_in(*Period(month, month, period.zone, period.now_s).days)


def _came(visits: Visits) -> dict[str, Value]:
    """How many people that were is not told: less those who worked, it would be how many only looked in."""
    return {"visits": len(visits)}


def _came_share(key: str, visits: Visits) -> Share:
    return Share(key, frozenset(who for who, _ in visits), (len(visits),))


def _modes(census: Census, whole: Row) -> Table:
    """The most open first, whether anybody came or not."""
    open_ = {one.value: times for one, times in census.frame.modes.items()}
    rows = []
    for name in (*(one.value for one in OPENNESS if one.value in open_), CLOSED):
        offered = hours(open_[name].length_ms // 1000) if name in open_ else None
        worked = census.modes[name]
        values = {"offered_hours": offered, **_worked(worked)}
        rows.append(Row((name,), values, worked.share(f"modes/{name}")))
    return Table("modes", ("mode",), ("offered_hours", *_WORKED), tuple(rows), whole)


_OCCUPANCY = (*_WORKED, "inside_hours", "offered_hours", "down_hours", "available_hours", "occupancy")


def _machines(found: Gathered, all_: Share) -> Table:
    census = found.census
    offered_s = census.frame.offered.length_ms // 1000
    downs = {name: down_ms(census.frame.offered, out) // 1000 for name, out in found.out.items()}
    rows = tuple(
        Row(
            (name,),
            _occupancy(census.machines[name], offered_s, down_s),
            census.machines[name].share(f"machines/{name}"),
        )
        for name, down_s in sorted(downs.items())
    )
    values = _occupancy(census.whole, offered_s * len(rows), sum(downs.values()))
    return Table(MACHINES, ("machine",), _OCCUPANCY, rows, Row(("",), values, all_))


def _occupancy(count: Count, offered_s: int, down_s: int) -> dict[str, Value]:
    return {
        **_worked(count),
        "inside_hours": hours(count.inside_s),
        "offered_hours": hours(offered_s),
        "down_hours": hours(down_s),
        "available_hours": hours(offered_s - down_s),
        "occupancy": percent(count.inside_s, offered_s - down_s),
    }


# --- key figures ------------------------------------------------------------------------------


def _key(figure: str, value: Value, share: Share | None) -> Row:
    return Row((figure,), {"value": value}, share)


def _key_figures(found: Gathered, all_: Share) -> Table:
    census, (first, after) = found.census, found.period.days
    offered_s = census.frame.offered.length_ms // 1000
    new, renewed = found.people.new(first, after), found.people.renewed(first, after)
    visits = census.visits_in(first, after)
    came = _came_share(CAME, visits)
    rows = [
        *(_key(figure, value, came) for figure, value in _came(visits).items()),
        *(_key(figure, value, all_) for figure, value in _worked(census.whole).items()),
        _key("offered_hours", hours(offered_s), None),
        _key("new_members", len(new), Share("new", new, (len(new),))),
        _key("renewed_members", len(renewed), Share("renewed", renewed, (len(renewed),))),
        *_workshops(found.groups),
    ]
    if found.priced:
        rows += [
            _key(f"{how}_hours", hours(census.paid[how].worked_s), census.paid[how].share(f"paid/{how}"))
            for how in (FREE, REDUCED)
        ]
    return Table(FIGURES, ("figure",), ("value",), tuple(rows))


def _workshops(groups: tuple[int, ...]) -> Iterator[Row]:
    share = Share("workshops", frozenset(f"?{number}" for number in range(sum(groups))), groups)
    yield _key("workshops", len(groups), share)
    yield _key("attendees", sum(groups), share)


# --- sponsorship ------------------------------------------------------------------------------

_TAUGHT = ("trainees", "sponsors", "supervised_sessions", "supervision_hours")


def _sponsorship(found: Gathered) -> Iterator[Table]:
    became = tuple(found.people.became(*found.period.days))
    census = found.census
    share, teaching = _autonomous_share(AUTONOMOUS, became), census.teaching.share("supervision")
    keys = [_key(figure, value, share) for figure, value in _autonomous(became).items()]
    keys += [_key(figure, value, teaching) for figure, value in _taught(census.teaching).items()]
    yield Table("sponsorship", ("figure",), ("value",), tuple(keys))
    by_skill: dict[str, list[Became]] = {}
    for one in became:
        by_skill.setdefault(one.skill, []).append(one)
    rows = tuple(
        Row((skill,), _autonomous(several), _autonomous_share(f"{AUTONOMOUS}/{skill}", several))
        for skill, several in sorted(by_skill.items())
    )
    yield Table(
        AUTONOMOUS, ("skill",), (AUTONOMOUS, "median_days"), rows, Row(("",), _autonomous(became), share)
    )
    rows = tuple(
        Row((skill,), _taught(one), one.share(f"supervision/{skill}"))
        for skill, one in sorted(census.taught.items())
    )
    yield Table("supervision", ("skill",), _TAUGHT, rows, Row(("",), _taught(census.teaching), teaching))


def _autonomous(became: Sequence[Became]) -> dict[str, Value]:
    return {AUTONOMOUS: len(became), "median_days": median(one.days for one in became)}


def _autonomous_share(key: str, became: Sequence[Became]) -> Share:
    return Share(key, frozenset(one.member for one in became), (len(became),))


def _taught(one: Taught) -> dict[str, Value]:
    values = len(one.trainees), len(one.sponsors), one.sessions, hours(one.hours_s())
    return dict(zip(_TAUGHT, values, strict=True))


# --- downtime ---------------------------------------------------------------------------------

_OUT = ("out_hours", "out_share", "out_times", "down_hours")


def _downtime(found: Gathered) -> Iterator[Table]:
    rows = tuple(Row((name,), _out(found, out)) for name, out in sorted(found.out.items()))
    yield Table("downtime", ("machine",), _OUT, rows)
    causes = tuple(
        Row((name, cause), _cause(out, cause, ms))
        for name, out in sorted(found.out.items())
        for cause, ms in downtime.by_cause(out).items()
    )
    yield Table("causes", ("machine", "cause"), ("out_hours", "out_times"), causes)


def _out(found: Gathered, out: Sequence[Stretch]) -> dict[str, Value]:
    whole_ms, period = downtime.whole_ms(out), found.period
    return {
        "out_hours": hours(whole_ms // 1000),
        "out_share": percent(whole_ms, 1000 * (period.to_s - period.from_s)),
        "out_times": len(out),
        "down_hours": hours(down_ms(found.census.frame.offered, out) // 1000),
    }


def _cause(out: Sequence[Stretch], cause: str, ms: int) -> dict[str, Value]:
    return {"out_hours": hours(ms // 1000), "out_times": sum(one.cause == cause for one in out)}
