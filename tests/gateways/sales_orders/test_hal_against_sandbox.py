"""The Sales Order service answers in HAL where something on the way takes our Accept header away."""

from __future__ import annotations

import httpx
import pytest

from replenisher.gateways.sales_orders import SalesOrders
from replenisher.purchasing.sale_orders import PlatformSaleState
from tests.gateways.sales_orders.test_sales_orders_against_sandbox import a_sale, desk, location, once
from tests.gateways.sandbox_process import Platform

__all__ = ["desk", "location"]


class WithoutAccept(httpx.HTTPTransport):
    """The network behind a proxy that takes the Accept header away, and keeps what kinds came back."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        del request.headers["Accept"]
        response = super().handle_request(request)
        self.kinds.append(response.headers.get("Content-Type", ""))
        return response


@pytest.mark.parametrize("links", ["versioned", "bare", "mixed"])
@pytest.mark.parametrize("prev", ["null", "text"])
def test_every_operation_understands_hal(platform: Platform, location: str, links: str, prev: str) -> None:
    platform.admin.switch(
        sale_default_accept="hal", hal_links=links, hal_prev=prev, sale_log_delay=0.05, sale_page_size=1
    )
    network = WithoutAccept()
    with SalesOrders(platform.connection(base_url=platform.ready["sales_orders_url"]), network) as desk:
        sale = a_sale(platform, location)
        sale_id = desk.submit(sale).platform_sale_id
        twin = desk.submit(sale).platform_sale_id
        assert {one.platform_sale_id for one in desk.find(platform.company, sale.printable_id)} == {sale_id, twin}
        assert desk.sale_order(platform.company, sale_id).printable_id == sale.printable_id
        (entry,) = once(lambda: desk.log(platform.company, sale_id))
        platform.admin.tell_sale(sale_id, "fail", "later")
        assert [one.details for one in desk.log(platform.company, sale_id)] == ["Sent to POS", "later"]
        assert desk.log_entry(platform.company, sale_id, entry.entry_id) == entry
        assert desk.set_state(platform.company, sale_id, PlatformSaleState.CANCELLED) is PlatformSaleState.CANCELLED
    assert sum("hal+json" in kind for kind in network.kinds) >= 8
