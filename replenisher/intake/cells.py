"""What one cell of a planner's file may hold. A reader returns the value or raises CellFaultError saying what to write.

Numbers are read strictly: `1,5`, `1.234,5`, `1e9` or `-3` in a quantity is never guessed at, for a misread quantity
becomes a wrong order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches

from replenisher.planning.frames import LARGEST_QUANTITY, to_money

LONGEST_ID = 100
LARGEST_COST = Decimal(1_000_000)
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Years of a date; another one is a slip of the pen or a placeholder."""

_WHOLE = re.compile(r"[0-9]{1,15}")
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_LOCAL_MOMENT = re.compile(f"{_DAY}(?:[T ]{_CLOCK})?")
_MOMENT = re.compile(f"{_DAY}(?:[T ]{_CLOCK}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?")
_GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_SHAPES = (
    (re.compile(r"-\s*[0-9].*"), "is negative"),
    (re.compile(r"\+?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+"), "is in scientific notation"),
    (re.compile(r"[0-9]{1,3}(?:[.,'\u2019\s][0-9]{3})+(?:[.,][0-9]+)?"), "has a thousands separator"),
    (re.compile(r"[0-9]*,[0-9]+"), "has a decimal comma"),
    (re.compile(r"[0-9]*\.[0-9]+"), "has decimals"),
)

Reader = Callable[[str], object]


class CellFaultError(ValueError):
    """A cell that cannot be used; the text says what is wrong and what to write."""


def identifier(text: str) -> str:
    """Read an id: any printable text, kept as it is (`00123`, `NA` and `=A1` are ids like others)."""
    if len(text) > LONGEST_ID:
        raise CellFaultError(f"has {len(text)} characters; an id has at most {LONGEST_ID}")
    if not text.isprintable():
        raise CellFaultError(f"{text!a} holds a line break or another invisible character; retype the cell")
    return text


def free_text(text: str) -> str:
    """Read a text for people; line breaks are allowed."""
    return text


def whole_number(least: int, most: int = LARGEST_QUANTITY) -> Reader:
    """Make a reader of whole numbers from `least` to `most`, digits only."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise CellFaultError(_refusal(text, "a whole number, digits only"))
        number = int(text)
        if not least <= number <= most:
            raise CellFaultError(f'"{text}" is out of range; write a whole number from {least:,} to {most:,}')
        return number

    return read


def catalog_id(text: str) -> str:
    """Read a product's guid in the platform's catalog, into small letters."""
    found = text.casefold()
    if not _GUID.fullmatch(found):
        raise CellFaultError(
            f'"{_short(text)}" is not an id of the catalog; write one such as 55c8b270-63b9-a095-d975-9a730b3dacb4'
        )
    return found


def whole(text: str) -> int:
    """Read a whole number of at least 1, digits only."""
    return int(str(whole_number(1)(text)))


def cost(text: str) -> int:
    """Read an amount of money above zero with a decimal point, in ten-thousandths."""
    if not _AMOUNT.fullmatch(text):
        raise CellFaultError(_refusal(text, "an amount such as 12.50, with at most four decimals and no currency sign"))
    amount = Decimal(text)
    if amount == 0:
        raise CellFaultError("is 0; leave the cell empty when the cost is not known")
    if amount > LARGEST_COST:
        raise CellFaultError(f'"{text}" is out of range; write an amount up to {LARGEST_COST:,}')
    return to_money(amount)


def amount(decimals: int = 4) -> Reader:
    """Make a reader of amounts of at least 0 with a decimal point, exact, with at most so many decimals."""
    shape = re.compile(rf"[0-9]{{1,12}}(?:\.[0-9]{{1,{decimals}}})?")

    def read(text: str) -> Decimal:
        if not shape.fullmatch(text):
            raise CellFaultError(_refusal(text, f"an amount such as 12.50, with at most {decimals} decimals"))
        return Decimal(text)

    return read


def sold_units(text: str) -> int:
    """Read a number of units that were sold, or -1 for one that came back."""
    if text == "-1":
        return -1
    return whole(text)


def one_of(words: Mapping[str, object]) -> Reader:
    """Make a reader of a fixed vocabulary, in any case; the words' values are what it returns."""

    def read(text: str) -> object:
        word = text.casefold().replace(" ", "_").replace("-", "_")
        if word not in words:
            found = get_close_matches(word, words, n=1)
            hint = f"nearest valid word: {found[0]}; " if found else ""
            raise CellFaultError(f'"{_short(text)}" is not known; {hint}write one of {", ".join(words)}')
        return words[word]

    return read


def moment(text: str) -> datetime:
    """Read a date or a date with a time of day; without a zone it stays without one, a date alone is its beginning."""
    if not _MOMENT.fullmatch(text):
        raise CellFaultError(_no_moment(text, "2026-03-31, 2026-03-31T14:05 or 2026-03-31T14:05-05:00"))
    return _on_the_calendar(text)


def local_moment(text: str) -> datetime:
    """Read a date or a date with a time of day that has no zone; a date alone is its beginning."""
    if not _LOCAL_MOMENT.fullmatch(text):
        raise CellFaultError(_no_moment(text, "2026-03-31 or 2026-03-31T14:05, in local time without a zone"))
    return _on_the_calendar(text)


def day(text: str) -> int:
    """Read a date, as planning's frames hold it (`date.toordinal()`)."""
    if not re.fullmatch(_DAY, text):
        raise CellFaultError(_no_moment(text, "2026-03-31").replace("date or time", "date"))
    return _on_the_calendar(text).date().toordinal()


def _no_moment(text: str, wanted: str) -> str:
    return f'"{_short(text)}" is not a date or time of ISO 8601; write {wanted}'


def _on_the_calendar(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CellFaultError(f'"{text}" is not on the calendar or the clock; correct the date or the time') from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CellFaultError(f'"{text}" is out of range; write a year from {FIRST_YEAR} to {LAST_YEAR}')
    return found


def _refusal(text: str, wanted: str) -> str:
    shape = next((problem for pattern, problem in _SHAPES if pattern.fullmatch(text)), "is not a number")
    return f'"{_short(text)}" {shape}; write {wanted}'


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
