"""`fabgate passport`: what a member may do on every skill, what is missing, and what comes next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

import click

from fabgate.cli.evidence import progress_json
from fabgate.cli.frame import Here, example, found, json_option, pass_here, printable, show_json, spoken
from fabgate.cli.show import Json, day, or_id, person, utc
from fabgate.desk import passport as passports
from fabgate.desk.evidence import Asked, Progress, Proof
from fabgate.desk.passport import Filed, Passport
from fabgate.desk.stamp import Limit, Stamp, Step
from fabgate.model import Denied, Due, MachineId
from fabgate.reports import missing
from fabgate.rules.progress import Missing
from fabgate.store.roster import RoleHeld
from fabgate.texts import Catalogue

_WIDTH = 80
_WIDEST = 32  # of a title before its value
_MOST_NAMES = 4


@click.command(epilog=example("fabgate passport ada", "fabgate passport ada --language fr"))
@click.argument("member")
@click.option(
    "--language", metavar="CODE", help="In this language, such as the member's own: en, fr, nl, de."
)
@json_option
@pass_here
def passport(here: Here, member: str, language: str | None, as_json: bool) -> None:
    """Show what a member may do, and what is missing.

    Their status and papers, who looks after them, and for every skill: since when, by whose word, until
    when and why, what was counted and shown, who could sign what is missing. MEMBER is their handle or
    id. Who could help is named only where they agreed to be named.
    """
    page = _Page(here, language or "en", spoken(here, language or "en"))
    with here.desk() as desk:
        shown = found(here, passports.passport(desk, member))
    if as_json:
        show_json(_json(page, shown))
        return
    for line in page.lines(shown):
        click.echo(line)


@dataclass(frozen=True, slots=True)
class _Page:
    """A passport as people read it, in one language and on eighty columns."""

    here: Here
    language: str
    texts: Catalogue

    def lines(self, shown: Passport) -> Iterator[str]:
        yield printable(person(shown.member))
        if shown.suspended is not None:
            yield from self._wrapped(self.sentence(shown.suspended), "")
        yield from self._facts(shown)
        begun = [stamp for stamp in shown.stamps if stamp.begun]
        for stamp in begun:
            yield ""
            yield from self._stamp(stamp)
        others = [stamp for stamp in shown.stamps if not stamp.begun]
        if others:
            yield ""
        for stamp in others:
            yield from self._wrapped(f"{stamp.skill.id}: {self._not_begun(stamp)}", "  ")

    def sentence(self, no: Denied) -> str:
        said = self.texts.say(no.code, no.facts, self.language)
        return printable(f"{said.text} {said.next}")

    def word(self, key: str, group: str = "passport") -> str:
        return self.texts.word(group, key, self.language)

    # --- the person -----------------------------------------------------------------------------

    def _facts(self, shown: Passport) -> Iterator[str]:
        told = [
            (self.word("status"), self._status(shown)),
            (self.word("sponsor"), self._sponsor(shown)),
            *((self._paper_title(one), self._paper(one)) for one in shown.papers),
        ]
        told += [(self.word("roles"), ", ".join(map(self._role, shown.roles)))]
        told += [(self.word("soon"), ", ".join(map(self._due, shown.due)))]
        rows = [(title, value) for title, value in told if value]
        wide = min(_WIDEST, max(len(title) for title, _ in rows))
        for title, value in rows:
            yield from self._wrapped(value, " " * (wide + 4), f"  {title:<{wide}}  ")
        if shown.lacks is not None:
            yield from self._wrapped(self.sentence(shown.lacks), "  ", "  ")

    def _role(self, one: RoleHeld) -> str:
        office = self.word(one.role.value, "role")
        return office if one.machine is None else f"{office} ({self._machine(one.machine)})"

    def _due(self, one: Due) -> str:
        kind = "paper" if one.what in self.here.settings.charter.papers else "skill"
        return f"{self.texts.title(kind, one.what, self.language)} {self._day(one.until_ms)}"

    def _status(self, shown: Passport) -> str:
        status = self.word(shown.member.status.word, "status")
        if shown.status_ms is None:
            return status
        return f"{status}, {self.word('since')} {self._day(shown.status_ms)}"

    def _sponsor(self, shown: Passport) -> str:
        looked = shown.looked_after
        if looked is None:
            return self.word("nobody") if shown.newcomer else ""
        name = looked.id if looked.sponsor is None else person(looked.sponsor)
        return name if looked.fit else f"{name}, {self.word('gone')}"

    def _paper_title(self, one: Filed) -> str:
        return self.texts.title("paper", one.paper.id, self.language)

    def _paper(self, one: Filed) -> str:
        if one.filed is None:
            return self.word("missing")
        last = one.filed.until_ms
        if last is None:
            return "ok"
        if one.over_ms is None:
            return f"{self.word('until')} {self._day(last)}"
        over = f"{self.word('ran_out')} {self._day(last)}"
        return over if one.lacking else f"{over}, {self.word('grace')} {self._day(one.over_ms)}"

    # --- a skill --------------------------------------------------------------------------------

    def _stamp(self, stamp: Stamp) -> Iterator[str]:
        title = self.texts.title("skill", stamp.skill.id, self.language)
        named = stamp.skill.id if title == stamp.skill.id else f"{stamp.skill.id} ({title})"
        yield from self._wrapped(f"{named}: {self._head(stamp)}", "  ")
        for limit in stamp.limits:
            yield from self._wrapped(self._limit(limit), "  ", "  ")
        if stamp.learns:
            yield from self._progress(stamp.progress)
        if stamp.waits is not None:
            waits = stamp.waits
            by = or_id(waits.by, waits.proposal.by)
            level = self.word(waits.proposal.level.word, "level")
            when = self._day(waits.proposal.at_ms)
            yield from self._wrapped(f"{level}: {self.word('waits')} {by}, {when}", "  ", "  ")
        if stamp.missing is not None:
            yield from self._wrapped(self.sentence(stamp.missing), "  ", "  ")
        yield from self._wrapped(self.next_text(stamp), "  ", "  ")

    def _head(self, stamp: Stamp) -> str:
        level = self.word(stamp.level.word, "level")
        if stamp.since_ms is None or stamp.by_id is None:
            return level
        by = or_id(stamp.by, stamp.by_id)
        return f"{level} {self.word('since')} {self._day(stamp.since_ms)} {self.word('by')} {by}"

    def _limit(self, one: Limit) -> str:
        """Its last day and why, a suspension, a machine that was replaced."""
        said = self.word(one.what)
        if one.machine is not None:
            return f"{self._machine(one.machine)}: {said}"
        why = "" if one.why is None else f" ({self.word(one.why, 'lapse')})"
        return f"{said}{'' if one.at_ms is None else f' {self._day(one.at_ms)}'}{why}"

    def _machine(self, machine: MachineId) -> str:
        known = self.here.settings.machines.get(machine)
        return machine if known is None else known.rules.title

    def _progress(self, progress: Progress) -> Iterator[str]:
        for one in progress.asked:
            text = self._asked(one)
            seen = "" if one.proof is None else f" ({self._seen(one.proof)})"
            yield from self._wrapped(f"{text}{seen}", "      ", f"  [{'x' if one.there else ' '}] ")

    def _asked(self, one: Asked) -> str:
        match one.what:
            case "tick":
                return f"{one.item}: {one.text}"
            case "challenge":
                return f"{self.word('challenge')} {one.item}: {one.text}"
            case "quiz":
                reached = "" if one.proof is None else f"{one.have}, "
                return f"{self.word('quiz')} {one.item}: {reached}{one.want} {self.word('to_reach')}"
            case counted:
                asked = f" {self.word('of')} {one.want}" if one.want else ""
                return f"{self.word(counted)}: {one.have}{asked}"

    def _seen(self, proof: Proof) -> str:
        return f"{or_id(proof.by, proof.seen.by)}, {self._day(proof.seen.at_ms)}"

    def next_text(self, stamp: Stamp) -> str:
        """What comes next, in one sentence, and who can do it of those who agreed to be named."""
        if stamp.next in (Step.NONE, Step.BEGIN, Step.TALK):
            return ""  # what a machine says is all there is to say
        gaps = ""
        if stamp.next is Step.PRACTISE:
            gaps = f"{self.word('colon')}{', '.join(map(self._gap, stamp.progress.missing))}."
        can, names = stamp.help
        who = f" {self.word(can)}{self.word('colon')}{', '.join(names[:_MOST_NAMES])}." if names else ""
        return f"-> {self.word(stamp.next.value, 'step')}{gaps}{who}"

    def _gap(self, gap: Missing) -> str:
        return missing.told(
            gap,
            lambda group, key: self.word(key, group),
            lambda kind, thing: self.texts.title(kind, thing, self.language),
        )

    def _not_begun(self, stamp: Stamp) -> str:
        return "" if stamp.missing is None else self.sentence(stamp.missing)

    # --- the paper ------------------------------------------------------------------------------

    def _day(self, wall_ms: int) -> str:
        return day(self.here, wall_ms)

    def _wrapped(self, text: str, after: str, first: str = "") -> Iterator[str]:
        return iter(_wrap(printable(text), first, after))


def _wrap(text: str, first: str, after: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=after,
        break_long_words=False,
        break_on_hyphens=False,
    )


# --- for programs -------------------------------------------------------------------------------


def _json(page: _Page, shown: Passport) -> Json:
    suspended, looked = shown.suspended, shown.looked_after
    return {
        "member": shown.member.handle,
        "name": shown.member.name,
        "status": shown.member.status.word,
        "status_since": utc(shown.status_ms),
        "suspended": utc(shown.member.suspended_ms),
        "suspended_text": suspended and page.sentence(suspended),
        "sponsor": None if looked is None else or_id(looked.sponsor, looked.id),
        "sponsor_fit": None if looked is None else looked.fit,
        "papers": [_json_paper(page, one) for one in shown.papers],
        "due": [{"what": one.what, "until": utc(one.until_ms)} for one in shown.due],
        "skills": [_json_stamp(page, stamp) for stamp in shown.stamps],
    }


def _json_paper(page: _Page, one: Filed) -> Json:
    return {
        "paper": one.paper.id,
        "title": page.texts.title("paper", one.paper.id, page.language),
        "filed": one.filed is not None,
        "until": None if one.filed is None else utc(one.filed.until_ms),
        "counts_until": utc(one.over_ms),
        "lacking": one.lacking,
    }


def _json_stamp(page: _Page, stamp: Stamp) -> Json:
    missing, waits = stamp.missing, stamp.waits
    return {
        "skill": stamp.skill.id,
        "title": stamp.skill.title,
        "level": stamp.level.word,
        "since": utc(stamp.since_ms),
        "until": utc(stamp.until_ms),
        "ends_by": None if stamp.end is None else stamp.end.why.value,
        "lapsed": utc(stamp.lapsed_ms),
        "suspended": None if stamp.hold is None else utc(stamp.hold.since_ms),
        "replaced_machines": list(stamp.replaced),
        "by": None if stamp.by_id is None else or_id(stamp.by, stamp.by_id),
        "record": None if stamp.record is None else str(stamp.record),
        "missing": missing and missing.code.value,
        "missing_text": missing and page.sentence(missing),
        "progress": progress_json(stamp.progress),
        "waits": None
        if waits is None
        else {
            "level": waits.proposal.level.word,
            "by": or_id(waits.by, waits.proposal.by),
            "since": utc(waits.proposal.at_ms),
            "record": str(waits.proposal.record),
        },
        "next": stamp.next.value,
        "next_text": page.next_text(stamp),
        "sponsors": list(stamp.sponsors),
        "signers": list(stamp.signers),
        "granters": list(stamp.granters),
    }
