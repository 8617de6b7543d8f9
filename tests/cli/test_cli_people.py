"""Members, badges, roles, grants and passports, typed by people who are tired."""

from __future__ import annotations

import pytest
from cli_lab import ADA, BOB, STRANGER, Floor, Lab

from fabgate.store import journal
from fabgate.store.db import Store


def reasons(lab: Lab) -> list[str]:
    with Store(lab.settings.gate.state).reader() as reader:
        newest = next(journal.entries(reader.conn, newest_first=True))
        return list(journal.notes(reader.conn, newest.id).values())


# --- members ----------------------------------------------------------------------------------


def test_a_new_member_is_named_by_a_handle_made_from_the_name(lab: Lab):
    assert lab.done('member add "Ada Lovelace" --by zoe') == "Ada Lovelace is a member, to be named by ada.\n"
    assert [one["handle"] for one in lab.json("member list")] == ["ada", "zoe"]


def test_the_table_of_members_shows_who_is_suspended(lab: Lab):
    lab.people()
    lab.done("member suspend bob --by zoe --reason unpaid")
    table = lab.done("member list")
    assert "suspended since 2026-10-24" in next(line for line in table.splitlines() if line.startswith("bob"))
    assert "suspended" not in next(line for line in table.splitlines() if line.startswith("ada"))


def test_a_member_is_shown_with_badges_roles_and_grants(lab: Lab):
    lab.people()
    lab.done("role give ada maintainer --machine laser --by zoe --reason expert")
    shown = lab.done("member show ada")
    for part in ("Ada Lovelace", "maintainer of laser", "laser autonomous", "fabgate passport ada"):
        assert part in shown
    told = lab.json("member show ada")
    assert told["grants"][0] == {"skill": "laser", "level": "autonomous", "until": None}
    assert told["badges"][0]["label"] == "blue"


def test_what_is_said_changes_and_the_rest_stays(lab: Lab):
    lab.done('member add "Ada Lovelace" --email ada@example.org --nameable --by zoe')
    assert "email, language" in lab.done('member edit ada --language fr --email "" --by zoe')
    told = lab.json("member show ada")
    assert (told["language"], told["email"], told["nameable"]) == ("fr", None, True)


def test_a_member_who_is_taken_for_another_is_not_found_but_suggested(lab: Lab):
    lab.people()
    assert "Did you mean ada?" in lab.refused("member show adda")


def test_suspending_is_undone_by_lifting_and_both_keep_their_reason(lab: Lab):
    lab.people()
    lab.done('member suspend ada --by zoe --reason "left the laser alone"')
    assert reasons(lab) == ["left the laser alone"]
    assert lab.json("member show ada")["suspended"] == "2026-10-24T10:00:00Z"
    lab.done('member lift ada --by zoe --reason "talked it over"')
    assert lab.json("member show ada")["suspended"] is None


def test_who_suspends_somebody_at_work_is_told_so_and_how_to_end_it(lab: Lab, floor: Floor):
    floor.tap("router", ADA)
    said = lab.done("member suspend ada --by zoe --reason unpaid")
    assert "ada is working at router now. They are warned, and in 300 s the gate ends it." in said
    assert "fabgate session close router --reason" in said


# --- badges -----------------------------------------------------------------------------------


def test_a_badge_is_shown_by_a_short_code_that_blocks_it_too_and_never_by_its_number(lab: Lab):
    lab.people()
    (badge,) = lab.json("badge list ada")
    assert (len(badge["badge"]), badge["label"], badge["blocked"]) == (8, "blue", None)
    assert ADA not in lab.done("badge list").upper()
    assert badge["badge"] in lab.done(f"badge block {badge['badge']} --by zoe --reason lost")
    assert lab.json("badge list ada")[0]["blocked"] == "2026-10-24T10:00:00Z"


def test_a_badge_is_blocked_by_the_number_on_it_in_any_notation(lab: Lab):
    lab.people()
    lab.done("badge block 04:a2:b3:c4:d5:e6:80 --by zoe")
    assert "That is so already" in lab.refused(f"badge block {ADA} --by zoe")


def test_a_number_with_spaces_needs_no_quotes(lab: Lab):
    lab.done('member add "Ada Lovelace" --by zoe')
    lab.done("badge add ada 04 A2 B3 C4 D5 E6 80 --label blue --by zoe")
    assert "badge list ada" in lab.refused(f"badge add zoe {ADA} --by zoe")


@pytest.mark.parametrize("number", ["1234567890", "08ABCDEF", "04A2B3", "00000000", "zz", "04A2B3C4D5E6800"])
def test_a_number_that_cannot_be_a_badge_is_refused_with_the_reason(lab: Lab, number: str):
    said = lab.refused(["badge", "add", "zoe", number, "--by", "zoe"])
    assert said.startswith("fabgate: ")
    assert len(said.splitlines()) == 2


def test_a_badge_that_nobody_knows_leads_to_the_list(lab: Lab):
    said = lab.refused(f"badge block {STRANGER} --by zoe")
    assert "fabgate badge list" in said
    assert STRANGER not in said


def test_who_blocks_the_badge_of_somebody_at_work_is_told_so(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    assert "ada is working at laser now" in lab.done(f"badge block {ADA} --by zoe")


def test_waiting_gives_the_badge_that_was_just_tapped(lab: Lab, floor: Floor):
    floor.tap("laser", STRANGER)
    floor.pass_s(30)
    said = lab.done("badge wait bob --label new --by zoe")
    assert "A new badge at laser." in said
    assert [badge["label"] for badge in lab.json("badge list bob")] == ["", "new"]


def test_a_badge_tapped_long_before_is_not_the_one_that_is_waited_for(lab: Lab, floor: Floor):
    floor.tap("laser", STRANGER)
    floor.pass_s(61)
    assert "No unknown badge was tapped within 60 s" in lab.refused("badge wait bob --by zoe")
    assert len(lab.json("badge list bob")) == 1


def test_waiting_for_the_badge_of_nobody_does_not_begin(lab: Lab):
    assert "There is no" in lab.refused("badge wait nobody --by zoe")


# --- roles and grants -------------------------------------------------------------------------


def test_roles_are_given_shown_and_taken_away(lab: Lab):
    lab.people()
    assert "Bob Noyce (bob) is maintainer of laser now." in lab.done(
        "role give bob maintainer --machine laser --by zoe --reason expert"
    )
    assert {"member": "bob", "role": "maintainer", "machine": "laser"} in lab.json("role list")
    lab.done("role revoke bob maintainer --machine laser --by zoe --reason left")
    assert lab.json("role list bob") == []


def test_a_maintainer_of_no_machine_is_asked_which(lab: Lab):
    lab.people()
    assert "--machine" in lab.refused("role give bob maintainer --by zoe --reason expert")


def test_the_last_manager_stays(lab: Lab):
    assert "last manager" in lab.refused("role revoke zoe manager --by zoe --reason tired")


def test_a_grant_says_what_was_before_and_its_last_day_counts_whole(lab: Lab):
    lab.people()
    said = lab.done("grant give bob laser --level autonomous --until 2027-01-31 --by zoe --reason passed")
    assert said == "Bob Noyce (bob) is autonomous on laser now, until 2027-01-31. Before: trainee.\n"
    assert lab.json("grant list bob")[0]["until"] == "2027-01-31T22:59:59Z"


def test_a_last_day_that_is_none_is_refused(lab: Lab):
    lab.people()
    said = lab.refused("grant give bob laser --level autonomous --until 31.1.2027 --by zoe --reason passed")
    assert "2027-01-31" in said


def test_the_history_of_a_grant_shows_what_took_the_place_of_what(lab: Lab):
    lab.people()
    lab.done("grant revoke bob laser --by zoe --reason careless")
    given, taken = lab.json("grant history bob")
    assert (given["level"], given["replaced_by"], taken["level"]) == ("trainee", taken["record"], "none")
    assert (taken["by"], taken["reason"], taken["replaced_by"]) == ("zoe", "careless", None)
    table = lab.done("grant history bob laser").splitlines()
    assert table[0].split()[:4] == ["record", "when", "gate", "what"]
    assert taken["record"] in table[2]
    assert "Nothing was ever given" in lab.done("grant history bob mill")


def test_a_grant_that_ran_out_shows_what_is_left_of_it(lab: Lab):
    lab.people()
    lab.done("grant give bob laser --level autonomous --until 2026-10-24 --by zoe --reason passed")
    lab.clock.advance(24 * 3_600_000)
    assert lab.json("grant list bob")[0]["level"] == "trainee"
    assert "over: it was autonomous" in lab.done("grant list bob")


def test_nobody_grants_to_themselves_but_the_first_manager_bootstraps_a_skill_once(lab: Lab):
    assert "themselves" in lab.refused("grant give zoe laser --level autonomous --by zoe --reason me")
    lab.done('grant give zoe laser --level sponsor --bootstrap --by zoe --reason "built it"')
    assert lab.refused('grant give zoe laser --level sponsor --bootstrap --by zoe --reason "built it"')


def test_a_blank_reason_is_asked_for_again(lab: Lab):
    lab.people()
    said = lab.refused(
        ["grant", "give", "bob", "laser", "--level", "trainee", "--by", "zoe", "--reason", " "]
    )
    assert "say why" in said


def test_a_mistyped_skill_is_suggested(lab: Lab):
    lab.people()
    assert "Did you mean laser?" in lab.refused("grant give bob lasr --level trainee --by zoe --reason x")


def test_who_revokes_the_right_of_somebody_at_work_is_told_what_the_machine_makes_of_it(
    lab: Lab, floor: Floor
):
    floor.tap("laser", ADA)
    floor.tap("router", ADA)
    said = lab.done("grant revoke ada laser --by zoe --reason careless")
    assert "ada is working at laser now. They are told, and may finish." in said
    assert 'fabgate session close laser --reason "..."' in said
    assert "router" not in said
    assert floor.relay("laser") == "on"
    assert "The gate ends it now." in lab.done("grant revoke ada router --by zoe --reason careless")
    assert floor.relay("router") == "off"


def test_a_level_that_rises_takes_nothing_from_who_works(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    assert "Note" not in lab.done("grant give ada laser --level sponsor --by zoe --reason teaches")


# --- the passport -----------------------------------------------------------------------------


def test_a_passport_says_level_giver_and_what_is_missing(lab: Lab):
    lab.people()
    shown = lab.done("passport bob")
    assert "Bob Noyce (bob)" in shown
    assert "laser: trainee since 2026-10-24 by zoe" in shown
    assert "You need a sponsor beside you." in shown
    assert "router: You have not learned router yet." in shown
    told = {skill["skill"]: skill for skill in lab.json("passport bob")["skills"]}
    assert (told["laser"]["level"], told["laser"]["by"], told["laser"]["missing"]) == (
        "trainee",
        "zoe",
        "needs_sponsor",
    )
    assert {skill["missing"] for skill in lab.json("passport ada")["skills"]} == {None}


def test_a_passport_names_only_those_who_agreed_to_be_named(lab: Lab):
    lab.people()
    assert "Ada" not in lab.done("passport bob")
    lab.done("member edit ada --nameable --by zoe")
    assert "Ask Ada Lovelace" in lab.done("passport bob")


def test_the_passport_of_somebody_suspended_says_so_first(lab: Lab):
    lab.people()
    lab.done("member suspend bob --by zoe --reason unpaid")
    assert lab.done("passport bob").splitlines()[1].startswith("Your access is suspended.")


# --- who acts ---------------------------------------------------------------------------------


def test_in_a_rehearsal_somebody_must_be_named_as_the_one_who_acts(lab: Lab):
    assert "refused" in lab.refused('member add "Ada Lovelace"')


def test_a_member_without_an_office_is_told_whom_to_ask(lab: Lab):
    lab.people()
    said = lab.refused('member add "Cem" --by bob')
    assert "a fab manager" in said
    assert "role list" in said


def test_a_stranger_to_the_books_cannot_act(lab: Lab):
    assert "There is no" in lab.refused(f"badge add zoe {BOB} --by mallory")
