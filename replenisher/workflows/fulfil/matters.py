"""What a person is told of fulfilments, and how an update is entered."""

from __future__ import annotations

from typing import Any

from replenisher.database import fulfilments, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.fulfilment_models import Fulfilment, FulfilmentUpdate
from replenisher.database.session import Session
from replenisher.purchasing.customer_orders import ItemState
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.workflows.sending import fingerprint

OPEN_MATTERS = ("fulfilment_refused", "fulfilment_needs_person", "fulfilment_unknown", "fulfilment_not_sent")
"""What is no longer so when an update has got where it belongs, or was cancelled."""


def fulfilment_matter(fulfilment: Fulfilment, kind: str, message: str) -> Matter:
    """Describe a matter of one fulfilment."""
    text = f"customer order {fulfilment.printable_id}, SKU {fulfilment.sku} ({fulfilment.number}): {message}"
    return Matter(
        fulfilment.company, kind, fulfilment.number, text, location=fulfilment.location, sku=fulfilment.sku or None
    )


def enter_update(
    session: Session,
    fulfilment: Fulfilment,
    item_state: ItemState,
    *,
    actor: str,
    source: str,
    reason: str = "",
    parcel: dict[str, Any] | None = None,
) -> FulfilmentUpdate | None:
    """Write an update, due at once; None when one of the same step stands already.

    `parcel` holds tracking_number, quantity, carrier and serial_numbers of goods that left.
    """
    goods = parcel or {}
    tracking_number = str(goods.get("tracking_number", ""))
    key = f"shipped:{tracking_number.casefold()}" if parcel else item_state.value
    content = fingerprint((key, item_state.value, reason, sorted(goods.items(), key=lambda pair: pair[0])))
    values = {
        "company": fulfilment.company,
        "fulfilment_id": fulfilment.id,
        "platform_order_id": fulfilment.platform_order_id,
        "update_key": key,
        "item_state": item_state.value,
        "reason": reason,
        "content_sha256": content,
        "source": source,
        "state": UpdateState.READY.value,
        "next_at": submissions.now(),
        **goods,
    }
    return fulfilments.add_update(session, values, actor=actor)
