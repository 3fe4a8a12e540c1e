"""A private view of the file system for servers whose account cannot reach the data folder or the binaries.

The view is a mount namespace (Linux) of the supervisor and its children: it ends with them, and no mode, owner or
mount outside it changes.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 1 << 18  # MS_BIND, MS_REC, MS_PRIVATE
_NO_SETUID, _NO_DEVICES = 2, 4  # MS_NOSUID, MS_NODEV
_COVERED = ("/mnt", "/media", "/srv", "/opt", "/home")


def enter_private_view(needed: list[Path]) -> Path:
    """Move this process into its own mount namespace and return an empty in-memory folder that exists only there.

    `needed` are paths that the folder must not hide. Raises OSError where the machine does not permit it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_NEW_MOUNTS) != 0:
        raise _error("unshare")
    _mount(None, "/", _RECURSIVE | _PRIVATE)
    cover = _coverable(needed)
    _mount("tmpfs", cover, _NO_SETUID | _NO_DEVICES, kind="tmpfs", options="mode=0755")
    return cover


def show_at(source: Path, target: Path) -> None:
    """Show the folder `source` at `target` as well, inside the private view."""
    target.mkdir(mode=0o755)
    _mount(source, target, _BIND | _RECURSIVE)


def _coverable(needed: list[Path]) -> Path:
    resolved = [path.resolve() for path in needed]
    for candidate in map(Path, _COVERED):
        hides_something = any(path.is_relative_to(candidate.resolve()) for path in resolved)
        if candidate.is_dir() and not candidate.is_symlink() and not hides_something:
            return candidate
    raise OSError(f"none of {', '.join(_COVERED)} is free to be covered")


def _mount(
    source: str | Path | None, target: str | Path, flags: int, *, kind: str | None = None, options: str | None = None
) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    texts = [os.fsencode(text) if text is not None else None for text in (source, target, kind, options)]
    if library.mount(*texts[:3], ctypes.c_ulong(flags), texts[3]) != 0:
        raise _error(f"mount {target}")


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
