"""Real servers for every test that needs them: one embedded PostgreSQL and Valkey per session, a database per test."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from replenisher.database.migrate import migrate
from replenisher.database.session import Database
from replenisher.embedded import EmbeddedServers, embedded_servers
from replenisher.services import Services, build
from tests.thorough import PLAIN_EXAMPLES, THOROUGH, THOROUGH_EXAMPLES
from tests.world import World, started_sandbox

TEMPLATE = "template_migrated"

# A law that sets no number of examples of its own takes it from here; see tests/thorough.py.
settings.register_profile("plain", max_examples=PLAIN_EXAMPLES, deadline=None)
# CI tries the same examples every time: where it is red, the change is at fault. New ones come with every plain run.
settings.register_profile("thorough", max_examples=THOROUGH_EXAMPLES, deadline=None, derandomize=True, database=None)
settings.load_profile("thorough" if THOROUGH else "plain")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell, where Ctrl-C is ignored and every child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """The session's own PostgreSQL and Valkey; nothing else on the machine is touched."""
    with embedded_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


def _named(url: str, name: str) -> str:
    path, _, query = url.partition("?")
    return f"{path.rsplit('/', 1)[0]}/{name}?{query}"


def drop_database(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop a test's database; while the server's own vacuum is in it nobody may, and it goes with the servers."""
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture(scope="session")
def template(servers: EmbeddedServers) -> str:
    """Migrate one database; each test gets a copy of it, which takes less time than migrating again."""
    with psycopg.connect(_plain(servers.database_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    database = Database(_named(servers.database_url, TEMPLATE))
    migrate(database)
    database.close()
    return servers.database_url


@pytest.fixture
def database_url(template: str) -> Iterator[str]:
    """A fresh migrated database."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(_plain(template), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield _named(template, name)
        drop_database(connection, name)


@pytest.fixture
def empty_database_url(template: str) -> Iterator[str]:
    """A fresh database without our tables."""
    name = f"empty_{uuid4().hex}"
    with psycopg.connect(_plain(template), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield _named(template, name)
        drop_database(connection, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An engine on a fresh migrated database."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[World]:
    """A small sandbox of its own, its planners' files, and a configuration that names it."""
    with started_sandbox() as sandbox:
        yield World(tmp_path, sandbox, database_url=database_url, broker_url=servers.broker_url)


@pytest.fixture
def services(world: World) -> Iterator[Services]:
    """Services on the small world."""
    built = build(world.settings())
    yield built
    built.close()
