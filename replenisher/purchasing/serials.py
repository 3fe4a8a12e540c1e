"""Serial numbers of units: how two are compared, and the check digit of an IMEI."""

from __future__ import annotations

import re
from enum import Enum

_IMEI = re.compile(r"[0-9]{15}")


class SerialKind(Enum):
    """Which serial numbers the units of a product carry; `none` means that a shipment need not name any."""

    NONE = "none"
    SERIAL = "serial"
    IMEI = "imei"


def normal_serial(text: str) -> str:
    """Trim a serial number; its case stays, for it is sent as the vendor wrote it."""
    return text.strip()


def serial_key(text: str) -> str:
    """Give the text by which two serial numbers are compared: trimmed, in one case."""
    return normal_serial(text).casefold()


def check_digit(digits: str) -> int:
    """Compute the Luhn digit that completes the first 14 digits of an IMEI (3GPP TS 23.003, annex B).

    From the right every second digit counts double, beginning with the last, and 10 or more counts as the sum of its
    digits; the check digit fills the total up to a multiple of 10.

    Worked example: 49015420323751. Doubled are 1, 7, 2, 0, 4, 1, 9: 2 + 5 + 4 + 0 + 8 + 2 + 9 = 30; the others are
    5 + 3 + 3 + 2 + 5 + 0 + 4 = 22; 52 in all, and 8 makes it 60. The IMEI is 490154203237518.
    """
    total = 0
    for place, character in enumerate(reversed(digits)):
        tens, ones = divmod(int(character) * (2 - place % 2), 10)
        total += tens + ones
    return -total % 10


def imei_fault(serial: str) -> str:
    """Say what keeps a serial number from being an IMEI; empty when it is one."""
    digits = normal_serial(serial)
    if not _IMEI.fullmatch(digits):
        return "an IMEI has 15 digits and nothing else"
    right = check_digit(digits[:-1])
    if int(digits[-1]) != right:
        return f"the check digit would be {right}; a digit is wrong or two are swapped"
    return ""
