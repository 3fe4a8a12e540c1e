"""The Purchase Order service: purchase orders in full, and an order desk that takes headers only."""

from __future__ import annotations

from replenisher.gateways.purchase_orders.service import PurchaseOrders

__all__ = ["PurchaseOrders"]
