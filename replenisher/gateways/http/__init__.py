"""One way to speak HTTP: a deadline, a size cap, retries of reads only, tokens, and one error mapping."""

from __future__ import annotations

from replenisher.gateways.http.connection import Connection

__all__ = ["Connection"]
