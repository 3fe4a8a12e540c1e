"""A sandbox that speaks SOAP, and who we are there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from replenisher.gateways.soap.service import SoapConnection
from replenisher.gateways.vmi import Vmi
from replenisher.sandbox.client import SandboxAdmin


@dataclass
class SoapPlatform:
    """A running sandbox with its SOAP names."""

    ready: dict[str, Any]
    admin: SandboxAdmin

    @property
    def company(self) -> str:
        return str(self.ready["companies"][0]["guid"])

    def connection(self, **changes: Any) -> SoapConnection:
        values: dict[str, Any] = {
            "url": self.ready["vmi_url"],
            "username": self.ready["username"],
            "password": self.ready["password"],
            "deadline_seconds": 5.0,
            "read_attempts": 2,
            "read_total_seconds": 10.0,
        }
        return SoapConnection(**(values | changes))

    def vmi(self, stores_per_report: int = 30, **changes: Any) -> Vmi:
        return Vmi(self.connection(**changes), self.ready["vendor_guid"], stores_per_report)


@pytest.fixture(scope="package")
def soap_sandbox() -> Iterator[SoapPlatform]:
    command = [sys.executable, "-m", "replenisher.sandbox", "serve", "--port", "0", "--exit-with-parent"]
    command += ["--companies", "2", "--locations", "6", "--skus", "40"]
    command += ["--transfers-per-day", "2", "--adjustments-per-day", "2", "--partial-share", "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield SoapPlatform(ready, SandboxAdmin(ready["url"]))
        process.terminate()


@pytest.fixture
def platform(soap_sandbox: SoapPlatform) -> SoapPlatform:
    soap_sandbox.admin.clear_faults()
    soap_sandbox.admin.switch(
        soap_personality="wsdl", default_channel="named", soap_order_not_found="empty", echo_quantity=0
    )
    return soap_sandbox


@pytest.fixture
def vmi(platform: SoapPlatform) -> Iterator[Vmi]:
    with platform.vmi() as gateway:
        yield gateway
