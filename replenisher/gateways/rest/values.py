"""Values as the platform's .NET services write them; whatever is missing or stands for nothing is None or empty."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import msgspec

from replenisher.errors import RefusedError

LARGEST_AMOUNT = Decimal(10) ** 15
"""Beyond it no amount is meant, and turning it into an integer could take for ever."""
_LAST_UNSET_YEAR = 1
"""`0001-01-01T00:00:00`, the least moment of .NET, means that nothing was set."""


def text_of(value: object) -> str:
    """Give a value as text; nothing for null. What no database keeps (NUL, half a surrogate pair) is replaced."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text if text.isprintable() else text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def amount_of(value: object) -> Decimal | None:
    """Read a number that may be written as text; None for anything that is no finite amount."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < LARGEST_AMOUNT else None


def whole_of(value: object) -> int | None:
    """Read a whole number that may be written as text or with a zero fraction: `5`, `"5"`, `5.0`."""
    amount = amount_of(value)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def moment_of(value: object) -> datetime | None:
    """Read a moment with any number of digits after the second; one without a zone is UTC, the unset one is None."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if found.year <= _LAST_UNSET_YEAR:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:  # the greatest moment of .NET, west of Greenwich: no more set than the least
        return None


def moment_text(moment: datetime) -> str:
    """Write a moment (with its zone) in UTC to the second, as these services take it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(amount: Decimal) -> msgspec.Raw:
    """Write an amount as plain digits; RefusedError, nothing sent, for what is no money.

    `1E-7` is a number in JSON too, but not one that every reader takes.
    """
    if not amount.is_finite() or amount < 0:
        raise RefusedError(f"{amount} is not an amount of money; nothing was sent")
    return msgspec.Raw(f"{amount:f}".encode("ascii"))
