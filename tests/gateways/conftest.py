"""Servers that the gateway tests speak to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from replenisher.gateways.vendor_inventory import VendorInventory
from tests.gateways.sandbox_process import TEMPLATE, Platform
from tests.gateways.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture(scope="package")
def sandbox() -> Iterator[Platform]:
    command = [sys.executable, "-m", "replenisher.sandbox", "serve", "--port", "0", "--exit-with-parent"]
    command += ["--companies", "1", "--locations", "4", "--skus", "40", "--creation-delay", "0.3"]
    command += ["--transfers-per-day", "2", "--adjustments-per-day", "2", "--partial-share", "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Platform(json.loads(process.stdout.readline()))
        process.terminate()


@pytest.fixture
def platform(sandbox: Platform) -> Platform:
    sandbox.admin.clear_faults()
    sandbox.admin.switch(**TEMPLATE)
    return sandbox


@pytest.fixture
def gateway(platform: Platform) -> Iterator[VendorInventory]:
    with VendorInventory(platform.connection()) as gateway:
        yield gateway
