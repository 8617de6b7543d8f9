"""Nothing of a demo stays, however it ends: a process beside it sees to that where the demo itself cannot.

Who is killed ends nobody and removes nothing. So a keeper holds one end of a pipe whose other end only the
demo has. When that closes, it ends what the demo started and removes its folder. After an orderly end
there is nothing left to do. It knows what was started by their process group and by a second pipe, of
which each of them has the end; no process is named, so none that is not ours can be hit.

This file is also the keeper's program, run as it stands: it needs the standard library only.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_PATIENCE_S = 10.0
_SURVIVED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Kept:
    """A folder, and processes that do not outlive whoever started them."""

    def __init__(self, folder: Path, keeper: int, alive: int) -> None:
        self.folder = folder
        self._keeper, self._alive = keeper, alive

    def start(
        self, argv: Sequence[str], output: BinaryIO | int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """A running program, out of reach of a Ctrl-C: the demo ends its processes in their order."""
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=self._keeper,
            pass_fds=(self._alive,),
        )


@contextmanager
def kept(within: Path | None = None) -> Iterator[Kept]:
    """A folder of its own that is gone afterwards, also where this process is killed in the block."""
    with tempfile.TemporaryDirectory(prefix="fabgate-demo-", dir=within) as name:
        heard, alive = os.pipe()
        argv = [sys.executable, "-I", __file__, name, str(heard)]
        keeper = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0, pass_fds=(heard,)
        )
        os.close(heard)
        try:
            yield Kept(Path(name), keeper.pid, alive)
        finally:
            os.close(alive)
            keeper.communicate()


def keep(folder: Path, heard: int) -> None:
    """Wait until the demo is gone; then have its processes end, and remove its folder."""
    for one in _SURVIVED:
        signal.signal(one, signal.SIG_IGN)
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGTERM)
    select.select([heard], [], [], _PATIENCE_S)  # it is at its end when the last of them has ended
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)  # who has not ended yet, and this process


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
