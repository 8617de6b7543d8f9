"""What is wrong with a file of rules, or does not fit the configuration that names it: all of it, at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate import config
from fabgate.errors import ConfigError

MAIN = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
rules = "rules.toml"
[machine.laser]
skill = "laser"
[machine.laser.output.relay]
role = "power"
"""  # 8 lines
LASER = '[machine.laser]\nskill = "laser"\n'
DOOR = '[machine.front]\nkind = "door"\n[machine.front.output.strike]\nrole = "pulse"\n'


@pytest.fixture
def refused(tmp_path):
    def refused(rules, main=MAIN):
        (tmp_path / "fabgate.toml").write_text(main, encoding="utf-8")
        (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
        with pytest.raises(ConfigError) as error:
            config.load(tmp_path / "fabgate.toml")
        return str(error.value).replace(f"{tmp_path}/", "")

    return refused


@pytest.mark.parametrize(
    ("rules", "where", "what", "remedy"),
    [
        # what cannot be read at all
        ("[members", "1: not TOML", "", "[members"),
        ("[members]\nmajority = 18\nmajority = 16", "3: not TOML", "overwrite", "majority = 16"),
        ("[skill.a]\n[skill.a]", "2: not TOML", "", "[skill.a]"),
        ("x = " + "9" * 5000, "not TOML", "has no end", "a person can read"),
        ("x = " + "[" * 100_000, "not TOML", "has no end", "a person can read"),
        ("#" * 1_000_001, "too long", "no file of ours", "fabgate rules sample openfab"),
        # ids
        ("[paper.status]", "1: paper.status", "a column of this name", "another id"),
        # keys
        ("majority = 18", "1: majority", "no such key", "belongs in [members]"),
        ("[member]\nmajority = 18", "1: member", "no such key", "Did you mean members?"),
        ("[skill.laser]\nsesions = 2", "2: skill.laser.sesions", "no such key", "Did you mean sessions?"),
        ("[skill.Laser]", "1: skill.Laser", "no id", "lower-case"),
        ('[skill.a.checklist]\n"two words" = "x"', "2: skill.a.checklist.two words", "no id", "lower-case"),
        ('[purpose]\n"" = "x"', "2: purpose.", "no id", "lower-case"),
        ("skill = 3", "1: skill", "a table, not a value", "[skill]"),
        ("[[skill]]", "1: skill", "a table, not a value", "[skill]"),
        ("[class]\nfree = 1", "2: class.free", "a table, not a value", "[class.free]"),
        # numbers
        ("[members]\nmajority = 0", "2: members.majority", "0 is out", "1 to 99"),
        ("[members]\nmajority = true", "2: members.majority", "whole number", "digits"),
        ('[members]\nmajority = "18"', "2: members.majority", "not a text", "without quotes"),
        ("[members]\nmajority = 18.0", "2: members.majority", "whole number", "digits"),
        ("[members]\nmajority = " + "9" * 30, "2: members.majority", "a number of that size", "1 to 99"),
        ("[members]\nmajority = nan", "2: members.majority", "whole number", "digits"),
        ("[members]\nnotice_days = 30", "2: members.notice_days", "not a number", "[30, 7]"),
        ("[members]\nnotice_days = [30, 30]", "2: members.notice_days", "twice", "once"),
        ("[members]\nnotice_days = [0]", "2: members.notice_days", "0 is out", "1 to 3650"),
        ("[members]\nnotice_days = ['7']", "2: members.notice_days", "not a text", "digits"),
        ("[members]\nstay = 12", "2: members.stay", "no length", "1h30m"),
        ('[members]\nstay = "never"', "2: members.stay", "no length", "1h30m"),
        ('[members]\nstay = "-1h"', "2: members.stay", "no length", "1h30m"),
        ("[offline]\npromotion = 1", "2: offline.promotion", "true or false", "without quotes"),
        ('[offline]\npromotion = "false"', "2: offline.promotion", "not a text", "without quotes"),
        ("[skill.a]\nvalid_months = -1", "2: skill.a.valid_months", "-1 is out", "0 to 1200"),
        ("[skill.a.quiz]\nsafety = 101", "2: skill.a.quiz.safety", "101 is out", "1 to 100"),
        ("[skill.a.quiz]\nsafety = 0", "2: skill.a.quiz.safety", "0 is out", "1 to 100"),
        ("[skill.a.checklist]\nstart = 1", "2: skill.a.checklist.start", "a text is wanted", "quotes"),
        ('[skill.a.checklist]\nstart = " "', "2: skill.a.checklist.start", "one line", "control sign"),
        ('[purpose]\nsocial = "a\\u001b[2Jb"', "2: purpose.social", "one line", "control sign"),
        (f'[purpose]\nsocial = "{"x" * 201}"', "2: purpose.social", "one line", "1 to 200"),
        # words
        ('[skill.a]\nclass = "surveilled"', "2: skill.a.class", "surveilled", "Did you mean supervised?"),
        ("[class.superviced]\nsessions = 2", "1: class.superviced", "no class", "Did you mean supervised?"),
        ('[skill.a]\ngranted_by = "board"', "2: skill.a.granted_by", "board", "manager, sponsor"),
        ('[class.free]\nstale = "warn"', "2: class.free.stale", "warn", "deny, sponsor"),
        ('[skill.a]\nsponsor_from = "trainee"', "2: skill.a.sponsor_from", "trainee", "autonomous"),
        ('[opening.a]\nmode = "open"', "2: opening.a.mode", "open", "semi_open"),
        ("[opening.a]", "1: opening.a.mode", "missing", 'mode = "staffed"'),
        # titles
        ("[paper.dues]\ntitle = 3", "2: paper.dues.title", "by language", '{ en = "Laser cutting"'),
        ("[paper.dues]\ntitle = {}", "2: paper.dues.title", "by language", "Laser"),
        ('[paper.dues]\ntitle = { es = "x" }', "2: paper.dues.title", '"es"', "de, en, fr, nl"),
        ("[paper.dues]\ntitle = { fr = 3 }", "2: paper.dues.title", "a text is wanted", "quotes"),
        ("[paper.dues.title]\nfr = 3", "1: paper.dues.title", "a text is wanted", "quotes"),
        # lists of ids
        ('[skill.a]\nrequires = "b"', "2: skill.a.requires", "a list is wanted, not a text", '["laser"]'),
        ('[skill.a]\nrequires = ["b", "b"]\n[skill.b]', "2: skill.a.requires", "twice", "once"),
        ("[skill.a]\nrequires = [1]", "2: skill.a.requires", "a text is wanted", "quotes"),
        ('[skill.a]\nrequires = ["b"]', "2: skill.a.requires", 'no skill "b"', "[skill.b]"),
        ('[skill.a]\nrequires = ["lasre"]', "2: skill.a.requires", "lasre", "Did you mean laser?"),
        ('[skill.a]\nrequires = ["a"]', "2: skill.a.requires", "a needs a", "Take one"),
        # hours
        ('[opening.a]\nmode = "public"\nweekly = "mon 9-17"', "3: opening.a.weekly", "a list", "17:00-22:00"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon"]', "3: opening.a.weekly", '"mon"', "17:00-22:00"),
        ('[opening.a]\nmode = "public"\nweekly = [9]', "3: opening.a.weekly", "no weekly", "17:00-22:00"),
        ('[opening.a]\nmode = "public"\nweekly = ["tues 9:00-17:00"]', "3: ", '"tues"', "mean tue?"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon-wed-fri 9:00-17:00"]', "3: ", "no range", "mon-fri"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon 9-17:00"]', "3: ", '"9"', "17:00"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon 09:60-17:00"]', "3: ", '"09:60"', "17:00"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon 09:00-24:01"]', "3: ", '"24:01"', "17:00"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon 09:00-09:00"]', "3: ", "no hours", "00:00-24:00"),
        ('[opening.a]\nmode = "public"\nweekly = ["mon 24:00-09:00"]', "3: ", "no hours", "00:00-24:00"),
        (
            '[opening.a]\nmode = "public"\nclosed = "2026-12-25"',
            "3: opening.a.closed",
            "a list",
            "2026-12-25",
        ),
        ('[opening.a]\nmode = "public"\nclosed = ["25.12.2026"]', "3: ", '"25.12.2026"', "2026-11-20"),
        ('[opening.a]\nmode = "public"\nclosed = ["2026-02-29"]', "3: ", '"2026-02-29"', "year, month"),
        ('[opening.a]\nmode = "public"\nclosed = ["2026-12-26..2026-12-25"]', "3: ", "before", "first day"),
        ('[opening.a]\nmode = "public"\nclosed = ["..2026-12-25"]', "3: ", "no day", "2026-11-20"),
        ('[opening.a]\nmode = "public"\nclosed = [2026-12-25T10:00:00]', "3: ", "not a date", "quotes"),
        # what does not fit together
        ("[class.free]\nsessions = 2", "2: class.free.sessions", "nobody would ever be ready", "Write 0"),
        ('[skill.a]\nclass = "free"\nminutes = 1', "3: skill.a.minutes", "ever be ready", "another class"),
        (
            "[paper.a]\nminors = true\nsubscription = true",
            "3: paper.a.subscription",
            "asked of nobody",
            "two papers",
        ),
        (
            '[opening.a]\nmode = "subscription"',
            "2: opening.a.mode",
            "no paper is one",
            "subscription = true",
        ),
    ],
)
def test_a_broken_file_of_rules_names_the_line_and_the_cure(refused, rules, where, what, remedy):
    said = refused(rules)
    assert said.startswith("rules.toml:"), said
    assert all(part in said for part in (where, what, remedy)), said


def test_skills_that_wait_for_each_other_are_named_in_a_circle(refused):
    said = refused('[skill.a]\nrequires = ["b"]\n[skill.b]\nrequires = ["c"]\n[skill.c]\nrequires = ["a"]')
    circles = ("a needs b needs c needs a", "b needs c needs a needs b", "c needs a needs b needs c")
    assert any(f"nobody could ever begin: {circle}\n" in said for circle in circles)
    assert "Take one of them out." in said


@pytest.mark.parametrize(("key", "value"), [("title", "Laser"), ("sponsor_from", "sponsor")])
def test_what_is_said_of_a_skill_in_both_files_is_refused_with_both_lines(refused, key, value):
    said = refused(f'\n[skill.laser]\n{key} = "{value}"', f'{MAIN}[skill.laser]\n{key} = "{value}"\n')
    assert f"rules.toml:3: skill.laser.{key}: it is said here and in fabgate.toml, line 10" in said


def test_a_file_of_rules_that_is_not_there_is_named_with_a_way_to_begin(tmp_path):
    (tmp_path / "fabgate.toml").write_text(MAIN)
    with pytest.raises(ConfigError, match=r"fabgate\.toml:4: lab\.rules: there is no file") as error:
        config.load(tmp_path / "fabgate.toml")
    assert "fabgate rules sample openfab" in error.value.remedy


def test_a_folder_is_no_file_of_rules(tmp_path):
    (tmp_path / "fabgate.toml").write_text(MAIN.replace("rules.toml", "."))
    with pytest.raises(ConfigError, match="there is no file"):
        config.load(tmp_path / "fabgate.toml")


def test_mistakes_in_both_files_are_told_at_once_each_with_its_file_and_line(refused):
    said = refused("[members]\nmajority = 0\n[review]\nmonths = -1", MAIN.replace("Brussels", "Brusels"))
    lines = [line for line in said.splitlines() if not line.startswith("  ")]
    assert [line.split(":")[0] for line in lines] == ["fabgate.toml", "rules.toml", "rules.toml"]
    assert "3 things to mend" in said


@pytest.mark.parametrize(
    ("main", "where", "what", "remedy"),
    [
        (
            MAIN.replace(LASER, LASER + 'opening = ["x"]\n'),
            "7: machine.laser.opening",
            '"x"',
            "Known are: open",
        ),
        (MAIN.replace(LASER, LASER + 'opening = ["opn"]\n'), "7: ", '"opn"', "Did you mean open?"),
        (MAIN.replace(LASER, LASER + 'opening = "open"\n'), "7: machine.laser.opening", "a list", "["),
        (MAIN.replace(LASER, LASER + 'class = "free beer"\n'), "7: machine.laser.class", "free beer", "free"),
        (MAIN.replace(LASER, LASER + 'ends.alone = "now"\n'), "7: machine.laser.ends.alone", "now", "finish"),
        (
            MAIN.replace(LASER, LASER + 'changed = "20.11.2026"\n'),
            "7: machine.laser.changed",
            "day",
            "2026-11-20",
        ),
        (MAIN.replace(LASER, LASER + 'reproof = "4h"\n'), "7: machine.laser.reproof", "at most 4h", "never"),
        (
            MAIN.replace(LASER, LASER + 'limit = "20m"\nreproof = "20m"\n'),
            "8: machine.laser.reproof",
            "every 20m in a session of at most 20m",
            "shorter",
        ),
        (
            MAIN.replace(LASER, LASER + "max_trainees = -1\n"),
            "7: machine.laser.max_trainees",
            "-1",
            "0 to 1000",
        ),
        (
            MAIN.replace(LASER, LASER + 'kind = "gate"\n'),
            "7: machine.laser.kind",
            "gate",
            "cnc, counter, door, laser",
        ),
        (MAIN.replace('skill = "laser"', 'kind = "machine"'), "5: machine.laser.skill", "missing", "laser"),
        (MAIN.replace("power", "pulse"), "7: machine.laser.output", "no output of role power", '"power"'),
        (
            MAIN + DOOR + 'on_delay = "2s"\n',
            "13: machine.front.output.strike.on_delay",
            "no on_delay",
            "`pulse`",
        ),
        (
            MAIN + DOOR.replace('"pulse"', '"deadman"'),
            "12: machine.front.output.strike.role",
            "role deadman",
            '"pulse"',
        ),
        (MAIN + DOOR.replace("pulse", "power"), "12: machine.front.output.strike.role", "a door", '"pulse"'),
        (
            MAIN + DOOR.replace("pulse", "power"),
            "11: machine.front.output",
            "no output of role pulse",
            "relay",
        ),
        (MAIN + '[machine.front]\nkind = "door"', "9: machine.front.output", "role pulse", "relay"),
        (MAIN + DOOR.replace("door", "counter"), "12: ", "a counter has no output", "make it a door"),
        (
            MAIN + DOOR.replace('"door"', '"door"\nskill = "laser"'),
            "11: machine.front.skill",
            "no skill",
            "out",
        ),
        (
            MAIN + DOOR.replace('"door"', '"door"\nreproof = "5m"'),
            "11: machine.front.reproof",
            "a door",
            "out",
        ),
        (MAIN + DOOR.replace('"door"', '"door"\nclass = "free"'), "11: machine.front.class", "a door", "out"),
        (
            MAIN + DOOR.replace('"door"', '"door"\nhold = "slot"'),
            "11: machine.front.hold",
            "a badge",
            '"tap"',
        ),
        (MAIN + DOOR + "pin = 4", "13: machine.front.output.strike.pin", "BCM 4", "12, 13, 16"),
    ],
)
def test_a_machine_that_does_not_fit_the_rules_is_refused(refused, main, where, what, remedy):
    said = refused('[opening.open]\nmode = "public"', main)
    assert all(part in said for part in (where, what, remedy)), said


def test_opening_hours_without_a_file_of_rules_are_nowhere(tmp_path):
    main = MAIN.replace('rules = "rules.toml"\n', "").replace(LASER, LASER + 'opening = ["open"]\n')
    (tmp_path / "fabgate.toml").write_text(main)
    with pytest.raises(ConfigError, match="no opening hours") as error:
        config.load(tmp_path / "fabgate.toml")
    assert "[opening.open]" in error.value.remedy


def test_a_proof_of_presence_from_the_class_may_be_longer_than_a_short_session(tmp_path):
    (tmp_path / "fabgate.toml").write_text(MAIN.replace(LASER, LASER + 'limit = "10m"\n'))
    (tmp_path / "rules.toml").write_text('[class.supervised]\nreproof = "30m"')
    assert config.load(tmp_path / "fabgate.toml").machines["laser"].rules.reproof_ms == 1_800_000


# --- whatever stands there --------------------------------------------------------------------

texts = st.text('ab1é漢 "\\\n\x00{}[]=#.', max_size=8)
values = st.recursive(
    st.booleans() | st.integers() | texts | st.sampled_from([0.5, float("inf"), float("nan")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
tables = st.sampled_from(["members", "suspension", "paper", "class", "skill", "opening", "purpose", "x"])
names = st.sampled_from(["supervised", "laser", "title", "requires", "weekly", "closed", "quiz", "stay"])


def toml(value):
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(sign):08x}" for sign in value) + '"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{toml(name)} = {toml(one)}' for name, one in value.items())} }}"
        case _:
            return str(value)


@given(
    st.dictionaries(
        tables, st.dictionaries(names, st.dictionaries(names, values, max_size=3) | values, max_size=3)
    )
)
def test_whatever_stands_in_the_file_it_is_read_or_refused_with_a_cure(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_text("\n".join(f"{name} = {toml(one)}" for name, one in table.items()), encoding="utf-8")
    try:
        config.read_rules(path)
    except ConfigError as error:
        assert error.remedy
        assert str(path) in str(error)


@given(st.binary(max_size=300))
def test_whatever_a_file_is_it_is_read_or_refused(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_bytes(raw)
    try:
        config.read_rules(path)
    except ConfigError as error:
        assert error.remedy
