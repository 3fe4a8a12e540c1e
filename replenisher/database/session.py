"""One engine per process, made after the fork, and short transactions that end in commit or rollback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from replenisher.database.nul import accept_any_text, json_without_nul
from replenisher.errors import DatabaseError, WrongProcessError

__all__ = ["Database", "Session"]

STATEMENT_TIMEOUT = "30s"
LOCK_TIMEOUT = "5s"
IDLE_TIMEOUT = "60s"


class Database:
    """A PostgreSQL database, named by a SQLAlchemy URL; a plain `postgresql://` works too."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self._owner = os.getpid()
        limits = f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={LOCK_TIMEOUT}"
        limits += f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT} -c timezone=UTC"
        self._engine = create_engine(
            with_driver(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            json_serializer=json_without_nul,
            connect_args={"options": limits, "connect_timeout": 5, "application_name": "replenisher"},
        )
        event.listen(self._engine, "connect", accept_any_text)

    @property
    def engine(self) -> Engine:
        """The pool of connections; WrongProcessError in a process forked after it was made.

        Asked before a connection leaves the pool: refusing one later would close the parent's socket.
        """
        if os.getpid() != self._owner:
            raise WrongProcessError("the database engine was made in another process; build services after the fork")
        return self._engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session; commit at the end, roll back on an error. Never hold it across a network call.

        Raises DatabaseError when the server cannot be reached or the tables are missing.
        """
        with _clear_errors(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a bare connection, for what manages its own transactions; errors are those of `transaction`."""
        with _clear_errors(), self.engine.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Raise DatabaseError unless the server answers."""
        with self.transaction() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every pooled connection; in a process forked after they were made, only forget them."""
        self._engine.dispose(close=os.getpid() == self._owner)


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _was_interrupted(error):
            raise KeyboardInterrupt from error
        if isinstance(error, OperationalError):
            raise DatabaseError(f"the database did not answer: {error.orig}") from error
        if "UndefinedTable" in type(error.orig).__name__:
            raise DatabaseError("the database lacks our tables; run `replenisher migrate` first") from error
        raise


def _was_interrupted(error: BaseException | None) -> bool:
    """Tell whether the driver met Ctrl-C and then failed to tidy up: its error would hide what the person wanted."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def with_driver(url: str) -> str:
    """Name the psycopg 3 driver in a plain `postgresql://` or `postgres://` URL."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
