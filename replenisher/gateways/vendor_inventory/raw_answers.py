"""What a probe was answered, decoded but not read: the evidence for the open questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from replenisher.errors import GatewayError
from replenisher.gateways.observations import Observation, Question, unanswered
from replenisher.purchasing.platform import OrderSummary


@dataclass
class Raw:
    """Decoded answers by name (`inventory`, `sales` …, `list`, `orders`) and why others are missing.

    A repeated key of a transfer is kept under its name with ` (2)`.
    """

    documents: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    clock_ahead_seconds: float | None = None
    span: str = ""
    pages: list[list[OrderSummary] | GatewayError] = field(default_factory=list)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Give the objects of an answer; a bare object counts as one."""
        document = self.documents.get(name)
        rows = [document] if isinstance(document, dict) else document if isinstance(document, list) else []
        return [row for row in rows if isinstance(row, dict)]

    def why_none(self, name: str, nothing: str) -> str:
        """Say why an answer has no rows: it was not given, or there was nothing in it."""
        return self.problems.get(name) or nothing


def named(fields: Mapping[str, Any], name: str) -> Any:
    """Give a field whatever the case of its name."""
    return next((value for key, value in fields.items() if key.casefold() == name.casefold()), None)


def nested(value: Any) -> list[dict[str, Any]]:
    """Give the objects of a nested array; nothing for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def no_rows(raw: Raw, question: Question, name: str, what: str) -> Observation:
    """Leave a question open because the answer it is put to has no rows."""
    return unanswered(question, raw.why_none(name, f"no {what} in the window"))
