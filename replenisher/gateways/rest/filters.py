"""`$filter` expressions whose literals cannot break out: quotes are doubled, control characters refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from replenisher.errors import RefusedError

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)


def equals(field: str, value: str | int) -> str:
    """Write `Field eq 'text'` or `Field eq 5`; RefusedError, nothing sent, for a text that no filter can hold."""
    return f"{_name(field)} eq {value if isinstance(value, int) else literal(value)}"


def since(field: str, moment: datetime) -> str:
    """Write `Field ge DateTime'…'` for a moment with its zone."""
    return f"{_name(field)} ge DateTime'{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}'"


def both(*clauses: str) -> str:
    """Join clauses that must all hold."""
    return " and ".join(clauses)


def literal(text: str) -> str:
    """Write a text as a literal, in single quotes, those inside it doubled."""
    if not text or not text.isprintable():
        raise RefusedError(f"{text[:60]!a} is empty or holds a control character, and cannot be searched for")
    return "'" + text.replace("'", "''") + "'"


def _name(field: str) -> str:
    if not _FIELD.fullmatch(field):
        raise ValueError(f"{field!r} is no name of a field")
    return field
