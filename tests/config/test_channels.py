"""A company's channel is one word, and its platform must name the service behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replenisher.config import Settings
from tests.config.conftest import SMALLEST

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]

CLIENT_ID = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"
VENDOR_ID = "5A0C1D2E-3F40-4B5C-8D6E-7F8091A2B3C4"
SERVICE = (
    "    {channel}:\n      url: https://soap.example.com/{file}\n      vendor_id: {vendor}\n      username: acme\n"
)
SERVICE += "      password: ${{env:PASSWORD}}\n"
REST = SMALLEST[SMALLEST.index("    base_url") : SMALLEST.index("companies:")]
SERVED = ("id: 14146", f"id: {CLIENT_ID}")


def soap(channel: str) -> tuple[tuple[str, str], ...]:
    """Changes that let the only company be served over SOAP, on a platform that has nothing else."""
    service = SERVICE.format(channel=channel, file="Service.asmx", vendor=VENDOR_ID)
    return ((REST, service), ("    time_zone", f"    channel: {channel}\n    time_zone"), SERVED)


@pytest.mark.parametrize("channel", ["vmi", "cmi"])
def test_a_soap_company_needs_only_its_own_service(loaded: Loaded, channel: str) -> None:
    settings = loaded(*soap(channel))
    account = getattr(settings.platforms["retail"], channel)
    assert settings.companies[0].channel == channel
    assert account.url == "https://soap.example.com/Service.asmx"
    assert account.vendor_id == VENDOR_ID.lower()
    assert "canary-password" not in repr(settings)


@pytest.mark.parametrize("channel", ["vmi", "cmi"])
def test_a_channel_without_its_service_is_told_at_the_platform(refused: Refused, channel: str) -> None:
    faults = refused(("    time_zone", f"    channel: {channel}\n    time_zone"), SERVED)
    assert faults == [
        f"5: platforms.retail.{channel}: is missing: channel {channel} of company {CLIENT_ID} needs it",
    ]


def test_what_the_rest_channel_needs_is_told_key_by_key_with_an_example(refused: Refused) -> None:
    faults = refused(("    username: orders\n", ""), ("    client_id: acme\n", ""))
    needs = "is missing: channel vendor_inventory of company 14146 needs it; for example"
    assert faults == [
        f"5: platforms.retail.username: {needs} `username: orders@acme.example`",
        f"5: platforms.retail.client_id: {needs} `client_id: acme-replenisher`",
    ]


@pytest.mark.parametrize("known", ["14146", CLIENT_ID.upper(), CLIENT_ID[:-1]])
def test_a_soap_company_is_known_by_its_client_id(refused: Refused, known: str) -> None:
    changes = tuple(change for change in soap("vmi") if change != SERVED)
    (fault,) = refused(*changes, ("id: 14146", f"id: {known}"))
    assert "companies[0].id: channel vmi knows companies by ids such as 01234567-" in fault


def test_sell_through_is_for_the_channel_that_has_no_stock_report(refused: Refused, loaded: Loaded) -> None:
    sell = ("    planning:\n", "    planning:\n      policy: sell_through\n")
    (fault,) = refused(sell)
    assert fault.endswith("companies[0].planning.policy: sell_through is for companies whose channel is cmi")
    assert loaded(*soap("cmi"), sell).companies[0].planning.policy.value == "sell_through"


def test_a_soap_address_off_this_machine_is_encrypted_and_checked(refused: Refused, loaded: Loaded) -> None:
    changes = soap("vmi")
    (fault,) = refused(*changes, ("https://soap.example.com", "http://soap.example.com"))
    assert "platforms.retail.vmi.url: http:// is for this machine only" in fault
    unchecked = ("    vmi:\n", "    verify_tls: false\n    vmi:\n")
    (fault,) = refused(*changes, unchecked)
    assert "platforms.retail.verify_tls: certificates may go unchecked only for addresses on this machine" in fault
    local = ("https://soap.example.com/Service.asmx", "http://127.0.0.1:8080/Service.asmx")
    assert loaded(*changes, unchecked, local).platforms["retail"].verify_tls is False
