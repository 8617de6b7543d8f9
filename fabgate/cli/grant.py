"""`fabgate grant`: who may work alone, who may teach, and who is proposed for it."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.history import line_json
from fabgate.cli.retold import phrase
from fabgate.cli.show import Handles, Json, day, handle, hours, local, or_id, utc
from fabgate.cli.working import say_who_works
from fabgate.desk import Desk, Done, days, grants, proposals, reviews
from fabgate.desk import history as told
from fabgate.desk.grants import Shown
from fabgate.desk.proposals import Waiting
from fabgate.model import Lapse, Level, Why
from fabgate.records import GrantGiven

LEVELS = [level.word for level in Level if level is not Level.NONE]
PROPOSED = [Level.AUTONOMOUS.word, Level.SPONSOR.word]

waive_option = click.option(
    "--waive",
    is_flag=True,
    help="Give it though something is missing that the skill asks for; a manager says why.",
)
until_option = click.option(
    "--until", metavar="YYYY-MM-DD", help="The last day on which it is good (default: no end)."
)


@click.group(cls=Noun)
def grant() -> None:
    """Grants: what a member may do on the machines of a skill.

    A trainee works with a sponsor beside them, an autonomous member alone; a sponsor may also teach
    and give both levels, or propose them where the skill leaves that to managers. Every grant says
    who, to whom, what, when and why.
    """


@grant.command(
    epilog=example('fabgate grant give ada laser --level autonomous --by zoe --reason "passed the test"')
)
@click.argument("who")
@click.argument("skill")
@click.option("--level", required=True, type=click.Choice(LEVELS), help="What they may do.")
@until_option
@click.option(
    "--bootstrap",
    is_flag=True,
    help="Name the first sponsor of a skill that has none, oneself perhaps: the first manager only.",
)
@waive_option
@reason_option()
@by_option
@pass_here
def give(
    here: Here,
    who: str,
    skill: str,
    level: str,
    until: str | None,
    bootstrap: bool,
    waive: bool,
    reason: str,
    by: str | None,
) -> None:
    """Give a member a level on a skill; good at the next tap. WHO is their handle or id.

    It takes the place of what they held there. Nobody gives to themselves, and what the skill asks for
    has to be there: `fabgate passport` shows what is missing.
    """
    until_ms = None if until is None else days.end_of_day_ms(here.settings.lab.zone, until)
    with here.desk() as desk:
        given = grants.give(desk, by, who, skill, Level.of(level), reason, until_ms, bootstrap, waive)
        to = "" if until_ms is None else f", until {day(here, until_ms)}"
        did = done(here, given, "{subject} ({handle}) is {level} on {skill} now" + to + ". Before: {was}.")
        _say_waived(did)
        _say_who_works(here, desk, did)
        _say_flagged(desk, did)


@grant.command(epilog=example('fabgate grant revoke ada laser --by zoe --reason "left it running"'))
@click.argument("who")
@click.argument("skill")
@reason_option()
@by_option
@pass_here
def revoke(here: Here, who: str, skill: str, reason: str, by: str | None) -> None:
    """Take a grant away; no start from the next tap on. WHO is their handle or id.

    What they gave to others or vouched for stays; it is flagged, for somebody to look at it again:
    `fabgate sponsors flagged`.
    """
    with here.desk() as desk:
        taken = grants.revoke(desk, by, who, skill, reason)
        did = done(here, taken, "{subject} ({handle}) holds nothing on {skill} any more. Before: {was}.")
        _say_who_works(here, desk, did)
        _say_flagged(desk, did)


@grant.command(epilog=example("fabgate grant renew ada laser --by bob"))
@click.argument("who")
@click.argument("skill")
@reason_option(required=False)
@by_option
@pass_here
def renew(here: Here, who: str, skill: str, reason: str | None, by: str | None) -> None:
    """Say that somebody still knows the machine.

    What ran out through disuse or after its time, or because a machine was replaced, is theirs again.
    It is what a sponsor's tap says within a minute after such a session. WHO is their handle or id.
    """
    with here.desk() as desk:
        renewed = grants.renew(desk, by, who, skill, reason)
        done(here, renewed, "{subject} ({handle}) is {level} on {skill} again.")


@grant.command("list", epilog=example("fabgate grant list --skill laser"))
@click.argument("who", required=False)
@click.option("--skill", help="Of this skill only.")
@json_option
@pass_here
def list_(here: Here, who: str | None, skill: str | None, as_json: bool) -> None:
    """Show all grants, or those of WHO, and when each ends."""
    with here.desk() as desk:
        shown = found(here, grants.listed(desk, who, skill))
    if as_json:
        show_json([_json(one) for one in shown])
        return
    rows = [
        (
            one.grant.skill,
            handle(one.holder),
            one.level.word,
            day(here, one.grant.since_ms),
            _end(here, one),
            or_id(one.giver, one.grant.by),
        )
        for one in shown
    ]
    show_table(("skill", "member", "level", "since", "until", "by"), rows, "There are no grants here.")


# --- proposals ----------------------------------------------------------------------------------


@grant.command(epilog=example('fabgate grant propose ada laser --by bob --reason "three good sessions"'))
@click.argument("who")
@click.argument("skill")
@click.option(
    "--level", type=click.Choice(PROPOSED), default=PROPOSED[0], show_default=True, help="What for."
)
@reason_option()
@by_option
@pass_here
def propose(here: Here, who: str, skill: str, level: str, reason: str, by: str | None) -> None:
    """Say that somebody is ready, for a manager to approve. WHO is their handle or id.

    It gives no right: nobody may work alone, teach or sponsor because they were proposed.
    """
    with here.desk() as desk:
        proposed = proposals.propose(desk, by, who, skill, reason, Level.of(level))
        did = done(here, proposed, "{subject} ({handle}) is proposed as {level} on {skill}.")
        if did.facts.get("missing"):
            click.echo("Still missing: {}".format(", ".join(map(str, _texts(did, "missing")))))
        click.echo("It waits for a manager: fabgate grant approve {handle} {skill}".format_map(did.facts))


@grant.command(epilog=example("fabgate grant approve ada laser --by zoe"))
@click.argument("who")
@click.argument("skill")
@until_option
@waive_option
@reason_option(required=False)
@by_option
@pass_here
def approve(
    here: Here, who: str, skill: str, until: str | None, waive: bool, reason: str | None, by: str | None
) -> None:
    """Give what a sponsor proposed; good at the next tap. WHO is their handle or id.

    The grant rests on the sponsor's word, and says so.
    """
    until_ms = None if until is None else days.end_of_day_ms(here.settings.lab.zone, until)
    with here.desk() as desk:
        given = proposals.approve(desk, by, who, skill, reason, waive, until_ms)
        to = "" if until_ms is None else f", until {day(here, until_ms)}"
        text = (
            "{subject} ({handle}) is {level} on {skill} now" + to + ", as {proposer} proposed. Before: {was}."
        )
        _say_waived(done(here, given, text))


@grant.command(epilog=example('fabgate grant refuse ada laser --by zoe --reason "not the mirrors yet"'))
@click.argument("who")
@click.argument("skill")
@reason_option()
@by_option
@pass_here
def refuse(here: Here, who: str, skill: str, reason: str, by: str | None) -> None:
    """Do not give what was proposed, or take it back.

    A manager refuses it, whoever proposed it takes it back. WHO is their handle or id.
    """
    with here.desk() as desk:
        refused = proposals.refuse(desk, by, who, skill, reason)
        done(here, refused, "{subject} ({handle}) is not made {level} on {skill}, as {proposer} proposed.")


@grant.command(epilog=example("fabgate grant waiting"))
@json_option
@pass_here
def waiting(here: Here, as_json: bool) -> None:
    """Show the proposals that wait for a manager.

    The oldest first, with what there is to go by: sessions with a sponsor, what was seen, what is missing.
    """
    with here.desk() as desk:
        shown = proposals.waiting(desk)
    if as_json:
        show_json([_waiting_json(one) for one in shown])
        return
    rows = [
        (
            or_id(one.member, one.proposal.member),
            one.proposal.skill,
            one.proposal.level.word,
            or_id(one.proposer, one.proposal.by) + ("" if one.fit else " (no longer a sponsor)"),
            local(here, one.proposal.at_ms),
            _shown_so_far(one),
            _missing(one) or "nothing",
        )
        for one in shown
    ]
    heads = ("member", "skill", "as", "proposed by", "since", "shown", "missing")
    show_table(heads, rows, "Nothing waits.")


def _shown_so_far(one: Waiting) -> str:
    """Sessions and minutes with a sponsor, and how many things were seen."""
    if one.progress is None:
        return ""
    used = one.progress.practice
    seen = len(one.progress.proofs)
    return f"sessions {used.sessions}, {hours(used.supervised_ms)}, items {seen}"


def _missing(one: Waiting) -> str:
    return "" if one.progress is None else ", ".join(map(str, one.progress.missing))


def _waiting_json(one: Waiting) -> Json:
    progress = one.progress
    return {
        "member": or_id(one.member, one.proposal.member),
        "skill": one.proposal.skill,
        "level": one.proposal.level.word,
        "by": or_id(one.proposer, one.proposal.by),
        "fit": one.fit,
        "since": utc(one.proposal.at_ms),
        "record": str(one.proposal.record),
        "reason": one.reason,
        "sessions": None if progress is None else progress.practice.sessions,
        "minutes": None if progress is None else progress.practice.supervised_ms // 60_000,
        "seen": [] if progress is None else [proof.seen.item for proof in progress.proofs],
        "missing": [] if progress is None else list(map(str, progress.missing)),
    }


# --- looking back -------------------------------------------------------------------------------


@grant.command(epilog=example("fabgate grant history ada laser"))
@click.argument("who")
@click.argument("skill", required=False)
@json_option
@pass_here
def history(here: Here, who: str, skill: str | None, as_json: bool) -> None:
    """Show what was given to WHO and taken away.

    By whom, when, and at which gate.
    The last column names the record that took the place of each; what has none counts. Where
    several count, they were said at places that did not know of each other: the strictest holds.
    All that happened to a member, and not their grants alone: `fabgate history`.
    """
    with here.desk() as desk:
        lines = found(here, told.of_grants(desk, who, skill))
        handles = Handles(desk.conn)
        if as_json:
            show_json([_told_json(one, handles) for one in lines])
            return
        rows = [
            (
                str(one.record),
                local(here, one.at.wall_ms) + ("" if one.at.synced else "?"),
                one.gate,
                phrase(here, one.what, handles).partition(": ")[2],
                handles.of(str(getattr(one.what, "by", ""))),
                one.beside.get("reason", ""),
                str(one.over or ""),
            )
            for one in lines
        ]
    heads = ("record", "when", "gate", "what", "by", "why", "replaced by")
    show_table(heads, rows, "Nothing was ever given or taken here.")


def _told_json(one: told.Line, handles: Handles) -> Json:
    given = one.what if isinstance(one.what, GrantGiven) else None
    return {
        **line_json(one, handles),
        "skill": getattr(one.what, "skill", None),
        "level": Level.NONE.word if given is None else given.level,
        "until": None if given is None else utc(given.until_ms),
    }


# --- the parts ----------------------------------------------------------------------------------


def _texts(did: Done, fact: str) -> tuple[str, ...]:
    value = did.facts.get(fact)
    return value if isinstance(value, tuple) else ()


def _say_waived(did: Done) -> None:
    if waived := _texts(did, "waived"):
        click.echo(f"Without: {', '.join(waived)}. Your name and your reason stand for it.")


def _say_flagged(desk: Desk, did: Done) -> None:
    """How many grants rest on the word of somebody who lost their own."""
    if Level.of(str(did.facts["level"])) < Level.of(str(did.facts["was"])):
        many = reviews.count(desk, str(did.facts["handle"]))
        if many:
            rests = "grants rest" if many > 1 else "grant rests"
            click.echo(f"Note: {many} {rests} on their word: fabgate sponsors flagged")


def _say_who_works(here: Here, desk: Desk, did: Done) -> None:
    """Whose session began at a higher level than is left; what rises or stays takes nothing away."""
    level = Level.of(str(did.facts["level"]))
    holds = (did.facts["handle"], did.facts["skill"])
    say_who_works(
        here,
        desk,
        Why.REVOKED,
        lambda said, worker: (worker, said.skill) == holds and level < Level.of(said.level),
    )


def _end(here: Here, one: Shown) -> str:
    """The day on which it ends, and by what, where its giver did not write it."""
    if one.end is None:
        return "" if one.suspended_ms is None else "(suspended)"
    why = () if one.end.why is Lapse.UNTIL else (one.end.why.value,)
    over = () if one.lapsed_ms is None else (f"over: it was {one.grant.level.word}",)
    held = () if one.suspended_ms is None else ("suspended",)
    more = ", ".join((*why, *over, *held))
    return day(here, one.end.ms) + (f" ({more})" if more else "")


def _json(one: Shown) -> Json:
    return {
        "skill": one.grant.skill,
        "member": handle(one.holder),
        "level": one.level.word,
        "granted": one.grant.level.word,
        "since": utc(one.grant.since_ms),
        "until": utc(one.grant.until_ms),
        "ends": None if one.end is None else utc(one.end.ms),
        "ends_by": None if one.end is None else one.end.why.value,
        "lapsed": utc(one.lapsed_ms),
        "suspended": utc(one.suspended_ms),
        "by": or_id(one.giver, one.grant.by),
        "vouched": None if one.grant.vouched is None else or_id(one.voucher, one.grant.vouched),
        "record": str(one.grant.record),
    }
