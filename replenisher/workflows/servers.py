"""Which servers a command works with, in words without secrets, and whether the broker's port answers."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from replenisher.config import Settings
from replenisher.services import broker_url, database_url

SECONDS = 2.0
PORTS = {"amqp": 5672, "amqps": 5671}
REDIS_PORT = 6379


@dataclass(frozen=True)
class ServersNamed:
    """Database, broker and archive as a person would name them."""

    database: str
    broker: str
    broker_answers: bool
    archive: str


def embedded_parts(settings: Settings) -> tuple[bool, bool]:
    """Tell whether database and broker would be embedded; ask before they are opened."""
    return database_url(settings) is None, broker_url(settings) is None


def servers_named(settings: Settings, embedded: tuple[bool, bool]) -> ServersNamed:
    """Name the servers; call it while they are open, with what `embedded_parts` said before."""
    broker = broker_url(settings) or ""
    return ServersNamed(
        database=_named("PostgreSQL", database_url(settings) or "", embedded[0], settings),
        broker=_named("broker", broker, embedded[1], settings),
        broker_answers=_answers(urlsplit(broker)),
        archive=_without_password(settings.archive_address()),
    )


def _named(kind: str, url: str, embedded: bool, settings: Settings) -> str:
    if embedded:
        kind = "Valkey" if kind == "broker" else kind
        return f"embedded {kind} in {settings.data_folder}"
    parts = urlsplit(url)
    return f"{kind} at {parts.hostname or 'a local socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _answers(parts: SplitResult) -> bool:
    """Tell whether something listens where the broker should be; it is not spoken to."""
    try:
        if parts.scheme.endswith("+socket"):
            with closing(socket.socket(socket.AF_UNIX)) as connection:
                connection.settimeout(SECONDS)
                connection.connect(parts.path)
            return True
        address = (parts.hostname or "127.0.0.1", parts.port or PORTS.get(parts.scheme, REDIS_PORT))
        with closing(socket.create_connection(address, timeout=SECONDS)):
            return True
    except OSError:
        return False
