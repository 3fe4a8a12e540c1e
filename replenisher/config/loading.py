"""From a configuration file to settings, and back to text that may be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr, ValidationError

from replenisher.config.checks import cross_faults
from replenisher.config.document import Document, Fault, read
from replenisher.config.faults import faults_of
from replenisher.config.references import resolve
from replenisher.config.settings import Settings
from replenisher.errors import ConfigurationError

HIDDEN = "***"
_PASSWORD_OF_URL = re.compile(r"(://[^:@/]*:)[^@]+@")


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read, resolve and check a configuration file.

    Raises ConfigurationError with one line for every fault, each naming file, line and key. `environment` stands in
    for the process's own variables.
    """
    document = read(path)
    resolve(document, os.environ if environment is None else environment)
    try:
        settings = Settings.model_validate(document.values, context={"folder": path.parent.absolute()})
    except ValidationError as error:
        found = faults_of(error, Settings)
        raise ConfigurationError(_told(document, [*found, *cross_faults(document.values)])) from None
    if document.faults:
        raise ConfigurationError(_told(document, []))
    return settings


def _told(document: Document, found: list[Fault]) -> str:
    """Write every fault once, in the order of the file; the first fault of a place speaks for what follows from it."""
    told = list(document.faults)
    silent = {fault.place for fault in told if not fault.line}
    told += [fault for fault in dict.fromkeys(found) if fault.place not in silent]
    told.sort(key=lambda fault: fault.line or document.line_of(fault.place))
    return "\n".join(document.report(fault) for fault in told)


def effective(settings: Settings) -> str:
    """Write every setting that holds, defaults included, as YAML with secrets masked."""
    return yaml.safe_dump(_shown(settings), sort_keys=False, allow_unicode=True, width=120)


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel | dict):
        return {name: _shown(item) for name, item in (value.items() if isinstance(value, dict) else value)}
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    return _shown_scalar(value)


def _shown_scalar(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | Path | Decimal):
        return _PASSWORD_OF_URL.sub(rf"\1{HIDDEN}@", str(value))
    return value
