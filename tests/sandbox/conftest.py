"""One sandbox for all tests that leave its stock alone or do not mind it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from replenisher.sandbox.switches import Switches
from tests.sandbox.running import Vendor, vendor
from tests.sandbox.soaping import Soap


@pytest.fixture(scope="session")
def shared_vendor() -> Iterator[Vendor]:
    with vendor() as speaking:
        yield speaking


@pytest.fixture
def shop(shared_vendor: Vendor) -> Iterator[Vendor]:
    """The shared sandbox with a valid token; switches and faults are put back afterwards."""
    shared_vendor.sign_in()
    yield shared_vendor
    shared_vendor.admin.clear_faults()
    shared_vendor.admin.switch(**{**asdict(Switches()), "creation_delay": 0.05})


@pytest.fixture
def soap(shop: Vendor) -> Soap:
    """The SOAP side of the same sandbox."""
    return Soap(shop)
