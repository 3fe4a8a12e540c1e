"""Exit codes: one number for each kind of ending, the same for every command."""

from __future__ import annotations

from enum import IntEnum

from replenisher.errors import (
    ArchiveError,
    CompanyPausedError,
    ConfigurationError,
    DatabaseError,
    EmbeddedServersError,
    GatewayError,
    IllegalMoveError,
    NotFoundError,
    ReplenisherError,
    RunInProgressError,
)


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    SERVERS = 4
    PLATFORM = 5
    NOT_ALLOWED = 6
    PROBLEMS = 7
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "something else failed",
    ExitCode.USAGE: "wrong options or arguments",
    ExitCode.CONFIGURATION: "the configuration or a planners' file has a fault",
    ExitCode.SERVERS: "the database, an embedded server or the archive did not do what was asked",
    ExitCode.PLATFORM: "the retail platform did not do what was asked, or refused our credentials",
    ExitCode.NOT_ALLOWED: "not there, or not allowed in its present state",
    ExitCode.PROBLEMS: "done in part: a check found problems, or a run refused locations",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
}
"""What each code says; `--help` and docs/commands.md tell the same."""

_KINDS: tuple[tuple[type[ReplenisherError], ExitCode], ...] = (
    (ConfigurationError, ExitCode.CONFIGURATION),
    (EmbeddedServersError, ExitCode.SERVERS),
    (DatabaseError, ExitCode.SERVERS),
    (ArchiveError, ExitCode.SERVERS),
    (GatewayError, ExitCode.PLATFORM),
    (NotFoundError, ExitCode.NOT_ALLOWED),
    (IllegalMoveError, ExitCode.NOT_ALLOWED),
    (RunInProgressError, ExitCode.NOT_ALLOWED),
    (CompanyPausedError, ExitCode.NOT_ALLOWED),
)


def code_of(error: ReplenisherError) -> ExitCode:
    """Give the exit code of an error by its kind; a kind without one of its own is FAILED."""
    return next((code for kind, code in _KINDS if isinstance(error, kind)), ExitCode.FAILED)


def epilog() -> str:
    """Write the codes for the end of `--help`."""
    return "Exit codes: " + ", ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."
