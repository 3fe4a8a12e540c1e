"""Options that several commands share, and how a command gets settings and services; nothing heavy at import."""

from __future__ import annotations

import getpass
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, cast

import typer

from replenisher.cli.exits import ExitCode, code_of
from replenisher.cli.screen import literal, messages, out
from replenisher.errors import ConfigurationError, ReplenisherError

if TYPE_CHECKING:
    from replenisher.config import Settings
    from replenisher.services import Services

CONFIG_VARIABLE = "REPLENISHER_CONFIG"
DEFAULT_CONFIG = Path("replenisher.yaml")


def _chosen(context: typer.Context, given: Path | None) -> Path:
    """Take the file named behind the command, else before it, else in the environment, else the default."""
    return given or context.find_root().params.get("config") or DEFAULT_CONFIG


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        callback=_chosen,
        metavar="PATH",
        show_default=f"${CONFIG_VARIABLE}, else {DEFAULT_CONFIG}",
        help="The configuration file.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
CompanyOption = Annotated[str | None, typer.Option("--company", metavar="ID", help="Only this company.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Most rows shown, newest first.")]

ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in its history.")]


@dataclass
class LoggingWanted:
    """The least important log line that this command shows; a command tells its own outcome, so by default none."""

    level: str = "critical"


logging_wanted = LoggingWanted()


class _CurrentErrorStream(io.TextIOBase):
    """Standard error as it is at each write, so that log lines go above a progress bar instead of through it."""

    def write(self, text: str, /) -> int:
        """Write to whatever standard error is now."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush whatever standard error is now."""
        sys.stderr.flush()

    def isatty(self) -> bool:
        """Tell whether a person reads along."""
        return sys.stderr.isatty()


def config_path(config: Path | None) -> Path:
    """Give the file to read; ConfigurationError says how to make one when the default is not there."""
    path = config or DEFAULT_CONFIG
    if path == DEFAULT_CONFIG and not path.exists():
        raise ConfigurationError(
            f"no configuration: {path} is not in this folder ({Path.cwd()}).\n"
            f"Copy config.example.yaml to {path} and edit it, or name another file with --config or {CONFIG_VARIABLE}."
        )
    return path


def settings_from(config: Path | None) -> Settings:
    """Load the configuration, and keep its secrets out of whatever is logged; `--verbose` shows the log."""
    from replenisher import logs  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.config import load  # noqa: PLC0415 - as above

    settings = load(config_path(config))
    logs.configure("console", logging_wanted.level, settings.secrets(), cast(TextIO, _CurrentErrorStream()))
    return settings


@contextmanager
def connected(config: Path | None) -> Iterator[Services]:
    """Give services on a migrated database for the length of one command; DatabaseError says what is missing."""
    from replenisher.database.migrate import check_migrated  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.services import opened  # noqa: PLC0415 - as above

    with opened(settings_from(config)) as services:
        services.database.ping()
        check_migrated(services.database)
        yield services


def given_reason(reason: str) -> str:
    """Give the reason, which must say something."""
    if not reason.strip():
        raise typer.BadParameter("should not be empty", param_hint="--reason")
    return reason


def known_states(given: list[str], states: type[Enum]) -> list[str]:
    """Give the states that were asked for, which must be some of these."""
    known = [str(one.value) for one in states]
    for word in given:
        if word not in known:
            raise typer.BadParameter(f"{word!r} is no state; the states are {', '.join(known)}", param_hint="--state")
    return given


def each_of(ids: list[str], config: Path | None, do: Callable[[Services, str], str], done: str) -> None:
    """Do it to each and tell what `do` says of it; one failure stops no other, and the first gives the exit code."""
    codes: list[ExitCode] = []
    with connected(config) as services:
        for text in ids:
            try:
                told = do(services, text)
            except ReplenisherError as error:
                messages().print(literal(f"{text}: not {done}: {error}"), soft_wrap=True)
                codes.append(code_of(error))
            else:
                out().print(literal(told))
    if codes:
        raise typer.Exit(codes[0])


def person() -> str:
    """Name who is at the keyboard, for the history of an order: `person:anna`."""
    try:
        return f"person:{getpass.getuser()}"
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"person:uid-{os.getuid()}"
