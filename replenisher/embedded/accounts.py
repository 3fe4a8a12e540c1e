"""The account of the servers: the user who runs the program, or for root an existing unprivileged one."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from replenisher.embedded.folders import Folders
from replenisher.errors import EmbeddedServersError

DEFAULT_ACCOUNT = "nobody"


@dataclass(frozen=True)
class Account:
    """An existing account that is not root's."""

    name: str
    user_id: int
    group_id: int


def choose_account(name: str | None, folders: Folders) -> Account | None:
    """Return the account that root's servers run as; None for an ordinary user, whose servers run as the user.

    An account that already owns the folder is kept, so that root may use an ordinary user's data folder.
    """
    if os.geteuid() != 0:
        return None
    owner = folders.top.lstat()
    if name is None and owner.st_uid != 0:
        return Account(f"user {owner.st_uid}", owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(name or DEFAULT_ACCOUNT)
    except KeyError:
        raise EmbeddedServersError(
            f"There is no account {name or DEFAULT_ACCOUNT!r}, as which root's embedded servers would run: name an "
            "existing unprivileged account, start the program as an ordinary user, or set database_url and broker_url."
        ) from None
    if entry.pw_uid == 0:
        raise EmbeddedServersError(f"The account {entry.pw_name!r} is root's: PostgreSQL needs an unprivileged one.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def make_server_folders(folders: Folders, account: Account | None) -> None:
    """Make the folders of the servers, mode 0700, owned by their account; EmbeddedServersError if another owns one."""
    user_id = account.user_id if account else os.geteuid()
    for folder in folders.of_servers:
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            if account:
                os.chown(folder, account.user_id, account.group_id, follow_symlinks=False)
        found = folder.lstat().st_uid
        if found != user_id:
            raise EmbeddedServersError(
                f"{folder} belongs to user {found}, but the embedded servers would run as user {user_id}: "
                f"let user {found} run them, or choose another data_folder."
            )


def can_use(account: Account, folders: tuple[Path, ...] = (), files: tuple[Path, ...] = ()) -> bool:
    """Tell whether the account can list every folder and open every file; asked of the kernel, so ACLs count."""
    try:
        with _acting_as(account):
            for folder in folders:
                next(folder.iterdir(), None)
            for file in files:
                file.open("rb").close()
    except PermissionError:
        return False
    return True


def become(account: Account) -> None:
    """Give up root for good, in favour of the account."""
    os.setgroups([])
    os.setgid(account.group_id)
    os.setuid(account.user_id)


@contextmanager
def _acting_as(account: Account) -> Iterator[None]:
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(account.group_id)
    os.seteuid(account.user_id)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
