"""JSON answers as fields without case, whichever shape they came in: an object, a list, or wrapped as HAL.

HAL puts the entries of a list under `_embedded.self`, and adds `_links` to everything; no link of it is ever followed.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from replenisher.errors import UnreadableError
from replenisher.gateways.http.answers import Answer

Fields = dict[str, Any]


def json_of(answer: Answer) -> Any:
    """Read the document with exact decimals; None when it is not JSON: no field is then found in it."""
    try:
        return json.loads(answer.body, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):  # the last for an exponent beyond any decimal
        return None


def folded(document: object) -> Fields:
    """Return the object's fields under names without case; nothing for anything but an object."""
    return {key.casefold(): value for key, value in document.items()} if isinstance(document, dict) else {}


def single(answer: Answer, operation: str) -> Fields:
    """Read the one object that an answer holds, be it alone or in a list; UnreadableError for anything else."""
    found = entries(answer, operation)
    if len(found) != 1:
        raise unreadable(operation, f"expected one object, not {len(found)}")
    return found[0]


def entries(answer: Answer, operation: str) -> list[Fields]:
    """Read the objects of an answer: of a list, of a HAL list, or the object itself; UnreadableError if it has none."""
    return [folded(entry) for entry in raw_entries(answer, operation)]


def raw_entries(answer: Answer, operation: str) -> list[Fields]:
    """Read the objects of an answer as `entries` does, under the names that they came with."""
    document = json_of(answer)
    if isinstance(document, dict):
        embedded = folded(document).get("_embedded")
        document = [document] if embedded is None else folded(embedded).get("self")
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise unreadable(operation, "expected an object or a list of objects")
    return document


def objects_in(fields: Fields, name: str) -> list[Fields] | None:
    """Give a field's list of objects; None when the field is not there, not a list, or null."""
    found = fields.get(name.casefold())
    if not isinstance(found, list):
        return None
    return [folded(one) for one in found]


def unreadable(operation: str, reason: str) -> UnreadableError:
    """Make the error of an answer that cannot be used; reads are tried again after it."""
    return UnreadableError(f"{operation}: {reason}; nothing of it is used", operation=operation)
