"""The bytes of a planner's file as text: UTF-8 with or without a byte order mark, or Windows-1252 with a warning."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from replenisher.errors import FileFault, PlannerFileError

LARGEST_BYTES = 256 * 1024 * 1024
MOST_FAULTS = 50
"""Faults told of one file; a person corrects the cause of these first."""

_SIGNATURES = (
    (b"PK\x03\x04", "is an Excel workbook; save it as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "is an Excel workbook; save it as CSV UTF-8"),
    (b"\xff\xfe", "is saved as UTF-16; save it as CSV UTF-8"),
    (b"\xfe\xff", "is saved as UTF-16; save it as CSV UTF-8"),
)


@dataclass
class FaultList:
    """The faults found in one file so far."""

    file: Path
    faults: list[FileFault] = field(default_factory=list)

    def add(self, line: int, column: str, message: str) -> None:
        """Note a fault; line 0 means the file as a whole."""
        self.faults.append(FileFault(str(self.file), line, column, message))

    def raise_if_any(self) -> None:
        """Raise PlannerFileError with the faults that are told, if there are any."""
        if self.faults:
            raise PlannerFileError(self.told())

    def told(self) -> list[FileFault]:
        """Give the first `MOST_FAULTS` faults in the order of the file, and how many more there are."""
        told = sorted(self.faults, key=lambda fault: fault.line)[:MOST_FAULTS]
        more = len(self.faults) - len(told)
        if more:
            told.append(FileFault(str(self.file), 0, "", f"and {more} more faults"))
        return told


@dataclass(frozen=True)
class Text:
    """A file's text; `is_utf8` false means that it was read as Windows-1252, a guess good enough for descriptions."""

    text: str
    is_utf8: bool


def read_text(path: Path) -> Text:
    """Read a planner's file; raise PlannerFileError when it is not there, not text, or far too large."""
    faults = FaultList(path)
    content = _content(path, faults)
    faults.raise_if_any()
    for signature, problem in _SIGNATURES:
        if content.startswith(signature):
            faults.add(0, "", problem)
            faults.raise_if_any()
    if b"\0" in content:
        faults.add(_line_of(content, content.index(b"\0")), "", "holds a NUL byte; save the file as CSV UTF-8 again")
        faults.raise_if_any()
    try:
        return Text(content.decode("utf-8-sig"), is_utf8=True)
    except UnicodeDecodeError:
        return Text(_windows_text(content, faults), is_utf8=False)


def _content(path: Path, faults: FaultList) -> bytes:
    try:
        if path.is_dir():
            faults.add(0, "", "is a folder; name a CSV file")
        elif path.exists() and not path.is_file():
            faults.add(0, "", "is not an ordinary file; name a CSV file")
        elif path.stat().st_size > LARGEST_BYTES:
            faults.add(0, "", "is larger than 256 MiB; this cannot be a planner's file")
        else:
            return path.read_bytes()
    except FileNotFoundError:
        faults.add(0, "", "does not exist; check the path in the configuration file")
    except OSError as error:
        faults.add(0, "", f"cannot be read: {error.strerror}")
    return b""


def _windows_text(content: bytes, faults: FaultList) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        faults.add(_line_of(content, error.start), "", "is neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8")
        raise PlannerFileError(faults.faults) from None


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
