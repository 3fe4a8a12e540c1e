"""Import the files of shipments that somebody put into the drop folder, each by one worker.

A file is claimed by a lock on it and moved to `.importing`, imported, and moved to `done`, or to `refused` with a text
file beside it that lists every fault. A worker that dies lets go of its lock, and the next look takes the file from
`.importing` again: importing it twice changes nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replenisher.database import exceptions
from replenisher.database.exceptions import Matter
from replenisher.errors import ConfigurationError
from replenisher.logs import get_logger
from replenisher.services import Services
from replenisher.workflows.ship.importing import Imported, import_shipments

log = get_logger(__name__)

QUIET_SECONDS = 2.0
"""A file that changed less long ago may still be on its way into the folder."""

FAULTS_SHOWN = 5


def import_dropped_files(services: Services) -> list[Imported]:
    """Import every file (`*.csv`) of the drop folder that is complete; gives what became of each."""
    folder = services.settings.shipments.drop_folder
    if folder is None or not folder.is_dir():
        return []
    importing = folder / ".importing"
    importing.mkdir(exist_ok=True)
    found = []
    for path in (*sorted(importing.iterdir()), *sorted(folder.iterdir())):
        if path.suffix.lower() == ".csv" and path.is_file():
            with _claimed(path, importing) as claimed:
                if claimed is not None:
                    found.append(_import(services, folder, claimed))
    return found


@contextmanager
def _claimed(path: Path, importing: Path) -> Iterator[Path | None]:
    """Take a file for this worker alone and give where it is now; None when it is not complete or another has it."""
    try:
        file = path.open("rb")
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("shipment_file_unreadable", file=path.name, error=str(error))
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        target = importing / path.name
        # By the time of the lock another worker may have moved the file on, and put another one in its place.
        if not _same_file(path, file.fileno()) or (path != target and (target.exists() or not _is_quiet(path))):
            yield None
            return
        yield path.rename(target)


def _same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _is_quiet(path: Path) -> bool:
    # When the file itself last changed: its modification time may have been copied with it.
    return time.time() - path.stat().st_ctime >= QUIET_SECONDS


def _import(services: Services, folder: Path, path: Path) -> Imported:
    try:
        result = import_shipments(services, path, keep_good=services.settings.shipments.keep_good, actor=services.actor)
    except ConfigurationError as error:
        result = Imported(path.name, (), tuple(str(error).splitlines()), taken=False)
    _tell(services, result)
    to = folder / ("refused" if result.faults else "done")
    to.mkdir(exist_ok=True)
    target = _free_name(to, path)
    if result.faults:
        target.with_suffix(".txt").write_text("\n".join((_summary(result), *result.faults)) + "\n", encoding="utf-8")
    path.rename(target)
    return result


def _summary(result: Imported) -> str:
    counts = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in result.counts().items() if count)
    told = f"shipments: {counts}" if counts else "no shipments were read"
    return f"{told}; {'the good ones were taken' if result.taken else 'nothing was taken'}; {len(result.faults)} faults"


def _free_name(folder: Path, path: Path) -> Path:
    """Find a name that neither a file nor its list of faults has in the folder yet."""
    target, number = folder / path.name, 1
    while target.exists() or target.with_suffix(".txt").exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return target


def _tell(services: Services, result: Imported) -> None:
    """Raise an exception for a refused file, once for each company whose orders it names, and settle that of a good."""
    configured = [company.id for company in services.settings.companies]
    concerned = [company for company in configured if company in result.companies] or configured[:1]
    more = f" (and {len(result.faults) - FAULTS_SHOWN} more)" if len(result.faults) > FAULTS_SHOWN else ""
    text = f"file {result.file} in `refused`: {'; '.join(result.faults[:FAULTS_SHOWN])}{more}"
    with services.database.transaction() as session:
        for company in configured:
            if result.faults and company in concerned:
                exceptions.raise_matter(session, Matter(company, "shipment_file", result.file, text))
            elif not result.faults:
                exceptions.resolve(session, company, [result.file], ["shipment_file"])
