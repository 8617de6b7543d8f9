"""A lab with rules of its own: papers with grace, a minors' form, purposes, safety in everybody's hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from first_day import DAY, Lab, done

from fabgate.charter import Charter, Paper
from fabgate.desk import days, papers, status
from fabgate.model import Code, Denied, Status

ZONE = ZoneInfo("Europe/Brussels")
RULES = Charter(
    papers={
        "dues": Paper("dues", "membership dues", {"fr": "la cotisation"}, grace_days=30),
        "waiver": Paper("waiver", "the waiver"),
        "parental": Paper("parental", "the parents' consent", minors=True),
        "evenings": Paper("evenings", "the evening subscription", subscription=True),
    },
    purposes={"social": "a social project", "repair": "a repair café"},
    safety_suspend=True,
)


def chartered(here: Lab, rules: Charter = RULES) -> Lab:
    """The same lab under these rules."""
    rules = replace(rules, skills=here.desk.settings.skills)
    settings = replace(here.desk.settings, charter=rules)
    return Lab(replace(here.desk, settings=settings), here.clock)


def at(text: str) -> int:
    """A wall time in Brussels: 2026-10-14T19:00."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC).timestamp() * 1000)


def last_day(text: str) -> int:
    return days.end_of_day_ms(ZONE, text)


def refused(answer: object, code: Code) -> Denied:
    assert isinstance(answer, Denied), answer
    assert answer.code is code, answer
    return answer


def with_keys(here: Lab, handle: str) -> None:
    """Makes a member autonomous in the lab."""
    done(status.give(here.desk, "zoe", handle, Status.AUTONOMOUS, "AG 2026-11-20, 4"))


def on_file(here: Lab, handle: str) -> dict[str, tuple[bool, bool]]:
    """Of each paper whether it is asked, and whether it counts."""
    shown = papers.listed(here.desk, handle)
    assert not isinstance(shown, Denied)
    return {one.paper.id: (one.asked, one.counts) for one in shown}


__all__ = ["DAY", "RULES", "ZONE", "at", "chartered", "done", "last_day", "on_file", "refused", "with_keys"]
