"""The daemon's processes on one machine: started with one prefixed stream of lines, restarted, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from replenisher.errors import ReplenisherError

APPLICATION = "replenisher.tasks.app"
WORKER = ("celery", "--quiet", "-A", APPLICATION, "worker")
BEAT = ("celery", "--quiet", "-A", APPLICATION, "beat")
FLOWER = ("celery", "--quiet", "-A", APPLICATION, "flower", "--read_only=True", "--logging=error")
"""Exactly what deploy/ runs: `up` and the tests only add the path of this interpreter."""

STOP_SECONDS = 150.0
"""A warm stop waits for the longest call to the platform; after that the process is killed and leases take over."""
RESTART_SECONDS = 1.0
MOST_SHORT_LIVES = 6
SHORT_LIFE_SECONDS = 60.0
"""So many lives in a row, each shorter than this, are a fault that a further start will not mend.

Lives are counted, not ends within a minute: on a slow machine a process that can never work takes so long to
start and end that a minute holds too few of its lives, and it would be started for ever.
"""
_SET_PARENT_DEATH_SIGNAL = 1


class ChildrenFailedError(ReplenisherError):
    """A process of the daemon ended again and again."""


@dataclass
class Child:
    """One process: its name in the stream, its command, and what it adds to the environment.

    Without an `optional` one the others go on: it is given up, not they.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    short_lives: int = 0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def module(command: Sequence[str]) -> list[str]:
    """Turn `celery …` into this interpreter running the same thing, so that PATH does not matter."""
    return [sys.executable, "-m", *command]


class Children:
    """The processes of one `up` or `demo`; `write` receives each line with the name of its process.

    `clock` tells how long a process lived; what ended is started again after `pause_seconds`.
    """

    def __init__(
        self,
        write: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
        pause_seconds: float = RESTART_SECONDS,
    ) -> None:
        self._write = write
        self._clock = clock
        self._pause_seconds = pause_seconds
        self._children: list[Child] = []
        self._readers: list[threading.Thread] = []
        self._stopping = threading.Event()

    def start(self, child: Child) -> None:
        """Start a process; it gets SIGTERM when this program dies, however it dies."""
        self._spawn(child)
        self._children.append(child)

    def _spawn(self, child: Child) -> None:
        child.started = self._clock()
        child.process = subprocess.Popen(  # noqa: S603 - our own commands
            child.command,
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A Ctrl-C in the terminal is ours to pass on, once; children that got it too would stop twice.
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - prctl only; the signal must be set in the child
        )
        reader = threading.Thread(target=self._read, args=(child.name, child.process.stdout), daemon=True)
        reader.start()
        self._readers.append(reader)

    def _read(self, name: str, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._write(name, line.rstrip("\n"))

    def pids(self) -> dict[str, int]:
        """Give the process id of each running process."""
        return {child.name: child.process.pid for child in self._children if child.process is not None}

    def tend(self, seconds: float) -> None:
        """Watch for so many seconds; restart what ended. What ends again and again is given up if it is optional.

        Raises ChildrenFailedError when it is not.
        """
        until = time.monotonic() + seconds
        while not self._stopping.is_set() and time.monotonic() < until:
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    self._restart(child, child.process.returncode)
            self._stopping.wait(0.1)

    def _restart(self, child: Child, code: int) -> None:
        child.short_lives = child.short_lives + 1 if self._clock() - child.started < SHORT_LIFE_SECONDS else 0
        if child.short_lives >= MOST_SHORT_LIVES:
            told = (
                f"{child.name} ended {child.short_lives} times in a row within a minute of its start (exit code {code})"
            )
            if not child.optional:
                raise ChildrenFailedError(told)
            child.process = None
            self._write("up", f"{told}; going on without it")
            return
        self._write("up", f"{child.name} ended with exit code {code}; starting it again")
        self._stopping.wait(self._pause_seconds)
        if not self._stopping.is_set():
            self._spawn(child)

    def request_stop(self) -> None:
        """Let `tend` return; safe in a signal handler."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._stopping.is_set()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop one process after another, newest first, so that a worker can finish with a sandbox it talks to.

        TERM, then KILL for what is still there when `seconds` have passed in all.
        """
        self._stopping.set()
        until = time.monotonic() + seconds
        for process in [child.process for child in reversed(self._children) if child.process is not None]:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for reader in self._readers:
            reader.join(timeout=5)
