"""What a good file of rules says: the lab's charter; and what a lab without one has, which is nothing new."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate import config
from fabgate.charter import Charter, Granter, Mode, Opening, Paper, Skill, Weekly
from fabgate.config import hours, rulebook_keys
from fabgate.config.key import Key
from fabgate.config.rulebook_keys import KEYS, TABLES
from fabgate.config.values import LANGUAGES
from fabgate.model import Company, Duty, Ending, Kind, Level, MachineRules, Output, Stale

MAIN = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
languages = ["fr", "en"]
rules = "rules.toml"

[skill.laser]
sponsor_from = "sponsor"

[machine.laser]
skill = "laser"
[machine.laser.output.relay]
role = "power"
"""

WHOLE = """\
[members]
majority = 16
stay = "10h"
idle_days = 14
notice_days = [7, 30, 1]
[suspension]
by_any_autonomous = true
longest = "48h"
[review]
months = 6
[offline]
promotion = false
[paper.dues]
title = { en = "dues", fr = "cotisation" }
grace_days = 30
[paper.parental]
title = "consent"
minors = true
[paper.pass]
subscription = true
[class.supervised]
granted_by = "manager"
sessions = 2
minutes = 240
valid_months = 24
unused_months = 12
max_trainees = 1
reproof = "30m"
company_grace = "3m"
check_in = true
guests = true
stale_after = "24h"
stale = "sponsor"
[class.never_alone]
reproof = "20m"
[skill.101]
class = "free"
[skill.laser]
title = { en = "Laser cutting", fr = "Découpe laser" }
requires = ["101"]
sessions = 3
reproof = "never"
guests = false
[skill.laser.checklist]
start = "I can start it"
stop = "I can stop it"
[skill.laser.quiz]
safety = 80
[skill.laser.challenge]
coins = "Make ten coins"
[opening.openlab]
mode = "staffed"
title = "Open lab"
weekly = ["tue,thu 17:00-22:00", "fri 20:00-02:00"]
closed = ["2026-12-24..2027-01-02", 2026-11-11]
[opening.studio]
mode = "subscription"
[purpose]
social = "Social visit"
"""


@pytest.fixture
def load(tmp_path):
    def load(rules, main=MAIN):
        (tmp_path / "fabgate.toml").write_text(main, encoding="utf-8")
        (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
        return config.load(tmp_path / "fabgate.toml")

    return load


def test_a_lab_without_a_file_of_rules_has_an_empty_charter(load):
    settings = load("", MAIN.replace('rules = "rules.toml"\n', ""))
    laser = Skill("laser", "laser", Level.SPONSOR)
    assert settings.charter == Charter(skills={"laser": laser})
    assert settings.skills == {"laser": laser}
    assert settings.usual == Skill("", "")
    assert settings.lab.rules is None
    assert settings.machines["laser"].rules == MachineRules(
        "laser", "laser", "laser", sponsor_from=Level.SPONSOR
    )


def test_what_is_not_written_is_not_asked(load):
    assert load("# nothing yet\n").charter == Charter(
        skills={"laser": Skill("laser", "laser", Level.SPONSOR)},
        digest=hashlib.sha256(b"# nothing yet\n").hexdigest()[:12],
    )


def test_every_number_of_a_file_of_rules_reaches_the_charter(load, tmp_path):
    settings = load(WHOLE)
    charter = settings.charter
    assert settings.lab.rules == tmp_path / "rules.toml"
    assert (charter.majority_years, charter.stay_ms, charter.idle_days) == (16, 36_000_000, 14)
    assert charter.notice_days == (30, 7, 1)
    assert (charter.safety_suspend, charter.suspend_ms) == (True, 48 * 3_600_000)
    assert (charter.review_months, charter.offline_promotion) == (6, False)
    assert charter.papers == {
        "dues": Paper("dues", "cotisation", {"en": "dues", "fr": "cotisation"}, 30),
        "parental": Paper("parental", "consent", minors=True),
        "pass": Paper("pass", "pass", subscription=True),
    }
    assert charter.purposes == {"social": "Social visit"}
    assert charter.openings["studio"] == Opening("studio", Mode.SUBSCRIPTION, "studio")
    assert charter.openings["openlab"] == Opening(
        "openlab",
        Mode.STAFFED,
        "Open lab",
        weekly=(Weekly(1, 1020, 1320), Weekly(3, 1020, 1320), Weekly(4, 1200, 1560)),
        closed=(("2026-12-24", "2027-01-02"), ("2026-11-11", "2026-11-11")),
    )
    assert charter.digest == hashlib.sha256(WHOLE.encode()).hexdigest()[:12]


def test_a_skill_has_the_numbers_of_its_class_unless_it_says_otherwise(load):
    laser = load(WHOLE).charter.skills["laser"]
    assert laser == Skill(
        id="laser",
        title="Découpe laser",
        sponsor_from=Level.SPONSOR,
        company=Company.SUPERVISED,
        titles={"en": "Laser cutting", "fr": "Découpe laser"},
        requires=("101",),
        granted_by=Granter.MANAGER,
        valid_months=24,
        unused_months=12,
        sessions=3,
        minutes=240,
        checklist={"start": "I can start it", "stop": "I can stop it"},
        quizzes={"safety": 80},
        challenges={"coins": "Make ten coins"},
        max_trainees=1,
        reproof_ms=0,
        company_grace_ms=180_000,
        check_in=True,
        guests=False,
        stale_after_ms=86_400_000,
        stale=Stale.SPONSOR,
    )


def test_a_skill_that_only_a_machine_names_is_supervised_with_the_numbers_of_that_class(load):
    settings = load(WHOLE, MAIN.replace('skill = "laser"\n', 'skill = "mill"\n'))
    mill = settings.skills["mill"]
    assert (mill.company, mill.sessions, mill.reproof_ms) == (Company.SUPERVISED, 2, 1_800_000)
    assert settings.usual.sessions == 2


def test_a_machine_has_what_its_skill_asks(load):
    rules = load(WHOLE).machines["laser"].rules
    assert rules.company is Company.SUPERVISED
    assert (rules.reproof_ms, rules.company_grace_ms, rules.max_trainees) == (0, 180_000, 1)
    assert (rules.check_in, rules.guests) == (True, False)
    assert (rules.stale_after_ms, rules.stale) == (86_400_000, Stale.SPONSOR)


OWN = """\
class = "never_alone"
reproof = "45m"
company_grace = "1m"
max_trainees = 2
check_in = false
guests = true
opening = ["openlab", "studio"]
changed = "2026-11-20"
praise = "90s"
confirm = "5s"
ends = { alone = "finish" }
"""


def test_a_machine_may_say_for_itself_who_has_to_be_there(load):
    rules = load(WHOLE, MAIN.replace('skill = "laser"\n', f'skill = "laser"\n{OWN}')).machines["laser"].rules
    assert rules.company is Company.NEVER_ALONE
    assert (rules.reproof_ms, rules.company_grace_ms, rules.max_trainees) == (45 * 60_000, 60_000, 2)
    assert (rules.check_in, rules.guests) == (False, True)
    assert rules.openings == ("openlab", "studio")
    assert rules.changed_ms == 1_795_129_200_000  # 2026-11-20T00:00 in Brussels
    assert (rules.praise_ms, rules.confirm_ms) == (90_000, 5_000)
    assert rules.ends.alone is Ending.WHEN_IDLE


def test_a_machine_may_ask_for_less_than_its_skill(load):
    own = 'skill = "mill"\nreproof = "never"\nmax_trainees = 0\ncheck_in = false\nguests = false\n'
    rules = load(WHOLE, MAIN.replace('skill = "laser"\n', own)).machines["laser"].rules
    assert (rules.reproof_ms, rules.max_trainees, rules.check_in, rules.guests) == (0, 0, False, False)


def test_a_machine_of_another_class_has_that_classs_numbers_where_neither_skill_nor_machine_says_one(load):
    of_class = MAIN.replace('skill = "laser"\n', 'skill = "mill"\nclass = "never_alone"\n')
    rules = load(WHOLE, of_class).machines["laser"].rules
    assert (rules.reproof_ms, rules.max_trainees, rules.stale_after_ms) == (20 * 60_000, 0, None)


@pytest.mark.parametrize(
    ("word", "ending"), [("warn", Ending.WARN), ("finish", Ending.WHEN_IDLE), ("cut", Ending.NOW)]
)
def test_r4_what_a_machine_does_when_nobody_stands_by_has_three_words(load, word, ending):
    main = MAIN.replace('skill = "laser"\n', f'skill = "laser"\nends.alone = "{word}"\n')
    assert load("", main).machines["laser"].rules.ends.alone is ending


DOORS = """\
[machine.front]
kind = "door"
pulse = "3s"
opening = ["openlab"]
[machine.front.output.strike]
role = "pulse"
pin = 26
[machine.desk]
kind = "counter"
"""


def test_doors_and_counters_take_no_skill_and_nobody_is_asked_to_stand_by_there(load):
    settings = load(WHOLE, MAIN + DOORS)
    front, desk = settings.machines["front"].rules, settings.machines["desk"].rules
    assert front == MachineRules(
        "front",
        "front",
        "front",
        kind=Kind.DOOR,
        pulse_ms=3_000,
        openings=("openlab",),
        stay_ms=36_000_000,
        outputs=(Output("strike", Duty.PULSE),),
    )
    assert desk == MachineRules("desk", "desk", "desk", kind=Kind.COUNTER, stay_ms=36_000_000, outputs=())
    assert set(settings.skills) == {"101", "laser"}
    assert (settings.machines["front"].outputs[0].duty, settings.machines["desk"].outputs) == ("pulse", ())


def test_a_title_is_in_the_first_of_the_labs_languages_that_has_one(load):
    rules = '[skill.laser]\ntitle = { nl = "Lasersnijden", en = "Laser cutting" }\n'
    assert load(rules).skills["laser"].title == "Laser cutting"
    assert load(rules.replace(', en = "Laser cutting"', "")).skills["laser"].title == "Lasersnijden"


def test_a_title_may_stand_in_the_configuration_and_the_rest_in_the_rules(load):
    main = MAIN.replace("[skill.laser]\n", '[skill.laser]\ntitle = "Découpe"\n')
    laser = load('[skill.laser]\nclass = "free"\n', main).skills["laser"]
    assert (laser.title, laser.titles, laser.company) == ("Découpe", {}, Company.FREE)


def test_a_hub_has_rules_too(load):
    hub = MAIN[: MAIN.index("[skill")] + '[hub]\naddress = "hub.lan"\n'
    settings = load(WHOLE, hub)
    assert set(settings.skills) == {"101", "laser"}
    assert settings.usual.granted_by is Granter.MANAGER


def test_a_file_of_rules_can_be_read_by_itself(tmp_path):
    (tmp_path / "rules.toml").write_text(WHOLE, encoding="utf-8")
    charter = config.read_rules(tmp_path / "rules.toml")
    assert charter.skills["laser"].sponsor_from is Level.AUTONOMOUS
    assert charter.papers["dues"].title == "dues"


def test_another_file_of_rules_can_be_tried_on_a_configuration(load, tmp_path):
    load(WHOLE)
    (tmp_path / "new.toml").write_text('[skill.laser]\nclass = "free"\n')
    tried = config.load(tmp_path / "fabgate.toml", tmp_path / "new.toml")
    assert tried.skills["laser"].company is Company.FREE
    assert tried.lab.rules == tmp_path / "new.toml"


# --- the keys ---------------------------------------------------------------------------------


def test_every_key_of_the_rules_is_on_their_page_under_its_table():
    page = config.rules_reference()
    for key in KEYS:
        table = ".".join(key.parts[:-1])
        section = page.split(f"## `[{table}]`\n")[1].split("\n## ")[0]
        assert f"| `{key.parts[-1]}` |" in section
    assert {".".join(key.parts[:-1]) for key in KEYS} == set(TABLES)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_of_the_rules_has_a_meaning_and_a_default_or_example_that_can_be_read(key):
    assert key.meaning.endswith((".", ".)"))
    key.kind.read(key.example if key.default is None else key.default)


def test_every_key_of_the_rules_that_is_declared_is_in_the_list():
    alone = [value.path for value in vars(rulebook_keys).values() if isinstance(value, Key)]
    numbers = [n for n in vars(rulebook_keys).values() if isinstance(n, rulebook_keys.Number)]
    declared = [*alone, *(n.of_class.path for n in numbers), *(n.of_skill.path for n in numbers)]
    assert sorted(declared) == sorted(key.path for key in KEYS)


# --- the ready sets ---------------------------------------------------------------------------


@pytest.fixture(params=sorted(config.SETS))
def ready(request, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(config.ready_set(request.param), encoding="utf-8")
    return path


def test_a_ready_set_is_in_order(ready):
    charter = config.read_rules(ready)
    assert {"dues", "waiver", "insurance", "parental"} <= set(charter.papers)
    assert len(charter.skills["laser"].checklist) == 8


def test_every_title_of_a_ready_set_is_there_in_every_language(ready):
    charter = config.read_rules(ready)
    named = [*charter.skills.values(), *charter.papers.values(), *charter.openings.values()]
    assert all(set(one.titles) == set(LANGUAGES) for one in named)


def test_a_prerequisite_that_no_machine_takes_cannot_go_unused(ready):
    charter = config.read_rules(ready)
    assert charter.skills["101"].unused_months == 0


def test_a_ready_set_that_nobody_made_is_not_there():
    with pytest.raises(config.ready.UsageError, match="openfab, strict"):
        config.ready_set("../keys")


def test_the_set_of_openfab_has_its_numbers(tmp_path):
    (tmp_path / "r.toml").write_text(config.ready_set("openfab"), encoding="utf-8")
    charter = config.read_rules(tmp_path / "r.toml")
    assert charter.papers["dues"].grace_days == 30
    assert charter.papers["parental"].minors
    printing, laser, cnc = (charter.skills[name] for name in ("3d-printing", "laser", "cnc"))
    assert (printing.company, printing.sessions, printing.minutes) == (Company.ACCOMPANIED, 2, 120)
    assert printing.granted_by is Granter.SPONSOR
    assert (laser.company, laser.sessions, laser.minutes) == (Company.SUPERVISED, 2, 240)
    assert (laser.granted_by, laser.max_trainees, laser.requires) == (Granter.MANAGER, 1, ("101",))
    assert (laser.unused_months, laser.valid_months) == (12, 0)
    assert cnc.company is Company.NEVER_ALONE
    assert charter.skills["hand-tools"].company is Company.FREE
    assert charter.openings["openlab"].mode is Mode.STAFFED
    assert charter.offline_promotion


def test_r12_the_strict_set_trusts_a_gate_without_its_hub_for_a_day(tmp_path):
    (tmp_path / "r.toml").write_text(config.ready_set("strict"), encoding="utf-8")
    charter = config.read_rules(tmp_path / "r.toml")
    for name in ("laser", "cnc"):
        skill = charter.skills[name]
        assert (skill.stale_after_ms, skill.stale) == (86_400_000, Stale.DENY)
        assert (skill.check_in, skill.valid_months, skill.sponsor_from) == (True, 24, Level.SPONSOR)
        assert 0 < skill.reproof_ms <= 30 * 60_000
    assert (charter.offline_promotion, charter.safety_suspend) == (False, True)
    assert charter.suspend_ms == 72 * 3_600_000


# --- hours ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours_"),
    [
        ("mon 09:00-17:00", [(0, 540, 1020)]),
        ("sun 9:00-17:00", [(6, 540, 1020)]),
        ("Sat , Sun 10:00 - 18:00", [(5, 600, 1080), (6, 600, 1080)]),
        ("sat-mon 00:00-24:00", [(5, 0, 1440), (6, 0, 1440), (0, 0, 1440)]),
        ("mon-wed,wed,fri 10:00-11:00", [(0, 600, 660), (1, 600, 660), (2, 600, 660), (4, 600, 660)]),
        ("fri 22:00-02:30", [(4, 1320, 1590)]),
        ("fri 22:00-00:00", [(4, 1320, 1440)]),
    ],
)
def test_weekly_hours_are_written_as_on_a_door(text, hours_):
    assert hours.WEEKLY.read([text]) == tuple(Weekly(*one) for one in hours_)


@given(
    st.lists(st.sampled_from(hours.DAYS), min_size=1, max_size=7, unique=True),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
def test_any_hours_that_are_written_are_those_that_are_read(days, begin, end):
    written = f"{','.join(days)} {begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"
    if begin == end:
        return
    read = hours.WEEKLY.read([written])
    assert [hours.DAYS[one.weekday] for one in read] == days
    assert {(one.from_min, one.to_min % 1440) for one in read} == {(begin, end % 1440)}
    assert all(0 < one.to_min - one.from_min <= 1440 for one in read)


# --- any charter ------------------------------------------------------------------------------

ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=32)
line = st.text("abc019é漢'\"\\.,#[]{}=-", min_size=1, max_size=40)
titles = line | st.dictionaries(st.sampled_from(LANGUAGES), line, min_size=1)
numbers = st.fixed_dictionaries(
    {},
    optional={
        "granted_by": st.sampled_from(["sponsor", "manager"]),
        "sessions": st.integers(0, 1000),
        "minutes": st.integers(0, 100_000),
        "valid_months": st.integers(0, 1200),
        "unused_months": st.integers(0, 1200),
        "max_trainees": st.integers(0, 1000),
        "reproof": st.just("never") | st.integers(1, 999).map(lambda m: f"{m}m"),
        "company_grace": st.integers(1, 999).map(lambda s: f"{s}s"),
        "check_in": st.booleans(),
        "guests": st.booleans(),
        "stale_after": st.just("never") | st.integers(1, 999).map(lambda h: f"{h}h"),
        "stale": st.sampled_from(["deny", "sponsor"]),
    },
)
classes = st.sampled_from([one.value for one in Company])


@st.composite
def rules_files(draw):
    """A file of rules as TOML would have it; skills require only those that come before them."""
    skills = draw(st.lists(ids, max_size=4, unique=True))
    table = {"class": draw(st.dictionaries(classes, numbers)), "skill": {}}
    if "free" in table["class"]:
        table["class"]["free"] |= {"sessions": 0, "minutes": 0}
    for place, name in enumerate(skills):
        before = st.lists(st.sampled_from(skills[:place]), unique=True) if place else st.just([])
        skill = {"class": draw(classes), "requires": draw(before), **draw(numbers)}
        skill["checklist"] = draw(st.dictionaries(ids, line, max_size=3))
        if skill["class"] == "free":
            skill |= {"sessions": 0, "minutes": 0}
        skill["quiz"] = draw(st.dictionaries(ids, st.integers(1, 100), max_size=2))
        table["skill"][name] = skill | ({"title": draw(titles)} if draw(st.booleans()) else {})
    table["paper"] = draw(
        st.dictionaries(ids, st.fixed_dictionaries({"grace_days": st.integers(0, 3650)}), max_size=3)
    )
    table["purpose"] = draw(st.dictionaries(ids, line, max_size=3))
    return table


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


@given(rules_files())
def test_any_rules_that_fit_together_are_read_as_they_are_written(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_text("\n".join(f"{toml(name)} = {toml(one)}" for name, one in table.items()))
    charter = config.read_rules(path)
    assert {name: one.grace_days for name, one in charter.papers.items()} == {
        name: one["grace_days"] for name, one in table["paper"].items()
    }
    assert charter.purposes == {name: text.strip() for name, text in table["purpose"].items()}
    assert set(charter.skills) == set(table["skill"])
    for name, skill in charter.skills.items():
        of = table["class"].get(skill.company.value, {}) | table["skill"][name]
        assert skill.company.value == of["class"]
        assert skill.requires == tuple(of["requires"])
        assert (skill.checklist, skill.quizzes) == (of["checklist"], of["quiz"])
        assert (skill.sessions, skill.minutes) == (of.get("sessions", 0), of.get("minutes", 0))
        assert (skill.check_in, skill.guests) == (of.get("check_in", False), of.get("guests", False))
        assert skill.granted_by.value == of.get("granted_by", "sponsor")
        assert (skill.stale_after_ms is None) == (of.get("stale_after", "never") == "never")


def test_the_package_holds_the_ready_sets():
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert "config/sets/*.toml" in project["tool"]["setuptools"]["package-data"]["fabgate"]
