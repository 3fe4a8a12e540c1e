"""Putting a checked planners' file in the place of the one in force: all at once, the former one kept beside it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from replenisher.errors import ConfigurationError

NEW_FILE_MODE = 0o644


def replace_file(target: Path, content: bytes, at: datetime) -> Path | None:
    """Put the content in the target's place, keeping its mode and owner; gives where the former file is kept.

    Gives None when there was none. A reader sees the former file or the new one, never a part. Raises
    ConfigurationError, nothing changed, when the target is a symbolic link or no ordinary file, or cannot be written.
    """
    former = former_of(target)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            _as_the_former(file.fileno(), former)
            file.flush()
            os.fsync(file.fileno())
        kept = None if former is None else _keep(target, at)
        temporary.replace(target)
        _settle(target.parent)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        raise ConfigurationError(f"{target}: cannot be replaced: {error.strerror or error}") from error
    return kept


def former_of(target: Path) -> os.stat_result | None:
    """Look at the file in force without following a link; None when there is none, ConfigurationError for a link."""
    try:
        found = target.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{target}: cannot be looked at: {error.strerror or error}") from error
    if stat.S_ISLNK(found.st_mode):
        raise ConfigurationError(f"{target}: is a symbolic link; name the file itself in the configuration")
    if not stat.S_ISREG(found.st_mode):
        raise ConfigurationError(f"{target}: is not an ordinary file; name a CSV file in the configuration")
    return found


def _as_the_former(handle: int, former: os.stat_result | None) -> None:
    if former is None:
        os.fchmod(handle, NEW_FILE_MODE)
        return
    mine = os.fstat(handle)
    if (mine.st_uid, mine.st_gid) != (former.st_uid, former.st_gid):
        os.fchown(handle, former.st_uid, former.st_gid)
    os.fchmod(handle, stat.S_IMODE(former.st_mode))  # after the owner, for changing that takes bits of the mode away


def _keep(target: Path, at: datetime) -> Path:
    """Give the former file a second name with the time in it; a name that is taken already is not used."""
    number = 1
    while True:
        ending = f".{at:%Y%m%dT%H%M%SZ}" + (f"-{number}" if number > 1 else "")
        kept = target.with_name(target.name + ending)
        try:
            os.link(target, kept, follow_symlinks=False)
        except FileExistsError:
            number += 1
        except OSError:  # a file system without hard links
            with kept.open("xb") as copy, target.open("rb") as source:
                shutil.copyfileobj(source, copy)
            shutil.copystat(target, kept)
            return kept
        else:
            return kept


def _settle(folder: Path) -> None:
    """Make the new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
