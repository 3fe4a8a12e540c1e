"""`sandbox`: hand everything to `python -m replenisher.sandbox`, which takes this process over."""

from __future__ import annotations

import os
import sys

import typer

COMMANDS = frozenset({"serve", "files", "advance", "audit", "faults", "switches", "ask"})
HELP = frozenset({"-h", "--help"})


def register(app: typer.Typer) -> None:
    """Add the command; its options, `--help` too, are the sandbox's own."""
    settings = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command(context_settings=settings, add_help_option=False, rich_help_panel="Daemon")(sandbox)


def sandbox(context: typer.Context) -> None:
    """Imitate the retail platform: serve (the default), advance, audit, faults, switches, ask, files."""
    sys.stdout.flush()
    command = [sys.executable, "-m", "replenisher.sandbox", *sandbox_arguments(context.args)]
    os.execv(sys.executable, command)  # noqa: S606 - our own program, no shell


def sandbox_arguments(given: list[str]) -> list[str]:
    """Put `serve` before options that stand alone: `sandbox --port 0` serves."""
    if given and (given[0] in COMMANDS or given[0] in HELP or not given[0].startswith("-")):
        return given
    return ["serve", *given]
