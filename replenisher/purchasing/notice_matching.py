"""Does the platform hold a shipment notice as it was sent?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from replenisher.purchasing.platform import NoticeLine, NoticeSummary
from replenisher.purchasing.reference import same_reference
from replenisher.purchasing.serials import serial_key


def find_notice(listed: Iterable[NoticeSummary], shipment_number: str) -> tuple[NoticeLine, ...] | None:
    """Gather the lines that carry our shipment number; None when the list does not have it."""
    ours = [one for one in listed if same_reference(shipment_number, one.shipment_number)]
    return tuple(line for one in ours for line in one.lines) if ours else None


def notice_differences(lines: Sequence[NoticeLine], theirs: Sequence[NoticeLine]) -> tuple[str, ...]:
    """Say in sentences where the platform's notice differs from ours; none means that it is equal.

    Worked example: sent 2 of A with serials p and q. 2 of A with q and P is equal; 2 of A with p and x is not, nor is
    2 of A twice (4 of A), nor 2 of A without serials.
    """
    sent, held = _quantities(lines), _quantities(theirs)
    found = [
        f"{sku}: sent {sent[sku]}, the platform's notice says {held[sku]}"
        for sku in sorted(sent.keys() | held.keys())
        if sent[sku] != held[sku]
    ]
    ours, known = _serials(lines), _serials(theirs)
    for told, missing in (("sent, and not on the platform's notice", ours - known), ("never sent", known - ours)):
        found.extend(f"{sku}: serial number {serial} was {told}" for sku, serial in sorted(missing))
    return tuple(found)


def _quantities(lines: Sequence[NoticeLine]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line.sku] += line.quantity
    return counted


def _serials(lines: Sequence[NoticeLine]) -> set[tuple[str, str]]:
    return {(line.sku, serial_key(serial)) for line in lines for serial in line.serial_numbers}
