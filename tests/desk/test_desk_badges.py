"""Badges: given to members, blocked when they are lost, met at a machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from first_day import DAY, NOON, done

from fabgate.desk import badges
from fabgate.errors import BadgeError
from fabgate.model import Code, Denied, Level, MachineId, MachineRules, Origin, RecordId, Role, SkillId
from fabgate.records import BadgeAdded, BadgeBlocked, Draft, Refused, encode
from fabgate.store import journal, rights, roster
from fabgate.store.keys import Keys
from fabgate.store.roster import Asked
from fabgate.tariff import Purpose, Tariff, Version

BLUE, RED, GREEN = "04A2B3C4D5E680", "04:11:22:33:44:55:66", "DEADBEEF"
CUTTER = MachineRules(MachineId("cutter"), SkillId("laser"), "Laser")


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


def token_of(here, number):
    return badges.tokens_of(here.desk, number)[0]


@pytest.fixture
def ada(here):
    return here.member("ada", "Ada Lovelace")


def test_a_badge_is_kept_by_its_token_and_never_by_its_number(here, ada):
    answer = done(badges.add(here.desk, "zoe", "ada", BLUE, "blue fob"))
    token = token_of(here, BLUE)
    badge = roster.badge(here.desk.conn, token)
    assert (badge.member, badge.label, badge.added_ms, badge.blocked_ms) == (ada, "blue fob", NOON, None)
    assert badge.record == answer.record
    assert answer.facts["badge"] == token.partition(":")[2][:8]
    assert answer.facts["subject"] == "Ada Lovelace"
    assert here.last().body == BadgeAdded(token, ada, roster.member(here.desk.conn, "zoe").id)
    everything = "\n".join(here.desk.conn.iterdump())
    assert BLUE not in everything.upper()


def test_a_badge_opens_for_its_member(here, ada):
    here.badge("ada", BLUE)
    here.grant("ada", "laser", Level.AUTONOMOUS)
    tokens = badges.tokens_of(here.desk, "04 a2 b3 c4 d5 e6 80")
    standing = roster.standing(here.desk.conn, tokens, CUTTER, Asked(NOON))
    assert standing.person.member == ada
    assert standing.level is Level.AUTONOMOUS


def test_a_member_may_have_several_badges_and_a_manager_their_own(here, ada):
    here.badge("ada", BLUE)
    here.badge("ada", RED)
    here.badge("zoe", GREEN)
    assert [shown.owner.handle for shown in badges.listed(here.desk)].count("ada") == 2
    assert len(badges.listed(here.desk, "zoe")) == 1
    refused(badges.listed(here.desk, "nobody"), Code.UNKNOWN_MEMBER)


def test_only_a_manager_gives_badges(here, ada):
    here.grant("ada", "laser", Level.SPONSOR)
    refused(badges.add(here.desk, "ada", "ada", BLUE), Code.NOT_ALLOWED)
    refused(badges.add(here.desk, "zoe", "nobody", BLUE), Code.UNKNOWN_MEMBER)
    assert badges.listed(here.desk) == ()


@pytest.mark.parametrize("number", ["", "xyz", "04A2", "08112233", "00000000", "88112233", "\udcff"])
def test_a_number_that_cannot_be_a_badges_is_refused_with_a_reason(here, ada, number):
    with pytest.raises(BadgeError):
        badges.add(here.desk, "zoe", "ada", number)


def test_a_badge_has_one_owner(here, ada):
    here.member("bob", "Bob")
    here.badge("ada", BLUE)
    answer = refused(badges.add(here.desk, "zoe", "bob", BLUE), Code.BADGE_TAKEN)
    assert (answer.facts["subject"], answer.facts["handle"]) == ("Ada Lovelace", "ada")
    refused(badges.add(here.desk, "zoe", "ada", BLUE), Code.NOTHING_TO_DO)


def test_a_lost_badge_is_blocked_by_its_owner_or_a_manager(here, ada):
    here.member("bob")
    here.role("bob", Role.TREASURER)
    added = done(badges.add(here.desk, "zoe", "ada", BLUE)).record
    here.badge("ada", RED)
    refused(badges.block(here.desk, "bob", BLUE), Code.NOT_ALLOWED)
    answer = done(badges.block(here.desk, "ada", BLUE, "lost on the train"))
    assert here.last().body == BadgeBlocked(token_of(here, BLUE), ada, ada, (str(added),))
    assert here.said_beside()["reason"] == "lost on the train"
    assert roster.badge(here.desk.conn, token_of(here, BLUE)).blocked_ms == NOON
    assert answer.facts["subject"] == "Ada Lovelace"
    done(badges.block(here.desk, "zoe", RED))


def test_a_stranger_is_not_told_whose_badge_it_is(here, ada):
    here.member("bob")
    here.badge("ada", BLUE)
    answer = refused(badges.block(here.desk, "bob", BLUE), Code.NOT_ALLOWED)
    assert "Ada Lovelace" not in str(answer.facts)


def test_a_badge_is_named_by_the_digits_that_the_list_shows(here, ada):
    shown = here.badge("ada", BLUE)
    here.badge("ada", RED)
    done(badges.block(here.desk, "zoe", shown.upper()))
    assert roster.badge(here.desk.conn, token_of(here, BLUE)).blocked_ms == NOON
    done(badges.block(here.desk, "zoe", token_of(here, RED)))


@pytest.mark.parametrize(
    "badge", ["", "a", "zzzzzzzz", BLUE, "ada", "%", "'; DROP TABLE badges;--", "\udcff"]
)
def test_a_badge_that_nobody_has_cannot_be_blocked(here, ada, badge):
    here.badge("ada", RED)
    refused(badges.block(here.desk, "zoe", badge), Code.UNKNOWN_BADGE)


def test_blocking_twice_is_told(here, ada, clock):
    here.badge("ada", BLUE)
    done(badges.block(here.desk, "zoe", BLUE))
    clock.wall_ms += DAY
    answer = refused(badges.block(here.desk, "zoe", BLUE), Code.NOTHING_TO_DO)
    assert answer.facts["since_ms"] == NOON


def test_a_blocked_badge_that_came_back_may_go_to_somebody_else(here, ada):
    bob = here.member("bob")
    here.badge("ada", BLUE)
    blocked = done(badges.block(here.desk, "zoe", BLUE)).record
    done(badges.add(here.desk, "zoe", "bob", BLUE))
    badge = roster.badge(here.desk.conn, token_of(here, BLUE))
    assert (badge.member, badge.blocked_ms) == (bob, None)
    assert here.last().body.supersedes == (str(blocked),)


def test_after_a_change_of_keys_a_badge_still_has_one_owner(here, ada):
    here.member("bob")
    here.badge("ada", BLUE)
    newer = replace(here.desk, keys=Keys.rotate(here.desk.settings.gate.state))
    refused(badges.add(newer, "zoe", "bob", BLUE), Code.BADGE_TAKEN)
    done(badges.block(newer, "zoe", BLUE))
    done(badges.add(newer, "zoe", "bob", BLUE))
    tokens = badges.tokens_of(newer, BLUE)
    standing = roster.standing(here.desk.conn, tokens, CUTTER, Asked(NOON))
    assert (standing.person.name, standing.blocked_ms) == ("Bob", None)


def test_keys_are_read_from_the_state_folder_where_none_were_given(here, ada):
    done(badges.add(replace(here.desk, keys=None), "zoe", "ada", BLUE))
    assert roster.badge(here.desk.conn, token_of(here, BLUE)) is not None


# --- badge wait -------------------------------------------------------------------------------


def tap(here, number, code=Code.UNKNOWN_BADGE, machine="cutter"):
    with here.desk.writer.write() as pen:
        return pen.append(Draft(here.clock.now(), Refused(machine, code.value, token_of(here, number)))).seq


def test_the_next_unknown_badge_is_the_one_to_enrol(here, ada):
    tap(here, GREEN)
    begin = journal.last_seq(here.desk.conn)
    assert badges.next_unknown(here.desk.conn, begin) is None
    tap(here, RED, Code.NOT_QUALIFIED)
    assert badges.next_unknown(here.desk.conn, begin) is None
    seq = tap(here, BLUE)
    found = badges.next_unknown(here.desk.conn, begin)
    assert found == badges.Tapped(token_of(here, BLUE), "cutter", seq)
    done(badges.add_token(here.desk, "zoe", "ada", found.token, "blue"))
    assert roster.badge(here.desk.conn, token_of(here, BLUE)).member == ada
    assert badges.next_unknown(here.desk.conn, begin) is None


def test_of_several_unknown_badges_the_newest_is_taken(here, ada):
    begin = journal.last_seq(here.desk.conn)
    tap(here, BLUE)
    tap(here, RED, machine="router")
    found = badges.next_unknown(here.desk.conn, begin)
    assert (found.token, found.machine) == (token_of(here, RED), "router")


# --- given at two places ------------------------------------------------------------------------


def given_at_the_hub_as_well(here, number: str, owner: str) -> None:
    """As if the hub had given the same badge to somebody else while this gate was cut off."""
    body = encode(Draft(here.clock.now(), BadgeAdded(token_of(here, number), owner, "m-hub")))
    record = RecordId(Origin("openfab/hub/e0000001"), 7)
    with here.desk.writer.write() as pen:
        assert rights.take(pen, record, bytes(32), body) == rights.Taken(
            rights.mark(pen.conn).arrived, f"badge/{token_of(here, number)}"
        )


def test_a_badge_that_two_were_given_shows_both_and_is_theirs_who_is_given_it_anew(here, ada):
    bob = here.member("bob")
    here.badge("ada", BLUE)
    given_at_the_hub_as_well(here, BLUE, bob)
    [shown] = badges.listed(here.desk)
    assert {one.id for one in shown.rivals} == {ada, bob}
    assert shown.badge.blocked_ms is not None
    done(badges.add(here.desk, "zoe", "bob", BLUE))
    assert set(here.last().body.supersedes) >= {"openfab/hub/e0000001#7"}
    [shown] = badges.listed(here.desk)
    assert (shown.owner.id, shown.rivals, shown.badge.blocked_ms) == (bob, (), None)


def test_a_badge_that_two_were_given_can_be_blocked_for_both(here, ada):
    here.badge("ada", BLUE)
    given_at_the_hub_as_well(here, BLUE, here.member("bob"))
    done(badges.block(here.desk, "zoe", BLUE))
    [shown] = badges.listed(here.desk)
    assert (shown.rivals, shown.badge.blocked_ms) == ((), NOON)
    refused(badges.block(here.desk, "zoe", BLUE), Code.NOTHING_TO_DO)


# --- what it is for -----------------------------------------------------------------------------


def purpose_of(here, number):
    return roster.badge(here.desk.conn, token_of(here, number)).purpose


def test_a_badge_is_for_something_until_that_is_taken_back(here, ada):
    answer = done(badges.add(here.desk, "zoe", "ada", BLUE, "blue fob", purpose="client"))
    assert answer.facts["purpose"] == here.last().body.purpose == purpose_of(here, BLUE) == "client"
    refused(badges.add(here.desk, "zoe", "ada", BLUE, purpose="client"), Code.NOTHING_TO_DO)
    refused(badges.add(here.desk, "zoe", "ada", BLUE), Code.NOTHING_TO_DO)
    done(badges.add(here.desk, "zoe", "ada", BLUE, purpose=""))
    badge = roster.badge(here.desk.conn, token_of(here, BLUE))
    assert (badge.purpose, badge.label, badge.blocked_ms) == ("", "blue fob", None)


def test_who_pays_and_what_for_change_apart_from_each_other(here, ada):
    guild = here.member("guild")
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="guild", purpose="client"))
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="ada"))
    assert (payer_of(here, BLUE), purpose_of(here, BLUE)) == (None, "client")
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="guild", purpose="private"))
    assert (payer_of(here, BLUE), purpose_of(here, BLUE)) == (guild, "private")


@pytest.mark.parametrize("word", ["maintenance", "My own project", "Client", "x" * 33])
def test_what_a_badge_is_for_is_a_word_and_never_maintenance(here, ada, word):
    """What it is for stands in the journal; maintenance costs nothing, and a badge must not claim it."""
    refused(badges.add(here.desk, "zoe", "ada", BLUE, purpose=word), Code.UNKNOWN_PURPOSE)
    assert badges.listed(here.desk) == ()


def test_in_a_lab_with_purposes_only_those_count(here, ada):
    words = {"private": Purpose("Private"), "client": Purpose("For a client")}
    tariff = Tariff((Version("2026", date(2026, 1, 1), purposes=words),))
    priced = replace(here.desk, settings=replace(here.desk.settings, tariff=tariff))
    answer = refused(badges.add(priced, "zoe", "ada", BLUE, purpose="clint"), Code.UNKNOWN_PURPOSE)
    assert answer.facts["near"] == ("client",)
    done(badges.add(priced, "zoe", "ada", BLUE, purpose="client"))


# --- who pays ---------------------------------------------------------------------------------


def payer_of(here, number):
    return roster.badge(here.desk.conn, token_of(here, number)).payer


def test_a_guild_pays_for_a_members_badge_and_holds_no_right_by_it_edge_7(here, ada):
    guild = here.member("guild", "The wood guild")
    answer = done(badges.add(here.desk, "zoe", "ada", BLUE, "guild", payer="guild"))
    assert answer.facts["payer"] == "The wood guild"
    assert here.last().body == BadgeAdded(
        token_of(here, BLUE), ada, roster.member(here.desk.conn, "zoe").id, payer=guild
    )
    assert payer_of(here, BLUE) == guild
    (shown,) = badges.listed(here.desk, "ada")
    assert (shown.payer.handle, shown.owner.handle) == ("guild", "ada")
    assert badges.listed(here.desk, "guild") == ()


def test_of_two_badges_of_one_member_each_has_its_own_payer_edge_5(here, ada):
    guild = here.member("guild")
    here.badge("ada", RED)
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="guild"))
    assert (payer_of(here, BLUE), payer_of(here, RED)) == (guild, None)


def test_who_pays_is_changed_and_taken_back_and_the_label_stays(here, ada):
    here.badge("ada", BLUE, "blue fob")
    guild = here.member("guild")
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="guild"))
    assert payer_of(here, BLUE) == guild
    refused(badges.add(here.desk, "zoe", "ada", BLUE, payer="guild"), Code.NOTHING_TO_DO)
    refused(badges.add(here.desk, "zoe", "ada", BLUE), Code.NOTHING_TO_DO)
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="ada"))
    badge = roster.badge(here.desk.conn, token_of(here, BLUE))
    assert (badge.payer, badge.label, badge.blocked_ms) == (None, "blue fob", None)


def test_a_payer_whom_nobody_knows_gives_no_badge(here, ada):
    refused(badges.add(here.desk, "zoe", "ada", BLUE, payer="nobody"), Code.UNKNOWN_MEMBER)
    refused(badges.add(here.desk, "ada", "ada", BLUE, payer="ada"), Code.NOT_ALLOWED)
    assert badges.listed(here.desk) == ()


def test_a_badge_found_again_is_paid_for_by_its_member_unless_somebody_is_named(here, ada):
    here.member("guild")
    done(badges.add(here.desk, "zoe", "ada", BLUE, payer="guild"))
    done(badges.block(here.desk, "zoe", BLUE))
    here.badge("ada", BLUE)
    assert payer_of(here, BLUE) is None
