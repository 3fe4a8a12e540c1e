"""What is shipped works: the wheel, installed into an empty environment, makes the tables from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from replenisher.database.migrate import check_migrated, head_revision
from replenisher.database.session import Database

ROOT = Path(__file__).parent.parent
CONFIGURATION = """
vendor: {{id: "5123", name: Acme Accessories}}
{servers}
platforms:
  retail:
    base_url: https://inventory.example.com/v1/
    accounts_url: https://accounts.example.com/v1/
    username: orders
    password: ${{env:PASSWORD}}
    client_id: acme
    client_secret: ${{env:PASSWORD}}
companies:
  - {{id: "14146", name: Kentel, platform: retail, time_zone: America/Regina, planning: {{unlisted: order}}}}
"""


def checked(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a command that must succeed; gives what it wrote."""
    ours = ("REPLENISHER_", "PYTHON", "VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        command, cwd=folder, env=clean | environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that only its owner may enter: started by root, the servers run under another account all the same."""
    return tmp_path_factory.mktemp("wheel", numbered=True)


@pytest.fixture(scope="module")
def wheel(place: Path) -> Path:
    """The wheel, built from this checkout."""
    checked(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place / "dist", ROOT, folder=place)
    (built,) = (place / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(place: Path, wheel: Path) -> Path:
    """The `replenisher` of an environment that holds the wheel.

    Its dependencies come from this environment through a `.pth` file: fetching them again would take minutes and a
    package index. Such a file only adds a path, so an editable install of the checkout does not come along.
    """
    environment = place / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    checked(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel,
        folder=place,
    )  # fmt: skip
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    found = checked(python, "-c", "import replenisher; print(replenisher.__file__)", folder=place)
    assert Path(found.strip()).is_relative_to(site)
    return environment / "bin" / "replenisher"


@pytest.fixture
def empty_folder(place: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=place))


def test_the_wheel_carries_program_and_migrations_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shipped = {
        f"replenisher/migrations/{path.relative_to(ROOT / 'migrations')}" for path in ROOT.glob("migrations/**/*.py")
    }
    shipped |= {str(path.relative_to(ROOT)) for path in ROOT.glob("replenisher/**/*.py")}
    assert shipped <= names
    (described,) = {name.split("/")[0] for name in names} - {"replenisher"}
    assert described.endswith(".dist-info")
    assert f"{described}/licenses/LICENSE" in names
    assert not [name for name in names if name.endswith((".pyc", ".env", ".key"))]


def test_the_command_answers_from_an_empty_folder(program: Path, empty_folder: Path) -> None:
    assert "migrate" in checked(program, "--help", folder=empty_folder)
    assert list(empty_folder.iterdir()) == []


def test_migrate_makes_the_tables_of_the_database_that_is_named(
    program: Path, empty_folder: Path, empty_database_url: str
) -> None:
    servers = f"database_url: ${{env:DATABASE}}\nbroker_url: {json.dumps('redis://127.0.0.1:1/0')}"
    (empty_folder / "replenisher.yaml").write_text(CONFIGURATION.format(servers=servers))
    told = checked(program, "migrate", folder=empty_folder, PASSWORD="opens nothing", DATABASE=empty_database_url)
    assert head_revision() in told
    database = Database(empty_database_url)
    check_migrated(database)
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM order_moves")).scalar_one() > 0
    database.close()


def test_migrate_makes_the_tables_of_the_embedded_database(program: Path, empty_folder: Path) -> None:
    (empty_folder / "replenisher.yaml").write_text(CONFIGURATION.format(servers=""))
    assert head_revision() in checked(program, "migrate", folder=empty_folder, PASSWORD="opens nothing")
    # The servers have stopped with the command; what it made is there when they start again.
    told = checked(program, "migrate", "--check", folder=empty_folder, PASSWORD="opens nothing")
    assert head_revision() in told
