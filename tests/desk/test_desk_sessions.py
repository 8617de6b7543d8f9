"""Sessions that are open, and the word that ends one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_day import done

from fabgate.desk import machines, sessions
from fabgate.model import Code, Denied, Level, Moment, Role
from fabgate.records import CloseAsked, Draft, SessionStarted, SessionStopped
from fabgate.store import journal


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


def begin(here, member, machine="cutter", sponsor=None):
    start = SessionStarted(machine, "laser", member, "k:00", "trainee", "tap", 3_600_000, sponsor)
    with here.desk.writer.write() as pen:
        return pen.append(Draft(here.clock.now(), start))


def end(here, session, machine="cutter"):
    with here.desk.writer.write() as pen:
        pen.append(Draft(here.clock.now(), SessionStopped(str(session), machine, "own_tap", 1000)))


@pytest.fixture
def ada(here):
    return here.member("ada", "Ada Lovelace")


@pytest.fixture
def bob(here):
    return here.member("bob", "Bob")


def test_an_open_session_is_shown_until_it_ends(here, clock, ada, bob):
    assert sessions.listed(here.desk) == ()
    session = begin(here, ada, sponsor=bob)
    clock.wall_ms += 90_000
    (shown,) = sessions.listed(here.desk)
    assert (shown.session, shown.machine, shown.title, shown.level) == (
        session,
        "cutter",
        "Cutter",
        "trainee",
    )
    assert (shown.member.handle, shown.sponsor.handle, shown.length_ms) == ("ada", "bob", 90_000)
    assert machines.shown(here.desk, "cutter").open == shown
    end(here, session)
    assert sessions.listed(here.desk) == ()


def test_the_length_of_a_session_from_before_a_boot_is_not_known(here, clock, ada):
    begin(here, ada)

    class Rebooted:
        def now(self):
            return Moment("next boot", 5, clock.wall_ms, True)

    (shown,) = sessions.listed(replace(here.desk, clock=Rebooted()))
    assert shown.length_ms is None


@pytest.mark.parametrize("by_machine", [True, False])
def test_a_manager_ends_a_session_now(here, ada, by_machine):
    session = begin(here, ada)
    answer = done(sessions.close(here.desk, "zoe", "cutter" if by_machine else str(session), "it burns"))
    body = here.last().body
    assert isinstance(body, CloseAsked)
    assert (body.session, body.machine) == (str(session), "cutter")
    assert here.said_beside()["reason"] == "it burns"
    assert (answer.facts["session"], answer.facts["subject"]) == (str(session), "Ada Lovelace")
    assert (answer.facts["machine"], answer.facts["title"]) == ("cutter", "Cutter")


def test_the_user_and_the_maintainer_end_it_too_and_nobody_else(here, ada, bob):
    begin(here, ada)
    here.grant("bob", "laser", Level.SPONSOR)
    here.role("bob", Role.MAINTAINER, "router")
    answer = refused(sessions.close(here.desk, "bob", "cutter", "x"), Code.NOT_ALLOWED)
    assert "Ada Lovelace" not in str(answer.facts)
    done(sessions.close(here.desk, "ada", "cutter", "going home"))
    here.role("bob", Role.MAINTAINER, "cutter")
    done(sessions.close(here.desk, "bob", "cutter", "x"))
    refused(sessions.close(here.desk, "bob", "cutter", ""), Code.REASON_NEEDED)
    here.suspend("ada")
    refused(sessions.close(here.desk, "ada", "cutter", "x"), Code.SUSPENDED_MEMBER)


def test_a_session_that_is_not_open_cannot_be_closed(here, ada):
    session = begin(here, ada)
    end(here, session)
    for asked in ("cutter", str(session), "openfab/gate1/00000000#99", "#", "a#b"):
        refused(sessions.close(here.desk, "zoe", asked, "x"), Code.NO_SESSION)
    for asked in ("", "cuter", "\udcff", "'; --"):
        refused(sessions.close(here.desk, "zoe", asked, "x"), Code.UNKNOWN_MACHINE)


def test_of_two_open_sessions_the_named_one_is_closed(here, ada, bob):
    begin(here, ada)
    second = begin(here, bob, "engraver")
    done(sessions.close(here.desk, "zoe", "engraver", "x"))
    assert here.last().body.session == str(second)


def test_a_session_on_a_machine_that_left_the_configuration_is_shown_and_closed(here, ada):
    session = begin(here, ada, "lathe")
    (shown,) = sessions.listed(here.desk)
    assert shown.title == "lathe"
    done(sessions.close(here.desk, "zoe", "lathe", "sold"))
    assert here.last().body.session == str(session)


def test_to_ask_for_the_end_is_not_to_write_it(here, ada):
    begin(here, ada)
    done(sessions.close(here.desk, "zoe", "cutter", "x"))
    assert len(sessions.listed(here.desk)) == 1
    assert not list(journal.entries(here.desk.conn, kinds=[SessionStopped.kind]))
