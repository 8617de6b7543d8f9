"""A manager looks through the journal: by sort, by person, by machine, by day, by what was said."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, combinations

import pytest
from first_day import NOON, done

from fabgate.desk import backwards, days, machines
from fabgate.desk.backwards import GROUPS, Wanted
from fabgate.model import Code, Denied
from fabgate.records import KINDS, AccountState, SkillUsed


@pytest.fixture(autouse=True)
def ada(here):
    return here.member("ada", "Ada Lovelace")


def kinds(here, **wanted):
    return [one.entry.body.kind for one in backwards.leaf(here.desk, Wanted(**wanted)).lines]


def records(here, **wanted):
    """The numbers of all records that are found, two a page, the newest first."""
    found, mark = [], None
    while True:
        leaf = backwards.leaf(here.desk, Wanted(**wanted), mark, most=2)
        found += [one.entry.id.seq for one in leaf.lines]
        mark = leaf.mark
        if mark is None:
            return found


def test_every_kind_of_record_is_in_one_group_and_no_more():
    hidden = {SkillUsed.kind, AccountState.kind}
    for kind in KINDS:
        assert sum(kind in group for group in GROUPS.values()) == (kind not in hidden), kind


def test_the_newest_line_says_why(here):
    done(machines.lock(here.desk, "ada", "cutter", "it smokes"))
    newest = backwards.leaf(here.desk, Wanted()).lines[0]
    assert (newest.entry.body.kind, newest.beside["reason"]) == ("machine.lock", "it smokes")
    assert newest.gate == newest.entry.id.origin.split("/")[1]
    assert backwards.one(here.desk, str(newest.entry.id)) == newest


def test_a_line_is_found_by_what_one_remembers(here, ada):
    done(machines.lock(here.desk, "ada", "cutter", "it smokes"))
    done(machines.lock(here.desk, "zoe", "router", "worn"))
    assert kinds(here, machine="cutter") == ["machine.lock"]
    assert kinds(here, group="machines") == ["machine.lock", "machine.lock"]
    assert kinds(here, member=ada) == ["machine.lock", "member.add"]
    assert kinds(here, text="SMOKES") == ["machine.lock"]
    assert kinds(here, member=ada, machine="router") == []
    assert kinds(here, gate="nowhere") == []
    assert "machine.lock" in kinds(here, group="of another version")


def test_filters_together_find_what_each_of_them_finds_alone(here, ada):
    """All of them at once, in every combination, page by page."""
    done(machines.lock(here.desk, "ada", "cutter", "it smokes"))
    done(machines.unlock(here.desk, "zoe", "cutter", "Éteint, mended"))
    done(machines.lock(here.desk, "zoe", "router", "smokes, too"))
    today = days.of(NOON, here.desk.settings.lab.zone)
    alone = {"group": "machines", "member": ada, "machine": "cutter", "text": "É", "first": today}
    every = records(here)
    each = {name: records(here, **{name: value}) for name, value in alone.items()}
    assert all(0 < len(found) < len(every) for name, found in each.items() if name != "first")
    for some in chain.from_iterable(combinations(alone, many) for many in range(2, len(alone) + 1)):
        expected = [one for one in every if all(one in each[name] for name in some)]
        assert records(here, **{name: alone[name] for name in some}) == expected, some


def test_days_are_those_of_the_lab(here):
    today = days.of(NOON, here.desk.settings.lab.zone)
    done(machines.lock(here.desk, "ada", "cutter", "it smokes"))
    assert "machine.lock" in kinds(here, first=today, last=today)
    assert kinds(here, first=today + timedelta(days=1)) == []
    assert kinds(here, last=today - timedelta(days=1)) == []


@pytest.mark.parametrize(
    "record", ["", "x", "a/b/c#1", "openfab/gate-1/none#99999999999999999999", "1#1", "a/b/c#x"]
)
def test_there_is_no_record_of_a_wrong_id(here, record):
    assert backwards.one(here.desk, record) is None


def test_a_member_is_meant_by_handle_or_by_a_part_of_the_name(here, ada):
    assert backwards.meant(here.desk, "ada").id == ada
    assert backwards.meant(here.desk, ada).id == ada
    assert backwards.meant(here.desk, "lovel").id == ada
    here.member("grace", "Grace Lovelock")
    several = backwards.meant(here.desk, "LOVEL")
    assert [one.handle for one in several] == ["ada", "grace"]
    nobody = backwards.meant(here.desk, "nobody")
    assert isinstance(nobody, Denied)
    assert nobody.code is Code.UNKNOWN_MEMBER
