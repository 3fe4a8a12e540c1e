"""`replenisher up`: everything on one machine, one stream of lines, stopped cleanly by Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.text import Text

from replenisher import services as wiring
from replenisher.cli import trial
from replenisher.cli.processes import BEAT, FLOWER, WORKER, Child, Children, module
from replenisher.config import Settings, load
from replenisher.database.migrate import migrate

COLOURS = {"worker": "green", "beat": "blue", "flower": "magenta", "sandbox": "yellow", "up": "bold"}
CONFIG_VARIABLE = "REPLENISHER_CONFIG"
TRIAL_FOLDER = Path("var/trial")


def up(config: Path, *, sandbox: bool, flower: bool = True) -> None:
    """Start servers (unless configured), worker, beat, Flower and, if asked for, a sandbox; run until stopped.

    With `sandbox` a configuration for it is written into ./var/trial and used instead of `config`.
    Raises ChildrenFailedError when a process other than Flower ends again and again.
    """
    console = Console(highlight=False, soft_wrap=True)
    children = Children(lambda name, line: _print_line(console, name, line))
    with ExitStack() as stack:
        _stop_on_signals(children)
        stack.callback(children.stop)  # for an error before the servers are up
        if sandbox:
            config = _start_sandbox(children)
        settings = load(config)
        stack.enter_context(wiring.servers(settings))
        stack.callback(children.stop)  # runs before the servers stop
        services = wiring.build(settings)
        before, after = migrate(services.database)
        services.close()
        if before != after:
            _print_line(console, "up", f"database migrated to {after}")
        environment = {CONFIG_VARIABLE: str(config.absolute())}
        children.start(Child("worker", module(WORKER), environment))
        children.start(Child("beat", module(BEAT), environment))
        if flower:
            _start_flower(children, settings, environment, console)
        told = f"configuration {config}, data folder {settings.data_folder}"
        _print_line(console, "up", f"running; {told}. Ctrl-C stops everything.")
        while not children.stopping:
            children.tend(1.0)
        _print_line(console, "up", "stopping: calls that are under way are finished first")


def _start_sandbox(children: Children) -> Path:
    folder = trial.fresh_folder(TRIAL_FOLDER)
    trial.write_planners_files(folder, [])
    children.start(trial.sandbox_child(folder, []))
    return trial.write_configuration(folder, trial.wait_for_sandbox(folder))


def _start_flower(children: Children, settings: Settings, environment: dict[str, str], console: Console) -> None:
    given = settings.flower.password
    password = secrets.token_urlsafe(12) if given is None else given.get_secret_value()
    # Not in the command line, which every user of the machine can read.
    hidden = {"FLOWER_BASIC_AUTH": f"{settings.flower.username}:{password}"}
    command = [*module(FLOWER), "--address=127.0.0.1", f"--port={settings.flower.port}"]
    # A monitor whose port another program has taken is no reason to stop ordering.
    children.start(Child("flower", command, {**environment, **hidden}, optional=True))
    shown = f" with password {password} (made for this start)" if given is None else ""
    url = f"http://127.0.0.1:{settings.flower.port}"
    _print_line(console, "up", f"Flower: {url}, user {settings.flower.username}{shown}")


def _stop_on_signals(children: Children) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        if children.stopping:
            os._exit(130)  # a second Ctrl-C: the children die with us
        children.request_stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _print_line(console: Console, name: str, line: str) -> None:
    prefix = Text(f"{name:>8} | ", style=COLOURS.get(name, ""))
    console.print(prefix + Text.from_ansi(line))
