"""The Sales Order service: the vendor's own sales, submitted once and followed through their status log."""

from __future__ import annotations

from replenisher.gateways.sales_orders.service import SalesOrders

__all__ = ["SalesOrders"]
