"""Alembic migrations, run from the installed package or from a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection

from replenisher.database.session import Database
from replenisher.errors import DatabaseError, NotFoundError

LOCK = 7_305_714_921
"""Advisory lock: two programs that migrate at once take turns."""


def migrations_folder() -> Path:
    """Find the migrations: inside the installed package, else beside it in a checkout; DatabaseError if neither."""
    package = Path(str(files("replenisher")))
    for folder in (package / "migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise DatabaseError("this installation carries no migrations; install replenisher again")


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _scripts() -> ScriptDirectory:
    configuration = Config()
    configuration.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return ScriptDirectory.from_config(configuration)


def _newest_first() -> list[str]:
    return [script.revision for script in _scripts().walk_revisions()]


def head_revision() -> str:
    """Name the newest revision that this program carries."""
    return str(_scripts().get_current_head())


def current_revision(database: Database) -> str | None:
    """Name the revision the database is at; None for one without our tables."""
    with database.connection() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database, revision: str = "head") -> tuple[str | None, str | None]:
    """Bring the database to a revision, up or down (`base` removes everything); gives it before and after.

    Raises NotFoundError for a revision that this program does not carry.
    """
    before = current_revision(database)
    if revision not in ("head", "base", *_newest_first()):
        known = ", ".join(reversed(_newest_first()))
        raise NotFoundError(f"no migration {revision}; there are base, {known} and head")
    with database.connection() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        try:
            configuration = _configuration(connection)
            if goes_back(revision, before):
                command.downgrade(configuration, revision)
            else:
                command.upgrade(configuration, revision)
            connection.commit()
        except CommandError as error:
            raise DatabaseError(f"the database cannot go from revision {before} to {revision}: {error}") from error
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()
    return before, current_revision(database)


def goes_back(revision: str, current: str | None) -> bool:
    """Tell whether going from the current revision to this one removes tables."""
    known = _newest_first()
    if revision == "base":
        return True
    return revision in known and current in known and known.index(revision) > known.index(current)


def check_migrated(database: Database) -> None:
    """Raise DatabaseError unless the database is at the revision this program carries."""
    current, head = current_revision(database), head_revision()
    if current != head:
        at = f"at revision {current}" if current else "without our tables"
        raise DatabaseError(f"the database is {at}, this program needs {head}; run `replenisher migrate`")
