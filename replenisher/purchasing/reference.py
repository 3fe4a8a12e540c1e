"""The vendor invoice number: our own reference of an order, the same on every look-up and every retry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people misread."""

BODY_CHARACTERS = 16


def vendor_invoice_number(company: str, location: str, kind: str, slot: datetime, sequence: int) -> str:
    """Derive the reference from our own key: `R`, 16 characters of its SHA-256 (80 bits), one check character.

    18 characters, upper case; the same key always gives the same number, and no other key will.
    """
    return derived_number("R", (company, location, kind, slot.isoformat(timespec="minutes"), str(sequence)))


def derived_number(prefix: str, key: Iterable[str]) -> str:
    """Derive a number from the parts of a key: the prefix, 16 characters of its SHA-256 and one check character."""
    number = int.from_bytes(sha256("\x1f".join(key).encode()).digest(), "big")
    body = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(BODY_CHARACTERS))
    return prefix + body + check_character(body)


def check_character(body: str) -> str:
    """Compute the Luhn mod 32 check character: one wrong character, or two neighbours swapped, show.

    Two neighbours `0` and `Z` swapped are the one pair it cannot see (a property of Luhn's scheme).
    """
    total = 0
    for place, character in enumerate(reversed(body)):
        weighted = ALPHABET.index(character) * (2 - place % 2)
        total += weighted // 32 + weighted % 32
    return ALPHABET[-total % 32]


def is_of_our_kind(text: str) -> bool:
    """Tell whether a reference is written as our vendor invoice numbers are, its check character included."""
    body, check = text.strip().upper()[1:-1], text.strip().upper()[-1:]
    written = text.strip()[:1] in ("R", "r") and len(body) == BODY_CHARACTERS and set(body) <= set(ALPHABET)
    return written and check == check_character(body)


def same_reference(ours: str, theirs: str) -> bool:
    """Compare two references as a platform may hand ours back: trimmed, or in another case."""
    return ours.strip().casefold() == theirs.strip().casefold()
