"""The schema comes from migrations alone, goes up and down, and is what the models say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from replenisher.database.migrate import (
    LOCK,
    check_migrated,
    current_revision,
    head_revision,
    migrate,
    migrations_folder,
)
from replenisher.database.models import Table
from replenisher.database.session import Database
from replenisher.errors import DatabaseError, NotFoundError
from replenisher.purchasing.fulfilment_updates import MOVES as UPDATE_MOVES
from replenisher.purchasing.notice_states import MOVES as NOTICE_MOVES
from replenisher.purchasing.sale_states import MOVES as SALE_MOVES
from replenisher.purchasing.states import MOVES

OURS = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """A database without our tables."""
    made = Database(empty_database_url)
    yield made
    made.close()


@pytest.fixture
def fresh(database_url: str) -> Iterator[Database]:
    """A migrated database that a test may spoil."""
    made = Database(database_url)
    yield made
    made.close()


def what_is_there(database: Database) -> set[str]:
    with database.transaction() as session:
        return set(session.execute(text(OURS)).scalars())


def deviations(database: Database) -> list[object]:
    """What autogenerate would change to make the schema equal the models."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Table.metadata))


def test_up_and_down_and_up_again(empty: Database) -> None:
    head = head_revision()
    assert migrate(empty) == (None, head)
    full = what_is_there(empty)
    assert {table.name for table in Table.metadata.sorted_tables} <= full
    assert migrate(empty, "base") == (head, None)
    assert what_is_there(empty) == set()
    assert migrate(empty) == (None, head)
    assert what_is_there(empty) == full


def test_each_revision_goes_down_by_its_own_name(empty: Database) -> None:
    assert migrate(empty, "0001") == (None, "0001")
    migrate(empty)
    assert migrate(empty, "0001") == (head_revision(), "0001")


def test_migrating_again_changes_nothing(database: Database) -> None:
    head = head_revision()
    before = what_is_there(database)
    assert migrate(database) == (head, head)
    assert what_is_there(database) == before


def test_two_programs_that_migrate_at_once_take_turns(empty: Database, empty_database_url: str) -> None:
    other = Database(empty_database_url)
    with ThreadPoolExecutor(2) as pool:
        ends = [found.result()[1] for found in [pool.submit(migrate, one) for one in (empty, other)]]
    other.close()
    assert ends == [head_revision()] * 2
    assert deviations(empty) == []


def test_the_lock_is_given_back(empty: Database) -> None:
    migrate(empty)
    with empty.transaction() as session:
        assert session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}).scalar_one()


def test_the_models_are_what_the_migrations_make(database: Database) -> None:
    assert deviations(database) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE exceptions ADD COLUMN surprise text",
        "ALTER TABLE purchase_orders DROP CONSTRAINT uq_purchase_orders_vendor_invoice_number",
        "ALTER TABLE purchase_orders ALTER COLUMN units TYPE integer",
        "DROP INDEX ix_purchase_orders_next_at",
    ],
)
def test_a_schema_that_differs_from_the_models_is_seen(fresh: Database, change: str) -> None:
    with fresh.transaction() as session:
        session.execute(text(change))
    assert deviations(fresh) != []


@pytest.mark.parametrize(
    ("query", "moves"),
    [
        ("SELECT from_state, to_state FROM order_moves", MOVES),
        ("SELECT from_state, to_state FROM notice_moves", NOTICE_MOVES),
        ("SELECT from_state, to_state FROM sale_moves", SALE_MOVES),
        ("SELECT from_state, to_state FROM fulfilment_update_moves", UPDATE_MOVES),
    ],
)
def test_the_databases_own_table_of_moves_is_the_programs(
    database: Database, query: str, moves: Mapping[Enum, frozenset[Enum]]
) -> None:
    with database.transaction() as session:
        stored = {(start, end) for start, end in session.execute(text(query))}
    assert stored == {(start.value, end.value) for start, ends in moves.items() for end in ends}


def test_every_revision_limits_how_long_it_waits_and_works() -> None:
    for script in sorted((migrations_folder() / "versions").glob("*.py")):
        steps = {
            node.name: ast.unparse(node)
            for node in ast.parse(script.read_text()).body
            if isinstance(node, ast.FunctionDef)
        }
        for name in ("upgrade", "downgrade"):
            for limit in ("lock_timeout", "statement_timeout"):
                assert re.search(rf"SET LOCAL {limit} = '\d+s'", steps[name]), (script.name, name, limit)


def test_a_migrated_database_is_fine(database: Database) -> None:
    check_migrated(database)
    assert current_revision(database) == head_revision()


def test_an_empty_database_is_told_to_migrate(empty: Database) -> None:
    with pytest.raises(DatabaseError, match=r"without our tables, this program needs \w+; run `replenisher migrate`"):
        check_migrated(empty)


def test_an_older_database_is_told_to_migrate(fresh: Database) -> None:
    set_revision(fresh, "0000")
    with pytest.raises(DatabaseError, match=r"at revision 0000, this program needs"):
        check_migrated(fresh)


def test_a_database_of_a_newer_program_is_not_touched(fresh: Database) -> None:
    set_revision(fresh, "9999")
    before = what_is_there(fresh)
    with pytest.raises(DatabaseError, match="9999"):
        migrate(fresh)
    assert current_revision(fresh) == "9999"
    assert what_is_there(fresh) == before


def test_a_revision_that_is_not_there_is_told(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no migration no-such-revision; there are base, 0001"):
        migrate(database, "no-such-revision")
    check_migrated(database)


def set_revision(database: Database, revision: str) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
