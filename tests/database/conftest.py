"""One migrated database for all tests of queries, emptied between them: a copy for each would take most of the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from replenisher.database.history_months import drop_months_before, ensure_months
from replenisher.database.models import Table
from replenisher.database.session import Database
from replenisher.database.tables import Attempt, Event, Move
from tests.conftest import TEMPLATE
from tests.database.history import History


@pytest.fixture(scope="package")
def shared_database(template: str) -> Iterator[Database]:
    """A migrated database for the tests of this folder."""
    name = f"queries_{uuid4().hex}"
    with psycopg.connect(template.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    path, _, query = template.partition("?")
    made = Database(f"{path.rsplit('/', 1)[0]}/{name}?{query}", pool_size=10)
    yield made
    made.close()


@pytest.fixture
def database(shared_database: Database) -> Database:
    """The shared database without a row, apart from the tables of moves."""
    histories = [table.__tablename__ for kind in (Attempt, Event) for table in kind.__subclasses__()]
    moves = {table.__tablename__ for table in Move.__subclasses__()}
    with shared_database.transaction() as session:
        for history in histories:
            session.execute(text(f"ALTER TABLE {history} DISABLE TRIGGER USER"))
        for table in reversed(Table.metadata.sorted_tables):
            if table.name not in moves:
                session.execute(table.delete())
        for history in histories:
            session.execute(text(f"ALTER TABLE {history} ENABLE TRIGGER USER"))
    return shared_database


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    """The sales history with the months of winter and spring 2026, which go again: the models name no months."""
    with database.transaction() as session:
        ensure_months(session, date(2026, 1, 1), date(2026, 4, 30))
    yield History(database)
    with database.transaction() as session:
        drop_months_before(session, date.max)
