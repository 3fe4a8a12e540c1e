"""Shops of real processes, as in tests/e2e."""

from __future__ import annotations

from tests.e2e.conftest import open_channels, open_shop

__all__ = ["open_channels", "open_shop"]
