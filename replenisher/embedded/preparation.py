"""What the supervisor does before the first server starts, while it may still be root."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from replenisher.embedded.accounts import Account, become, can_use, choose_account, make_server_folders
from replenisher.embedded.folders import Folders, Sockets, State, read_state, write_state
from replenisher.embedded.namespace import enter_private_view, show_at
from replenisher.embedded.programs import Installation, Programs, choose_installation, copy_programs
from replenisher.errors import EmbeddedServersError

_LONGEST_SOCKET_PATH = 107  # bytes; the kernel's limit for a unix socket's name
_LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"


@dataclass(frozen=True)
class Prepared:
    """Paths as the servers see them; they differ from the outside ones in a private view only."""

    folders: Folders
    programs: Programs
    installation: Installation
    sockets: Sockets


def prepare(folders: Folders, programs: Programs, account_name: str | None) -> Prepared:
    """Make the folders, give up root, and return what the servers will use.

    Raises EmbeddedServersError when the account cannot be used or cannot reach the data folder by any permitted way.
    """
    os.umask(0o077)
    account = choose_account(account_name, folders)
    make_server_folders(folders, account)
    installation = choose_installation(programs, folders.postgresql)
    base = _socket_base(account)
    if account:
        folders, programs, installation = _reachable(folders, programs, installation, account, base)
    before = read_state(folders.state)
    sockets = Sockets(Path(tempfile.mkdtemp(prefix="replenisher-", dir=base)))
    if account:
        os.chown(sockets.folder, account.user_id, account.group_id)
    write_state(folders.state, State(sockets, account.user_id if account else os.geteuid()))
    if account:
        become(account)
    if before:
        before.sockets.remove()  # left by a supervisor that was killed; not done as root, as the path is only read
    return Prepared(folders, programs, installation, sockets)


def _socket_base(account: Account | None) -> Path:
    """Return a temporary folder with a short path that the servers' account can reach."""
    longest = _LONGEST_SOCKET_PATH - len("/replenisher-xxxxxxxx" + _LONGEST_SOCKET_NAME)
    candidates = [Path(name) for name in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")]  # noqa: S108 - mkdtemp makes a private folder there
    for base in candidates:
        short = len(os.fsencode(base.resolve())) <= longest
        if short and os.access(base, os.W_OK | os.X_OK) and (account is None or can_use(account, folders=(base,))):
            return base.resolve()
    raise EmbeddedServersError(
        f"None of {', '.join(map(str, candidates))} can hold the sockets of the embedded servers: a folder is needed "
        f"that is writable and has a path of at most {longest} bytes. Name one in the environment variable TMPDIR."
    )


def _reachable(
    folders: Folders, programs: Programs, installation: Installation, account: Account, base: Path
) -> tuple[Folders, Programs, Installation]:
    """Return paths that the account can reach: the same ones, or others in a private view."""
    libraries = tuple(programs.libraries.glob("libpq*"))
    binaries = (programs.valkey, installation.postgres, installation.initdb, *libraries)
    data_reachable = can_use(account, folders=folders.of_servers)
    programs_reachable = can_use(account, folders=(installation.folder / "share",), files=binaries)
    if data_reachable and programs_reachable:
        return folders, programs, installation
    try:
        view = enter_private_view([folders.top, programs.postgresql, programs.valkey, base])
        if not data_reachable:
            show_at(folders.top, view / "embedded")
            folders = Folders(view / "embedded")
        if not programs_reachable:
            programs, installation = copy_programs(programs, installation, view / "programs")
    except OSError as error:
        closed = folders.top if not data_reachable else programs.postgresql
        raise EmbeddedServersError(
            f"Root's embedded servers run as {account.name}, which cannot reach {closed}, and this machine does not "
            f"permit a private mount for them ({error}). Choose a data_folder (and an installation folder) that other "
            "accounts can reach, start the program as an ordinary user, or set database_url and broker_url."
        ) from error
    return folders, programs, installation
