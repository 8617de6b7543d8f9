"""Members: taken in, changed, suspended, welcomed back."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

import pytest
from first_day import DAY, NOON, done
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.desk import handles, members
from fabgate.desk.deed import mint_member
from fabgate.desk.members import Details
from fabgate.errors import DiskFull, UsageError
from fabgate.model import Code, Denied, Level, Role
from fabgate.records import MemberAdded, MemberEdited, MemberLifted, MemberSuspended
from fabgate.store import roster
from fabgate.store.db import Store


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


def zoe(here):
    return roster.member(here.desk.conn, "zoe")


# --- added ------------------------------------------------------------------------------------


def test_a_new_member_is_known_by_a_random_id_and_a_handle(here):
    answer = done(
        members.add(here.desk, "zoe", Details("Ada Lovelace", language="nl", email="ada@example.org"))
    )
    assert answer.facts["by"] == "Zoé Dupont"
    assert answer.facts["subject"] == "Ada Lovelace"
    assert answer.facts["handle"] == "ada"
    ada = roster.member(here.desk.conn, "ada")
    assert re.fullmatch(r"m-[0-9a-f]{16}", ada.id)
    assert answer.facts["member"] == ada.id
    assert (ada.language, ada.email, ada.login, ada.nameable) == ("nl", "ada@example.org", None, False)
    assert ada.added_ms == NOON
    assert here.last().body == MemberAdded(ada.id, zoe(here).id)
    assert here.last().id == answer.record


def test_no_two_minted_ids_are_the_same():
    assert len({mint_member() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("role", [None, Role.TREASURER])
def test_only_a_manager_takes_members_in(here, role):
    here.member("ada")
    if role:
        here.role("ada", role)
    before = here.entries()
    refused(members.add(here.desk, "ada", Details("Bob")), Code.NOT_ALLOWED)
    assert here.entries() == before
    assert roster.member(here.desk.conn, "bob") is None


@pytest.mark.parametrize(
    "name",
    [
        'O\'Brien "Bob"',
        "Robert'); DROP TABLE members;--",
        "two\nlines\tand a tab",
        "\u202eעברית",
        "👩‍🔧",
        "山田太郎",
        "a\u0000b",
        "\x1b[31mred",
        " Ada ",
        "x" * 200,
    ],
)
def test_any_name_is_kept_as_it_was_given(here, name):
    handle = done(members.add(here.desk, "zoe", Details(name))).facts["handle"]
    assert roster.member(here.desk.conn, handle).name == name


@pytest.mark.parametrize("name", [None, "", " ", "\n\t", "\u200b", "x" * 201])
def test_a_name_that_shows_nothing_or_never_ends_is_refused(here, name):
    refused(members.add(here.desk, "zoe", Details(name)), Code.NAME_UNFIT)


def test_half_a_character_from_a_terminal_is_marked_and_kept(here):
    done(members.add(here.desk, "zoe", Details("Andr\udce9", "andre", email="\udcff"), reason="\udcff"))
    andre = roster.member(here.desk.conn, "andre")
    assert (andre.name, andre.email) == ("Andr\ufffd", "\ufffd")
    assert here.said_beside()["reason"] == "\ufffd"


def test_a_language_without_texts_is_a_mistake_of_typing(here):
    with pytest.raises(UsageError, match="'eo'"):
        members.add(here.desk, "zoe", Details("Ada", language="eo"))
    with pytest.raises(UsageError, match="'eo'"):
        members.edit(here.desk, "zoe", "zoe", Details(language="eo"))


def test_a_login_belongs_to_one_member(here):
    answer = refused(members.add(here.desk, "zoe", Details("Ada", login="zdupont")), Code.LOGIN_TAKEN)
    assert answer.facts["subject"] == "Zoé Dupont"
    assert answer.facts["login"] == "zdupont"
    here.member("ada")
    refused(members.edit(here.desk, "zoe", "ada", Details(login="zdupont")), Code.LOGIN_TAKEN)


# --- handles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ada Lovelace", "ada"),
        ("  ÉMILE zola", "emile"),
        ("Søren K", "soren"),
        ("Jean-Pierre", "jeanpierre"),
        ("O'Brien", "obrien"),
        ("Łukasz", "lukasz"),
        ("Strauß", "strauss"),
        ("山田 Taro", "taro"),
        ("山田", "member"),
        ("👩‍🔧", "member"),
        ("x" * 60, "x" * 32),
        ("İpek", "ipek"),
    ],
)
def test_a_handle_is_made_from_the_name(here, name, handle):
    assert done(members.add(here.desk, "zoe", Details(name))).facts["handle"] == handle


def test_the_next_of_a_name_gets_the_next_number(here):
    names = [done(members.add(here.desk, "zoe", Details("Ada"))).facts["handle"] for _ in range(3)]
    assert names == ["ada", "ada-2", "ada-3"]
    long = [done(members.add(here.desk, "zoe", Details("y" * 40))).facts["handle"] for _ in range(2)]
    assert long == ["y" * 32, "y" * 30 + "-2"]


@pytest.mark.parametrize("handle", ["a", "ada.l_2-x", "0", "a" * 32, "m-ada"])
def test_a_handle_may_be_chosen(here, handle):
    assert done(members.add(here.desk, "zoe", Details("Ada", handle))).facts["handle"] == handle


@pytest.mark.parametrize(
    "handle",
    ["", "Ada", "ada l", "adé", "a" * 33, "-a", ".a", "_a", "ada\n", "m-0123456789abcdef", "ада", "\udcff"],
)
def test_a_handle_that_cannot_be_typed_or_passes_for_an_id_is_refused(here, handle):
    refused(members.add(here.desk, "zoe", Details("Ada", handle)), Code.HANDLE_UNFIT)


def test_a_taken_handle_is_refused_with_one_that_is_free(here):
    here.member("ada")
    answer = refused(members.add(here.desk, "zoe", Details("Ada", "ada")), Code.HANDLE_TAKEN)
    assert answer.facts["free"] == "ada-2"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=50))
def test_every_name_makes_a_handle_that_is_fit(here, name):
    handle = handles.derived(here.desk.conn, name)
    assert handles.unfit(handle) is None


# --- edited -----------------------------------------------------------------------------------


def test_members_change_their_own_particulars(here):
    ada = here.member("ada")
    details = Details("Ada King", language="fr", email="king@example.org", nameable=True)
    answer = done(members.edit(here.desk, "ada", "ada", details))
    assert answer.facts["fields"] == ("email", "language", "name", "nameable")
    now = roster.member(here.desk.conn, ada)
    assert (now.name, now.language, now.email, now.nameable) == ("Ada King", "fr", "king@example.org", True)
    seen = (f"{here.last().id.origin}#{here.last().id.seq - 1}",)
    assert here.last().body == MemberEdited(ada, ada, ("email", "language", "name", "nameable"), seen)


def test_members_change_neither_their_handle_nor_their_login(here):
    here.member("ada")
    refused(members.edit(here.desk, "ada", "ada", Details(login="root")), Code.NOT_ALLOWED)
    refused(members.edit(here.desk, "ada", "ada", Details(handle="boss")), Code.NOT_ALLOWED)
    refused(members.edit(here.desk, "ada", "zoe", Details(name="Mallory")), Code.NOT_ALLOWED)
    done(members.edit(here.desk, "zoe", "ada", Details(handle="lovelace", login="alove")))
    assert roster.member_of_login(here.desk.conn, "alove").handle == "lovelace"


def test_only_what_changed_is_in_the_record(here):
    here.member("ada")
    answer = done(members.edit(here.desk, "zoe", "ada", Details(name="Ada", email="a@example.org")))
    assert answer.facts["fields"] == ("email",)


def test_an_edit_that_changes_nothing_is_told(here):
    here.member("ada")
    for details in (Details(), Details(name="Ada"), Details(login=""), Details(handle="ada")):
        refused(members.edit(here.desk, "zoe", "ada", details), Code.NOTHING_TO_DO)


def test_an_empty_text_takes_a_particular_away(here):
    ada = here.member("ada", login="alove")
    done(members.edit(here.desk, "zoe", "ada", Details(language="fr", email="a@example.org")))
    done(members.edit(here.desk, "zoe", "ada", Details(language="", email="", login="")))
    now = roster.member(here.desk.conn, ada)
    assert (now.language, now.email, now.login) == (None, None, None)


def test_an_edit_obeys_the_rules_of_a_new_member(here):
    here.member("ada")
    refused(members.edit(here.desk, "zoe", "ada", Details(name=" ")), Code.NAME_UNFIT)
    refused(members.edit(here.desk, "zoe", "ada", Details(handle="Zoe")), Code.HANDLE_UNFIT)
    assert refused(members.edit(here.desk, "zoe", "ada", Details(handle="")), Code.HANDLE_UNFIT)
    refused(members.edit(here.desk, "zoe", "ada", Details(handle="zoe")), Code.HANDLE_TAKEN)
    refused(members.edit(here.desk, "zoe", "nobody", Details(name="x")), Code.UNKNOWN_MEMBER)


# --- suspended --------------------------------------------------------------------------------


def test_a_suspension_names_who_why_and_since_when(here):
    ada = here.member("ada")
    answer = done(members.suspend(here.desk, "zoe", "ada", "unpaid since May"))
    now = roster.member(here.desk.conn, "ada")
    assert (now.suspended_ms, now.suspended_record) == (NOON, answer.record)
    assert here.last().body == MemberSuspended(ada, zoe(here).id)
    assert here.said_beside() == {"login": "oslogin", "reason": "unpaid since May"}


def test_a_lift_names_the_suspension_that_it_saw(here, clock):
    ada = here.member("ada")
    suspension = done(members.suspend(here.desk, "zoe", "ada", "unpaid")).record
    clock.wall_ms += DAY
    done(members.lift(here.desk, "zoe", "ada", "paid"))
    assert here.last().body == MemberLifted(ada, zoe(here).id, (str(suspension),))
    assert roster.member(here.desk.conn, "ada").suspended_ms is None


def test_suspending_twice_and_lifting_nothing_is_told(here):
    here.member("ada")
    refused(members.lift(here.desk, "zoe", "ada", "x"), Code.NOTHING_TO_DO)
    here.suspend("ada")
    answer = refused(members.suspend(here.desk, "zoe", "ada", "x"), Code.NOTHING_TO_DO)
    assert answer.facts["since_ms"] == NOON


@pytest.mark.parametrize("deed", [members.suspend, members.lift])
def test_suspending_and_lifting_take_a_manager_a_reason_and_somebody_else(here, deed):
    for handle in ("ada", "bob"):
        here.member(handle)
    here.role("bob", Role.MANAGER)
    here.grant("ada", "laser", Level.SPONSOR)
    refused(deed(here.desk, "ada", "bob", "x"), Code.NOT_ALLOWED)
    refused(deed(here.desk, "zoe", "ada", " \n"), Code.REASON_NEEDED)
    refused(deed(here.desk, "zoe", "zoe", "x"), Code.NOT_TO_YOURSELF)
    refused(deed(here.desk, "zoe", "nobody", "x"), Code.UNKNOWN_MEMBER)


def test_the_last_active_manager_is_not_suspended(here):
    answer = refused(members.suspend(here.desk, "zoe", "zoe", "x"), Code.LAST_MANAGER)
    assert answer.facts["subject"] == "Zoé Dupont"
    here.member("ada")
    here.role("ada", Role.MANAGER)
    done(members.suspend(here.desk, "ada", "zoe", "x"))
    refused(members.suspend(here.desk, "ada", "ada", "x"), Code.LAST_MANAGER)
    refused(members.lift(here.desk, "zoe", "zoe", "x"), Code.SUSPENDED_MEMBER)


# --- shown ------------------------------------------------------------------------------------


def test_everybody_is_listed_by_handle(here):
    for handle in ("bob", "ada"):
        here.member(handle)
    assert [member.handle for member in members.listed(here.desk)] == ["ada", "bob", "zoe"]


def test_a_member_is_shown_with_all_that_is_theirs(here):
    ada = here.member("ada")
    here.badge("ada", "04A2B3C4D5E680")
    here.role("ada", Role.TREASURER)
    here.grant("ada", "laser", Level.TRAINEE)
    shown = members.shown(here.desk, "ada")
    assert shown.member.id == ada
    assert len(shown.badges) == 1
    assert [held.role for held in shown.roles] == [Role.TREASURER]
    assert [grant.level for grant in shown.grants] == [Level.TRAINEE]
    refused(members.shown(here.desk, "nobody"), Code.UNKNOWN_MEMBER)


# --- whole or not at all ----------------------------------------------------------------------


class FullMedium:
    def before_write(self):
        raise DiskFull("full")


def test_on_a_full_disk_neither_record_nor_roster_is_there(here):
    before = here.entries()
    full = Store(here.desk.settings.gate.state, FullMedium())
    with full.writer() as writer, pytest.raises(DiskFull):
        members.add(replace(here.desk, writer=writer), "zoe", Details("Ada"))
    assert here.entries() == before
    assert len(members.listed(here.desk)) == 1


def test_what_breaks_in_the_middle_of_a_deed_leaves_nothing_behind(here):
    here.member("ada")
    before = here.entries()
    conn = sqlite3.connect(Store(here.desk.settings.gate.state).path, isolation_level=None)
    # The roster's move fails after the record was appended.
    conn.execute("CREATE TRIGGER shut BEFORE INSERT ON people BEGIN SELECT RAISE(ABORT, 'shut'); END")
    with pytest.raises(sqlite3.IntegrityError):
        members.add(here.desk, "zoe", Details("Bob"))
    conn.execute("DROP TRIGGER shut")
    conn.close()
    assert here.entries() == before
    done(members.add(here.desk, "zoe", Details("Bob")))
