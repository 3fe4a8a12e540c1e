"""Short transactions: commit or rollback, clear errors, and never a connection carried over a fork."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from socket import socket

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from replenisher.database import companies
from replenisher.database.migrate import check_migrated, current_revision, migrate
from replenisher.database.session import Database, with_driver
from replenisher.errors import DatabaseError

AFTER_FORK = """
import os, sys
from sqlalchemy import text
from replenisher.database.migrate import current_revision
from replenisher.database.session import Database
from replenisher.errors import WrongProcessError

database = Database(sys.argv[1])

def backend():
    with database.transaction() as session:
        return session.execute(text("SELECT pg_backend_pid()")).scalar_one()

def refused(use):
    try:
        use()
    except WrongProcessError as error:
        return "build services after the fork" in str(error)
    return False

before = backend()
child = os.fork()
if child == 0:
    fine = refused(backend) and refused(database.ping) and refused(lambda: current_revision(database))
    os._exit(0 if fine else 1)
_, status = os.waitpid(child, 0)
assert status == 0, status
# The child has not so much as touched the parent's connection.
assert backend() == before
"""


@pytest.fixture
def nobody_listens() -> str:
    """A URL at whose port nothing answers."""
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return f"postgresql://replenisher@127.0.0.1:{taken.getsockname()[1]}/replenisher"


def test_what_a_transaction_wrote_is_there_and_an_error_leaves_nothing(database: Database) -> None:
    with database.transaction() as session:
        companies.introduce(session, ["kept"])

    def interrupted() -> None:
        with database.transaction() as session:
            companies.introduce(session, ["dropped"])
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    with database.transaction() as session:
        assert [state.company for state in companies.states(session)] == ["kept"]


@pytest.mark.parametrize("url", ["postgresql://host/name", "postgres://host/name", "postgresql+psycopg://host/name"])
def test_a_plain_url_gets_the_driver_that_is_installed(url: str) -> None:
    assert with_driver(url) == "postgresql+psycopg://host/name"


@pytest.mark.parametrize("use", [Database.ping, check_migrated, current_revision, migrate])
def test_a_server_that_is_down_is_told_as_such(nobody_listens: str, use: Callable[[Database], object]) -> None:
    database = Database(nobody_listens)
    with pytest.raises(DatabaseError, match=r"the database did not answer: .*127\.0\.0\.1"):
        use(database)
    database.close()


def test_missing_tables_are_told_with_what_to_do(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with (
        pytest.raises(DatabaseError, match="lacks our tables; run `replenisher migrate` first"),
        database.transaction() as session,
    ):
        companies.states(session)
    database.close()


def test_a_broken_rule_of_the_tables_is_not_called_an_outage(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("INSERT INTO company_states (company) VALUES ('1'), ('1')"))


def test_a_connection_that_the_server_closed_is_replaced(database: Database) -> None:
    with database.transaction() as session:
        first = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with other.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": first})
    other.close()
    database.ping()


def test_a_connection_cut_in_the_middle_is_told_as_an_outage(database: Database) -> None:
    with pytest.raises(DatabaseError, match="did not answer"), database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    database.ping()


@pytest.mark.parametrize("kind", [ProgrammingError, OperationalError])
def test_ctrl_c_in_the_driver_is_ctrl_c_whatever_the_driver_says_afterwards(
    database: Database, kind: type[ProgrammingError | OperationalError]
) -> None:
    """As when it comes while a pooled connection is tried: the driver then fails to put the connection back."""

    def interrupted() -> None:
        try:
            raise KeyboardInterrupt  # noqa: TRY301 - what a signal does, at whatever line
        except KeyboardInterrupt:
            raise psycopg.ProgrammingError("can't change 'autocommit' now")  # noqa: B904 - as the driver does

    def fails() -> None:
        try:
            interrupted()
        except psycopg.ProgrammingError as error:
            raise kind("SELECT 1", None, error) from error

    with pytest.raises(KeyboardInterrupt), database.transaction():
        fails()


def test_sessions_speak_utc_and_give_up_in_time(database: Database) -> None:
    with database.transaction() as session:
        shown = {
            name: session.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("timezone", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
    assert shown == {
        "timezone": "UTC",
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
    }


def test_more_threads_than_connections_wait_their_turn(database: Database) -> None:
    reached = []

    def use() -> None:
        with database.transaction() as session:
            session.execute(text("SELECT pg_sleep(0.02)"))
            reached.append(1)

    threads = [threading.Thread(target=use) for _ in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reached) == 25


def test_an_engine_made_before_a_fork_is_refused_after_it(database_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AFTER_FORK, database_url], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
