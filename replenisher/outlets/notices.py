"""Where shipment notices go when not through a channel: files in a folder, or an outlet that somebody installed.

An outlet may get the same notice twice (a worker that died after it gave it away gives it again), always with the same
shipment number and the same content.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path

from replenisher.errors import ConfigurationError, NotSentError
from replenisher.purchasing.platform import NoticeAccepted, NoticeRequest

GROUP = "replenisher.notice_outlets"
"""Entry points of this group are outlets: each a callable that takes one NoticeRequest and raises when it fails."""

PLATFORM, RECORD, FOLDER = "platform", "record", "folder"

Outlet = Callable[..., NoticeAccepted]


def outlet_named(name: str, data_folder: Path) -> Outlet:
    """Give the outlet with this name; ConfigurationError when no such outlet is installed.

    The outlet takes a notice, and `send_before` as a channel does. It raises NotSentError when it failed, so that the
    notice is given to it again later.
    """
    if name == FOLDER:
        return _Carrying(name, _Folder(data_folder / "notices"))
    found = {one.name: one for one in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted((PLATFORM, RECORD, FOLDER, *found)))
        raise ConfigurationError(f"notices.outlet: no outlet {name!r} is installed; there are {known}")
    try:
        installed = found[name].load()
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"notices.outlet: the outlet {name!r} cannot be loaded: {error}") from error
    return _Carrying(name, installed)


class _Carrying:
    """An outlet as workflows use it: like a channel's announcement, with its failures named."""

    def __init__(self, name: str, carry: Callable[[NoticeRequest], object]) -> None:
        self._name = name
        self._carry = carry

    def __call__(self, notice: NoticeRequest, *, send_before: float | None = None) -> NoticeAccepted:  # noqa: ARG002
        """Give the notice away."""
        try:
            answer = self._carry(notice)
        # Code of others may raise anything; whatever it is, the notice is kept and given again.
        except Exception as error:
            raise NotSentError(
                f"the outlet {self._name} failed: {type(error).__name__}: {error}", operation=f"outlet {self._name}"
            ) from error
        return NoticeAccepted(notice.shipment_number, f"given to the outlet {self._name}: {answer}")


class _Folder:
    """Writes one JSON file for each notice, named by its shipment number; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, notice: NoticeRequest) -> Path:
        """Write the file; gives its path."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{notice.shipment_number}.json"
        part = path.with_name(f".{path.name}.{os.getpid()}")
        with part.open("w", encoding="utf-8") as file:
            json.dump(asdict(notice), file, indent=2, ensure_ascii=False, default=datetime.isoformat)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        return path
