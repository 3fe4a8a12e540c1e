"""What a person is told of shipment notices, and how an outlet is chosen for them."""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import notices, orders
from replenisher.database.exceptions import Matter
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.session import Session
from replenisher.errors import NotFoundError
from replenisher.outlets.notices import PLATFORM, RECORD, outlet_named
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.platform import NoticeRequest
from replenisher.services import Services

OPEN_MATTERS = ("notice_refused", "notice_needs_person", "notice_unknown", "notice_not_sent", "notice_accepted_late")
"""What is no longer so when a notice has got where it belongs, or was cancelled."""


def notice_matter(notice: ShipmentNotice, kind: str, message: str) -> Matter:
    """Describe a matter of one notice."""
    text = f"shipment notice {notice.shipment_number} for location {notice.location}: {message}"
    return Matter(
        notice.company, kind, notice.shipment_number, text, location=notice.location, order_id=notice.order_id
    )


def way_out(services: Services, company: CompanySettings) -> tuple[str, NoticeState]:
    """Give the outlet of a company's notices, and `ready` or `recorded` by whether it takes any now.

    Raises ConfigurationError when the outlet that the configuration names is not installed.
    """
    name = company.notices.outlet
    if name == RECORD or (name == PLATFORM and not services.channel(company).takes_notices):
        return name, NoticeState.RECORDED
    if name != PLATFORM:
        outlet_named(name, services.settings.data_folder)
    return name, NoticeState.READY


def notice_request(session: Session, notice: ShipmentNotice) -> NoticeRequest:
    """Put a notice into the form in which it is sent: the same content every time."""
    order = orders.order_of(session, notice.order_id)
    if order is None:
        raise NotFoundError(f"shipment notice {notice.shipment_number} belongs to no order")
    return NoticeRequest(
        company=notice.company,
        location=notice.location,
        platform_order_id=order.platform_order_id or "",
        platform_order_number=order.platform_order_number or "",
        vendor_invoice_number=order.vendor_invoice_number,
        shipment_number=notice.shipment_number,
        lines=notices.notice_lines(session, notice.id),
        shipped_at=notice.shipped_at,
        tracking_number=notice.tracking_number,
        carrier=notice.carrier,
    )
