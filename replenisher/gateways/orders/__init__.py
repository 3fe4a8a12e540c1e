"""The Order service: customers' orders that we may have to ship, and an order desk for replenishment orders."""

from __future__ import annotations

from replenisher.gateways.orders.order_desk import DeskOptions
from replenisher.gateways.orders.service import Orders

__all__ = ["DeskOptions", "Orders"]
