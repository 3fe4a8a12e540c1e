"""Names of the files and folders that the embedded servers use, and of the short folder of their sockets.

```
<data folder>/embedded/     lock · state.json · supervisor.log      of whoever runs the program
                            postgresql/<major>/ · valkey/ · log/    of the account of the servers, mode 0700
<temp>/replenisher-xxxxxxxx/    control.sock · .s.PGSQL.5432 · valkey.sock     mode 0700, removed on stop
```
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

LOG_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Folders:
    """The paths below `<data folder>/embedded`."""

    top: Path

    @property
    def lock(self) -> Path:
        """The file whose `flock` belongs to the supervisor and to every server process of this data folder."""
        return self.top / "lock"

    @property
    def state(self) -> Path:
        """JSON: where the running supervisor listens and as which user; outlives it, harmlessly."""
        return self.top / "state.json"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor itself has to say; made anew at every start."""
        return self.top / "supervisor.log"

    @property
    def log(self) -> Path:
        """The folder of the servers' logs."""
        return self.top / "log"

    @property
    def postgresql(self) -> Path:
        """The folder with one data folder per PostgreSQL major version."""
        return self.top / "postgresql"

    @property
    def valkey(self) -> Path:
        """The folder with Valkey's append-only files."""
        return self.top / "valkey"

    @property
    def of_servers(self) -> tuple[Path, Path, Path]:
        """The folders that belong to the account of the servers."""
        return (self.postgresql, self.valkey, self.log)


@dataclass(frozen=True)
class Sockets:
    """The short folder that holds the three unix sockets; a socket's path may have 107 bytes."""

    folder: Path

    @property
    def control(self) -> Path:
        """Where the supervisor listens for holders."""
        return self.folder / "control.sock"

    @property
    def postgresql(self) -> Path:
        """The socket of PostgreSQL; the name is PostgreSQL's own."""
        return self.folder / ".s.PGSQL.5432"

    @property
    def valkey(self) -> Path:
        """The socket of Valkey."""
        return self.folder / "valkey.sock"

    def remove(self) -> None:
        """Remove the sockets and their folder, and nothing else; a folder that is not ours stays."""
        if not self.folder.name.startswith("replenisher-"):
            return
        names = (self.control, self.postgresql, self.folder / ".s.PGSQL.5432.lock", self.valkey)
        with contextlib.suppress(OSError):
            for name in names:
                name.unlink(missing_ok=True)
            self.folder.rmdir()


@dataclass(frozen=True)
class State:
    """Where a supervisor listens (`sockets`) and the user id that it listens as."""

    sockets: Sockets
    user_id: int


def read_state(path: Path) -> State | None:
    """Read the last supervisor's state; None when there is none that can be read."""
    try:
        values = json.loads(path.read_text())
        return State(Sockets(Path(values["sockets"])), int(values["user_id"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(path: Path, state: State) -> None:
    """Replace the state in one step, so that a reader sees the old one or the new one."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"sockets": str(state.sockets.folder), "user_id": state.user_id}, file)
    new.replace(path)


def last_lines(path: Path, count: int = 8) -> str:
    """Return the last lines of a log, each indented, or a note that there are none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8192))
            lines = file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines) or "    (nothing was logged)"


def bound_log(path: Path, limit: int = LOG_BYTES) -> None:
    """Move a log beyond `limit` bytes to `<name>.1`; its writers append, so they go on in the emptied file."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > limit:
            shutil.copyfile(path, path.with_name(path.name + ".1"))
            os.truncate(path, 0)
