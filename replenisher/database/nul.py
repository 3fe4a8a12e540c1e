"""PostgreSQL text and JSON cannot hold NUL; a platform's words may, and must not stop an order's outcome being written.

NUL becomes the replacement character wherever text leaves for the database.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg.types.string import StrDumperUnknown

SHOWN = "\N{REPLACEMENT CHARACTER}"


class TextWithoutNul(StrDumperUnknown):
    """How a connection writes text."""

    def dump(self, obj: str) -> Any:
        """Write the text."""
        return super().dump(obj.replace("\0", SHOWN))


def accept_any_text(connection: psycopg.Connection[Any], _: object) -> None:
    """Let a fresh connection write any text."""
    connection.adapters.register_dumper(str, TextWithoutNul)


def json_without_nul(document: object) -> str:
    """Write a document for a JSON column."""
    return json.dumps(_shown(document))


def _shown(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", SHOWN)
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value
