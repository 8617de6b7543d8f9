"""Passwords, waits and scopes: pure answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Code, MemberId, Role, Status
from fabgate.rules import signing
from fabgate.rules.actors import Actor
from fabgate.rules.signing import FOR_CLIENT, FOR_MEMBER, FOR_NAME, FORGOTTEN_MS, Scope, Tries
from fabgate.rules.viewing import Area, Way, areas

ADA, ZOE = Actor(MemberId("ada")), Actor(MemberId("zoe"), roles=frozenset({Role.MANAGER}))
NAMES = ("ada", "Ada Lovelace", "openfab", "ada@example.org")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", Code.PASSWORD_SHORT),
        ("ninesigns", Code.PASSWORD_SHORT),
        ("ﬁﬁﬁﬁ", Code.PASSWORD_SHORT),
        ("ten signs.", None),
        ("aaaaaaaaaaaa", Code.PASSWORD_EASY),
        ("abababababab", Code.PASSWORD_EASY),
        ("Ada Lovelace", Code.PASSWORD_EASY),
        ("ada-lovelace-1815", Code.PASSWORD_EASY),
        ("ada@example.org", Code.PASSWORD_EASY),
        ("Ada Lovelace counts", None),
        ("!?!?-/()#+*~", Code.PASSWORD_EASY),
        ("1789201518", None),
        ("عائشة تحب الليزر كثيرا", None),
        ("é" * 501, Code.PASSWORD_LONG),
        ("ab cdefg" * 125, None),
        ("ab cdefg" * 125 + "x", Code.PASSWORD_LONG),
    ],
)
def test_a_password_is_long_and_no_name(password: str, code: Code | None):
    found = signing.unfit(password, NAMES)
    assert (None if found is None else found.code) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_has_an_answer(password: str):
    signing.unfit(password, NAMES)


def test_the_first_tries_cost_nothing_then_each_waits_twice_as_long():
    now, tries, waits = 1_000_000, Tries(), []
    for _ in range(14):
        wait = signing.wait_ms(tries, FOR_MEMBER, now)
        waits.append(wait // 1_000)
        now += wait
        tries = signing.failed(tries, now)
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_nobody_waits_for_more_than_a_minute(failed: int, last_ms: int, later_ms: int):
    for patience in (FOR_MEMBER, FOR_NAME, FOR_CLIENT):
        wait = signing.wait_ms(Tries(failed, last_ms), patience, last_ms + later_ms)
        assert 0 <= wait <= patience.longest_ms <= 60_000
        assert signing.wait_ms(Tries(failed, last_ms), patience, last_ms + later_ms + wait) == 0


def test_what_failed_half_an_hour_ago_counts_no_more():
    old = Tries(50, 0)
    assert signing.wait_ms(old, FOR_MEMBER, FORGOTTEN_MS) == 0
    assert signing.failed(old, FORGOTTEN_MS) == Tries(1, FORGOTTEN_MS)
    assert signing.failed(old, FORGOTTEN_MS - 1).failed == 51


def test_every_area_that_takes_signing_in_is_a_scope():
    assert {area.value for area in Area} - {"public"} == {scope.value for scope in Scope} - {"act", "metrics"}


@pytest.mark.parametrize("status", Status)
@given(scopes=st.sets(st.sampled_from([*(one.value for one in Scope), "public", "all"])))
def test_a_token_opens_what_it_is_for_and_its_member_may_see(status: Status, scopes: set[str]):
    actor = Actor(MemberId("zoe"), roles=frozenset({Role.MANAGER}), status=status)
    opened = signing.areas_of(scopes, actor)
    assert opened <= areas(Way.PASSWORD, actor)
    assert {area.value for area in opened} <= scopes | {"public"}
    assert signing.areas_of(scopes, None) == {Area.PUBLIC}


def test_who_may_make_links():
    def may(actor: Actor, subject: str, on_the_board: bool) -> Code | None:
        no = signing.may_make_link(actor, MemberId(subject), on_the_board=on_the_board)
        return None if no is None else no.code

    assert may(ZOE, "ada", True) is None is may(ZOE, "ada", False)
    assert may(ADA, "ada", False) is None is may(ZOE, "zoe", False)
    assert may(ADA, "zoe", False) is Code.NOT_ALLOWED
    assert may(ADA, "ada", True) is Code.NOT_ALLOWED
    assert may(ZOE, "zoe", True) is Code.NOT_TO_YOURSELF
