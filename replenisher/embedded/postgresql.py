"""The embedded PostgreSQL: makes its data folder, starts it, knows when it is ready, stops it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from replenisher.embedded.folders import Sockets, bound_log, last_lines
from replenisher.embedded.processes import Spawner, end
from replenisher.embedded.programs import Installation
from replenisher.errors import EmbeddedServersError

# Written into postgresql.conf of a new data folder, where an operator may change them.
_NEW_FOLDER_SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
_FIRST_STATEMENTS = b"CREATE ROLE replenisher LOGIN CREATEDB;\nCREATE DATABASE replenisher OWNER replenisher;\n"
_READY_LINE = 7  # the eighth line of postmaster.pid is the server's state


class PostgreSQL:
    """One PostgreSQL server on `data / <major version>`, reachable through a unix socket only."""

    name = "PostgreSQL"

    def __init__(self, installation: Installation, data: Path, log: Path, sockets: Sockets, spawner: Spawner) -> None:
        self.log = log / "postgresql.log"
        self._setup_log = log / "initdb.log"
        self._installation = installation
        self._folder = data / str(installation.major)
        self._sockets = sockets
        self._spawner = spawner
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the program's own database."""
        return f"postgresql+psycopg://replenisher@/replenisher?host={quote(str(self._sockets.folder))}"

    @property
    def is_new(self) -> bool:
        """True until the data folder has been made."""
        return not (self._folder / "PG_VERSION").is_file()

    def initialise(self, wait_for: Callable[[Callable[[], bool]], None]) -> None:
        """Make the data folder, role and database under a temporary name, then rename: half a folder is never used.

        `wait_for` returns when its condition holds; it may raise instead, and the work is ended.
        """
        for leftover in self._folder.parent.glob("*.new"):
            shutil.rmtree(leftover)
        new = self._folder.with_suffix(".new")
        settings = [part for item in _NEW_FOLDER_SETTINGS.items() for part in ("-c", "=".join(item))]
        access = ["-U", "postgres", "--auth-local=trust", "--auth-host=reject"]
        options = [*access, "--encoding=UTF8", *self._locale(), "--no-instructions", *settings]
        self._finish(self._installation.initdb, ["-D", str(new), *options], b"", wait_for)
        options = ["--single", "-D", str(new), "-c", "exit_on_error=on", "postgres"]
        self._finish(self._installation.postgres, options, _FIRST_STATEMENTS, wait_for)
        new.rename(self._folder)
        descriptor = os.open(self._folder.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def start(self) -> None:
        """Start the server; it is not ready yet."""
        bound_log(self.log)
        self._remove_stale_pid_file()
        options = ["-D", str(self._folder), "-c", "listen_addresses=", "-c", "port=5432", "-c", "logging_collector=off"]
        options += ["-c", f'unix_socket_directories="{self._sockets.folder}"', "-c", "unix_socket_permissions=0700"]
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, data are written, children go first.
        self._process = self._spawner.spawn([self._installation.postgres, *options], self.log, signal.SIGINT)

    def has_ended(self) -> bool:
        """Tell whether the started server is gone."""
        return self._process is not None and self._process.poll() is not None

    def answers(self) -> bool:
        """Tell whether the server accepts connections, as it says itself in its postmaster.pid."""
        lines = self._pid_file_lines()
        running = self._process is not None and lines[:1] == [str(self._process.pid)]
        return running and len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"

    def finish_stop(self) -> None:
        """Wait for the shutdown; end at once (crash-safe) what does not end within 30 s."""
        if self._process:
            end(self._process, ((None, 30.0), (signal.SIGQUIT, 6.0)))

    def begin_stop(self) -> None:
        """Ask for the fast shutdown without waiting for it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def _locale(self) -> list[str]:
        if self._installation.major < 17:
            return ["--locale=C"]
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def _finish(
        self, program: Path, options: list[str], text: bytes, wait_for: Callable[[Callable[[], bool]], None]
    ) -> None:
        process = self._spawner.spawn([program, *options], self._setup_log, signal.SIGTERM, piped_input=True)
        try:
            if process.stdin:
                process.stdin.write(text)
                process.stdin.close()
            wait_for(lambda: process.poll() is not None)
        finally:
            end(process, ((signal.SIGTERM, 5.0),))
        if process.returncode != 0:
            raise EmbeddedServersError(
                f"The embedded PostgreSQL could not make its data folder ({program.name} ended with "
                f"{process.returncode}). The last lines of {self._setup_log.name}:\n{last_lines(self._setup_log)}\n"
                "Free what they name (space, permissions), choose another data_folder, or set database_url."
            )

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _remove_stale_pid_file(self) -> None:
        """Remove a postmaster.pid whose process is no PostgreSQL of this folder: the number may have been reused.

        Our lock says that no server of ours runs; one started by hand keeps its file, and PostgreSQL refuses.
        """
        lines = self._pid_file_lines()
        if not lines:
            return
        process = Path("/proc") / lines[0].strip()
        try:
            is_postgres = process.joinpath("comm").read_text().startswith("postgres")
            serves_this_folder = is_postgres and process.joinpath("cwd").samefile(self._folder)
        except PermissionError:
            return
        except OSError:
            serves_this_folder = False
        if not serves_this_folder:
            (self._folder / "postmaster.pid").unlink(missing_ok=True)
