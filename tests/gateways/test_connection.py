"""Addresses that may be spoken to, and secrets that do not show."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from replenisher.errors import ConfigurationError, RefusedError
from replenisher.gateways.http import Connection
from replenisher.gateways.http.client import trust_of
from replenisher.gateways.vendor_inventory import VendorInventory


def a_connection(**changes: Any) -> Connection:
    values: dict[str, Any] = {
        "base_url": "https://api.example.test/vendorinventory/v1",
        "accounts_url": "https://accounts.example.test/v1",
        "username": "planner",
        "password": "pass-word-canary",
        "client_id": "client",
        "client_secret": "client-secret-canary",
        "vendor_id": "5123",
    }
    return Connection(**(values | changes))


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.test/v1/",
        "https://api.example.test:8443",
        "http://127.0.0.1:8080/v1",
        "http://[::1]:80/",
        "http://localhost/v1",
    ],
)
def test_https_anywhere_and_http_on_loopback_are_accepted(address: str) -> None:
    assert a_connection(base_url=address, accounts_url=address).base_url == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.example.test/v1",
        "//api.example.test/v1",
        "ftp://api.example.test/v1",
        "http://api.example.test/v1",
        "http://169.254.169.254/",
        "http://127.0.0.1.example.test/",
        "https://",
        "https://user:secret@api.example.test/v1",
        "https://api.example.test@evil.test/v1",
        "https://api.example.test/v1?key=1",
        "https://api.example.test/v1#part",
        "https://api.example.test:99999/v1",
        "https://api.example.test:0/v1",
        "https://api.example.test/ v1",
        "https://api.example.test/\tv1",
        "https://api.example.test\\@evil.test/v1",
        "https://[::1/v1",
    ],
)
@pytest.mark.parametrize("name", ["base_url", "accounts_url"])
def test_any_other_address_stops_the_program_and_is_not_repeated(name: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        a_connection(**{name: address})
    assert "secret" not in str(caught.value)


def test_certificates_may_go_unchecked_only_on_loopback() -> None:
    with pytest.raises(ConfigurationError, match="certificates"):
        a_connection(verify=False)
    loopback = {"base_url": "https://127.0.0.1/v1", "accounts_url": "https://127.0.0.1/v1"}
    assert trust_of(a_connection(verify=False, **loopback)).verify_mode is ssl.CERT_NONE


def test_certificates_and_host_names_are_checked() -> None:
    trust = trust_of(a_connection())
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname


def test_secrets_do_not_show() -> None:
    assert "canary" not in repr(a_connection())


@pytest.mark.parametrize("vendor", ["", "x", "5123/../7", "0", "-5", "٣"])
def test_a_vendor_id_that_is_no_number_is_refused_before_anything_is_sent(vendor: str) -> None:
    with pytest.raises(RefusedError, match="vendor id"):
        VendorInventory(a_connection(vendor_id=vendor))
