"""The command line as a person uses it: a typed line, what it prints, how it ends."""

from __future__ import annotations

import getpass
import json
import logging
import shlex
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from replenisher.cli.main import main
from replenisher.embedded import EmbeddedServers
from replenisher.services import Services, build
from tests.cli.vmi_world import Store, over_vmi
from tests.world import World, started_sandbox

START = [sys.executable, "-c", "from replenisher.cli.main import main; main()"]
"""The entry point `replenisher` as a process of its own."""
SMALL_SHOP = (
    "--companies",
    "1",
    "--locations",
    "2",
    "--skus",
    "24",
    "--history-days",
    "2",
    "--adjustments-per-day",
    "0",
)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Everything it wrote, on one line."""
        return " ".join((self.out + self.err).split())


Typed = Callable[[str], Ended]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Run a line behind `replenisher` in this process, in the test's own folder; logging is put back afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("REPLENISHER_CONFIG", "REPLENISHER_DATABASE_URL", "REPLENISHER_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = list(root.handlers), root.level

    def run(line: str) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ending:
            main(shlex.split(line))
        told = capsys.readouterr()
        return Ended(int(ending.value.code or 0), told.out, told.err)

    yield run
    root.handlers, root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)


@pytest.fixture
def dead_url() -> Iterator[str]:
    """An address of this machine at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/"


@pytest.fixture
def dark_world(tmp_path: Path, database_url: str, servers: EmbeddedServers, dead_url: str) -> World:
    """A configured world whose platform does not answer; its database does."""
    told = {
        "vendor_id": 5123,
        "vendor_inventory_url": f"{dead_url}vendorinventory/v1/",
        "accounts_url": f"{dead_url}accounts/v1",
        "username": "vendor@example.test",
        "password": "sandbox-password",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "companies": [{"id": 14146, "name": "Kentel", "locations": [11412]}],
    }
    return World(tmp_path, told, database_url=database_url, broker_url=servers.broker_url)


@pytest.fixture
def services_of_dark_world(dark_world: World) -> Iterator[Services]:
    """Services on the world whose platform does not answer."""
    built = build(dark_world.settings())
    yield built
    built.close()


@pytest.fixture
def me() -> str:
    return f"person:{getpass.getuser()}"


@pytest.fixture
def small(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[World]:
    """A configured world of one company with two locations."""
    with started_sandbox(*SMALL_SHOP) as ready:
        world = World(tmp_path, ready, database_url=database_url, broker_url=servers.broker_url)
        world.write()
        yield world


@pytest.fixture
def store(typed: Typed, small: World) -> Store:
    """The first location of that company, over VMI."""
    over_vmi(small)
    return Store(typed, small)
