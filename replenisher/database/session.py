"""One engine per process, made after the fork, and short transactions that end in commit or rollback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

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
        self.engine: Engine = create_engine(
            with_driver(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"options": limits, "connect_timeout": 5, "application_name": "replenisher"},
        )
        event.listen(self.engine, "checkout", self._refuse_after_fork)

    def _refuse_after_fork(self, *_: object) -> None:
        if os.getpid() != self._owner:
            raise WrongProcessError("the database engine was made in another process; build services after the fork")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session; commit at the end, roll back on an error. Never hold it across a network call.

        Raises DatabaseError when the server cannot be reached or the tables are missing.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise DatabaseError(f"the database did not answer: {error.orig}") from error
        except DBAPIError as error:
            if "UndefinedTable" in type(error.orig).__name__:
                raise DatabaseError("the database lacks our tables; run `replenisher migrate` first") from error
            raise

    def ping(self) -> None:
        """Raise DatabaseError unless the server answers."""
        with self.transaction() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def with_driver(url: str) -> str:
    """Name the psycopg 3 driver in a plain `postgresql://` or `postgres://` URL."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
