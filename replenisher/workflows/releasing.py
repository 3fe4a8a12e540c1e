"""Make an order effective that its desk creates in two steps: it is there, equal to what was asked for, and waits.

Releasing twice is as good as once, so that a crash between the two steps is mended by the next look at the order.
"""

from __future__ import annotations

from replenisher.database import orders
from replenisher.database.models import Order
from replenisher.errors import RefusedError
from replenisher.gateways.channel import Channel
from replenisher.logs import get_logger
from replenisher.purchasing.matching import differences
from replenisher.purchasing.platform import PlatformOrder
from replenisher.services import Services

log = get_logger(__name__)


def released(
    services: Services, channel: Channel, order: Order, theirs: PlatformOrder
) -> tuple[PlatformOrder, str | None]:
    """Release the order if it waits for that, and give it as it is then; the text is the platform's no, or None.

    An order that is not committed, or is not what was asked for, is left as it is: a person decides about it.
    Raises GatewayError when the release or the read after it was not answered.
    """
    if not theirs.awaits_release or not order.committed:
        return theirs, None
    with services.database.transaction() as session:
        lines = orders.requested_lines(session, order.id)
    if differences(order.vendor_invoice_number, lines, theirs):
        return theirs, None
    try:
        channel.release(order.company, theirs.platform_order_id)
    except RefusedError as error:
        return theirs, f"it is there, and the platform does not process it: {error}"
    log.info("order_released", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number)
    return channel.read(order.company, theirs.platform_order_id, order.vendor_invoice_number), None
