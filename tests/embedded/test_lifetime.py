from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from replenisher.embedded import embedded_servers
from tests.embedded.family import (
    Holder,
    alive,
    ask,
    eventually,
    family,
    one,
    ping,
    sockets_folder,
    supervisors,
    tell_valkey,
)

Hold = Callable[..., Holder]


def test_after_the_last_block_has_ended_nothing_runs_and_no_socket_is_left(data_folder: Path) -> None:
    with embedded_servers(data_folder) as servers:
        running = family(data_folder)
        # Named while it runs: a process that is ending has no command line to be found by.
        (supervisor,) = supervisors(data_folder)
        sockets = sockets_folder({"broker_url": servers.broker_url})
        assert len(running) > 3
        assert sockets.is_dir()
    assert not alive(running - {supervisor})
    assert eventually(lambda: not alive([supervisor]))
    assert not sockets.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_runs_after_the_holders_process_group_got(
    number: signal.Signals, data_folder: Path, hold: Hold
) -> None:
    holder = hold(data_folder)
    sockets = sockets_folder(holder.ready())
    running = family(data_folder)
    assert len(running) > 3
    holder.kill(number)
    assert eventually(lambda: not alive(running)), f"still running: {alive(running)}"
    assert not sockets.exists()


def test_nothing_runs_after_sigkill_of_the_supervisor_and_the_next_start_keeps_the_data(
    data_folder: Path, hold: Hold
) -> None:
    servers = hold(data_folder).ready()
    ask(servers["database_url"], "CREATE TABLE promised AS SELECT 12 AS units")
    tell_valkey(servers["broker_url"], b"SET promised 12\r\n")
    running = family(data_folder)
    os.kill(supervisors(data_folder)[0], signal.SIGKILL)
    with embedded_servers(data_folder) as again:  # at once: it waits until the old servers have let go of the folder
        assert not alive(running)
        assert ask(again.database_url, "SELECT units FROM promised") == [(12,)]
        assert tell_valkey(again.broker_url, b"GET promised\r\n") == b"$2\r\n12\r\n"
        assert not sockets_folder(servers).exists()


def test_the_lock_outlives_a_killed_supervisor_until_its_servers_have_gone(data_folder: Path, hold: Hold) -> None:
    hold(data_folder).ready()
    valkey, postgres = one(data_folder, "valkey-server"), one(data_folder, "postgres")
    os.kill(valkey, signal.SIGSTOP)
    os.kill(supervisors(data_folder)[0], signal.SIGKILL)
    assert eventually(lambda: not alive([postgres]))
    waiting = hold(data_folder)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.process.wait(0.3)
    assert supervisors(data_folder) == []
    os.kill(valkey, signal.SIGCONT)
    assert ping(waiting.ready()["broker_url"]) == b"+PONG\r\n"


def test_sigterm_to_the_supervisor_stops_the_servers_in_order(data_folder: Path, hold: Hold) -> None:
    hold(data_folder).ready()
    running = family(data_folder)
    os.kill(supervisors(data_folder)[0], signal.SIGTERM)
    assert eventually(lambda: not alive(running))
    log = (data_folder / "embedded" / "log" / "postgresql.log").read_text()
    assert log.rstrip().endswith("database system is shut down")


def test_the_servers_stay_when_the_first_of_two_holders_leaves(data_folder: Path, hold: Hold) -> None:
    first, second = hold(data_folder), hold(data_folder)
    servers = first.ready()
    assert second.ready() == servers
    before = supervisors(data_folder)
    first.kill(signal.SIGKILL)
    with embedded_servers(data_folder) as third:
        assert third.broker_url == servers["broker_url"]
    assert ping(servers["broker_url"]) == b"+PONG\r\n"
    assert ask(servers["database_url"], "SELECT 1") == [(1,)]
    assert supervisors(data_folder) == before
    running = family(data_folder)
    second.leave()
    assert eventually(lambda: not alive(running))


def test_ten_racing_starters_share_one_supervisor(tmp_path: Path, hold: Hold) -> None:
    starters = [hold(tmp_path) for _ in range(10)]
    answers = [starter.ready() for starter in starters]
    assert all(answer == answers[0] for answer in answers)
    assert len(supervisors(tmp_path)) == 1
    assert ping(answers[0]["broker_url"]) == b"+PONG\r\n"


def test_whoever_comes_while_the_last_holder_leaves_is_served(data_folder: Path) -> None:
    served: list[bytes] = []

    def come_and_go() -> None:
        for _ in range(6):
            with embedded_servers(data_folder) as servers:
                served.append(ping(servers.broker_url))

    visitors = [threading.Thread(target=come_and_go) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert served == [b"+PONG\r\n"] * 18


def test_children_of_the_holder_do_not_keep_the_servers(data_folder: Path) -> None:
    """Neither a started program (close-on-exec) nor a forked copy of the holder (closed after the fork)."""
    waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    read, write = os.pipe()
    with embedded_servers(data_folder):
        running = family(data_folder)
        program = subprocess.Popen(waiting, stdin=subprocess.PIPE, close_fds=False)
        copy = os.fork()
        if copy == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
    assert eventually(lambda: not alive(running))
    assert alive([program.pid, copy]) == {program.pid, copy}
    os.close(write)
    os.close(read)
    os.waitpid(copy, 0)
    program.communicate()
