"""One way to speak SOAP: envelopes by zeep, sending by `gateways.http`, answers read by name, faults by their text."""

from __future__ import annotations

from replenisher.gateways.soap.service import SoapConnection, SoapService

__all__ = ["SoapConnection", "SoapService"]
