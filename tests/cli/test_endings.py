"""How commands end: the documented codes, clear messages, never a traceback, and an answer to --help at once."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

import replenisher
from replenisher import errors
from replenisher.cli.exits import MEANINGS, ExitCode, code_of
from replenisher.cli.main import app
from replenisher.cli.sandbox import sandbox_arguments
from replenisher.database import runs
from replenisher.errors import ReplenisherError
from replenisher.services import Services
from replenisher.workflows.plan.due import open_manual_run
from tests.cli.conftest import START, Typed
from tests.world import World

DOCUMENT = Path(replenisher.__file__).parent.parent / "docs" / "commands.md"


def _started(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*START, *arguments], capture_output=True, text=True, timeout=60, cwd=cwd, check=False)


def test_help_answers_without_loading_what_only_commands_need() -> None:
    code = (
        "import sys\nfrom replenisher.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'sqlalchemy', 'celery', 'httpx', 'pydantic', 'pyarrow', 'alembic'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.rstrip().endswith("LOADED []")
    for command in ("run", "explain", "status", "check-config", "orders", "exceptions", "up", "demo", "sandbox"):
        assert command in ended.stdout


def test_the_version_and_every_command_s_help_can_be_asked_for(typed: Typed) -> None:
    assert typed("--version").out.strip() == f"replenisher {replenisher.__version__}"
    for command in ("run", "explain", "status", "check-config", "migrate", "resume", "orders list", "up", "demo"):
        ended = typed(f"{command} --help")
        assert (ended.code, "Usage:" in ended.out) == (0, True), command


def test_help_and_the_documents_tell_every_exit_code(typed: Typed) -> None:
    told, documented = typed("--help").said, DOCUMENT.read_text()
    for code, meaning in MEANINGS.items():
        assert f"{code.value} {meaning}" in told
        assert f"| {code.value} | {meaning} |" in documented
    assert set(MEANINGS) == set(ExitCode)


def test_every_command_and_option_is_in_the_documents() -> None:
    from typer.main import get_command

    documented = DOCUMENT.read_text()
    commands = dict(getattr(get_command(app), "commands"))  # noqa: B009 - a group has commands, its type hides them
    for name, command in list(commands.items()):
        for below, one in getattr(command, "commands", {}).items():
            commands[f"{name} {below}"] = one
    for name, command in commands.items():
        rows = [row for row in documented.splitlines() if re.match(rf"\| `{name}[ `]", row)]
        assert rows, name
        for option in [] if hasattr(command, "commands") else command.params:
            long = next((one for one in option.opts if one.startswith("--")), None)
            told = "\n".join(rows) if long != "--config" else documented
            assert long is None or long == "--help" or long in told, (name, long)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigurationError("x"), 3),
        (errors.PlannerFileError([]), 3),
        (errors.EmbeddedServersError("x"), 4),
        (errors.DatabaseError("x"), 4),
        (errors.ArchiveError("x"), 4),
        (errors.UnavailableError("x"), 5),
        (errors.CredentialsError("x"), 5),
        (errors.NotFoundError("x"), 6),
        (errors.IllegalMoveError("x"), 6),
        (errors.RunInProgressError("x"), 6),
        (errors.CompanyPausedError("x"), 6),
        (errors.PlanningInputError("x"), 1),
        (ReplenisherError("x"), 1),
    ],
)
def test_each_kind_of_error_has_its_code(error: ReplenisherError, code: int) -> None:
    assert code_of(error) == code


def test_without_a_configuration_it_says_how_to_make_one(tmp_path: Path) -> None:
    ended = _started("status", cwd=tmp_path)
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert "config.example.yaml" in ended.stderr
    assert "REPLENISHER_CONFIG" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_configuration_is_found_behind_or_before_the_command_or_in_the_environment(
    typed: Typed, dark_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dark_world.write().rename(dark_world.folder / "mine.yaml")
    assert typed("orders list").code == 3
    assert typed(f"orders list -c {path}").code == 0
    assert typed(f"--config {path} orders list").code == 0
    assert typed(f"-c nowhere.yaml orders list -c {path}").code == 0
    monkeypatch.setenv("REPLENISHER_CONFIG", str(path))
    assert typed("orders list").code == 0
    wrong = typed("-c nowhere.yaml orders list")
    assert (wrong.code, "nowhere.yaml: does not exist" in wrong.err) == (3, True)


def test_malformed_yaml_is_told_with_its_line(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "replenisher.yaml").write_text("vendor:\n  id: '5123'\n  name: [Acme\ncompanies: []\n")
    ended = typed("orders list")
    assert ended.code == 3
    assert re.search(r"replenisher\.yaml:\d+: not valid YAML", ended.err)


def test_a_database_that_is_down_is_told(typed: Typed, dark_world: World, dead_url: str) -> None:
    dark_world.database_url = dead_url.replace("http://", "postgresql://nobody@") + "nothing"
    dark_world.write()
    for line in ("orders list", "status", "run", "migrate", "explain --location 1 --sku 2"):
        ended = typed(line)
        assert (ended.code, ended.out) == (4, ""), line
        assert ended.err.startswith("error: the database"), line
        assert "Traceback" not in ended.err


def test_usage_errors_end_with_2(typed: Typed) -> None:
    for line in ("nonsense", "run --nonsense", "explain --sku 1", "orders approve", "orders list --limit 0"):
        assert typed(line).code == 2, line
    assert "Did you mean 'status'" in typed("statsu").said


def test_ctrl_c_leaves_the_run_open_and_ends_with_130(world: World, services: Services) -> None:
    path = world.write()
    run = open_manual_run(services, services.settings.company(world.company))
    with services.database.transaction() as session:
        assert runs.claim_run(session, run, states=["open"], lease=60) is not None
    command = [*START, "run", "-c", str(path), "--company", world.company, "--join"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        _wait_until_it_looks(world.database_url)
        waiting.send_signal(signal.SIGINT)
        _, told = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert f"run {run} stays open" in told
    assert "Traceback" not in told


def _wait_until_it_looks(database_url: str) -> None:
    """Wait until the command asks the database how its run stands, twice."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'replenisher' AND query_start > now() - interval '150 ms'"
    )
    seen = 0
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        while seen < 5:
            row = connection.execute(query).fetchone()
            seen += bool(row and row[0])
            time.sleep(0.1)


def test_a_reader_that_leaves_early_is_no_error(dark_world: World) -> None:
    path = dark_world.write()
    line = (
        f"{sys.executable} -c 'from replenisher.cli.main import main; main()' check-config -c {path} --show | head -1"
    )
    ended = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.startswith("vendor:")
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["serve"]),
        (["--port", "0"], ["serve", "--port", "0"]),
        (["serve", "--port", "0"], ["serve", "--port", "0"]),
        (["advance", "--days", "7"], ["advance", "--days", "7"]),
        (["--help"], ["--help"]),
        (["nonsense"], ["nonsense"]),
    ],
)
def test_the_sandbox_serves_unless_told_otherwise(given: list[str], passed: list[str]) -> None:
    assert sandbox_arguments(given) == passed


def test_the_sandbox_s_own_help_and_errors_come_through(tmp_path: Path) -> None:
    told = _started("sandbox", "--help")
    assert (told.returncode, "advance" in told.stdout) == (0, True)
    assert "--creation-delay" in _started("sandbox", "serve", "--help").stdout
    assert _started("sandbox", "advance").returncode == 2
    written = _started("sandbox", "files", "--folder", str(tmp_path), "--skus", "5")
    assert (written.returncode, (tmp_path / "products.csv").is_file()) == (0, True)
