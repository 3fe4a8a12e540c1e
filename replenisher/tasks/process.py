"""What one worker process holds: settings read at start, services built after the fork."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from replenisher.config import Settings, load
from replenisher.errors import ConfigurationError
from replenisher.services import Services, build

CONFIG_VARIABLE = "REPLENISHER_CONFIG"


@cache
def settings() -> Settings:
    """Read the configuration that the environment names, once."""
    path = os.environ.get(CONFIG_VARIABLE)
    if not path:
        raise ConfigurationError(f"set {CONFIG_VARIABLE} to the path of the configuration file")
    return load(Path(path))


class _Process:
    """The services of this process; a child forked from it makes its own."""

    def __init__(self) -> None:
        self._services: Services | None = None
        self._owner = 0

    def services(self) -> Services:
        """Give this process's services, building them on first use."""
        if self._services is None or self._owner != os.getpid():
            self._services, self._owner = build(settings()), os.getpid()
        return self._services

    def close(self) -> None:
        """Give everything back; only the process that built the services may."""
        if self._services is not None and self._owner == os.getpid():
            self._services.close()
        self._services = None


process = _Process()
