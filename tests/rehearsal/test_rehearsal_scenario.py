"""The text of a rehearsal: what it says, and how a wrong one is refused."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.badges.uid import Uid
from fabgate.badges.uid import parse as badge
from fabgate.config import Contact, GateSettings, HubSettings, LabSettings, MachineSettings, Settings, Wire
from fabgate.devices.protocols import Colour
from fabgate.errors import BadgeError, ScenarioError
from fabgate.model import Duty, MachineId, MachineRules, Sense, SkillId
from fabgate.rehearsal import verbs
from fabgate.rehearsal.cast import Cast, check
from fabgate.rehearsal.grammar import LONGEST_MS, split
from fabgate.rehearsal.scenario import LARGEST, Begins, load, parse
from fabgate.rehearsal.verbs import Action
from fabgate.rehearsal.writing import head, render

FILE = Path("labs/day.txt")
HEAD = "lab openfab.toml\nclock 2026-10-24T09:00 Europe/Brussels\n"
BRUSSELS = ZoneInfo("Europe/Brussels")
ADA = badge("04A2B3C4D5E680")
DAY, HOUR = 86_400_000, 3_600_000

THE_DESIGNS_OWN = """\
lab openfab.toml                              # configuration, relative to this file
clock 2026-10-24T09:00 Europe/Brussels        # wall clock at time zero
00:00:00  run member add "Ada Lovelace" --id ada --by zoe
00:00:00  run badge add ada 04A2B3C4D5E680 --by zoe
00:00:10  tap laser 04A2B3C4D5E680            # a badge touches the reader of machine `laser`
+0        expect laser relay on               # outputs by the names that the configuration gives them
+0        expect laser says "Ada"             # part of what the display shows
+90       press laser estop                   # relative times in seconds; inputs by name: press, release
+0        expect laser relay off
+5        expect session laser ada 90s        # a closed session of this length exists (tolerance: `90s~2s`)
01:00:00  power cut                           # the Pi dies
01:00:30  power back
01:00:31  clock step -3600                    # somebody sets the wall clock
01:00:32  net down                            # broker unreachable; `net up`; later `hub cut`, `hub back`
3d 08:00:00  disk full                        # `disk ok`; `disk stall 30s`
+1        run export usage --month 2026-10    # any fabgate command on the same store
+0        expect output "ada"                 # part of what the last `run` printed
+0        expect exit 0                       # its exit status
"""


def played(lines):
    """The actions of these lines, under a head that is in order; something is always expected."""
    return parse(f"{HEAD}{lines}\n+0 expect journal ok\n", FILE).actions[:-1]


def said(line):
    [action] = played(f"00:00:00 {line}")
    return action.verb


def refusal(text):
    with pytest.raises(ScenarioError) as refused:
        parse(text, FILE)
    return refused.value


def test_the_example_in_the_design_reads_as_it_says():
    scenario = parse(THE_DESIGNS_OWN, FILE)
    assert scenario.path == FILE
    assert scenario.lab == Path("labs/openfab.toml")
    at_nine = int(datetime(2026, 10, 24, 7, tzinfo=UTC).timestamp()) * 1000
    assert scenario.clock == Begins(at_nine, BRUSSELS)
    assert scenario.actions == (
        Action(3, 0, verbs.Run(("member", "add", "Ada Lovelace", "--id", "ada", "--by", "zoe"))),
        Action(4, 0, verbs.Run(("badge", "add", "ada", "04A2B3C4D5E680", "--by", "zoe"))),
        Action(5, 10_000, verbs.Tap(MachineId("laser"), ADA)),
        Action(6, 10_000, verbs.OutputIs(MachineId("laser"), "relay", on=True)),
        Action(7, 10_000, verbs.Says(MachineId("laser"), "Ada")),
        Action(8, 100_000, verbs.Press(MachineId("laser"), "estop")),
        Action(9, 100_000, verbs.OutputIs(MachineId("laser"), "relay", on=False)),
        Action(10, 105_000, verbs.Closed(MachineId("laser"), "ada", 90_000)),
        Action(11, HOUR, verbs.Power(on=False)),
        Action(12, HOUR + 30_000, verbs.Power(on=True)),
        Action(13, HOUR + 31_000, verbs.ClockStep(-HOUR)),
        Action(14, HOUR + 32_000, verbs.Net(up=False)),
        Action(15, 3 * DAY + 8 * HOUR, verbs.DiskFull()),
        Action(16, 3 * DAY + 8 * HOUR + 1000, verbs.Run(("export", "usage", "--month", "2026-10"))),
        Action(17, 3 * DAY + 8 * HOUR + 1000, verbs.Printed("ada")),
        Action(18, 3 * DAY + 8 * HOUR + 1000, verbs.ExitIs(0)),
    )


LASER = MachineId("laser")


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("hold laser 04:a2:b3:c4:d5:e6:80", verbs.Lay(LASER, ADA)),
        ("lift laser", verbs.Lift(LASER)),
        ("release laser estop", verbs.Release(LASER, "estop")),
        ("current laser 3.1", verbs.Current(LASER, 3_100)),
        ("break laser reader", verbs.Break(LASER, "reader")),
        ("mend laser relay", verbs.Mend(LASER, "relay")),
        ("power cut @gate2", verbs.Power(on=False, gate="gate2")),
        ("clock step 3600", verbs.ClockStep(HOUR)),
        ("clock step +0.5 @gate2", verbs.ClockStep(500, "gate2")),
        ("clock sync", verbs.ClockSync()),
        ("net up @gate2", verbs.Net(up=True, gate="gate2")),
        ("hub cut", verbs.Hub(up=False)),
        ("hub back", verbs.Hub(up=True)),
        ("hub restore", verbs.HubRestore()),
        ("clock unset", verbs.ClockUnset()),
        ("clock unset @gate-2", verbs.ClockUnset("gate-2")),
        ("run @gate-2 member list", verbs.Run(("member", "list"), "gate-2")),
        ("run gate list", verbs.Run(("gate", "list"))),
        ("expect gate gate-2 lost", verbs.GateIs("gate-2", "lost")),
        ("expect gate gate-2 ready", verbs.GateIs("gate-2", "ready")),
        ("expect gate relay on", verbs.OutputIs(MachineId("gate"), "relay", on=True)),
        ("expect records gate-2 all", verbs.RecordsAll("gate-2")),
        ("expect roster equal", verbs.RosterEqual()),
        ("disk ok", verbs.DiskOk()),
        ("disk stall 30s", verbs.DiskStall(30_000)),
        ("disk stall 1m30s @gate2", verbs.DiskStall(90_000, "gate2")),
        ("expect laser lamp red", verbs.LampIs(LASER, Colour.RED)),
        ("expect laser lamp off", verbs.LampIs(LASER, Colour.OFF)),
        ("expect session laser ada 1h30m~2s", verbs.Closed(LASER, "ada", HOUR + 30 * 60_000, 2_000)),
        ("expect no session laser", verbs.NoSession(LASER)),
        (
            "expect record session.start member=ada purpose=maintenance",
            verbs.Recorded("session.start", (("member", "ada"), ("purpose", "maintenance"))),
        ),
        ("expect no record door.open", verbs.Recorded("door.open", there=False)),
        ("expect journal ok", verbs.JournalOk()),
        ("run session show openfab/atelier/3f#12", verbs.Run(("session", "show", "openfab/atelier/3f#12"))),
        ("run --help", verbs.Run(("--help",))),
        ("run machine show @2", verbs.Run(("machine", "show", "@2"))),
    ],
)
def test_each_verb_reads_as_what_it_says(line, verb):
    assert said(line) == verb


def test_what_was_not_printed_can_be_expected():
    assert [action.verb for action in played("00:00:00 run machine list\n+0 expect no output x")] == [
        verbs.Run(("machine", "list")),
        verbs.NotPrinted("x"),
    ]


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        ("00:00:01 lift laser\n+0.25 lift laser\n+0.75 lift laser", [1_000, 1_250, 2_000]),
        ("23:59:59.999 lift laser\n1d 00:00:00 lift laser", [DAY - 1, DAY]),
        ("+1.005 lift laser", [1_005]),
        ("00:00:05 lift laser\n00:00:05 lift laser", [5_000, 5_000]),
    ],
)
def test_times_are_absolute_or_follow_the_line_before(lines, times):
    assert [action.at_ms for action in played(lines)] == times


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("   \t \r", []),
        ("# a remark", []),
        ("a b # c", ["a", "b"]),
        ("a#b #c", ["a#b"]),
        ("a '#b' \"#c\" \\#d", ["a", "#b", "#c", "#d"]),
        ("a\\ #b", ["a #b"]),
        ("'it'\"'\"'s' \"\"", ["it's", ""]),
        ("é\u00a0à \u2028x", ["é\u00a0à", "\u2028x"]),
        ("é\u00a0#à # x", ["é\u00a0#à"]),
    ],
)
def test_words_are_quoted_as_in_a_shell(line, words):
    assert split(line) == words


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("00:00:00 tip laser", "unknown verb 'tip'"),
        ("00:00:00", "nothing to do"),
        ("3d", "no time"),
        ("tap laser 04A2B3C4D5E680", "'tap' is no time"),
        ("24:00:00 lift laser", "no time"),
        ("00:60:00 lift laser", "no time"),
        ("-5 lift laser", "no time"),
        ("+0.0001 lift laser", "no time"),
        ("+1e3 lift laser", "no time"),
        ("+٣ lift laser", "no time"),
        ("4000d 00:00:00 lift laser", "more than ten years"),
        ("00:00:00 tap laser", "`tap` wants 2 words, not 1"),
        ("00:00:00 tap laser 04A2B3C4D5E680 @gate2", "`tap` wants 2 words, not 3"),
        ("00:00:00 tap laser 12345", "looks like a decimal number"),
        ("00:00:00 hold laser 08A2B3C4", "begins with 08"),
        ("00:00:00 power off", "`power` does not read so"),
        ("00:00:00 power cut @", "names no gate"),
        ("00:00:00 net", "`net` does not read so"),
        ("00:00:00 hub cut @gate2", "`hub` does not read so"),
        ("00:00:00 hub restore yesterday.tar", "`hub` does not read so"),
        ("00:00:00 clock unset soon", "`clock` does not read so"),
        ("00:00:00 run @ member list", "`@` names no gate"),
        ("00:00:00 run @gate-2", "wants a command"),
        ("00:00:00 run @gate-2 run", "`run` cannot be rehearsed"),
        ("00:00:00 run hub run", "`hub run` cannot be rehearsed"),
        ("00:00:00 run hub invite gate-2", "`hub invite` cannot be rehearsed"),
        ("00:00:00 run @gate-2 gate join x", "`gate join` cannot be rehearsed"),
        ("00:00:00 expect gate gate-2 gone", "`expect` does not read so"),
        ("00:00:00 expect records gate-2 some", "`expect` does not read so"),
        ("gate second.toml more", "`gate` wants 1 words, not 2"),
        ("hub", "`hub` wants 1 words, not 0"),
        ("00:00:00 clock step soon", "`clock` does not read so"),
        ("00:00:00 disk stall", "`disk` does not read so"),
        ("00:00:00 disk stall 30", "'30' is no length of time"),
        ("00:00:00 disk stall -30s", "is no length of time"),
        ("00:00:00 current laser -1", "is no current"),
        ("00:00:00 run", "wants a command"),
        ("00:00:00 run run", "`run` cannot be rehearsed"),
        ("00:00:00 run demo", "`demo` cannot be rehearsed"),
        ("00:00:00 run rehearse other.txt", "`rehearse` cannot be rehearsed"),
        ("00:00:00 run --config x.toml run", "stands before the command"),
        ("00:00:00 run fabgate member list", "already in it"),
        ("00:00:00 run member add 'Ada", "no closing quotation"),
        ("00:00:00 expect", "`expect` does not read so"),
        ("00:00:00 expect laser lamp on", "`expect` does not read so"),
        ("00:00:00 expect laser lamp pink", "`expect` does not read so"),
        ("00:00:00 expect laser says Ada works", "`expect` does not read so"),
        ("00:00:00 expect laser says ''", "an empty text"),
        ("00:00:00 expect session laser ada", "`expect` does not read so"),
        ("00:00:00 expect session laser ada long", "is no length of time"),
        ("00:00:00 expect session laser ada 90s~x", "is no length of time"),
        ("00:00:00 expect output x", "nothing was `run` before"),
        ("00:00:00 expect exit 0", "nothing was `run` before"),
        ("00:00:00 expect exit 256", "`expect` does not read so"),
        ("lab other.toml", "`lab` comes once"),
        ("clock 2026-10-24T09:00 Europe/Brussels", "`clock` comes once"),
    ],
)
def test_a_wrong_line_is_refused_with_its_file_and_number(line, why):
    refused = refusal(f"{HEAD}{line}\n+0 expect journal ok\n")
    assert refused.what.startswith("labs/day.txt:3: ")
    assert why in refused.what
    assert refused.remedy


def test_time_does_not_go_back():
    refused = refusal(f"{HEAD}1d 00:00:05 lift laser\n1d 00:00:04 expect journal ok\n")
    assert refused.what == "labs/day.txt:4: 1d 00:00:04 lies before the line above it"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "labs/day.txt:1: there is no `lab` line"),
        (
            f"{HEAD}+0 expect journal ok\ngate second.toml\n",
            "labs/day.txt:4: `gate` comes before the first action",
        ),
        (
            f"{HEAD}hub a.toml\nhub b.toml\n",
            "labs/day.txt:4: `hub` comes once, before the first action",
        ),
        (HEAD, "labs/day.txt:2: nothing is expected, so nothing can fail"),
        (f"{HEAD}+0 lift laser\n", "labs/day.txt:3: nothing is expected, so nothing can fail"),
        ("lab x.toml\n+0 expect journal ok\n", "labs/day.txt:2: there is no `clock` line"),
        (
            f"{HEAD}gate second.toml\n+0 expect journal ok\n",
            "labs/day.txt:4: a second `gate` and no hub that they would share",
        ),
        ("clock 2026-10-24T09:00 Europe/Brussels\n", "labs/day.txt:1: there is no `lab` line"),
        (
            "lab x.toml\n+0 expect journal ok\nclock 2026-10-24T09:00 UTC\n",
            "labs/day.txt:3: `clock` comes once, before the first action",
        ),
    ],
)
def test_what_a_rehearsal_lacks_is_said(text, what):
    refused = refusal(text)
    assert (refused.what, bool(refused.remedy)) == (what, True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("clock yesterday Europe/Brussels", "is no date"),
        ("clock 2026-10-24T09:00", "wants 2 words"),
        ("clock 2026-10-24T09:00 Europe/Atlantis", "no time zone"),
        ("clock 2026-10-24T09:00 ../../etc/passwd", "no time zone"),
        ("clock 2026-10-24T09:00 Europe", "no time zone"),
        ("clock 0001-01-01T00:00 UTC", "the year 1"),
        ("clock 2026-03-29T02:30 Europe/Brussels", "ever shows"),
        ("clock 2026-10-25T02:30 Europe/Brussels", "twice"),
        ("clock 2026-10-24T09:00+05:00 Europe/Brussels", "ever shows"),
    ],
)
def test_a_wall_clock_that_no_one_can_read_is_refused(line, why):
    assert why in refusal(f"lab x.toml\n{line}\n+0 expect journal ok\n").what


def test_an_hour_that_comes_twice_is_named_by_its_offset():
    def begins(text):
        lines = f"lab x.toml\nclock {text} Europe/Brussels\n+0 expect journal ok\n"
        return parse(lines, FILE).clock.wall_ms

    assert begins("2026-10-25T02:30+01:00") - begins("2026-10-25T02:30+02:00") == HOUR
    assert "2026-10-25T02:30:00+01:00" in refusal("clock 2026-10-25T02:30 Europe/Brussels").remedy


# --- files ------------------------------------------------------------------------------------


def test_a_file_may_begin_with_a_byte_order_mark_and_end_lines_as_windows_does(tmp_path):
    file = tmp_path / "day.txt"
    file.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}+0 expect laser says 'é'\n".replace("\n", "\r\n").encode())
    scenario = load(file)
    assert scenario.lab == tmp_path / "openfab.toml"
    assert scenario.actions == (Action(3, 0, verbs.Says(LASER, "é")),)


def test_a_file_that_is_no_text_is_refused_at_its_line(tmp_path):
    file = tmp_path / "day.txt"
    file.write_bytes(HEAD.encode() + b"+0 expect laser says \xff\n")
    with pytest.raises(ScenarioError, match=r"day\.txt:3: not UTF-8"):
        load(file)


def test_a_huge_file_is_refused_unread(tmp_path):
    file = tmp_path / "disk.img"
    with file.open("wb") as image:
        image.truncate(100 * LARGEST)
    with pytest.raises(ScenarioError, match="larger than 4 MiB"):
        load(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="No such file"):
        load(tmp_path / "day.txt")
    with pytest.raises(ScenarioError, match="directory"):
        load(tmp_path)


# --- names ------------------------------------------------------------------------------------


def settings():
    rules = MachineRules(LASER, SkillId("lasers"), "Laser")
    laser = MachineSettings(rules, "sim", (Wire("relay", Duty.POWER),), (Contact("estop", Sense.ESTOP),))
    lab = LabSettings("openfab", BRUSSELS)
    return Settings(Path("x.toml"), lab, GateSettings("atelier", Path("state")), {}, {LASER: laser})


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("tap mill 04A2B3C4D5E680", "there is no machine called 'mill'"),
        ("hold mill 04A2B3C4D5E680", "there is no machine called 'mill'"),
        ("lift mill", "there is no machine called 'mill'"),
        ("press laser stop", "there is no input of laser called 'stop'"),
        ("release laser stop", "there is no input of laser called 'stop'"),
        ("current mill 3", "there is no machine called 'mill'"),
        ("power cut @gate2", "there is no gate called 'gate2'"),
        ("disk full @gate2", "there is no gate called 'gate2'"),
        ("expect laser fan on", "there is no output of laser called 'fan'"),
        ("expect mill relay on", "there is no machine called 'mill'"),
        ("expect mill says x", "there is no machine called 'mill'"),
        ("expect mill lamp red", "there is no machine called 'mill'"),
        ("expect session mill ada 90s", "there is no machine called 'mill'"),
        ("expect no session mill", "there is no machine called 'mill'"),
    ],
)
def test_a_name_that_the_configuration_lacks_is_refused_at_its_line(line, what):
    scenario = parse(f"{HEAD}+0 expect journal ok\n+0 {line}\n", FILE)
    with pytest.raises(ScenarioError) as refused:
        check(scenario, Cast.of(settings()))
    assert refused.value.what == f"labs/day.txt:4: {what}"
    assert refused.value.remedy


def test_names_that_the_configuration_has_pass():
    lines = (
        "+0 tap laser 04A2B3C4D5E680\n+0 press laser estop\n+0 power cut @atelier\n"
        "+0 run member list\n+0 expect laser relay off\n+0 expect output ada\n+0 net down\n"
    )
    check(parse(HEAD + lines, FILE), Cast.of(settings()))


def of(gate, *machines, lab="openfab", hub=None):
    """The settings of a gate, or of a hub."""
    wired = {}
    for name in map(MachineId, machines):
        rules = MachineRules(name, SkillId("lasers"), name)
        wired[name] = MachineSettings(rules, (), (Wire("relay", Duty.POWER),), ())
    there = LabSettings(lab, BRUSSELS)
    return Settings(Path(f"{gate}.toml"), there, GateSettings(gate, Path("state")), {}, wired, hub=hub)


THE_HUB = of("hub", hub=HubSettings("127.0.0.1"))
TWO = Cast.of(of("gate-1", "laser"), of("gate-2", "router"), hub=THE_HUB)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("tap mill 04A2B3C4D5E680", "there is no machine called 'mill'"),
        ("power cut", "there are several gates"),
        ("net down", "there are several gates"),
        ("clock step 5", "there are several gates"),
        ("clock unset", "there are several gates"),
        ("disk full", "there are several gates"),
        ("disk full @hub", "there is no gate called 'hub'"),
        ("net down @gate-3", "there is no gate called 'gate-3'"),
        ("run @gate-3 member list", "there is no gate called 'gate-3'"),
        ("expect gate gate-3 lost", "there is no gate called 'gate-3'"),
        ("expect records gate-3 all", "there is no gate called 'gate-3'"),
    ],
)
def test_with_several_gates_a_line_says_which_one_it_means(line, what):
    scenario = parse(f"{HEAD}gate b.toml\nhub hub.toml\n+0 expect journal ok\n+0 {line}\n", FILE)
    with pytest.raises(ScenarioError) as refused:
        check(scenario, TWO)
    assert (refused.value.what, bool(refused.value.remedy)) == (f"labs/day.txt:6: {what}", True)


def test_lines_that_name_their_gate_pass_and_a_machine_names_it_too():
    lines = (
        "+0 tap router 04A2B3C4D5E680\n+0 power cut @gate-2\n+0 clock step 5 @hub\n+0 run member list\n"
        "+0 run @gate-2 member list\n+0 hub cut\n+0 hub restore\n+0 expect records gate-1 all\n"
    )
    check(parse(f"{HEAD}gate b.toml\nhub hub.toml\n{lines}", FILE), TWO)
    assert (TWO.gate_of(MachineId("router")), TWO.meant("gate-1")) == ("gate-2", "gate-1")


@pytest.mark.parametrize(
    "line", ["hub cut", "hub restore", "expect gate atelier lost", "expect roster equal"]
)
def test_what_asks_for_a_hub_is_refused_where_there_is_none(line):
    scenario = parse(f"{HEAD}+0 expect journal ok\n+0 {line}\n", FILE)
    with pytest.raises(ScenarioError, match=r"day\.txt:4: this lab has no hub"):
        check(scenario, Cast.of(settings()))


@pytest.mark.parametrize(
    ("gates", "hub", "why"),
    [
        ([of("one", "laser"), of("one", "mill")], THE_HUB, "two gates are called 'one'"),
        ([of("one", "laser"), of("two", "laser")], THE_HUB, "two machines are called 'laser'"),
        ([of("one", "laser", lab="elsewhere")], THE_HUB, "is of the lab 'elsewhere'"),
        ([THE_HUB], THE_HUB, "is a hub's"),
        ([of("one", "laser")], of("two", "mill"), "is no hub's"),
    ],
)
def test_gates_that_cannot_work_together_are_refused(gates, hub, why):
    with pytest.raises(ScenarioError, match=why):
        Cast.of(*gates, hub=hub)


# --- writing ----------------------------------------------------------------------------------


def is_a_badge(raw):
    try:
        Uid(raw)
    except BadgeError:
        return False
    return True


words = st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)), min_size=1, max_size=12)
machines = words.map(MachineId)
uids = st.sampled_from((4, 7, 10)).flatmap(lambda n: st.binary(min_size=n, max_size=n)).filter(is_a_badge)
badges = uids.map(Uid)
lengths = st.integers(0, 10**9)
gates = st.none() | words
commands = st.sampled_from(["member", "badge", "export", "session"])
plain = st.sampled_from(["laser", "mill", "oven"]).map(MachineId)

deeds = st.one_of(
    st.builds(
        lambda first, rest, gate: verbs.Run((first, *rest), gate),
        commands,
        st.lists(words | st.just("")),
        gates,
    ),
    st.builds(verbs.Tap, machines, badges),
    st.builds(verbs.Lay, machines, badges),
    st.builds(verbs.Lift, machines),
    st.builds(verbs.Press, machines, words),
    st.builds(verbs.Release, machines, words),
    st.builds(verbs.Break, machines, words),
    st.builds(verbs.Mend, machines, words),
    st.builds(verbs.Current, machines, st.integers(0, 999_999)),
    st.builds(verbs.Power, st.booleans(), gates),
    st.builds(verbs.ClockStep, st.integers(-(10**11), 10**11), gates),
    st.builds(verbs.ClockSync, gates),
    st.builds(verbs.Net, st.booleans(), gates),
    st.builds(verbs.Hub, st.booleans()),
    st.just(verbs.HubRestore()),
    st.builds(verbs.ClockUnset, gates),
    st.builds(verbs.DiskFull, gates),
    st.builds(verbs.DiskOk, gates),
    st.builds(verbs.DiskStall, lengths, gates),
)
expectations = st.one_of(
    st.builds(verbs.OutputIs, plain, st.sampled_from(["relay", "fan"]), st.booleans()),
    st.builds(verbs.Says, plain, words),
    st.builds(verbs.LampIs, plain, st.sampled_from(Colour)),
    st.builds(verbs.Closed, machines, words, lengths, lengths),
    st.builds(verbs.NoSession, machines),
    st.builds(
        verbs.Recorded,
        st.just("session.start"),
        st.lists(st.tuples(st.sampled_from(["member", "payer"]), words), max_size=2).map(tuple),
        st.booleans(),
    ),
    st.builds(verbs.Printed, words),
    st.builds(verbs.NotPrinted, words),
    st.builds(verbs.ExitIs, st.integers(0, 255)),
    st.just(verbs.JournalOk()),
    st.builds(verbs.GateIs, words, st.sampled_from(["ready", "stopping", "lost"])),
    st.builds(verbs.RecordsAll, words),
    st.just(verbs.RosterEqual()),
)


@given(st.lists(st.tuples(st.integers(0, LONGEST_MS // 20), deeds | expectations), max_size=20))
def test_what_is_written_reads_back_the_same(steps):
    actions, at_ms = [Action(0, 0, verbs.Run(("member", "list"))), Action(0, 0, verbs.JournalOk())], 0
    for later, verb in steps:
        at_ms += later
        actions.append(Action(0, at_ms, verb))
    again = parse(HEAD + render(actions), FILE).actions
    assert [(a.at_ms, a.verb) for a in again] == [(a.at_ms, a.verb) for a in actions]
    assert [a.line for a in again] == list(range(3, len(actions) + 3))


@given(st.integers(10**11, 10**13), st.sampled_from(["Europe/Brussels", "UTC", "Asia/Kolkata"]))
def test_a_head_that_is_written_reads_back_the_same(wall_ms, zone):
    clock = Begins(wall_ms, ZoneInfo(zone))
    scenario = parse(f"{head('my lab.toml', clock)}+0 expect journal ok\n", FILE)
    assert (scenario.lab, scenario.clock) == (FILE.parent / "my lab.toml", clock)
    several = parse(f"{head('a.toml', clock, ('b c.toml', 'd'), 'hub')}+0 expect journal ok\n", FILE)
    assert several.gates == (FILE.parent / "b c.toml", FILE.parent / "d")
    assert (several.lab, several.hub, several.clock) == (FILE.parent / "a.toml", FILE.parent / "hub", clock)


def test_a_rehearsal_is_written_for_a_person_to_read():
    actions = played("00:00:10 tap laser 04A2B3C4D5E680\n+0.5 run member add 'Ada L'\n1d 00:00:00 net down")
    assert render(actions) == (
        "00:00:10    tap laser 04A2B3C4D5E680\n+0.5        run member add 'Ada L'\n1d 00:00:00 net down\n"
    )


def test_a_line_break_cannot_be_written():
    with pytest.raises(ScenarioError, match="line break"):
        render([Action(1, 0, verbs.Run(("member", "add", "Ada\nLovelace")))])
