"""The VMI SOAP interface: a vendor at the companies that have enabled it, in our words."""

from __future__ import annotations

from replenisher.gateways.vmi.channel import Vmi

__all__ = ["Vmi"]
