"""Answers in wire order: rows of values become elements, None becomes xsi:nil where the type allows nothing less."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from replenisher.sandbox.soap.dates import twelve_hours
from replenisher.sandbox.soap.operations import Operation
from replenisher.sandbox.soap.refusals import CLOSING, OPENING
from replenisher.sandbox.soap.schema import NAMESPACE, TYPES, Field


class Writer:
    """Writes answers in one personality.

    `wsdl` follows the types; `docs` writes elements in the order of the alphabet and dates as the samples show them.
    """

    def __init__(self, personality: str) -> None:
        self._docs = personality == "docs"
        self._fields: dict[str, tuple[Field, ...]] = {}

    def envelope(self, operation: Operation, value: Any) -> bytes:
        """The whole answer of an operation."""
        name = f"{operation.name}Response"
        inner = self._element(operation.result, value) if operation.result else ""
        response = f'<{name} xmlns="{NAMESPACE}">{inner}</{name}>' if inner else f'<{name} xmlns="{NAMESPACE}" />'
        return f"{OPENING}{response}{CLOSING}".encode()

    def _element(self, field: Field, value: Any) -> str:
        if value is None:
            return f'<{field.name} xsi:nil="true" />' if field.is_value else ""
        if field.array:
            item = Field(field.kind, field.kind)
            content = "".join(self._element(item, entry) for entry in value)
        elif field.is_complex and isinstance(value, dict):
            content = self._content(field.kind, value)
        else:
            content = self._scalar(value)
        return f"<{field.name}>{content}</{field.name}>" if content else f"<{field.name} />"

    def _content(self, kind: str, row: dict[str, Any]) -> str:
        fields = self._order(kind)
        parts = [self._element(field, row[field.name]) for field in fields if field.name in row]
        if len(row) > len(parts):
            known = {field.name for field in fields}
            parts += [_stranger(name, value) for name, value in row.items() if name not in known]
        return "".join(parts)

    def _order(self, kind: str) -> tuple[Field, ...]:
        if kind not in self._fields:
            fields = TYPES[kind]
            self._fields[kind] = tuple(sorted(fields, key=lambda field: field.name)) if self._docs else fields
        return self._fields[kind]

    def _scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime):
            return twelve_hours(value) if self._docs else _iso(value)
        if isinstance(value, (float, Decimal)):
            return _number(value)
        return escape(str(value))


def _stranger(name: str, value: Any) -> str:
    return f'<{name} xsi:nil="true" />' if value is None else f"<{name}>{escape(str(value))}</{name}>"


def _iso(instant: datetime) -> str:
    precision = "milliseconds" if instant.microsecond >= 1000 else "seconds"
    return instant.isoformat(timespec=precision)


def _number(value: float | Decimal) -> str:
    if value != value:  # noqa: PLR0124  # the one number that differs from itself
        return "NaN"
    return str(int(value)) if value == int(value) else f"{value}"
