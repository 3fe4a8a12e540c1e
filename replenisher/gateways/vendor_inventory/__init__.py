"""The Vendor Inventory REST interface: its thirteen operations, in our words."""

from __future__ import annotations

from replenisher.gateways.vendor_inventory.channel import VendorInventory

__all__ = ["VendorInventory"]
