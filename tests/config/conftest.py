"""A smallest valid configuration, and ways to load it changed and to read what was refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replenisher.config import Settings, load
from replenisher.errors import ConfigurationError

SMALLEST = """\
vendor:
  id: 5123
  name: Acme Accessories
platforms:
  retail:
    base_url: https://inventory.example.com/v1/
    accounts_url: https://accounts.example.com/v1/
    username: orders
    password: ${env:PASSWORD}
    client_id: acme
    client_secret: ${env:CLIENT_SECRET}
companies:
  - id: 14146
    name: Kentel
    platform: retail
    time_zone: America/Regina
    planning:
      unlisted: order
"""
ENVIRONMENT = {"PASSWORD": "canary-password", "CLIENT_SECRET": "canary-secret"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The path at which the tests of this folder keep their configuration."""
    return tmp_path / "config.yaml"


@pytest.fixture
def loaded(config: Path) -> Callable[..., Settings]:
    """Load a text, by default the smallest valid one, with changes `(old, new)` made in it."""

    def from_text(*changes: tuple[str, str], text: str = SMALLEST, **environment: str) -> Settings:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        config.write_text(text, encoding="utf-8")
        return load(config, ENVIRONMENT | environment)

    return from_text


@pytest.fixture
def refused(loaded: Callable[..., Settings], config: Path) -> Callable[..., list[str]]:
    """Load as `loaded` does, expect a refusal and give its lines with the file's path taken off."""

    def lines(*changes: tuple[str, str], text: str = SMALLEST, **environment: str) -> list[str]:
        with pytest.raises(ConfigurationError) as refusal:
            loaded(*changes, text=text, **environment)
        told = str(refusal.value)
        assert "canary" not in told
        faults = told.split(f"{config}:")
        assert faults[0] == ""
        return [fault.strip() for fault in faults[1:]]

    return lines
