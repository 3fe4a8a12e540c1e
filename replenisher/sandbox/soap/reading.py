"""Parameters read as ASMX reads them: by exact name, and what is absent or spelled otherwise keeps its default."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from replenisher.sandbox.soap.envelope import Element
from replenisher.sandbox.soap.refusals import client_fault
from replenisher.sandbox.soap.schema import ENUMERATIONS, MIN_DATE, TYPES, ZERO_GUID, Field

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def read_fields(element: Element | None, fields: Iterable[Field]) -> dict[str, Any]:
    """The values of the fields, by name; defaults where the element has none.

    Numbers are int or Decimal, guids lower-case text, dates datetime without zone, complex values dicts, arrays lists.

    Raises:
        FaultError: soap:Client, for text that is no value of its type.
    """
    return {field.name: _read(element, field) for field in fields}


def _read(parent: Element | None, field: Field) -> Any:
    found = parent.child(field.name) if parent else None
    if found is None or found.nil:
        return _default(field)
    if field.array:
        return [_item(child, field) for child in found.all_children(field.kind) if not child.nil]
    return _item(found, field)


def _item(element: Element, field: Field) -> Any:
    if field.is_complex:
        return read_fields(element, TYPES[field.kind])
    if field.kind == "string":
        return element.text
    try:
        return _value(field.kind, element.text.strip())
    except (ValueError, InvalidOperation) as error:
        text = f"Server was unable to read request. ---> There is an error in XML document: {field.name}: {error}"
        raise client_fault(text) from error


def _value(kind: str, text: str) -> Any:
    if kind == "int":
        value = int(text)
        if not -(2**31) <= value < 2**31:
            raise ValueError("Value was either too large or too small for an Int32.")
        return value
    if kind in ("decimal", "double"):
        if not _NUMBER.fullmatch(text):
            raise ValueError("Input string was not in a correct format.")
        return Decimal(text)
    if kind == "boolean":
        return _truth(text)
    if kind == "guid":
        return str(UUID(text))
    if kind == "dateTime":
        return datetime.fromisoformat(text).replace(tzinfo=None)
    if text not in ENUMERATIONS[kind]:
        raise ValueError(f"'{text}' is not a valid value for {kind}.")
    return text


def _truth(text: str) -> bool:
    if text not in ("true", "1", "false", "0"):
        raise ValueError(f"The string '{text}' is not a valid Boolean value.")
    return text in ("true", "1")


def _default(field: Field) -> Any:
    if field.array:
        return []
    if field.nillable or not field.is_value:
        return None
    if field.kind in ENUMERATIONS:
        return ENUMERATIONS[field.kind][0]
    simple = {"guid": ZERO_GUID, "boolean": False, "dateTime": datetime.fromisoformat(MIN_DATE), "int": 0}
    return simple.get(field.kind, Decimal(0))
