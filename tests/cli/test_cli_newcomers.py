"""The life of a newcomer at the command line, from the first day to a sponsor's fall, by tired people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_lab import Lab
from newcomers_lab import Ruled
from test_cli_help import command_of, typed

from fabgate.cli.passport import passport as _passport  # noqa: F401 - the command under test
from fabgate.desk.stamp import Step
from fabgate.texts import LANGUAGES, Catalogue

DAY_MS = 86_400_000
VERBS = """
grant propose|approve|refuse|waiting|renew|history
evidence tick|quiz|challenge|strike|list
sponsors assign|release|list|flagged|review|tree
trainees
history
passport
"""
SHOWING = {"waiting", "list", "flagged", "tree", "trainees", "history", "passport"}


def paths() -> Iterator[tuple[str, ...]]:
    for line in VERBS.split("\n"):
        noun, _, verbs = line.partition(" ")
        if noun:
            yield from ((noun, verb) if verb else (noun,) for verb in verbs.split("|"))


@pytest.fixture
def lab(tmp_path: Path) -> Ruled:
    return Ruled(tmp_path)


def fits(text: str) -> bool:
    return all(len(line) <= 80 for line in text.splitlines())


# --- every command ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", list(paths()), ids=" ".join)
def test_every_command_helps_with_an_example_and_shows_itself_to_programs(path: tuple[str, ...]):
    status, said = typed(*path, "--help")
    command = command_of(path)
    assert status == 0
    assert f"fabgate {' '.join(path)}" in said.partition("Example:")[2]
    assert not command.get_short_help_str(60).endswith("...")
    options = [param for param in command.params if param.param_type_name == "option"]
    assert all(getattr(option, "help", None) for option in options)
    if path[-1] in SHOWING:
        assert "--json" in {name for option in options for name in option.opts}


@pytest.mark.parametrize("text", ["", " ", "'; DROP", "\udcff", "../x", "a" * 500, "\x1b[2J", "{by}"])
def test_names_that_are_nobodys_and_nothings_are_only_not_there(lab: Ruled, text: str):
    for words in (
        ["passport", "--", text],
        ["history", "--", text],
        ["evidence", "list", "--", text],
        ["evidence", "tick", "--by", "bob", "--", "ada", "laser", text],
        ["evidence", "tick", "--by", "bob", "--", "ada", text, "start-up"],
        ["evidence", "strike", "--by", "bob", "--reason", "x", "--", text, "laser", "tick", "start-up"],
        ["sponsors", "assign", "--by", "zoe", "--", "ada", text],
        ["sponsors", "release", "--by", "zoe", "--", text],
        ["sponsors", "review", "--by", "zoe", "--reason", "x", "--", "ada", text],
        ["sponsors", "tree", "--", text],
        ["grant", "propose", "--by", "bob", "--reason", "x", "--", text, "laser"],
        ["grant", "approve", "--by", "zoe", "--", "ada", text],
        ["grant", "refuse", "--by", "zoe", "--reason", "x", "--", text, text],
        ["grant", "renew", "--by", "bob", "--", "ada", text],
    ):
        said = lab.refused(words)
        assert all(sign.isprintable() or sign == "\n" for sign in said)
        assert len(said.splitlines()) == 2


# --- from the first day -------------------------------------------------------------------------


def test_a_newcomer_goes_from_trainee_to_autonomous_r5_r6(lab: Ruled):
    assert lab.done("sponsors assign ada bob --by zoe") == "Bob Noyce looks after Ada Lovelace (ada).\n"
    lab.session(40)
    said = lab.refused('grant give ada laser --level autonomous --by zoe --reason "knows it"')
    assert "Missing: sessions 1/2, minutes 40/60, tick start-up" in said
    assert "--waive" in said
    lab.session(40)
    lab.shown("e-stop")
    assert "ready" not in lab.done("trainees")
    said = lab.done("evidence tick ada laser e-stop --by bob")
    assert said == "Ada Lovelace (ada), laser: tick e-stop is noted.\nMissing to work alone: nothing\n"
    assert "ready: laser" in lab.done("trainees")
    assert "a fab manager" in lab.refused("grant give ada laser --level autonomous --by bob --reason good")
    said = lab.done('grant propose ada laser --by bob --reason "three good sessions"')
    assert "It waits for a manager: fabgate grant approve ada laser" in said
    assert "waits for a manager: laser" in lab.done("trainees --all")
    (waits,) = lab.json("grant waiting")
    assert (waits["member"], waits["by"], waits["sessions"], waits["minutes"]) == ("ada", "bob", 2, 80)
    assert (waits["missing"], waits["reason"], waits["fit"]) == ([], "three good sessions", True)
    assert "sessions 2, 1:20:00, items 4" in lab.done("grant waiting")
    said = lab.done("grant approve ada laser --by zoe")
    assert said == "Ada Lovelace (ada) is autonomous on laser now, as Bob Noyce proposed. Before: trainee.\n"
    assert lab.done("grant waiting") == "Nothing waits.\n"
    assert [(one["by"], one["vouched"]) for one in lab.json("grant list ada")] == [("zoe", "bob")]


def test_what_is_waived_is_said_aloud_r5(lab: Ruled):
    said = lab.done('grant give ada laser --level autonomous --waive --by zoe --reason "taught me"')
    assert "Without: sessions 0/2, minutes 0/60, tick start-up" in said
    lab.done("grant revoke ada laser --by zoe --reason x")
    lab.done("grant give ada laser --level trainee --by zoe --reason x")
    said = lab.done("grant propose ada laser --by bob --reason good")
    assert "Still missing: sessions 0/2" in said
    assert "Without: sessions 0/2" in lab.done("grant approve ada laser --waive --by zoe --reason x")


def test_a_refused_proposal_says_whose_it_was(lab: Ruled):
    lab.done("grant propose ada laser --by bob --reason good")
    said = lab.done('grant refuse ada laser --by zoe --reason "not the mirrors yet"')
    assert said == "Ada Lovelace (ada) is not made autonomous on laser, as Bob Noyce proposed.\n"
    assert "Nothing waits for Ada Lovelace: laser." in lab.refused("grant approve ada laser --by zoe")


def test_a_grant_shows_when_it_ends_and_by_what_r8(lab: Ruled):
    lab.done("grant give ada laser --level autonomous --waive --by zoe --reason x")
    (ada,) = lab.json("grant list ada")
    assert (ada["ends"], ada["ends_by"], ada["until"]) == ("2027-10-24T10:00:00Z", "disuse", None)
    assert "2027-10-24 (disuse)" in lab.done("grant list ada")
    lab.clock.advance(366 * DAY_MS)
    assert "2027-10-24 (disuse, over: it was autonomous)" in lab.done("grant list ada")
    assert "Missing: sessions 0/1" in lab.refused("grant renew ada laser --by zoe")
    lab.done("grant give bob laser --level sponsor --bootstrap --by zoe --reason x")
    lab.session(20)
    assert lab.done("grant renew ada laser --by bob") == "Ada Lovelace (ada) is autonomous on laser again.\n"


# --- the passport -------------------------------------------------------------------------------


def test_a_passport_reads_well_on_eighty_columns_at_every_step(lab: Ruled):
    def read() -> str:
        said = lab.done("passport ada")
        assert fits(said), said
        assert fits(lab.done("passport ada --language fr"))
        assert fits(lab.done("passport ada --language nl"))
        assert fits(lab.done("passport ada --language de"))
        return said

    said = read()
    for part in (
        "  sponsor     nobody yet",
        "  the dues    not on file",
        "Not on file: the dues. To put this right: Zoe, at the desk",
        "laser (Laser cutting): trainee since 2026-10-24 by bob",
        "  [ ] sessions with a sponsor: 0 of 2",
        "  [ ] e-stop: I know what the emergency stop does",
        "  [ ] quiz safety: 80 to reach",
        "  -> Go on with a sponsor. Still missing:",
        "router: First comes: Laser cutting.",
    ):
        assert part in said
    lab.done("sponsors assign ada bob --by zoe")
    lab.session(40)
    lab.shown("e-stop")
    said = read()
    for part in (
        "  sponsor     Bob Noyce (bob)",
        "  the dues    until 2028-12-31",
        "  [ ] sessions with a sponsor: 1 of 2",
        "  [x] quiz safety: 85, 80 to reach (bob, 2026-10-24)",
        "Can sign it: Bob Noyce, Zoe Dupont.",
    ):
        assert part in said
    lab.done("grant propose ada laser --by bob --reason good")
    assert "autonomous: proposed by bob, 2026-10-24" in read()
    lab.done("grant approve ada laser --waive --by zoe --reason x")
    assert "ends on 2027-10-24 (for want of use)" in read()
    lab.clock.advance(340 * DAY_MS)
    assert "runs out soon  Laser cutting 2027-10-24" in read()
    lab.clock.advance(60 * DAY_MS)
    said = read()
    assert "ended on 2027-10-24 (for want of use)" in said
    assert "-> One session with a sponsor and their word bring it back." in said
    lab.done("member suspend ada --by zoe --reason unpaid")
    assert read().splitlines()[1].startswith("Your access is suspended.")


def test_a_passport_speaks_the_language_that_is_asked_for(lab: Ruled):
    said = lab.done("passport ada --language fr")
    for part in ("stagiaire depuis le", "Découpe laser", "parrainage", "la cotisation", "Il manque encore :"):
        assert part in said
    for english in ("trainee", "sponsor", "missing"):
        assert english not in said
    assert "peter of meter" in lab.done("passport ada --language nl")
    said = lab.refused("passport ada --language xx")
    assert "en, fr, nl, de" in said


def test_a_passport_tells_programs_all_that_it_tells_people(lab: Ruled):
    lab.done("sponsors assign ada bob --by zoe")
    lab.session(40)
    lab.shown("e-stop")
    told = lab.json("passport ada")
    assert (told["status"], told["sponsor"], told["sponsor_fit"]) == ("trainee", "bob", True)
    assert [(one["paper"], one["until"], one["lacking"]) for one in told["papers"]] == [
        ("dues", "2028-12-31T22:59:59Z", False),
        ("waiver", "2028-12-31T22:59:59Z", False),
    ]
    laser = told["skills"][0]
    assert (laser["next"], laser["waits"], laser["signers"]) == (
        "practise",
        None,
        ["Bob Noyce", "Zoe Dupont"],
    )
    assert laser["progress"]["missing"] == [
        {"what": "sessions", "item": "", "have": 1, "want": 2},
        {"what": "minutes", "item": "", "have": 40, "want": 60},
        {"what": "tick", "item": "e-stop", "have": 0, "want": 1},
    ]
    quiz = next(one for one in laser["progress"]["seen"] if one["what"] == "quiz")
    assert (quiz["by"], quiz["score"], quiz["item"]) == ("bob", 85, "safety")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_its_words(lab: Ruled, language: str):
    texts = Catalogue.load((language,), lab.settings.lab.zone)
    assert all(texts.word("step", step.value, language) != step.value for step in Step)


def test_a_lab_says_passport_in_its_own_words(lab: Ruled):
    from dataclasses import replace

    own = lab.folder / "texts.toml"
    own.write_text('[en.words.passport]\nsponsor = "buddy"\n[en.words.level]\ntrainee = "apprentice"\n')
    lab.settings = replace(lab.settings, lab=replace(lab.settings.lab, texts=own))
    said = lab.done("passport ada")
    assert "  buddy       nobody yet" in said
    assert "apprentice since" in said


# --- sponsors -----------------------------------------------------------------------------------


def test_sponsors_are_listed_with_their_load(lab: Ruled):
    lab.done("sponsors assign ada bob --by zoe")
    lab.session(40)
    assert {"sponsor": "bob", "fit": True, "newcomers": ["ada"], "sessions_this_month": 1} in lab.json(
        "sponsors list"
    )
    assert "Bob Noyce no longer looks after Ada Lovelace" in lab.done("sponsors release ada --by zoe")
    assert "needs" in lab.done("trainees")


def test_newcomers_are_told_on_one_screen_and_to_programs(lab: Ruled):
    for number in range(40):
        lab.done(["member", "add", f"New {number}", "--by", "zoe"])
    said = lab.done("trainees")
    assert "And 11 more: fabgate trainees --all" in said
    assert len(said.splitlines()) < 45
    assert len(lab.done("trainees --all").splitlines()) > 45
    told = lab.json("trainees")
    assert len(told["trainees"]) == 41
    ada = next(one for one in told["trainees"] if one["member"] == "ada")
    assert (ada["sponsor"], ada["idle"], ada["ready"], ada["skills"][0]["missing"][0]) == (
        None,
        False,
        [],
        "sessions 0/2",
    )
    lab.clock.advance(22 * DAY_MS)
    assert "a word: 21 days without a session" in lab.done("trainees")


def test_a_sponsors_fall_is_said_flagged_and_reviewed_r10(lab: Ruled):
    lab.done("grant propose ada laser --by bob --reason good")
    lab.done("grant approve ada laser --waive --by zoe --reason x")
    said = lab.done("grant revoke bob laser --by zoe --reason careless")
    assert "Note: 1 grant rests on their word: fabgate sponsors flagged" in said
    (flag,) = lab.json("sponsors flagged")
    assert (flag["member"], flag["sponsor"], flag["why"]) == ("ada", "bob", "revoked")
    assert "fabgate sponsors review" in lab.done("sponsors flagged")
    said = lab.done('sponsors review ada laser --by zoe --reason "saw her work"')
    assert said == "Ada Lovelace (ada) keeps laser. It rested on the word of Bob Noyce.\n"
    assert lab.done("sponsors flagged") == "Nothing is to be looked at again.\n"
    assert "Note" not in lab.done("grant revoke ada laser --by zoe --reason x")


def test_the_tree_shows_who_vouched_for_whom(lab: Ruled):
    lab.done("grant propose ada laser --by bob --reason good")
    lab.done("grant approve ada laser --waive --by zoe --reason x")
    assert lab.done("sponsors tree laser") == "laser\nzoe\n└─ bob  sponsor\n   └─ ada  autonomous\n"
    assert {one["member"]: one["sponsor"] for one in lab.json("sponsors tree")} == {
        "ada": "bob",
        "bob": "zoe",
    }
    assert lab.done("sponsors tree router") == "Nobody holds anything yet.\n"


@pytest.mark.parametrize("handle", ['a"; x', "digraph", "-", "<b>"])
def test_graphviz_reads_names_as_names(lab: Ruled, handle: str):
    dot = lab.done("sponsors tree --dot")
    assert dot.startswith("digraph sponsors {\n")
    from fabgate.cli.sponsors import _quoted

    quoted = _quoted(handle + '\\" -> \n\x1b')
    inside = quoted[1:-1].replace("\\\\", "").replace('\\"', "")
    assert (quoted[0], quoted[-1], '"' in inside, "\n" in inside, "\\" in inside) == (
        '"',
        '"',
        False,
        False,
        False,
    )


def test_a_plain_terminal_gets_plain_branches(lab: Ruled, monkeypatch: pytest.MonkeyPatch):
    from fabgate.cli import sponsors

    class Plain:
        encoding = "ascii"

    monkeypatch.setattr(sponsors.sys, "stdout", Plain())
    assert "".join(sponsors._branches()).isascii()


# --- history ------------------------------------------------------------------------------------


def test_a_history_says_who_did_what_why_and_on_what_r11(lab: Ruled):
    lab.session(40)
    lab.shown()
    lab.done('grant propose ada laser --by bob --reason "good hands"')
    lab.done("grant approve ada laser --waive --by zoe --reason fine")
    lab.clock.advance(400 * DAY_MS)
    said = lab.done("history ada")
    for part in (
        "ada: taken in as a member",
        "ada: laser, quiz safety, 85 points",
        "by bob  see https://example.org/coins",
        "ada: proposed as autonomous on laser",
        '"good hands"',
        "ada: autonomous on laser, proposed by bob, without sessions 1/2, minutes 40/60",
        "ada: laser ran out, it was not used for too long",
        "Sessions: 1, 1 of them with a sponsor, 0:40:00 in all",
    ):
        assert part in said, part
    assert "session on laser, 0:40:00, trainee, with bob" in lab.done("history ada --sessions")
    told = lab.json("history ada")
    derived = [one for one in told["lines"] if one["derived"]]
    assert [(one["what"], one["body"]["why"]) for one in derived] == [("ran_out", "disuse")]
    given = next(one for one in told["lines"] if one["what"] == "grant.give" and one["body"]["vouched"])
    assert (given["by"], given["body"]["vouched"], given["offline"], given["reason"]) == (
        "zoe",
        "bob",
        False,
        "fine",
    )
    assert (told["of"], told["sessions"]["number"]) == (["member"], 1)


def test_the_history_of_grants_is_that_of_a_member_without_the_rest_r11(lab: Ruled):
    lab.done("grant give ada laser --level autonomous --waive --by zoe --reason x")
    told = lab.json("grant history ada")
    lines = [one for one in lab.json("history ada")["lines"] if one["what"] == "grant.give"]
    assert [one["record"] for one in told] == [one["record"] for one in lines]
    assert told[0]["replaced_by"] == told[1]["record"]


def test_the_journal_names_people_by_their_handles_also_those_who_vouched_r6(lab: Ruled):
    lab.done("grant propose ada laser --by bob --reason good")
    lab.done("grant approve ada laser --waive --by zoe --reason x")
    given, approved = lab.done("journal tail -n 2").splitlines()
    assert "vouched=bob" in given
    assert f"proposal={int(given.split()[0]) - 1} " in given
    assert "m-" not in given + approved


def test_a_history_of_a_machine_and_of_nothing(lab: Ruled):
    assert "Nothing is known of this." in lab.done("history router --of machine")
    lab.done("machine lock router --by ada --reason smoke")
    assert "router: out of service" in lab.done("history router")
    assert "Did you mean router?" in lab.refused("history routr")


def test_a_lab_without_rules_of_its_own_asks_for_nothing(empty: Lab):
    empty.done('init --manager "Zoe Dupont" --id zoe')
    empty.people()
    empty.done("grant give bob laser --level autonomous --by zoe --reason passed")
    assert "[ ]" not in empty.done("passport bob")
    assert "sponsor" not in empty.done("passport ada")
    assert empty.done("grant waiting") == "Nothing waits.\n"
