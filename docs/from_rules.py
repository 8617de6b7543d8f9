"""The pages that are made from the state machine: what a tap means, and how one state leads to another.

`gestures()` prints the table that the machine itself looks up; `states()` what `walk.py` found.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from docs.walk import CONFIRM, GRACE, INK, MISSED, PRAISE, UNDO, WAIT, Way, found, length
from fabgate.model import Hold
from fabgate.rules.gestures import BOTH, MEANING, Gesture, Name, Who
from fabgate.rules.taps import AWAY_MS

AWAY = length(AWAY_MS)

# --- what a tap means ---------------------------------------------------------------------------

IN_STATE = {
    Name.FREE: "Nobody uses the machine and nothing is wrong with it.",
    Name.LOCKED_OUT: "A manager or maintainer took the machine out of service.",
    Name.FAULT: "An emergency stop is pressed, a device failed, or the journal is being checked.",
    Name.AWAITING_SPONSOR: f"Somebody tapped who may not start by themselves; the machine waits {WAIT} for a "
    "sponsor, for another adult (on a machine that nobody uses alone) or for a guest's host. No power.",
    Name.AWAITING_RETURN: f"The sponsor has been; the slot waits {WAIT} for the trainee's badge. No power.",
    Name.AWAITING_CONFIRM: f"Out of service, and who keeps it tapped: for {CONFIRM} a second tap of the same "
    "badge starts it for maintenance. No power.",
    Name.OPENING: f"The start is being written, for {INK} at most. No power before that.",
    Name.OPEN: "Somebody works: the machine has power.",
    Name.ENDING: "Somebody works, and the end of the session has been announced and not yet been seen; or "
    "its member has left the machine to its job, with nobody logged in.",
}
WHO = {
    Who.USER: "whose session it is, or who waits for somebody, with the badge that holds it",
    Who.USER_OTHER: "the same person with another badge of theirs",
    Who.USER_ASKED: "the same person, where they lead a workshop and were asked whether they are still here",
    Who.SPONSOR_NEW: f"who stands by this session, from their tap until {UNDO} after power went on: "
    "a sponsor, another adult, a host",
    Who.SPONSOR: "who stands by this session, later, or took it over",
    Who.SPONSOR_WAS: f"who sponsored the session that ended here, until {PRAISE} after its end, once",
    Who.ABLE: "somebody else who may stand by: as the sponsor, other adult or host that is waited for, "
    "or in the place of one who is missed",
    Who.AUTONOMOUS: "somebody else who may work here alone",
    Who.LEADER: "somebody else who leads a workshop that was opened here",
    Who.ACCOMPANIED: "somebody else, a trainee, where it is enough that a sponsor is checked in, and one is",
    Who.TRAINEE: "somebody else who may work here under a sponsor",
    Who.LONE: "somebody else who may work here when another adult is there, and none is",
    Who.GUEST: "somebody else, a guest, where the machine takes guests",
    Who.KEEPER: "a manager or maintainer of the machine, while it is out of service",
    Who.CLAIMANT: "somebody else who may end this session: the machine has done nothing for `takeover` and "
    "they could start it at once, or nothing tells what it does and they are a fab manager",
    Who.CLAIMANT_ASKED: f"the same, within {CONFIRM} after they were asked",
    Who.NOBODY: "somebody else who may not work here: an unknown or blocked badge, "
    "a suspended member, a member without this qualification, or with something else in the way",
}
DOES = {
    Gesture.START: "starts for themselves",
    Gesture.ASK_SPONSOR: "asks for a sponsor",
    Gesture.ASK_COMPANY: "asks for another adult",
    Gesture.ASK_HOST: "asks for their host",
    Gesture.ASK_CONFIRM: "is asked to tap again: nothing starts yet",
    Gesture.START_SUPERVISED: "starts the session of the one who waits, and stands by",
    Gesture.START_MAINTENANCE: "starts it for maintenance, at no price; no lock ends it",
    Gesture.ASK_RETURN: "stands by; the badge of whoever waits is asked back, where it does not lie there",
    Gesture.CANCEL: "takes it back: nothing starts, nothing is charged",
    Gesture.OFF: "off; where the table says so and the machine works, off when it is done",
    Gesture.STAY: "“I have seen it”: the session goes on to its announced end, which does not move; the time "
    "that an idle machine has begins anew, and who had left it to its job is back",
    Gesture.BACK: "the badge is there again: the session goes on",
    Gesture.UNDO: "undoes the start: off, recorded, not charged",
    Gesture.HERE: "“I am here”: their time begins anew, and who was missed is back; it ends nothing",
    Gesture.PROVE: "“I am here”: the session goes on; it is not “off”",
    Gesture.TAKE_OVER: "stands by instead: the session goes on, and who pays stays as it was",
    Gesture.ASK_CLAIM: "is asked to tap again: nothing ends yet",
    Gesture.CLAIM: "ends the session; it starts none",
    Gesture.PRAISE: "“well done”: noted for the trainee; nothing starts",
}
WARNED = "the badge is there again, and the announcement was seen: the session goes on to its announced end"
REFUSED = {
    Name.FREE: "refused, and told why",
    Name.LOCKED_OUT: "refused: out of service",
    Name.FAULT: "refused: fault, or the journal is being checked",
    Name.AWAITING_SPONSOR: "refused as who is waited for, and told why; the wait goes on",
    Name.AWAITING_RETURN: "refused: taken; the wait goes on",
    Name.AWAITING_CONFIRM: "refused: out of service; the wait goes on",
    Name.OPENING: "refused: taken",
    Name.OPEN: "refused: taken, and for how long; the session is not touched",
    Name.ENDING: "refused: taken, and for how long; the session is not touched",
}


def gestures() -> str:
    """docs/gestures.md."""
    lines = [_GESTURES_HEAD, *_who_is_who(), *(line for name in Name for line in _meanings(name))]
    return "\n".join(lines) + "\n"


_GESTURES_HEAD = f"""\
# What a tap means

<!-- Made by docs/make.py from fabgate/rules/gestures.py: change it there. -->

A tap means what it means because of three things and nothing else: the state of the machine, who taps,
and how the machine is held. With `hold = "tap"` a badge is tapped on and tapped off; with `hold = "slot"`
it lies in a slot as long as somebody works. The table below is the one that the machine itself looks up.
[states.md](states.md) shows how the states follow each other.

Three things are no taps:

- A badge that comes back within {AWAY}, or that has not left the reader since: it counts again after it has
  been away for {AWAY}.
- A badge that lies there when the reader comes up, after a power cut for example: no machine starts by
  itself.
- Taking the badge out of a slot. It takes back a start that is still being written; from a running session
  it may be away for the machine's `grace` ({GRACE} where nothing else is set), then the session ends.

A badge that is blocked is refused everywhere: whoever found it is not the one who lost it. (The badge that
holds a running session switches off even when it has been blocked meanwhile.)

Where somebody has to be there (the class of a machine says so: `accompanied`, `supervised`, `never_alone`),
they can be missed: they checked out, their right was taken, or they did not tap when the machine asked. Then
it says so, waits {MISSED}, and does what its table says (`ends.alone`). A sponsor's tap never ends a session,
but within the time to undo its start; they stop standing by when they check out.

Whoever pays before they start may be refused for money: then nobody's tap starts the machine for them. A
session that runs is not ended for it, and a tap that ends one is never refused.

Times in this page are those of a machine for which nothing else is set."""


def _who_is_who() -> Iterator[str]:
    yield from ("", "## Who is who", "", "| | seen from the machine as it stands |", "|---|---|")
    for who in Who:
        yield f"| `{who}` | {WHO[who]} |"


def _meanings(name: Name) -> Iterator[str]:
    yield from ("", f"## `{name}`", "", IN_STATE[name], "", "| who taps | tap | slot |", "|---|---|---|")
    there = [who for who in Who if any((name, who, hold) in MEANING for hold in BOTH)]
    for cells, whos in groupby(there, key=lambda who: tuple(_cell(name, who, hold) for hold in BOTH)):
        yield f"| {', '.join(f'`{who}`' for who in whos)} | {' | '.join(cells)} |"


def _cell(name: Name, who: Who, hold: Hold) -> str:
    meaning = MEANING.get((name, who, hold))
    if meaning is None:
        return "– (cannot happen)"
    if meaning is Gesture.REFUSE:
        return REFUSED[name]
    return WARNED if (name, meaning) == (Name.ENDING, Gesture.BACK) else DOES[meaning]


# --- the page -----------------------------------------------------------------------------------

_STATES_HEAD = """\
# The states of a machine

<!-- Made by docs/make.py from fabgate/rules/: change it there. -->

Found by walking: every event that can come was sent to every state, through the real state machine.
Refused taps change nothing and are left out; [gestures.md](gestures.md) has them.

- Power goes on in one place only: when the start is in the journal.
- Where a way ends in `free`, it ends in `locked_out` on a machine that was locked meanwhile, and in `fault`
  on one that is in trouble. `fault` lasts until the last trouble is over.
- "Table" is the machine's own ([ends.md](ends.md)): what each cause does to a session that runs. `now` ends
  it, `when_idle` announces its end and waits for the machine, `warn` tells the member, `alarm` calls people
  too. An end that is nearer already stays.
- "While it works" (or its meter fails, and nothing tells) and "while it does nothing" are ways of a machine
  with a meter, where they differ from those of one without.
- When the daemon stops, everything goes off at once. The diagram leaves that out, the table has it.
"""
STOPS = "the daemon stops"
ORDER = {name: place for place, name in enumerate(Name)}


def states() -> str:
    """docs/states.md."""
    ways = found()
    return "\n".join([_STATES_HEAD, *_diagram(ways), "", *_list(ways)]) + "\n"


def _diagram(ways: dict[Way, set[Hold]]) -> Iterator[str]:
    edges: dict[tuple[Name, Name], dict[str, set[Hold]]] = {}
    for way, holds in ways.items():
        if way.start is not way.end and way.label != STOPS:
            edges.setdefault((way.start, way.end), {}).setdefault(way.label, set()).update(holds)
    yield from ("```mermaid", "stateDiagram-v2", "    [*] --> free")
    for (start, end), labels in sorted(edges.items(), key=lambda edge: _place(*edge[0])):
        said = "<br/>".join(_label(label, holds).replace("`", "") for label, holds in labels.items())
        yield f"    {start} --> {end} : {said}"
    yield "```"


def _list(ways: dict[Way, set[Hold]]) -> Iterator[str]:
    yield from ("| from | what happens | to | what the machine does, in this order |", "|---|---|---|---|")
    for way, holds in sorted(ways.items(), key=lambda item: _place(item[0].start, item[0].end)):
        end = "stays" if way.start is way.end else f"`{way.end}`"
        yield f"| `{way.start}` | {_label(way.label, holds)} | {end} | {', '.join(way.does) or '–'} |"


def _place(start: Name, end: Name) -> tuple[int, int]:
    return ORDER[start], ORDER[end]


def _label(label: str, holds: set[Hold]) -> str:
    """The name of what happens, and on which machines where it is not all."""
    return label if len(holds) == len(Hold) else f"{label} ({', '.join(sorted(holds))})"
