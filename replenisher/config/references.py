"""References to values that live outside the configuration file: `${env:NAME}` and `${file:PATH}`.

They may stand anywhere in a text. What a reference gives is marked as `Resolved`: only such values may fill a secret
setting, and no message ever shows one.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from replenisher.config.document import Document, Fault, Place, Value

LARGEST_SECRET_BYTES = 64 * 1024
HOW_TO_WRITE = "write a reference: ${env:NAME} for an environment variable, ${file:PATH} for a file of mode 0600"

_REFERENCE = re.compile(r"\$\{([^}]*)\}?")


class Resolved(str):
    """A text that came from outside the file through a reference."""

    __slots__ = ()


class _ReferenceError(Exception):
    """A reference that leads nowhere; the text is the fault's message."""


def resolve(document: Document, environment: Mapping[str, str]) -> None:
    """Replace every reference in the document's values; those that lead nowhere become faults of the document."""
    folder = document.file.parent.absolute()
    for key, value in document.values.items():
        document.values[key] = _walk(value, (key,), document, environment, folder)


def _walk(value: Value, place: Place, document: Document, environment: Mapping[str, str], folder: Path) -> Value:
    if isinstance(value, dict):
        return {k: _walk(item, (*place, k), document, environment, folder) for k, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, (*place, n), document, environment, folder) for n, item in enumerate(value)]
    if value is None or "${" not in value:
        return value
    try:
        return Resolved(_REFERENCE.sub(lambda found: _value_of(found, environment, folder), value))
    except _ReferenceError as error:
        document.faults.append(Fault(place, str(error)))
        return Resolved("")


def _value_of(found: re.Match[str], environment: Mapping[str, str], folder: Path) -> str:
    kind, colon, name = found[1].partition(":")
    if not found[0].endswith("}") or not colon or kind not in {"env", "file"} or not name.strip():
        raise _ReferenceError(f"a reference that cannot be read; {HOW_TO_WRITE}")
    return _variable(name.strip(), environment) if kind == "env" else _content(name.strip(), folder)


def _variable(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if value is None:
        raise _ReferenceError(f"environment variable {name} is not set; set it before the program starts")
    if not value.strip():
        raise _ReferenceError(f"environment variable {name} is empty; give it a value before the program starts")
    return value


def _content(name: str, folder: Path) -> str:
    """Read a referenced file; line breaks at its end do not belong to the value."""
    file = folder / Path(name).expanduser()
    try:
        state = file.stat()
        if not stat.S_ISREG(state.st_mode):
            raise _ReferenceError(f"{file} is not a file; name the file that holds the value")
        if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            mode = stat.S_IMODE(state.st_mode)
            raise _ReferenceError(f"{file} is open to other users (mode {mode:04o}); run: chmod 600 {file}")
        if state.st_size > LARGEST_SECRET_BYTES:
            raise _ReferenceError(f"{file} is larger than 64 KiB; this cannot be a secret")
        text = file.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except FileNotFoundError:
        raise _ReferenceError(f"{file} does not exist; create it with the value alone and mode 0600") from None
    except UnicodeDecodeError:
        raise _ReferenceError(f"{file} is not UTF-8 text") from None
    except OSError as error:
        raise _ReferenceError(
            f"{file} cannot be read: {error.strerror}; the program runs as user {os.getuid()}"
        ) from None
    if not text.strip():
        raise _ReferenceError(f"{file} is empty; write the value into it")
    return text
