"""Import files that somebody put into a drop folder, each by one worker.

A file is claimed by a lock on it and moved to `.importing`, imported, and moved to `done`, or to `refused` with a text
file beside it that lists every fault. A worker that dies lets go of its lock, and the next look takes the file from
`.importing` again: importing it twice changes nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from replenisher.database import exceptions
from replenisher.database.exceptions import Matter
from replenisher.errors import CompanyPausedError, ConfigurationError, GatewayError
from replenisher.logs import get_logger
from replenisher.services import Services

log = get_logger(__name__)

QUIET_SECONDS = 2.0
"""A file that changed less long ago may still be on its way into the folder."""

FAULTS_SHOWN = 5


class Imported(Protocol):
    """What became of a file."""

    @property
    def file(self) -> str:
        """Its name."""
        ...

    @property
    def faults(self) -> tuple[str, ...]:
        """Every fault, with file and line."""
        ...

    @property
    def taken(self) -> bool:
        """Whether what was good of it was taken."""
        ...

    @property
    def companies(self) -> tuple[str, ...]:
        """The companies that it concerns."""
        ...

    def counts(self) -> dict[str, int]:
        """Count what was in it by what became of it."""
        ...


Result = TypeVar("Result", bound=Imported)


@dataclass(frozen=True)
class DropFolder(Generic[Result]):
    """A folder and what is done with its files: `import_file` imports one, `unusable` tells of one that cannot be used.

    `kind` is that of the exception, `what` names its content in messages.
    """

    folder: Path | None
    kind: str
    what: str
    import_file: Callable[[Path], Result]
    unusable: Callable[[str, tuple[str, ...]], Result]


def import_all(services: Services, drop: DropFolder[Result]) -> list[Result]:
    """Import every file (`*.csv`) of the folder that is complete; gives what became of each.

    A file that cannot be imported for now waits, and a folder that cannot be used is told: neither stops another.
    """
    if drop.folder is None:
        return []
    importing = drop.folder / ".importing"
    try:
        if not drop.folder.is_dir():
            return []
        importing.mkdir(exist_ok=True)
        paths = [path for path in (*sorted(importing.iterdir()), *sorted(drop.folder.iterdir())) if _is_csv(path)]
    except OSError as error:
        _trouble(
            services, drop.kind, str(drop.folder), f"drop folder {drop.folder} cannot be used: {_storable(str(error))}"
        )
        return []
    _settled(services, drop.kind, str(drop.folder))
    found = []
    for path in paths:
        try:
            with _claimed(path, importing, drop.kind) as claimed:
                if claimed is not None:
                    found.append(_import(services, drop, drop.folder, claimed))
        except (GatewayError, CompanyPausedError, OSError) as error:
            name, reason = _storable(path.name), _storable(str(error))
            _trouble(services, drop.kind, name, f"file {name} waits in `.importing` until it can be imported: {reason}")
    return found


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and path.is_file()


def _storable(name: str) -> str:
    """Give a file's name as text that can be written anywhere: names may be bytes of any encoding."""
    return os.fsencode(name).decode("utf-8", "replace")


def _trouble(services: Services, kind: str, subject: str, text: str) -> None:
    log.warning("drop_folder_trouble", kind=kind, subject=subject, reason=text)
    with services.database.transaction() as session:
        # Whose files these are is not known before one is read.
        for company in services.settings.companies[:1]:
            exceptions.raise_matter(session, Matter(company.id, kind, subject, text))


def _settled(services: Services, kind: str, subject: str) -> None:
    with services.database.transaction() as session:
        for company in services.settings.companies[:1]:
            exceptions.resolve(session, company.id, [subject], [kind])


@contextmanager
def _claimed(path: Path, importing: Path, kind: str) -> Iterator[Path | None]:
    """Take a file for this worker alone and give where it is now; None when it is not complete or another has it."""
    try:
        file = path.open("rb")
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("dropped_file_unreadable", kind=kind, file=_storable(path.name), error=_storable(str(error)))
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        target = importing / _storable(path.name)
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


def _import(services: Services, drop: DropFolder[Result], folder: Path, path: Path) -> Result:
    try:
        result = drop.import_file(path)
    except ConfigurationError as error:
        result = drop.unusable(path.name, tuple(str(error).splitlines()))
    _tell(services, drop.kind, result)
    to = folder / ("refused" if result.faults else "done")
    to.mkdir(exist_ok=True)
    target = _free_name(to, path)
    if result.faults:
        text = "\n".join((_summary(drop.what, result), *result.faults)) + "\n"
        target.with_suffix(".txt").write_text(text, encoding="utf-8")
    path.rename(target)
    return result


def _summary(what: str, result: Imported) -> str:
    counts = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in result.counts().items() if count)
    told = f"{what}: {counts}" if counts else f"no {what} were read"
    return f"{told}; {'the good ones were taken' if result.taken else 'nothing was taken'}; {len(result.faults)} faults"


def _free_name(folder: Path, path: Path) -> Path:
    """Find a name that neither a file nor its list of faults has in the folder yet."""
    target, number = folder / path.name, 1
    while target.exists() or target.with_suffix(".txt").exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return target


def _tell(services: Services, kind: str, result: Imported) -> None:
    """Raise an exception for a refused file, once for each company that it concerns, and settle that of a good one."""
    configured = [company.id for company in services.settings.companies]
    concerned = [company for company in configured if company in result.companies] or configured[:1]
    more = f" (and {len(result.faults) - FAULTS_SHOWN} more)" if len(result.faults) > FAULTS_SHOWN else ""
    text = f"file {result.file} in `refused`: {'; '.join(result.faults[:FAULTS_SHOWN])}{more}"
    with services.database.transaction() as session:
        for company in configured:
            if result.faults and company in concerned:
                exceptions.raise_matter(session, Matter(company, kind, result.file, text))
            elif not result.faults or company == configured[0]:  # who was told that it waited
                exceptions.resolve(session, company, [result.file], [kind])
