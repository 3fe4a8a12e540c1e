"""Values of elements in our words: what the platform writes for `not supplied` becomes None, never a number.

`-1`, the zero guid, the smallest date of .NET, xsi:nil and an empty element all mean that nothing was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from replenisher.gateways.http.paths import GUID, ZERO_GUID
from replenisher.planning.frames import LARGEST_QUANTITY

LARGEST_NUMBER = 2**31 - 1
WHOLE = re.compile(r"\s*([+-]?[0-9]{1,10})(?:\.0{1,6})?\s*", re.ASCII)
AMOUNT = re.compile(r"\s*[+-]?[0-9]{0,15}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?\s*", re.ASCII)
AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,7})?)?(?:\s*([AP]M))?)?",
    re.ASCII | re.IGNORECASE,
)
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
remembered = lru_cache(maxsize=8192)
"""A report says the same few quantities, prices and days thousands of times."""
FLAGS = {"true": True, "1": True, "false": False, "0": False}


def text(written: str) -> str | None:
    """Give the text as it stands; nothing but space is nothing said."""
    return written if written.strip() else None


def guid(written: str) -> str | None:
    """Read a guid in lower case."""
    lower = written.strip().lower()
    if not GUID.fullmatch(lower):
        raise ValueError("is not a guid")
    return None if lower == ZERO_GUID else lower


def _whole(written: str) -> int:
    matched = WHOLE.fullmatch(written)
    if not matched:
        raise ValueError("is not a whole number")
    return int(matched[1])


def number(written: str) -> str | None:
    """Read an id that counts from 1, as text; 0 and below mean none."""
    read = _whole(written)
    if read > LARGEST_NUMBER:
        raise ValueError("is too large for an id")
    return str(read) if read > 0 else None


@remembered
def units(written: str) -> int | None:
    """Read a quantity that cannot be negative."""
    read = signed(written)
    if read >= 0:
        return read
    if read != -1:
        raise ValueError("is negative")
    return None


@remembered
def stock(written: str) -> int | None:
    """Read a quantity that may be negative; -1 is the platform's word for `not computed` all the same."""
    read = signed(written)
    return None if read == -1 else read


def signed(written: str) -> int:
    """Read a difference, of which -1 is as good a number as any."""
    read = _whole(written)
    if abs(read) > LARGEST_QUANTITY:
        raise ValueError("is no number of units")
    return read


@remembered
def money(written: str) -> Decimal | None:
    """Read an exact amount; -1 means that none was told."""
    if not AMOUNT.fullmatch(written):
        raise ValueError("is not an amount")
    try:
        amount = Decimal(written.strip())
    except InvalidOperation:
        raise ValueError("is not an amount") from None
    return None if amount == -1 else amount


@remembered
def flag(written: str) -> bool:
    """Read true or false, in any case, or 1 or 0."""
    read = FLAGS.get(written.strip().casefold())
    if read is None:
        raise ValueError("is neither true nor false")
    return read


@remembered
def moment(written: str) -> datetime | None:
    """Read a wall-clock time without its zone: ISO, `7/22/2016 3:29:22 PM`, `10/14/2016 09:39:05` or a bare date."""
    stripped = written.strip()
    try:
        read = _iso(stripped) if ISO.fullmatch(stripped) else _american(AMERICAN.fullmatch(stripped))
    except ValueError:
        raise ValueError("is not a moment in any documented form") from None
    return None if read.year == 1 else read


def _iso(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=None)


def _american(parts: re.Match[str] | None) -> datetime:
    if parts is None:
        raise ValueError
    month, day, year, hour, minute, second = (int(parts[place] or 0) for place in range(1, 7))
    half = (parts[7] or "").upper()
    if half and not 1 <= hour <= 12:
        raise ValueError
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the platform never says a zone


Reader = Callable[[str], object]
DESCRIBED_AS: dict[Reader, frozenset[str]] = {
    text: frozenset({"string", "ActionTaken"}),
    guid: frozenset({"guid"}),
    number: frozenset({"int"}),
    units: frozenset({"int"}),
    stock: frozenset({"int"}),
    signed: frozenset({"int"}),
    money: frozenset({"decimal", "double"}),
    flag: frozenset({"boolean", "int"}),
    moment: frozenset({"dateTime", "string"}),
}
"""The types of the packaged descriptions that each reader fits; a test holds every row against it."""
