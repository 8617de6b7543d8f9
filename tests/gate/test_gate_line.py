"""A gate that has joined a hub: the real daemon, a real broker, and what may happen to the line between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Broker, start_broker
from gate_hub import AT, Hub, join
from gate_lab import ADA, GRACE, LASER, LATHE, STRANGER, bodies, until
from gate_process import Process
from gate_side import HubModel, held
from proxy import Proxy

from fabgate.badges.token import token
from fabgate.config import Settings
from fabgate.link.gate_link import GateLink
from fabgate.records import (
    BadgeAdded,
    Body,
    CloseAsked,
    Draft,
    EpochBegun,
    GrantGiven,
    MachineLocked,
    MemberAdded,
    SessionStarted,
    SessionStopped,
    encode,
)
from fabgate.store import chain
from fabgate.store.db import Store
from fabgate.store.journal import last_seq
from fabgate.store.keys import Keys
from fabgate.store.linked import linked
from fabgate.wire.roster import KeyLine, Keyring, Right

__all__ = ["start_broker"]
Run = Callable[..., Process]
HUB = "openfab/hub/hub00001"


@pytest.fixture
def broker(start_broker: Callable[..., Broker]) -> Broker:
    return start_broker()


@pytest.fixture
def hub(broker: Broker) -> Iterator[Hub]:
    with Hub(broker.port) as made:
        yield made


def journal_of(lab: Settings) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    with Store(lab.gate.state).reader() as reader:
        rows = reader.conn.execute(
            "SELECT o.epoch, j.hash FROM journal AS j JOIN origins AS o ON o.id = j.origin ORDER BY position"
        )
        for epoch, link in rows:
            found.setdefault(epoch, []).append(bytes(link))
    return found


def everything_arrives(hub: Hub, lab: Settings, seconds: float = 40) -> None:
    until(lambda: held(hub.model) == journal_of(lab), "the hub has the whole journal", seconds)
    assert hub.model.broken == []


def right(seq: int, body: Body, beside: str | None = None) -> Right:
    return Right(f"{HUB}#{seq}", chain.body_hash(str(seq).encode()).hex(), encode(Draft(AT, body)), beside)


def arrived(lab: Settings) -> int:
    with Store(lab.gate.state).reader() as reader:
        return linked(reader.conn).arrived


# --- a day like any other


def test_what_happens_at_a_gate_reaches_its_hub(run: Run, lab: Settings, broker: Broker, hub: Hub):
    join(lab, broker.port)
    gate = run()
    until(lambda: hub.machine("laser").state == "free")
    gate.start(LASER, ADA)
    until(lambda: hub.machine("laser").state == "in_use")
    assert hub.machine("laser").powered
    gate.stop(LASER, ADA)
    until(lambda: hub.machine("laser").state == "free")
    assert gate.end() == 0
    until(lambda: hub.state().state == "stopping")
    assert bodies(lab, SessionStarted, SessionStopped)


def test_nothing_that_leaves_a_gate_names_a_person(run: Run, lab: Settings, broker: Broker, hub: Hub):
    join(lab, broker.port)
    gate = run()
    gate.start(LASER, ADA)
    everything_arrives(hub, lab)
    for out in hub.heard:
        if out.what not in ("notes", "rights"):
            assert b"Ada" not in out.payload
            assert bytes(str(ADA), "ascii") not in out.payload


def test_a_lock_at_the_hub_is_in_force_at_the_gate(run: Run, lab: Settings, broker: Broker, hub: Hub):
    join(lab, broker.port)
    gate = run()
    hub.grant(right(1, MachineLocked("lathe", "m-zoe")))
    until(lambda: hub.machine("lathe").state == "locked")
    gate.tap(LATHE, ADA)
    gate.start(LASER, ADA)
    assert gate.show(LATHE)["relay"] == "off"


def test_who_works_on_a_machine_that_the_hub_locks_is_told_and_goes_on(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    join(lab, broker.port)
    gate = run()
    gate.start(LASER, ADA)
    hub.grant(right(1, MachineLocked("laser", "m-zoe")))
    until(lambda: "out of service" in gate.show(LASER)["display"].lower())
    assert gate.show(LASER)["relay"] == "on"


def test_a_member_of_the_hub_opens_a_machine_without_a_restart_of_the_gate(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    """With a key that this gate never had: both come over the link while it runs."""
    join(lab, broker.port)
    gate = run()
    gate.tap(LATHE, STRANGER)
    secret = b"h" * 32
    badge = token("ffff0001", secret, STRANGER)
    hub.say("keyring", Keyring((KeyLine("ffff0001", secret.hex()),)).encode())
    hub.grant(
        right(1, MemberAdded("m-new", "m-zoe"), '{"handle":"new","name":"Newcomer"}'),
        right(2, BadgeAdded(badge, "m-new", "m-zoe")),
        right(3, GrantGiven("m-new", "laser", "autonomous", "m-zoe")),
    )
    until(lambda: arrived(lab) == 3 and len(Keys.load(lab.gate.state).live) == 2)
    gate.start(LASER, STRANGER)
    gate.stop(LASER, STRANGER)
    gate.start(LASER, ADA)  # under the gate's own key, as before


def test_a_session_that_runs_when_new_keys_come_is_ended_by_its_badge(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    join(lab, broker.port)
    gate = run()
    gate.start(LASER, ADA)
    hub.say("keyring", Keyring((KeyLine("ffff0001", "68" * 32),)).encode())
    until(lambda: len(Keys.load(lab.gate.state).live) == 2)
    until(lambda: "ffff0001" in hub.last("info").said.keys)
    gate.stop(LASER, ADA)


def test_the_hub_can_find_a_machine_and_end_a_session_and_switch_nothing_on(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    join(lab, broker.port)
    gate = run()
    until(lambda: hub.machine("laser").state == "free")
    hub.order("identify", machine="laser")
    until(lambda: "here i am" in gate.show(LASER)["display"].lower())
    assert gate.show(LASER)["relay"] == "off"
    gate.start(LASER, ADA)
    hub.order("stop", f"{HUB}#8", machine="laser", by="m-zoe")
    until(lambda: gate.show(LASER)["relay"] == "off")
    until(lambda: hub.last("answer").said.command == f"{HUB}#8")
    assert hub.last("answer").said.answer == "done"
    assert len(bodies(lab, CloseAsked)) == 1


# --- a bad line


def test_taps_go_on_while_the_broker_is_dead_and_all_of_them_arrive_later(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    join(lab, broker.port)
    gate = run()
    everything_arrives(hub, lab)
    broker.kill()
    gate.start(LASER, ADA)
    gate.start(LATHE, GRACE)
    gate.stop(LASER, ADA)
    assert gate.show(LATHE)["relay"] == "on", "the return of a link cuts nobody, nor does its loss"
    broker.start()
    everything_arrives(hub, lab)
    assert gate.show(LATHE)["relay"] == "on"
    assert gate.show(LASER)["relay"] == "off"


def test_a_gate_starts_and_works_though_nobody_answers_where_its_hub_should_be(
    run: Run, lab: Settings, broker: Broker
):
    with Proxy(broker.port) as line:
        line.black_hole()
        join(lab, line.port)
        gate = run()
        gate.start(LASER, ADA)
        gate.stop(LASER, ADA)
        assert gate.end() == 0
    assert len(bodies(lab, SessionStopped)) == 1


def test_a_line_that_swallows_everything_ends_nothing_and_loses_nothing(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    with Proxy(broker.port) as line:
        join(lab, line.port)
        gate = run()
        everything_arrives(hub, lab)
        line.black_hole()
        gate.start(LASER, ADA)
        gate.start(LATHE, GRACE)
        gate.stop(LASER, ADA)
        line.cut()
        line.heal()
        everything_arrives(hub, lab)
        assert gate.show(LATHE)["relay"] == "on"


def test_a_gate_that_was_killed_sends_the_rest_when_it_is_back(
    run: Run, lab: Settings, broker: Broker, hub: Hub
):
    join(lab, broker.port)
    for _ in range(3):
        hub.heard.clear()
        gate = run()
        until(lambda: hub.machine("laser").state == "free", "the books are read through")
        gate.start(LASER, ADA)
        gate.kill()
    run()
    everything_arrives(hub, lab)
    recovered = [body for body in bodies(lab, SessionStopped) if body.recovered]  # type: ignore[union-attr]
    assert len(recovered) == 3


def test_a_hub_that_forgot_gets_all_of_it_again(run: Run, lab: Settings, broker: Broker):
    join(lab, broker.port)
    model = HubModel()
    with Hub(broker.port, model) as hub:
        gate = run()
        gate.start(LASER, ADA)
        everything_arrives(hub, lab)
    model.forget(4, "hub00002")
    with Hub(broker.port, model, "h-2") as hub:
        gate.stop(LASER, ADA)
        everything_arrives(hub, lab)


def test_a_month_of_records_drains_beside_the_taps(run: Run, lab: Settings, broker: Broker, hub: Hub):
    with Store(lab.gate.state).writer() as writer:
        for _ in range(20):
            with writer.write() as pen:
                for number in range(500):
                    pen.append(Draft(AT, CloseAsked(f"openfab/gate1/00000000#{number}", "mill", "m-zoe")))
    join(lab, broker.port)
    gate = run()
    gate.start(LASER, ADA)
    gate.stop(LASER, ADA)
    gate.start(LATHE, GRACE)
    everything_arrives(hub, lab, 60)
    assert gate.show(LATHE)["relay"] == "on"


# --- forks, and what is wrong here


def test_a_card_that_was_put_back_begins_an_epoch_of_its_own_at_the_next_start(
    run: Run, lab: Settings, broker: Broker, hub: Hub, tmp_path: Path
):
    join(lab, broker.port)
    gate = run()
    gate.start(LASER, ADA)
    everything_arrives(hub, lab)
    [epoch] = journal_of(lab)
    gate.kill()
    # The hub has seen more of this epoch than the card knows, as after a copy from last week.
    rows = hub.model.held[epoch]
    rows.append((b"x" * 32, b"y" * 32))
    gate = run()
    until(lambda: "forked" in (lab.gate.state / "link.status.json").read_text(), "it is told", 20)
    gate.start(LATHE, GRACE)
    assert gate.end() == 0
    gate = run()
    begun = bodies(lab, EpochBegun)[-1]
    assert isinstance(begun, EpochBegun)
    assert (begun.cause, begun.previous_origin) == ("fork", f"openfab/gate1/{epoch}")
    new = next(name for name in journal_of(lab) if name != epoch)
    until(lambda: held(hub.model).get(new) == journal_of(lab)[new], "the new epoch arrives", 20)
    gate.start(LASER, GRACE)
    assert gate.end() == 0
    run()
    assert len(bodies(lab, EpochBegun)) == 2, "one fork, one new epoch"


@pytest.mark.parametrize(
    "paper",
    [
        b"",
        b"{}",
        b'{"lab":"openfab","gate":"gate9","address":"127.0.0.1","port":1883,"tls":false}',
        b'{"lab":"openfab","gate":"gate1","address":"127.0.0.1","port":1883,"tls":true}',
        b'{"lab":"openfab","gate":"gate1","address":"example.org","port":1883,"tls":false}',
    ],
)
def test_papers_that_are_no_good_are_told_and_the_gate_works(run: Run, lab: Settings, paper: bytes):
    (lab.gate.state / "link").mkdir()
    (lab.gate.state / "link" / "address.json").write_bytes(paper)
    gate = run()
    gate.start(LASER, ADA)
    until(lambda: "event=link_failed" in gate.said)
    gate.stop(LASER, ADA)
    assert gate.end() == 0


def test_a_bug_in_the_link_ends_no_session_and_is_told_and_the_link_is_begun_anew(
    serve: Callable[..., object],
    lab: Settings,
    broker: Broker,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    turns = GateLink.turn
    bugs = [3]

    def turn(self: GateLink) -> float:
        if bugs[0]:
            bugs[0] -= 1
            raise ZeroDivisionError("a bug")
        return turns(self)

    monkeypatch.setattr(GateLink, "turn", turn)
    monkeypatch.setattr("fabgate.gate.line.AGAIN_MS", 20)
    join(lab, broker.port)
    gate = serve().ready()  # type: ignore[attr-defined]
    gate.start(LASER, ADA)

    def at_work() -> bool:
        gate.wait(20, LATHE)
        return not bugs[0] and held(hub.model) == journal_of(lab)

    until(at_work, "the link is there again", 30)
    assert sum("thread_died thread=link" in record.getMessage() for record in caplog.records) == 3
    assert gate.alive()


def test_a_link_that_hangs_is_told_and_ends_nothing(
    serve: Callable[..., object],
    lab: Settings,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    free, hangs = threading.Event(), threading.Event()

    def turn(_: GateLink) -> float:
        hangs.set()
        free.wait(60)
        return 1.0

    monkeypatch.setattr(GateLink, "turn", turn)
    join(lab, broker.port)
    gate = serve().ready()  # type: ignore[attr-defined]
    try:
        assert hangs.wait(15)
        gate.start(LASER, ADA)
        gate.wait(61_000, LATHE)
        until(lambda: any("link_hangs" in record.getMessage() for record in caplog.records))
        assert gate.relay(LASER) == "on"
        assert gate.end() == 0
    finally:
        free.set()


def test_a_gate_on_its_own_has_no_thread_for_a_hub(serve: Callable[..., object]):
    serve().ready()  # type: ignore[attr-defined]
    assert not any(thread.name.startswith("link") for thread in threading.enumerate())


def test_the_gate_says_how_far_it_is_written(run: Run, lab: Settings, broker: Broker, hub: Hub):
    join(lab, broker.port)
    run()
    with Store(lab.gate.state).reader() as reader:
        seq = last_seq(reader.conn)
    assert hub.last("info").said.origins[-1].seq >= seq - 1
