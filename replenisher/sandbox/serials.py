"""Serial numbers of serialised products: 15 digits with a valid Luhn check digit, each given out once."""

from __future__ import annotations

_FIRST = 35_326_954_000_000


def check_digit(digits: str) -> int:
    """The Luhn digit that completes these digits (ISO/IEC 7812-1; "7992739871" gives 3)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character)
        if position % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return -total % 10


class Serials:
    """Gives out serial numbers in a fixed order."""

    def __init__(self) -> None:
        self._next = _FIRST

    def take(self, count: int) -> list[str]:
        """That many serial numbers, never given out before."""
        taken = []
        for number in range(self._next, self._next + count):
            digits = str(number)
            taken.append(f"{digits}{check_digit(digits)}")
        self._next += count
        return taken
