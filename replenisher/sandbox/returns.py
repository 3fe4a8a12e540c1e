"""Returns to the vendor: goods that a location sends back (RMA)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4


@dataclass
class ReturnLine:
    """One product of a return."""

    sku: str
    quantity: int
    serial_number: str = ""
    action_taken: str = "NotSet"


@dataclass
class Return:
    """One return; committed means that the units have left the stock, completed that the vendor has settled it."""

    company: int
    location: int
    comments: str
    number: str
    created_at: datetime
    lines: list[ReturnLine]
    id: str = field(default_factory=lambda: str(uuid4()))
    committed: bool = False
    shipped: bool = False
    completed: bool = False
