"""Ways to sign in: links, passwords, tokens, terminals, as deeds of the desk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_day import DAY, NOON, HandClock, Lab, done

from fabgate.desk import forgetting, members, signing, status
from fabgate.desk.signing import Handed
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Level, Moment, Role, Status
from fabgate.records import (
    LinkMade,
    PasswordEnded,
    PasswordSet,
    TerminalEnded,
    TerminalMade,
    TokenEnded,
    TokenMade,
)
from fabgate.rules import signing as rules
from fabgate.store import roster

GOOD, BETTER = "four words of no sense", "quatre mots sans aucun sens"


def refused(answer: object, code: Code) -> Denied:
    assert isinstance(answer, Denied), answer
    assert answer.code is code, answer
    return answer


def handed(answer: object) -> Handed:
    assert isinstance(answer, Handed), answer
    return answer


def id_of(here: Lab, handle: str) -> str:
    found = roster.member(here.desk.conn, handle)
    assert found is not None
    return found.id


@pytest.fixture(autouse=True)
def ada(here: Lab) -> str:
    return here.member("ada", "Ada Lovelace")


def key(here: Lab, handle: str = "ada") -> str:
    return handed(signing.link(here.desk, "zoe", handle)).text


def knows(here: Lab, handle: str, password: str) -> bool:
    return signing.known(here.desk, handle, password) is not None


# --- links --------------------------------------------------------------------------------------


def test_a_link_sets_a_password_and_is_used_up(here: Lab, ada: str):
    made = handed(signing.link(here.desk, "zoe", "ada", "new here"))
    assert here.last().body == LinkMade(ada, id_of(here, "zoe"), NOON + DAY)
    assert here.said_beside() == {"reason": "new here", "login": "oslogin"}
    assert made.path == f"/sign-in/link/{made.text}"
    assert made.facts["until_ms"] == made.until_ms == NOON + DAY
    assert not knows(here, "ada", GOOD)
    assert done(signing.set_by_link(here.desk, made.text, GOOD)).facts["member"] == ada
    assert here.last().body == PasswordSet(ada, ada, "link")
    assert here.said_beside() == {"login": "(board)"}
    assert knows(here, "ada", GOOD) and not knows(here, "ada", GOOD + " ")
    refused(signing.behind(here.desk, made.text), Code.LINK_OVER)
    refused(signing.set_by_link(here.desk, made.text, BETTER), Code.LINK_OVER)
    assert knows(here, "ada", GOOD)


def test_looking_behind_a_link_does_not_use_it_up(here: Lab, ada: str):
    link = key(here)
    for _ in range(3):
        found = signing.behind(here.desk, link)
        assert not isinstance(found, Denied) and found.id == ada
    done(signing.set_by_link(here.desk, link, GOOD))


def test_a_password_that_does_not_fit_leaves_the_link_as_it_was(here: Lab):
    link = key(here)
    refused(signing.set_by_link(here.desk, link, "short"), Code.PASSWORD_SHORT)
    refused(signing.set_by_link(here.desk, link, "Ada Lovelace"), Code.PASSWORD_EASY)
    done(signing.set_by_link(here.desk, link, GOOD))


def test_a_link_is_good_for_a_day(here: Lab):
    link = key(here)
    here.clock.wall_ms += DAY
    assert not isinstance(signing.behind(here.desk, link), Denied)
    here.clock.wall_ms += 1
    refused(signing.behind(here.desk, link), Code.LINK_OVER)
    refused(signing.set_by_link(here.desk, link, GOOD), Code.LINK_OVER)


class LastMoment(HandClock):
    """A clock that goes on by an hour whenever somebody looks at it."""

    def now(self) -> Moment:
        at = super().now()
        self.wall_ms += 3_600_000
        return at


def test_a_link_that_runs_out_while_the_password_is_reckoned_sets_none(here: Lab):
    link = key(here)
    late = replace(here.desk, clock=LastMoment(NOON + DAY))
    refused(signing.set_by_link(late, link, GOOD), Code.LINK_OVER)
    assert not knows(here, "ada", GOOD)


def test_a_clock_that_goes_back_brings_no_link_back(here: Lab):
    link = key(here)
    here.clock.wall_ms += DAY + 1
    here.member("bob")  # something was written with that time
    here.clock.wall_ms, here.clock.synced = NOON, False
    refused(signing.behind(here.desk, link), Code.LINK_OVER)


def test_a_second_link_ends_the_first(here: Lab):
    first, second = key(here), key(here)
    refused(signing.behind(here.desk, first), Code.LINK_OVER)
    done(signing.set_by_link(here.desk, second, GOOD))


def test_links_to_others_stay(here: Lab):
    here.member("bob")
    ada, bob = key(here), key(here, "bob")
    done(signing.set_by_link(here.desk, ada, GOOD))
    assert not isinstance(signing.behind(here.desk, bob), Denied)


@pytest.mark.parametrize("forged", ["", "x", "../..", "\udcff", "a" * 5_000, "<script>"])
def test_a_forged_key_opens_nothing(here: Lab, forged: str):
    key(here)
    refused(signing.behind(here.desk, forged), Code.LINK_OVER)
    refused(signing.set_by_link(here.desk, forged, GOOD), Code.LINK_OVER)


def test_a_manager_makes_links_for_others_and_everybody_for_themselves_with_their_own_login(here: Lab):
    here.member("bob")
    here.role("bob", Role.TREASURER)
    refused(signing.link(here.desk, "bob", "ada"), Code.NOT_ALLOWED)
    handed(signing.link(here.desk, "bob", "bob"))
    handed(signing.link(here.desk, "zoe", "zoe"))


def test_nobody_makes_a_link_for_themselves_at_the_board(here: Lab, ada: str):
    """A tap opens their own pages there: it must not make a password."""
    for handle, code in (("ada", Code.NOT_ALLOWED), ("zoe", Code.NOT_TO_YOURSELF)):
        at_the_board = replace(here.desk, signed_in=id_of(here, handle))
        refused(signing.link(at_the_board, None, handle), code)
    zoe = replace(here.desk, signed_in=id_of(here, "zoe"))
    handed(signing.link(zoe, None, "ada"))


def test_who_left_or_is_suspended_makes_no_links_but_can_be_made_one(here: Lab):
    here.member("bob")
    here.suspend("bob")
    refused(signing.link(here.desk, "bob", "bob"), Code.SUSPENDED_MEMBER)
    done(signing.set_by_link(here.desk, key(here, "bob"), GOOD))
    assert knows(here, "bob", GOOD)


def test_there_is_no_way_in_for_who_was_forgotten(here: Lab, ada: str):
    done(signing.set_by_link(here.desk, key(here), GOOD))
    link = key(here)
    made = handed(signing.token(here.desk, "zoe", "ada", ["own"], None))
    done(forgetting.forget(here.desk, "zoe", "ada", "asked for it"))
    assert not knows(here, "ada", GOOD) and not knows(here, ada, GOOD)
    refused(signing.behind(here.desk, link), Code.LINK_OVER)
    refused(signing.link(here.desk, "zoe", ada), Code.UNKNOWN_MEMBER)
    refused(signing.token(here.desk, "zoe", ada, ["own"], None), Code.UNKNOWN_MEMBER)
    assert signing.token_of(here.desk.conn, made.text, NOON) is None


# --- passwords ----------------------------------------------------------------------------------


def test_a_handle_may_be_typed_in_capitals_and_an_id_is_none(here: Lab, ada: str):
    done(signing.set_by_link(here.desk, key(here), GOOD))
    assert knows(here, " ADA ", GOOD)
    assert not knows(here, ada, GOOD)
    assert not knows(here, "nobody", GOOD)
    assert not knows(here, "", GOOD)


def test_a_password_is_the_same_at_another_keyboard(here: Lab):
    done(signing.set_by_link(here.desk, key(here), "cafe\u0301 au lait noir"))
    assert knows(here, "ada", "caf\u00e9 au lait noir")


def test_who_knows_the_old_password_chooses_a_new_one(here: Lab, ada: str):
    done(signing.set_by_link(here.desk, key(here), GOOD))
    mine = replace(here.desk, signed_in=ada)
    refused(signing.change(mine, "not it at all", BETTER), Code.SIGN_IN_REFUSED)
    refused(signing.change(mine, GOOD, "ada"), Code.PASSWORD_SHORT)
    assert knows(here, "ada", GOOD)
    done(signing.change(mine, GOOD, BETTER))
    assert here.last().body == PasswordSet(ada, ada, "old")
    assert knows(here, "ada", BETTER) and not knows(here, "ada", GOOD)


def test_who_has_no_password_cannot_change_it(here: Lab, ada: str):
    """They came by a tap, and a copy of their badge comes as well."""
    mine = replace(here.desk, signed_in=ada)
    for guess in ("", GOOD):
        refused(signing.change(mine, guess, BETTER), Code.SIGN_IN_REFUSED)
    with pytest.raises(UsageError):
        signing.change(here.desk, GOOD, BETTER)


def test_a_change_ends_the_links_that_wait(here: Lab, ada: str):
    done(signing.set_by_link(here.desk, key(here), GOOD))
    link = key(here)
    done(signing.change(replace(here.desk, signed_in=ada), GOOD, BETTER))
    refused(signing.behind(here.desk, link), Code.LINK_OVER)


def test_a_manager_or_the_member_ends_a_password_and_the_links_with_it(here: Lab, ada: str):
    here.member("bob")
    done(signing.set_by_link(here.desk, key(here), GOOD))
    link = key(here)
    refused(signing.end(here.desk, "bob", "ada"), Code.NOT_ALLOWED)
    done(signing.end(here.desk, "zoe", "ada", "lost her phone"))
    assert here.last().body == PasswordEnded(ada, id_of(here, "zoe"))
    assert not knows(here, "ada", GOOD)
    refused(signing.behind(here.desk, link), Code.LINK_OVER)
    refused(signing.end(here.desk, "zoe", "ada"), Code.NOTHING_TO_DO)
    key(here)
    done(signing.end(here.desk, "ada", "ada"))


def test_no_secret_is_in_the_journal_or_in_the_books(here: Lab):
    link = key(here)
    done(signing.set_by_link(here.desk, link, GOOD))
    token = handed(signing.token(here.desk, "zoe", "ada", ["own"], None)).text
    screen = handed(signing.terminal(here.desk, "zoe", "cutter")).text
    dump = "\n".join(here.desk.conn.iterdump())
    for secret in (link, GOOD, token.split("_", 2)[2], screen.split(".")[1]):
        assert secret not in dump
        assert secret.encode().hex() not in dump.lower()


# --- tokens -------------------------------------------------------------------------------------


def test_a_token_is_its_members_within_its_scopes_and_its_time(here: Lab, ada: str):
    made = handed(signing.token(here.desk, "zoe", "ada", ["act", "own"], NOON + DAY, "a display"))
    assert made.facts["token"] in made.text
    conn = here.desk.conn
    found = signing.token_of(conn, made.text, NOON + DAY)
    assert found is not None
    assert (found.member, found.scopes, found.label) == (ada, ("own", "act"), "a display")
    zoe = id_of(here, "zoe")
    assert here.last().body == TokenMade(found.token, ada, zoe, ("own", "act"), NOON + DAY)
    assert signing.token_of(conn, made.text, NOON + DAY + 1) is None
    assert signing.token_of(conn, f" {made.text}\n", NOON) == found


def test_a_token_is_good_for_a_year_where_nobody_says(here: Lab):
    made = handed(signing.token(here.desk, "zoe", "ada", ["own"], None))
    assert made.until_ms == NOON + 365 * DAY


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: text[:-1] + "~", lambda text: text + "x"]
)
def test_a_token_with_a_slip_opens_nothing(here: Lab, change):
    made = handed(signing.token(here.desk, "zoe", "ada", ["own"], None))
    assert signing.token_of(here.desk.conn, change(made.text), NOON) is None


@pytest.mark.parametrize(
    "text", ["", "_", "fabgate", "fabgate_", "fabgate__", "x_y_z", "\udc80_\udc80", "'; --"]
)
def test_what_is_no_token_opens_nothing(here: Lab, text: str):
    handed(signing.token(here.desk, "zoe", "ada", ["own"], None))
    assert signing.token_of(here.desk.conn, text, NOON) is None


def test_a_token_of_one_is_not_opened_by_the_secret_of_another(here: Lab):
    one, two = (handed(signing.token(here.desk, "zoe", who, ["own"], None)) for who in ("ada", "zoe"))
    mixed = "_".join([*one.text.split("_", 2)[:2], two.text.split("_", 2)[2]])
    assert signing.token_of(here.desk.conn, mixed, NOON) is None


def test_a_token_is_made_and_ended_by_a_manager_or_its_member(here: Lab, ada: str):
    here.member("bob")
    refused(signing.token(here.desk, "bob", "ada", ["own"], None), Code.NOT_ALLOWED)
    made = handed(signing.token(here.desk, "ada", "ada", ["own"], None))
    name = str(made.facts["token"])
    refused(signing.end_token(here.desk, "bob", name), Code.NOT_ALLOWED)
    refused(signing.end_token(here.desk, "zoe", "ffff"), Code.UNKNOWN_TOKEN)
    done(signing.end_token(here.desk, "zoe", name, "the display was sold"))
    assert here.last().body == TokenEnded(name, ada, id_of(here, "zoe"))
    assert signing.token_of(here.desk.conn, made.text, NOON) is None
    refused(signing.end_token(here.desk, "zoe", name), Code.UNKNOWN_TOKEN)


def test_a_token_is_for_something_and_for_a_time_to_come(here: Lab):
    with pytest.raises(UsageError, match="no scope 'all'"):
        signing.token(here.desk, "zoe", "ada", ["own", "all"], None)
    with pytest.raises(UsageError, match="no scope is given"):
        signing.token(here.desk, "zoe", "ada", [], None)
    refused(signing.token(here.desk, "zoe", "ada", ["own"], NOON - 1), Code.PAST_DATE)


def test_tokens_are_listed_without_their_secrets(here: Lab):
    made = [handed(signing.token(here.desk, "zoe", who, ["own"], None)) for who in ("ada", "zoe")]
    both = signing.tokens(here.desk)
    assert not isinstance(both, Denied)
    assert {one.token for one in both} == {one.facts["token"] for one in made}
    only = signing.tokens(here.desk, "ada")
    assert not isinstance(only, Denied) and len(only) == 1
    refused(signing.tokens(here.desk, "nobody"), Code.UNKNOWN_MEMBER)


def test_a_token_opens_no_more_than_its_member_may_now(here: Lab, ada: str):
    from fabgate.desk import who
    from fabgate.rules.viewing import Area

    here.role("ada", Role.TREASURER)
    here.grant("ada", "laser", Level.AUTONOMOUS)

    def opens() -> set[Area]:
        member = roster.member(here.desk.conn, "ada")
        actor = who.actor(here.desk.conn, here.desk.settings.skills, member, NOON)
        return set(rules.areas_of(("money", "own", "lab"), actor))

    assert opens() == {Area.PUBLIC, Area.OWN, Area.MONEY}
    done(status.give(here.desk, "zoe", "ada", Status.LEFT, "moved"))
    assert opens() == {Area.PUBLIC, Area.OWN}


# --- terminals ----------------------------------------------------------------------------------


def test_a_manager_puts_a_browser_beside_a_reader_and_takes_it_away(here: Lab):
    zoe = id_of(here, "zoe")
    refused(signing.terminal(here.desk, "ada", "cutter"), Code.NOT_ALLOWED)
    refused(signing.terminal(here.desk, "zoe", "lathe"), Code.UNKNOWN_MACHINE)
    made = handed(signing.terminal(here.desk, "zoe", "cutter"))
    name = str(made.facts["terminal"])
    assert here.last().body == TerminalMade(name, "cutter", zoe)
    found = signing.terminal_of(here.desk.conn, made.text)
    assert found is not None and (found.terminal, found.machine) == (name, "cutter")
    assert signing.terminals(here.desk) == (found,)
    refused(signing.end_terminal(here.desk, "ada", name), Code.NOT_ALLOWED)
    done(signing.end_terminal(here.desk, "zoe", name))
    assert here.last().body == TerminalEnded(name, "cutter", zoe)
    assert signing.terminal_of(here.desk.conn, made.text) is None
    refused(signing.end_terminal(here.desk, "zoe", name), Code.NOTHING_TO_DO)


@pytest.mark.parametrize("shown", [None, "", ".", "a.b", "\udcff.x"])
def test_a_browser_that_shows_something_else_is_no_terminal(here: Lab, shown: str | None):
    made = handed(signing.terminal(here.desk, "zoe", "cutter"))
    assert signing.terminal_of(here.desk.conn, shown) is None
    assert signing.terminal_of(here.desk.conn, made.text + "x") is None


# --- told ---------------------------------------------------------------------------------------


def test_what_somebody_has_is_told_without_secrets(here: Lab):
    assert signing.ways(here.desk, "ada") == signing.Ways(None, (), ())
    done(signing.set_by_link(here.desk, key(here), GOOD))
    key(here)
    handed(signing.token(here.desk, "zoe", "ada", ["own"], NOON + DAY))
    has = signing.ways(here.desk, "ada")
    assert not isinstance(has, Denied)
    assert (has.password_ms, len(has.links), len(has.tokens)) == (NOON, 1, 1)
    here.clock.wall_ms += DAY + 1
    assert signing.ways(here.desk, "ada") == signing.Ways(NOON, (), ())
    refused(signing.ways(here.desk, "nobody"), Code.UNKNOWN_MEMBER)
    assert members.shown(here.desk, "ada")


def test_a_members_id_is_no_second_handle_to_guess_at(here: Lab, ada: str):
    made = handed(signing.link(here.desk, "zoe", "ada"))
    done(signing.set_by_link(here.desk, made.text, GOOD))
    assert [knows(here, name, GOOD) for name in ("ada", " ADA ", ada, ada.upper())] == [
        True,
        True,
        False,
        False,
    ]
