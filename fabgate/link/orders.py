"""What somebody at the hub asks of this gate. Nothing here switches anything on (law 3).

A command is meant for one run of the gate and for some seconds: one that comes late does nothing, and
says so. One that comes twice is done once. An end of a session goes the way that every end goes: it is
appended to the journal, and the gate finds it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fabgate.errors import StoreError
from fabgate.link.port import Message
from fabgate.model import Clock, Moment
from fabgate.records import CloseAsked, Draft
from fabgate.store import journal
from fabgate.store.db import Writer
from fabgate.wire.commands import Answer, Command
from fabgate.wire.forms import Malformed

REMEMBERED = 64  # answers: a broker may bring a command twice
PATIENCE_MS = 500


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it, in the words of the wire."""

    answer: str
    what: str = ""


Deed = Callable[[Command], Done]


class Orders:
    """Does what it is asked to, once. Used by the link's thread."""

    def __init__(
        self, clock: Clock, instance: str, deeds: Mapping[str, Deed], say: Callable[[Answer], None]
    ) -> None:
        self._clock, self._instance = clock, instance
        self._deeds, self._say = deeds, say
        self._answers: dict[str, Answer] = {}

    def take(self, verb: str, message: Message) -> str | None:
        """Do it and answer. Gives why not, where it cannot even be answered."""
        command = Command.decode(message.payload)
        if isinstance(command, Malformed):
            return command.why
        if command.verb != verb:
            return "the verb is another one than the topic's"
        try:
            record = (message.correlation or b"").decode("ascii")
            answer = self._answers.get(record) or self._answer(record, command, message.retained)
            answer.encode()
        except ValueError:  # not the id of a record: nobody could tell to whom the answer belongs
            return "it does not say which record asked for it"
        self._remember(answer)
        self._say(answer)
        return None

    def _answer(self, record: str, command: Command, retained: bool) -> Answer:
        Answer(record, "late", "").encode()  # before anything is done: can it be answered?
        done = self._do(command, retained)
        return Answer(record, done.answer, done.what)  # type: ignore[arg-type]

    def _do(self, command: Command, retained: bool) -> Done:
        at = self._clock.now()
        if command.instance != self._instance:
            return Done("late", "it was meant for an earlier run of this gate")
        if _is_over(command, at) or retained:
            return Done("late")
        deed = self._deeds.get(command.verb)
        if deed is None:
            return Done("unknown", "this gate does not know this command")
        try:
            return deed(command)
        except StoreError as error:
            return Done("refused", f"the gate's disk: {type(error).__name__}")

    def _remember(self, answer: Answer) -> None:
        self._answers[answer.command] = answer
        if len(self._answers) > REMEMBERED:
            self._answers.pop(next(iter(self._answers)))


def _is_over(command: Command, at: Moment) -> bool:
    """A clock that was never set cannot tell; the message's own expiry and the instance still do."""
    return at.synced and at.wall_ms > command.until_ms


def stop(writer: Writer, clock: Clock, command: Command) -> Done:
    """Ask for the end of a running session: of the one that is named, else of the machine's."""
    if command.by is None or (command.session is None and command.machine is None):
        return Done("refused", "it says neither whose wish it is, nor which session")
    for run in journal.running(writer.conn):
        named = command.session in (None, str(run.start)) and command.machine in (None, run.machine)
        if named:
            with writer.write(PATIENCE_MS) as pen:
                pen.append(Draft(clock.now(), CloseAsked(str(run.start), run.machine, command.by)))
            return Done("done")
    return Done("refused", "no such session runs here")
