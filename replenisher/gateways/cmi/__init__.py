"""The CMI SOAP interface: a retailer's own database, without a report of its stock, in our words."""

from __future__ import annotations

from replenisher.gateways.cmi.channel import Cmi

__all__ = ["Cmi"]
