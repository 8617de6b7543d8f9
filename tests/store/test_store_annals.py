"""Looking back for a name: in the journal and among the rights, by what a record's text says."""

from __future__ import annotations

import pytest
from made_books import moment, start, stop
from rights_lab import right

from fabgate.model import RecordId
from fabgate.records import GrantGiven, MemberAdded, SessionStarted
from fabgate.store import annals, journal
from fabgate.store.db import Writer


def sessions(writer: Writer) -> list[RecordId]:
    with writer.write() as pen:
        first = pen.append(start(1))
        return [first, pen.append(stop(first, 2)), pen.append(start(3))]


def test_records_that_say_something_come_alone_in_both_directions(writer: Writer):
    first, ended, second = sessions(writer)
    saying = annals.said("session", str(first))
    assert [one.id for one in journal.entries(writer.conn, saying=saying)] == [ended]
    member = annals.said("member", journal.entry(writer.conn, first).body.member)
    back = journal.entries(writer.conn, kinds=(SessionStarted.kind,), newest_first=True, saying=member)
    assert [one.id for one in back] == [second, first]
    assert list(journal.entries(writer.conn, after=second.seq, saying=member)) == []


def test_a_purged_record_says_nothing(writer: Writer):
    first, _, _ = sessions(writer)
    with writer.write() as pen:
        journal.purge(pen, moment(9), "old", 1, 99)
    assert list(journal.entries(writer.conn, saying=str(first))) == []


@pytest.mark.parametrize("skill", ["laser", 'the "big" laser', "découpe\\laser", "a%_b", "\u2028"])
def test_rights_are_found_by_a_field_and_nothing_alike(writer: Writer, skill: str):
    right(writer, MemberAdded("m-1", "m-0"))
    right(writer, GrantGiven("m-1", skill, "trainee", "m-0"))
    right(writer, GrantGiven("m-1", skill + "2", "trainee", "m-0"))
    right(writer, GrantGiven("m-1", skill, "autonomous", "m-0"))
    (found,) = annals.subjects(writer.conn, "skill", skill)
    assert found.startswith("grant/m-1/")
    assert len(annals.subjects(writer.conn, "member", "m-1")) == 3
    assert annals.subjects(writer.conn, "by", "m-1") == ()
