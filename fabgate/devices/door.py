"""The door of the simulated bench: a Unix socket for hands outside, a file for eyes outside.

`sim.sock` in the state directory takes one verb a line (`verbs.py`) and answers `ok`, or
`error <reason>`; `show` answers the whole bench as one line of JSON. Whatever else arrives is
answered with an error. `sim.outputs` beside it is what a probe on the wires would see: one line
of JSON for every change of an output, written by the thread that switches, in one write, so that
whoever kills the daemon loses nothing that was switched. Only the simulated bench has this door.
"""

from __future__ import annotations

import json
import os
import selectors
import shlex
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from fabgate.devices.sim import Change, SimBench
from fabgate.devices.verbs import act
from fabgate.errors import DeviceError, FabgateError

SOCKET = "sim.sock"
OUTPUTS = "sim.outputs"
LONGEST = 4_096  # bytes in a line
MOST = 16  # callers at a time
LOOK_S = 0.1  # how often the bench is looked at for what changed by itself

Spawn = Callable[[str, Callable[[], None]], object]


def change_line(boot_ms: int, machine: str, device: str, value: str) -> bytes:
    """A line of `sim.outputs`: CLOCK_BOOTTIME in ms, and what shows what from then on."""
    said = {"boot_ms": boot_ms, "machine": machine, "device": device, "value": value}
    return json.dumps(said).encode() + b"\n"


def answer(bench: SimBench, line: bytes) -> str:
    """Do what a line says, and what to answer to it: one line, whatever the bytes are."""
    try:
        words = shlex.split(line.decode())
    except ValueError as error:  # not UTF-8, or a quote without its other half
        return f"error not a line of words: {error}"
    if words == ["show"]:
        return json.dumps(bench.show())
    try:
        act(bench, words)
    except FabgateError as wrong:
        return "error " + " ".join(str(wrong).split())
    return "ok"


def ask(folder: Path, line: str, timeout_s: float = 2.0) -> str:
    """Say one line to the daemon whose state directory this is; its answer, without the newline.

    Raises DeviceError when no simulated bench answers there in time.
    """
    if "\n" in line:
        raise DeviceError(f"more than one line: {line!r}", "Say one verb at a time.")
    try:
        with _near(folder) as address, _socket() as call:
            call.settimeout(timeout_s)
            call.connect(address)
            call.sendall(line.encode() + b"\n")
            heard = call.makefile("rb").readline()
    except (OSError, UnicodeError) as error:
        raise DeviceError(
            f"no simulated bench answers in {folder}: {error}",
            'Start the gate there with `fabgate run`, and bench = "sim" in [gate].',
        ) from error
    if not heard.endswith(b"\n"):
        raise DeviceError(f"the simulated bench in {folder} hung up", "See what its daemon says.")
    return heard.decode().rstrip("\n")


class OutputLog:
    """`sim.outputs`. Begins each run with every output as the bench opened it."""

    def __init__(self, bench: SimBench, file: Path) -> None:
        self._fd = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = os.fstat(self._fd).st_size
        whole = size == 0 or os.pread(self._fd, 1, size - 1) == b"\n"
        self._unwritten = b"" if whole else b"\n"
        for change in bench.snapshot():
            self.write(change)
        bench.follow(self.write)

    def write(self, change: Change) -> None:
        """What a full disk does not take goes out with the next change: it never stops a relay."""
        if self._fd < 0:
            return
        self._unwritten += change_line(change.at.boot_ms, change.machine, change.device, change.value)
        with suppress(OSError):
            self._unwritten = self._unwritten[os.write(self._fd, self._unwritten) :]

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class _Caller:
    """Somebody at the door, with what they said so far of a line."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self._heard = bytearray()

    def hear(self, bench: SimBench) -> bool:
        """Answer the whole lines that have come. False when this caller is done with."""
        try:
            came = self.line.recv(LONGEST)
        except OSError:
            return False
        self._heard += came or b"\n"  # a last line may lack its end
        while b"\n" in self._heard:
            said, _, self._heard = self._heard.partition(b"\n")
            if (said or came) and not self._say(answer(bench, bytes(said))):
                return False
        if len(self._heard) > LONGEST:
            self._say("error this line is too long")
            return False
        return bool(came)

    def _say(self, text: str) -> bool:
        """False when the caller does not take it: who asks and does not listen holds up nobody."""
        said = text.encode(errors="replace") + b"\n"
        try:
            return self.line.send(said) == len(said)
        except OSError:
            return False


class Door:
    """Open from the moment it is made; answers once `serve_in` has given it a thread.

    Raises DeviceError when the folder cannot be used or another daemon has its door there.
    Close the bench before the door, so that the last changes are written.
    """

    def __init__(self, bench: SimBench, folder: Path) -> None:
        self._bench = bench
        self._folder = folder
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        with ExitStack() as undo, _opening(folder):
            self._listener = undo.enter_context(_listen(folder))
            self._log = OutputLog(bench, folder / OUTPUTS)
            self._waker, self._awake = socket.socketpair()
            undo.pop_all()

    def serve_in(self, spawn: Spawn) -> None:
        """Answer callers in the thread that `spawn(name, target)` makes."""
        self._ended.clear()
        spawn("sim-door", self._serve)

    def close(self) -> None:
        """Hang up and take the socket away. Returns when the thread has nothing more to do."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._waker.send(b"!")
        self._ended.wait(5)
        for line in (self._listener, self._waker, self._awake):
            line.close()
        (self._folder / SOCKET).unlink(missing_ok=True)
        self._log.close()

    def _serve(self) -> None:
        callers: dict[object, _Caller] = {}
        try:
            with selectors.DefaultSelector() as ready:
                ready.register(self._awake, selectors.EVENT_READ)
                ready.register(self._listener, selectors.EVENT_READ)
                while not self._stopped.is_set():
                    for key, _events in ready.select(LOOK_S):
                        self._turn_to(key.fileobj, ready, callers)
                    self._bench.settle()
        finally:
            for caller in callers.values():
                caller.line.close()
            self._ended.set()

    def _turn_to(self, line: object, ready: selectors.BaseSelector, callers: dict[object, _Caller]) -> None:
        if line is self._listener:
            caller = self._let_in()
            if caller is not None and len(callers) < MOST:
                callers[caller.line] = caller
                ready.register(caller.line, selectors.EVENT_READ)
            elif caller is not None:
                caller.line.close()
        elif line in callers and not callers[line].hear(self._bench):
            gone = callers.pop(line).line
            ready.unregister(gone)
            gone.close()

    def _let_in(self) -> _Caller | None:
        try:
            line, _address = self._listener.accept()
        except OSError:  # too many open files: better times may come, without a busy loop
            self._stopped.wait(0.05)
            return None
        line.setblocking(False)
        return _Caller(line)


@contextmanager
def _opening(folder: Path) -> Iterator[None]:
    try:
        yield
    except DeviceError:
        raise
    except OSError as error:
        raise DeviceError(
            f"the door of the simulated bench cannot be opened in {folder}: {error}",
            "Make it a folder that this user may write to.",
        ) from error


def _listen(folder: Path) -> socket.socket:
    """The socket, for this user only. Takes the place of one that nobody answers any more."""
    with _near(folder) as address:
        with _socket() as probe, suppress(ConnectionRefusedError, FileNotFoundError):
            probe.connect(address)
            raise DeviceError(
                f"another daemon has the door of the simulated bench in {folder}",
                "Stop it first, or give this gate a state directory of its own.",
            )
        (folder / SOCKET).unlink(missing_ok=True)
        door = _socket()
        try:
            os.fchmod(door.fileno(), 0o600)  # before bind, or the file stands open for a moment
            door.bind(address)
            door.listen(MOST)
            door.setblocking(False)
        except OSError:
            door.close()
            raise
    return door


def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


@contextmanager
def _near(folder: Path) -> Iterator[str]:
    """The socket by a short name: the address of a Unix socket holds 107 bytes, a path may be longer."""
    near = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{near}/{SOCKET}"
    finally:
        os.close(near)
