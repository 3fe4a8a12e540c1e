"""What the Sales Order service answers, in our words, be it plain or wrapped as HAL."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import as_guid
from replenisher.gateways.rest.documents import Fields, entries, objects_in, single, unreadable
from replenisher.gateways.rest.values import moment_of, text_of, whole_of
from replenisher.purchasing.sale_orders import PlatformSaleState, SaleSummary, StatusEntry

_STATES = {state.value.casefold(): state for state in PlatformSaleState}
_SUCCEEDED = {"success": True, "failure": False}
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_PAID_WITH = re.compile(
    r"""("(?:AuthCode|TransactionNumber|Token)"\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^\s",\]}]+)""",
    re.IGNORECASE | re.DOTALL,
)


def sale_of(answer: Answer) -> SaleSummary:
    """Read one sale order."""
    return _sale(single(answer, "sale order"))


def sales_of(answer: Answer) -> list[SaleSummary]:
    """Read a list of sale orders; UnavailableError when one has no id, for a list decides what is absent."""
    return [_sale(fields) for fields in entries(answer, "sale orders")]


def _sale(fields: Fields) -> SaleSummary:
    sale_id = as_guid(fields.get("id"))
    if sale_id is None:
        raise unreadable("sale order", f"one without an id ({text_of(fields.get('printableid'))[:60]})")
    items: Counter[str] = Counter()
    for item in objects_in(fields, "Items") or []:
        items[as_guid(item.get("productcatalogid")) or ""] += whole_of(item.get("quantity")) or 0
    return SaleSummary(
        platform_sale_id=sale_id,
        printable_id=text_of(fields.get("printableid")),
        location=text_of(fields.get("locationid")),
        customer_id=as_guid(fields.get("customerid")) or "",
        items=tuple(sorted(items.items())),
        inserted_at=moment_of(fields.get("dateinsertedutc")),
    )


def without_payments(text: str) -> str:
    """Blank what a payment was made with in an answer's text, whole or cut off: it is kept for people to read."""
    return _PAID_WITH.sub(r'\1"…"', text)


def state_of(answer: Answer) -> PlatformSaleState:
    """Read the state of a sale order, in a list of one or alone; a word that no document lists is UNKNOWN.

    UnavailableError when no state is told: that says nothing about the order.
    """
    word = text_of(single(answer, "state of sale order").get("state")).strip()
    if not word:
        raise unreadable("state of sale order", "none is told")
    return _STATES.get(word.casefold(), PlatformSaleState.UNKNOWN)


def log_of(answer: Answer) -> list[StatusEntry]:
    """Read entries of a status log; UnavailableError when one is none."""
    return [_entry(fields) for fields in entries(answer, "status log")]


def entry_of(answer: Answer) -> StatusEntry:
    """Read one entry of a status log, in a list of one or alone."""
    return _entry(single(answer, "entry of the status log"))


def _entry(fields: Fields) -> StatusEntry:
    entry_id, word = as_guid(fields.get("id")), text_of(fields.get("status"))
    if entry_id is None and not word:
        raise unreadable("status log", "an entry with neither an id nor a status")
    return StatusEntry(
        entry_id=entry_id or "",
        succeeded=_SUCCEEDED.get(word.strip().casefold()),
        details=text_of(fields.get("details")),
        updated_by=text_of(fields.get("updatedby")),
        updated_at=moment_of(fields.get("updateddate")),
        raw_status=word,
    )


def in_order(log: list[StatusEntry]) -> list[StatusEntry]:
    """Sort entries by their time, the oldest first; those without one before all others, as they came.

    Times may be told to the minute only. Entries of the same time stay as they came, or turned round where the list
    shows that the service tells the newest first.
    """
    times = [entry.updated_at for entry in log if entry.updated_at is not None]
    newest_first = bool(times) and times[0] > times[-1]
    return sorted(reversed(log) if newest_first else log, key=lambda entry: entry.updated_at or _EARLIEST)
