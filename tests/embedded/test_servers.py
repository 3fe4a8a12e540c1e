from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from replenisher.embedded import embedded_servers
from replenisher.errors import EmbeddedServersError
from tests.embedded.family import Holder, ask, eventually, family, one, ping, sockets_folder, tell_valkey

Hold = Callable[..., Holder]


def data_of_postgresql(folder: Path) -> Path:
    return next(path for path in (folder / "embedded" / "postgresql").iterdir() if path.name.isdigit())


def test_both_servers_answer_and_speak_utf8_over_sockets_only(data_folder: Path) -> None:
    steps: list[str] = []
    with embedded_servers(data_folder, steps.append) as servers:
        settings = "SELECT current_user, current_database(), current_setting('listen_addresses')"
        assert ask(servers.database_url, settings) == [("replenisher", "replenisher", "")]
        for name, value in (
            ("server_encoding", "UTF8"),
            ("TimeZone", "UTC"),
            ("fsync", "on"),
            ("max_connections", "100"),
        ):
            assert ask(servers.database_url, f"SHOW {name}") == [(value,)]
        assert ping(servers.broker_url) == b"+PONG\r\n"
        for name, value in (("port", "0"), ("appendonly", "yes"), ("maxmemory-policy", "noeviction")):
            assert f"\r\n{value}\r\n".encode() in tell_valkey(servers.broker_url, f"CONFIG GET {name}\r\n".encode())
        assert (servers.log_folder / "postgresql.log").is_file()
    assert steps == ["making a new PostgreSQL data folder (the first time only)", "starting PostgreSQL and Valkey"]


def test_the_programs_role_may_make_databases_but_is_no_superuser(data_folder: Path) -> None:
    with embedded_servers(data_folder) as servers:
        rights = "SELECT rolcreatedb, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert ask(servers.database_url, rights) == [(True, False, False)]


def test_rows_and_keys_survive_and_a_second_start_is_quick(data_folder: Path) -> None:
    with embedded_servers(data_folder) as servers:
        ask(servers.database_url, "CREATE TABLE kept AS SELECT 'on the shelf' AS words")
        tell_valkey(servers.broker_url, b"SET kept message\r\n")
    started = time.monotonic()
    with embedded_servers(data_folder) as servers:
        seconds = time.monotonic() - started
        assert ask(servers.database_url, "SELECT words FROM kept") == [("on the shelf",)]
        assert tell_valkey(servers.broker_url, b"GET kept\r\n") == b"$7\r\nmessage\r\n"
    assert seconds < 2, "0.13 s on an idle machine of two cores"


def test_a_stale_pid_file_naming_a_living_stranger_does_not_stop_the_start(data_folder: Path) -> None:
    with embedded_servers(data_folder):
        pass
    stale = data_of_postgresql(data_folder) / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{stale.parent}\n1\n5432\n/tmp\n\n\nready   \n")
    stale.chmod(0o644)
    with embedded_servers(data_folder) as servers:
        assert ask(servers.database_url, "SELECT 1") == [(1,)]


def test_a_killed_server_comes_back_with_its_data_under_the_same_url(data_folder: Path) -> None:
    with embedded_servers(data_folder) as servers:
        ask(servers.database_url, "CREATE TABLE IF NOT EXISTS survived (number int)")
        tell_valkey(servers.broker_url, b"SET survived yes\r\n")
        before = {one(data_folder, "valkey-server"), one(data_folder, "postgres")}
        for process in before:
            os.kill(process, signal.SIGKILL)
        assert eventually(lambda: both_answer(servers.database_url, servers.broker_url))
        assert ask(servers.database_url, "SELECT count(*) FROM survived") == [(0,)]
        assert tell_valkey(servers.broker_url, b"GET survived\r\n") == b"$3\r\nyes\r\n"
        assert not before & family(data_folder)


def both_answer(database_url: str, broker_url: str) -> bool:
    try:
        return ask(database_url, "SELECT 1") == [(1,)] and ping(broker_url) == b"+PONG\r\n"
    except (OSError, psycopg.Error):
        return False


def test_a_server_that_cannot_start_is_reported_with_its_last_log_lines(tmp_path: Path) -> None:
    with embedded_servers(tmp_path) as servers:
        sockets = sockets_folder({"broker_url": servers.broker_url})
    control_file = data_of_postgresql(tmp_path) / "global" / "pg_control"
    control_file.write_bytes(control_file.read_bytes()[:100])
    reason = r"PostgreSQL ended while it started(?s:.*)pg_control(?s:.*)data_folder"
    with pytest.raises(EmbeddedServersError, match=reason), embedded_servers(tmp_path):
        pass
    assert eventually(lambda: not family(tmp_path))
    assert not sockets.exists()


def test_a_holder_killed_while_the_data_folder_is_made_leaves_nothing_half_made(tmp_path: Path, hold: Hold) -> None:
    holder = hold(tmp_path)
    assert "making a new" in holder.next_message()["progress"]
    assert eventually(lambda: any((tmp_path / "embedded" / "postgresql").glob("*.new/base")))
    holder.kill(signal.SIGKILL)
    assert eventually(lambda: not family(tmp_path))
    assert not [path for path in (tmp_path / "embedded" / "postgresql").iterdir() if path.name.isdigit()]
    with embedded_servers(tmp_path) as servers:
        assert ask(servers.database_url, "SELECT 1") == [(1,)]
    assert [path.name for path in (tmp_path / "embedded" / "postgresql").glob("*.new")] == []


def test_two_data_folders_live_side_by_side(data_folder: Path, tmp_path: Path) -> None:
    with embedded_servers(data_folder) as one_copy, embedded_servers(tmp_path) as other_copy:
        tell_valkey(one_copy.broker_url, b"SET whose one\r\n")
        tell_valkey(other_copy.broker_url, b"SET whose other\r\n")
        ask(other_copy.database_url, "CREATE TABLE only_here (number int)")
        assert tell_valkey(one_copy.broker_url, b"GET whose\r\n") == b"$3\r\none\r\n"
        assert ask(one_copy.database_url, "SELECT to_regclass('only_here')") == [(None,)]
        assert not family(data_folder) & family(tmp_path)


def test_a_deep_data_folder_gets_short_sockets(tmp_path: Path, hold: Hold) -> None:
    deep = tmp_path / ("deep" * 30) / ("deeper" * 20)
    long_temporary_folder = tmp_path / ("temporary" * 12)
    long_temporary_folder.mkdir()
    holder = hold(deep, environment={"TMPDIR": str(long_temporary_folder)})
    servers = holder.ready()
    folder = sockets_folder(servers)
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
    assert folder.stat().st_mode & 0o777 == 0o700
    assert ask(servers["database_url"], "SELECT 1") == [(1,)]
    holder.leave()
    assert not folder.exists()
