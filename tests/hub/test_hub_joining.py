"""Joining by a file: invitations that fit, that are too old, for somebody else, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from papers_lab import HOUR_MS, LAB, NOON_MS, PapersLab, Place, pipe

from fabgate.badges.uid import parse
from fabgate.cli import main
from fabgate.cli.frame import Here
from fabgate.devices.clock import SimClock
from fabgate.errors import LinkError
from fabgate.hub import papers
from fabgate.hub.admission import Admission, admitted, lapsed, pending
from fabgate.hub.certificates import Authority
from fabgate.link import certificate, invitation, joined
from fabgate.link.joined import Joined
from fabgate.model import Moment
from fabgate.records import GateInvited, GateRetired
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.store.gates import GateRow
from fabgate.store.keys import Keys

ADA = parse("04A2B3C4D5E680")


@pytest.fixture
def lab(tmp_path: Path, needs: Callable[[str], str]) -> PapersLab:
    needs("openssl")
    return PapersLab(tmp_path / "lab")


def link(place: Place) -> Joined:
    found = joined.joined(place.state)
    assert found is not None
    return found


def records(place: Place, kind: type) -> list:
    with Store(place.state).reader() as reader:
        return [entry.body for entry in journal.entries(reader.conn, kinds=(kind.kind,))]


# --- the usual way -------------------------------------------------------------------------------


def test_an_invitation_is_one_file_for_its_owner_alone(lab: PapersLab):
    file = lab.invite("gate-1")
    assert file.stat().st_mode & 0o777 == 0o600
    said = invitation.load(file)
    assert (said.lab, said.gate, said.address, said.port) == (LAB, "gate-1", "127.0.0.1", lab.port)
    assert said.made_ms == lab.hub.clock.now().wall_ms
    assert said.keys == Keys.load(lab.hub.state)
    assert "PRIVATE" not in repr(said) and Keys.load(lab.hub.state).live[0].secret.hex() not in repr(said)


def test_the_books_say_who_was_invited_by_whom_and_under_which_certificate(lab: PapersLab):
    said = invitation.load(lab.invite("gate-1"))
    assert said.papers is not None
    fingerprint = certificate.read(said.papers.certificate).fingerprint
    [body] = records(lab.hub, GateInvited)
    assert (body.gate, body.fingerprint) == ("gate-1", fingerprint)
    row = lab.hub.rows()["gate-1"]
    assert (row.fingerprint, row.invited_ms, row.joined_ms) == (fingerprint, said.made_ms, None)


def test_a_new_gate_gets_its_books_and_the_labs_badge_keys(lab: PapersLab):
    gate = lab.gate("gate-1")
    said = gate.done(["gate", "join", str(lab.invite("gate-1"))])
    assert "as gate-1" in said and "restart fabgate-gate" in said and "Managers" not in said
    assert Keys.load(gate.state) == Keys.load(lab.hub.state)
    found = link(gate)
    assert (found.lab, found.gate, found.address, found.port, found.tls) == (
        LAB, "gate-1", "127.0.0.1", lab.port, True,
    )  # fmt: skip
    assert found.certificate is not None
    assert found.certificate.fingerprint == lab.hub.rows()["gate-1"].fingerprint
    assert found.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in found.folder.iterdir()} == {0o400}
    assert {path.name for path in found.folder.iterdir()} == {"address.json", "ca.pem", "cert.pem", "key.pem"}
    assert gate.type("doctor").status in (0, 1)


def test_a_gate_that_worked_alone_keeps_its_journal_its_badges_and_its_managers(lab: PapersLab):
    gate = lab.gate("gate-1")
    gate.done('init --manager "Bob Martin" --id bob')
    gate.done('member add "Ada Lovelace" --by bob')
    own = Keys.load(gate.state)
    with Store(gate.state).reader() as reader:
        before = list(journal.entries(reader.conn))
    said = gate.done(["gate", "join", str(lab.invite("gate-1")), "--by", "bob"])
    assert "Managers here, and from then on of the whole lab: Bob Martin." in said
    with Store(gate.state).reader() as reader:
        assert list(journal.entries(reader.conn)) == before
    hubs, now = Keys.load(lab.hub.state), Keys.load(gate.state)
    assert now.live == (*hubs.live, *own.live)
    assert set(own.tokens(ADA)) < set(now.tokens(ADA))


def test_only_a_manager_lets_a_gate_join_or_invites_retires_and_renews(lab: PapersLab):
    gate = lab.gate("gate-1")
    gate.done('init --manager "Bob Martin" --id bob')
    gate.done('member add "Ada Lovelace" --by bob')
    file = lab.invite("gate-1")
    assert "refused" in gate.refused(["gate", "join", str(file), "--by", "ada"])
    assert joined.joined(gate.state) is None
    lab.hub.done('member add "Ada Lovelace" --by zoe')
    for line in (
        "hub invite gate-2 --to x --by ada",
        "hub invite --observer ha --to x --by ada",
        'gate retire gate-1 --by ada --reason "for fun"',
        "hub renew --by ada",
    ):
        assert "refused" in lab.hub.refused(line)
    assert set(lab.hub.rows()) == {"gate-1"}
    assert {one.certificate.name for one in Authority(lab.hub.state).issued()} == {
        "fabgate", "broker", "hub", "gate-1",
    }  # fmt: skip


def test_an_invitation_may_go_through_a_pipe(lab: PapersLab):
    with pipe() as out:
        main.main(
            ["hub", "invite", "gate-1", "--to", "-", "--by", "zoe"], standalone_mode=False, obj=here(lab.hub)
        )
        data = out.getvalue()
    assert invitation.read(data, "it").gate == "gate-1"
    gate = lab.gate("gate-1")
    with pipe(data):
        main.main(["gate", "join", "-"], standalone_mode=False, obj=here(gate))
    assert link(gate).gate == "gate-1"


def here(place: Place) -> Here:
    return Here(place.settings.path, given=place.settings, given_clock=place.clock)


def test_joining_again_takes_the_place_of_what_was_joined_before(lab: PapersLab):
    gate = lab.joined("gate-1")
    first = link(gate)
    gate.done(["gate", "join", str(lab.invite("gate-1"))])
    assert link(gate) != first
    assert not [path for path in gate.state.iterdir() if path.name.startswith(".link")]


def test_a_new_sd_card_in_a_gate_joins_under_its_old_name(lab: PapersLab, tmp_path: Path):
    lab.joined("gate-1")
    lab.heard("gate-1")
    before = lab.hub.rows()["gate-1"]
    card = Place(tmp_path / "card", (lab.folder / "gate-1/fabgate.toml").read_text(), lab.clock)
    card.done(["gate", "join", str(lab.invite("gate-1"))])
    assert lab.hub.rows()["gate-1"].fingerprint != before.fingerprint
    found = link(card).certificate
    assert found is not None and found.fingerprint == lab.hub.rows()["gate-1"].fingerprint


def test_a_gate_that_is_restored_on_a_new_card_has_its_place_at_the_hub(lab: PapersLab, tmp_path: Path):
    gate = lab.joined("gate-1")
    archive = gate.done(["backup", "--to", str(tmp_path / "stick")]).splitlines()[0]
    card = Place(tmp_path / "card", (lab.folder / "gate-1/fabgate.toml").read_text(), lab.clock)
    card.done(["restore", archive])
    assert replace(link(card), folder=link(gate).folder) == link(gate)
    assert Keys.load(card.state) == Keys.load(gate.state)


def test_a_hub_that_is_restored_is_the_same_authority(lab: PapersLab, tmp_path: Path):
    gate = lab.joined("gate-1")
    archive = lab.hub.done(["backup", "--to", str(tmp_path / "stick")]).splitlines()[0]
    new = Place(tmp_path / "new", (lab.hub.folder / "fabgate.toml").read_text(), lab.clock)
    new.done(["restore", archive])
    new.done("hub renew --by zoe")
    new.done('gate retire gate-1 --by zoe --reason "sold"')
    assert Authority(new.state).ca == (gate.state / "link" / "ca.pem").read_text()
    [gone] = [one for one in Authority(new.state).issued() if one.certificate.name == "gate-1"]
    assert gone.revoked
    assert (new.state / "pki" / "ca.key").stat().st_mode & 0o777 == 0o400


# --- invitations that do not fit -----------------------------------------------------------------


def test_an_invitation_is_good_for_a_day_by_a_clock_that_is_right(lab: PapersLab):
    file, gate = lab.invite("gate-1"), lab.gate("gate-1")
    gate.clock.advance(24 * HOUR_MS + 1)
    assert "more than 24 hours old" in gate.refused(["gate", "join", str(file)])
    assert not (gate.state / "link").exists() and not (gate.state / "keys.json").exists()
    gate.clock.synced = False
    gate.done(["gate", "join", str(file)])


def test_an_invitation_is_good_to_the_last_moment_of_its_day(lab: PapersLab):
    file, gate = lab.invite("gate-1"), lab.gate("gate-1")
    gate.clock.advance(24 * HOUR_MS)
    gate.done(["gate", "join", str(file)])


def test_a_clock_that_is_far_behind_keeps_no_gate_out(lab: PapersLab):
    file, gate = lab.invite("gate-1"), lab.gate("gate-1")
    gate.clock.synced = False
    gate.clock.step_wall(5_000 - gate.clock.now().wall_ms)
    gate.done(["gate", "join", str(file)])


def test_the_invitation_of_another_gate_is_refused(lab: PapersLab):
    gate = lab.gate("gate-2")
    said = gate.refused(["gate", "join", str(lab.invite("gate-1"))])
    assert "for the gate gate-1" in said and "says gate-2" in said
    assert not gate.state.exists()


def test_the_invitation_of_another_lab_is_refused(lab: PapersLab, tmp_path: Path):
    other = PapersLab(tmp_path / "other", lab="another")
    gate = lab.gate("gate-1")
    assert f"for the lab another, and {gate.settings.path} says {LAB}" in gate.refused(
        ["gate", "join", str(other.invite("gate-1"))]
    )
    assert not gate.state.exists()


def test_a_hub_does_not_join_and_a_gate_does_not_invite(lab: PapersLab):
    file, gate = lab.invite("gate-1"), lab.gate("gate-1")
    assert "file of a hub" in lab.hub.refused(["gate", "join", str(file)])
    for line in (
        'hub init --manager "Zoe"',
        "hub invite gate-2",
        "hub renew",
        "gate retire gate-1 --reason x",
        "hub invite --observer ha",
    ):
        assert "there is no [hub] in it" in gate.refused(line)


def test_a_file_that_is_not_there_and_one_that_is_cut_short_are_refused(lab: PapersLab):
    gate, file = lab.gate("gate-1"), lab.invite("gate-1")
    assert "No such file" in gate.refused("gate join nowhere.invitation")
    whole = file.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 3):
        file.write_bytes(whole[:length])
        assert "not an invitation, or it is damaged" in gate.refused(["gate", "join", str(file)])
    assert not gate.state.exists()


def changed(file: Path, **fields: object) -> None:
    said = json.loads(file.read_text())
    for path, value in fields.items():
        inner, *names = said, *path.split("__")
        for name in names[:-1]:
            inner = inner[name]
        inner[names[-1]] = value
    file.write_text(json.dumps(said))


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "fields",
    [
        {"gate": "../gate-1"},
        {"gate": "gate-1/../../x"},
        {"gate": "hub"},
        {"lab": "open fab/../x"},
        {"address": "hub lan"},
        {"address": "mqtts://hub"},
        {"address": ""},
        {"port": 0},
        {"port": "8883"},
        {"port": True},
        {"made_ms": -1},
        {"made_ms": None},
        {"form": "fabgate-invitation-2"},
        {"badge_keys": []},
        {"badge_keys": [{"id": "a:b", "secret_hex": "00" * 32}]},
        {"badge_keys": [{"id": "a", "secret_hex": "00" * 31}]},
        {"badge_keys": [{"id": "a", "secret_hex": "00" * 32}] * 2},
        {"papers__ca": ""},
        {"papers__ca": PEM + PEM},
        {"papers__ca": PEM},
        {"papers__certificate": PEM},
        {"papers__key": PEM},
        {"papers__key": 5},
        {"papers": []},
    ],
    ids=str,
)
def test_an_invitation_with_one_thing_wrong_changes_nothing(lab: PapersLab, fields: dict[str, object]):
    gate, file = lab.gate("gate-1"), lab.invite("gate-1")
    changed(file, **fields)
    gate.refused(["gate", "join", str(file)])
    assert not (gate.state / "link").exists()
    assert {path.name for path in gate.folder.iterdir()} <= {"fabgate.toml", "state"}


def test_the_papers_of_two_gates_do_not_make_one(lab: PapersLab):
    one, two = lab.invite("gate-1"), json.loads(lab.invite("gate-2").read_text())
    gate = lab.joined("gate-3")
    was = link(gate)
    changed(one, gate="gate-3", papers__key=two["papers"]["key"])
    assert "do not fit together" in gate.refused(["gate", "join", str(one)])
    changed(one, papers__key=two["papers"]["key"], papers__certificate=two["papers"]["certificate"])
    assert "not that of gate-3" in gate.refused(["gate", "join", str(one)])
    assert link(gate) == was


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=2_000) | st.text().map(lambda text: json.dumps({"form": text}).encode()))
def test_any_bytes_are_an_invitation_or_an_error_of_ours(data: bytes):
    with pytest.raises(LinkError, match="not an invitation"):
        invitation.read(data, "it")


def test_a_huge_file_is_not_read_whole(tmp_path: Path):
    file = tmp_path / "huge"
    with file.open("wb") as hole:
        hole.truncate(1 << 40)
    with pytest.raises(LinkError, match="not an invitation"):
        invitation.load(file)


# --- the folder of a gate that joined -------------------------------------------------------------


def test_a_gate_on_its_own_has_joined_nothing(tmp_path: Path):
    assert joined.joined(tmp_path) is None


@pytest.mark.parametrize("name", ["address.json", "ca.pem", "cert.pem", "key.pem"])
@pytest.mark.parametrize("bytes_", [None, b"", b"\xff\x00", b"{}"])
def test_a_damaged_link_is_an_error_that_says_what_to_do(lab: PapersLab, name: str, bytes_: bytes | None):
    gate = lab.joined("gate-1")
    path = gate.state / "link" / name
    path.chmod(0o600)
    if bytes_ is None:
        path.unlink()
    else:
        path.write_bytes(bytes_)
    if bytes_ is not None and name in ("ca.pem", "key.pem"):
        return  # what they hold is looked at when a connection is made
    with pytest.raises(LinkError) as error:
        joined.joined(gate.state)
    assert "fabgate gate join" in error.value.remedy or "invitation" in error.value.remedy


def test_a_link_with_the_certificate_of_another_is_an_error(lab: PapersLab):
    one, two = lab.joined("gate-1"), lab.joined("gate-2")
    path = one.state / "link" / "cert.pem"
    path.chmod(0o600)
    path.write_bytes((two.state / "link" / "cert.pem").read_bytes())
    with pytest.raises(LinkError, match="not that of gate-1"):
        joined.joined(one.state)


def test_joining_anew_that_was_cut_short_is_told_and_done_again(lab: PapersLab):
    gate = lab.joined("gate-1")
    (gate.state / "link").rename(gate.state / ".link.old")
    with pytest.raises(LinkError, match="cut short"):
        joined.joined(gate.state)
    gate.done(["gate", "join", str(lab.invite("gate-1"))])
    assert link(gate).gate == "gate-1"
    assert not (gate.state / ".link.old").exists()


# --- who is listened to ---------------------------------------------------------------------------

AT = Moment("boot", 0, 100 * HOUR_MS, True)
NEW, OLD = "a" * 64, "b" * 64


def row(invited: int | None = None, joined_at: int | None = None, retired: int | None = None) -> GateRow:
    hours = {"invited_ms": invited, "joined_ms": joined_at, "retired_ms": retired}
    given = {name: None if value is None else value * HOUR_MS for name, value in hours.items()}
    return GateRow("gate-1", fingerprint=None if invited is None else NEW, **given)


@pytest.mark.parametrize(
    ("known", "shows", "taken"),
    [
        (None, NEW, Admission.STRANGER),
        (row(), NEW, Admission.STRANGER),
        (row(joined_at=50), NEW, Admission.KNOWN),
        (row(invited=90), NEW, Admission.JOINED),
        (row(invited=90), "", Admission.JOINED),
        (row(invited=90), OLD, Admission.JOINED),
        (row(invited=76), NEW, Admission.JOINED),
        (row(invited=75), NEW, Admission.LATE),
        (row(invited=75), OLD, Admission.LATE),
        (row(invited=10, joined_at=20), NEW, Admission.KNOWN),
        (row(invited=10, joined_at=10), NEW, Admission.KNOWN),
        (row(invited=90, joined_at=20), OLD, Admission.KNOWN),
        (row(invited=90, joined_at=20), NEW, Admission.JOINED),
        (row(invited=60, joined_at=20), OLD, Admission.KNOWN),
        (row(invited=60, joined_at=20), NEW, Admission.LATE),
        (row(invited=10, joined_at=20, retired=30), NEW, Admission.RETIRED),
        (row(retired=30), NEW, Admission.RETIRED),
    ],
)
def test_who_is_listened_to(known: GateRow | None, shows: str, taken: Admission):
    assert admitted(known, shows, AT) is taken
    assert taken.counts is (taken not in (Admission.LATE, Admission.RETIRED))


def test_nobody_is_late_by_a_clock_that_is_not_right():
    assert admitted(row(invited=1), NEW, replace(AT, synced=False)) is Admission.JOINED


def test_an_invitation_is_pending_until_its_gate_was_heard():
    assert [pending(one) for one in (row(), row(5), row(5, 4), row(5, 5), row(5, 6), row(5, None, 6))] == [
        False, True, True, False, False, False,
    ]  # fmt: skip
    assert [lapsed(row(76), AT.wall_ms), lapsed(row(75), AT.wall_ms)] == [False, True]
    assert not lapsed(row(1, 2), AT.wall_ms)


def live(lab: PapersLab, name: str) -> set[str]:
    found = Authority(lab.hub.state).issued()
    return {one.certificate.fingerprint for one in found if one.certificate.name == name and not one.revoked}


def test_inviting_again_revokes_the_invitation_that_nobody_used(lab: PapersLab):
    lab.invite("gate-1")
    lab.invite("gate-1")
    assert live(lab, "gate-1") == {lab.hub.rows()["gate-1"].fingerprint}


def test_what_is_in_use_stays_good_until_the_new_certificate_is_shown(lab: PapersLab):
    lab.invite("gate-1")
    lab.heard("gate-1")
    first = lab.hub.rows()["gate-1"].fingerprint
    lab.hub.clock.advance(HOUR_MS)
    lab.invite("gate-1")
    second = lab.hub.rows()["gate-1"].fingerprint
    assert live(lab, "gate-1") == {first, second}
    assert papers.tidy(lab.hub.settings, lab.hub.rows(), lab.hub.clock.now().wall_ms) == ()
    lab.hub.clock.advance(HOUR_MS)
    lab.heard("gate-1")
    assert papers.tidy(lab.hub.settings, lab.hub.rows(), lab.hub.clock.now().wall_ms) == ("gate-1",)
    assert live(lab, "gate-1") == {second}


def test_an_invitation_that_lapsed_is_revoked_once_and_what_was_in_use_stays(lab: PapersLab):
    lab.invite("gate-1")
    lab.heard("gate-1")
    first = lab.hub.rows()["gate-1"].fingerprint
    lab.hub.clock.advance(HOUR_MS)
    lab.invite("gate-1")
    lab.invite("gate-2")
    now_ms = lab.hub.clock.now().wall_ms
    assert papers.tidy(lab.hub.settings, lab.hub.rows(), now_ms + 24 * HOUR_MS) == ()
    assert papers.tidy(lab.hub.settings, lab.hub.rows(), now_ms + 24 * HOUR_MS + 1) == ("gate-1", "gate-2")
    assert (live(lab, "gate-1"), live(lab, "gate-2")) == ({first}, set())
    assert papers.tidy(lab.hub.settings, lab.hub.rows(), now_ms + 25 * HOUR_MS) == ()


def test_an_observer_has_one_certificate_that_is_good_for_more_than_a_day(lab: PapersLab):
    lab.observer("ha")
    first = live(lab, "observer.ha")
    assert papers.tidy(lab.hub.settings, lab.hub.rows(), lab.hub.clock.now().wall_ms + 99 * HOUR_MS) == ()
    assert live(lab, "observer.ha") == first
    lab.observer("ha")
    assert len(live(lab, "observer.ha")) == 1 and live(lab, "observer.ha") != first
    lab.hub.done('gate retire observer.ha --by zoe --reason "moved"')
    assert live(lab, "observer.ha") == set()
    assert "user observer.ha\ntopic deny" in (lab.hub.state / "broker" / "acl").read_text()
    assert "topic read fabgate" not in (lab.hub.state / "broker" / "acl").read_text()


@pytest.mark.parametrize("name", ["hub", "Gate", "a b", "../x", "observer.x", "x" * 33, "", "+", "#"])
def test_a_name_that_cannot_be_a_gates_is_not_invited(lab: PapersLab, name: str):
    assert lab.hub.type(["hub", "invite", name, "--to", "x", "--by", "zoe"]).status == 1
    assert lab.hub.type(["hub", "invite", "--observer", name, "--to", "x", "--by", "zoe"]).status == 1
    assert lab.hub.rows() == {}


def test_an_invitation_is_for_a_gate_or_an_observer_and_not_for_both_or_none(lab: PapersLab):
    for line in ("hub invite", "hub invite gate-1 --observer ha"):
        assert "who is invited?" in lab.hub.refused(line)


def test_who_is_retired_twice_is_revoked_twice_and_recorded_once(lab: PapersLab):
    lab.invite("gate-1")
    lab.hub.done('gate retire gate-1 --by zoe --reason "sold"')
    (lab.hub.state / "broker" / "crl.pem").unlink()
    assert "so already" in lab.hub.refused('gate retire gate-1 --by zoe --reason "sold"')
    assert (lab.hub.state / "broker" / "crl.pem").exists()
    assert len(records(lab.hub, GateRetired)) == 1
    assert "no gate is called gate-7" in lab.hub.refused("gate retire gate-7 --by zoe --reason x")


def test_a_name_that_was_retired_comes_back_only_with_a_broker_that_begins_anew(lab: PapersLab):
    """Who still has a connection under it would have its rules back by a reload."""
    words = f"hub invite gate-1 --to {lab.hub.state.parent / 'again'} --by zoe"
    assert "tell the broker" not in lab.hub.done(words)
    assert "reload fabgate-broker" in lab.hub.done('gate retire gate-1 --by zoe --reason "sold"')
    assert "restart fabgate-broker" in lab.hub.done(words)


def test_a_hub_is_made_once_and_what_was_cut_short_is_completed(lab: PapersLab):
    lab.observer("ha")
    rules = (lab.hub.state / "broker" / "acl").read_text()
    kept = {
        name: (lab.hub.state / name).read_bytes() for name in ("pki/ca.key", "broker/key.pem", "link/key.pem")
    }
    for name in ("broker/mosquitto.conf", "broker/acl"):
        (lab.hub.state / name).unlink()
    assert "a manager in them" in lab.hub.refused('hub init --manager "Eve"')
    assert (lab.hub.state / "broker" / "mosquitto.conf").exists()
    assert (lab.hub.state / "broker" / "acl").read_text() == rules
    assert {name: (lab.hub.state / name).read_bytes() for name in kept} == kept


def test_the_hub_is_a_client_of_its_own_broker(lab: PapersLab):
    found = link(lab.hub)
    assert (found.gate, found.port) == ("hub", lab.port)
    assert found.certificate is not None and found.certificate.name == "hub"


def test_a_demonstration_on_one_computer_needs_no_certificates(tmp_path: Path):
    made = PapersLab.__new__(PapersLab)
    made.folder, made.lab, made.port = tmp_path, "openfab", 21_883
    text = (
        '[lab]\nname = "openfab"\nzone = "Europe/Brussels"\n'
        '[hub]\naddress = "localhost"\nport = 21883\nbroker = "loopback"\nstate = "state"\n'
    )
    made.clock = SimClock(NOON_MS)
    made.hub = Place(tmp_path / "hub", text, made.clock)
    made.hub.done('hub init --manager "Zoe Dupont" --id zoe')
    config = (made.hub.state / "broker" / "mosquitto.conf").read_text()
    assert "listener 21883 127.0.0.1\nallow_anonymous true" in config
    gate = made.joined("gate-1")
    assert (link(gate).tls, link(gate).certificate, link(gate).address) == (False, None, "localhost")
    assert link(made.hub).gate == "hub"
    assert not (made.hub.state / "pki").exists()
    assert papers.days_left(made.hub.settings, 0) == {}
    assert "asks nobody who they are" in made.hub.refused("hub invite --observer ha --by zoe")
    made.hub.done('gate retire gate-1 --by zoe --reason "sold"')
    made.hub.done("hub renew --by zoe")


def test_a_gate_cannot_be_run_by_the_file_of_a_hub(lab: PapersLab):
    assert "fabgate hub run" in lab.hub.refused("run")
