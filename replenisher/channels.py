"""A company's channel: one word of its configuration becomes the gateway that serves it, made after the fork."""

from __future__ import annotations

from typing import Any, TypeVar

from replenisher.config import CompanySettings, Settings
from replenisher.config.platform import Platform, SoapAccount
from replenisher.errors import ConfigurationError
from replenisher.gateways.channel import Channel
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.soap.service import SoapConnection
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.gateways.vmi import Vmi

Given = TypeVar("Given")


def channel_key(company: CompanySettings) -> str:
    """Name the channel; companies on one platform and interface share its connections and its account."""
    return f"{company.channel}/{company.platform}"


def make_channel(settings: Settings, company: CompanySettings) -> Channel:
    """Make the gateway that serves a company.

    Raises ConfigurationError when its platform lacks what the channel needs, which the check of the configuration has
    said before.
    """
    platform = settings.platform_of(company)
    if company.channel == "vmi":
        vmi = _given(company, platform.vmi)
        return Vmi(_soap(settings, platform, vmi), vmi.vendor_id, vmi.stores_per_report)
    return VendorInventory(_rest(settings, company, platform))


def _rest(settings: Settings, company: CompanySettings, platform: Platform) -> Connection:
    return Connection(
        base_url=_given(company, platform.base_url),
        accounts_url=_given(company, platform.accounts_url),
        username=_given(company, platform.username),
        password=_given(company, platform.password).get_secret_value(),
        client_id=_given(company, platform.client_id),
        client_secret=_given(company, platform.client_secret).get_secret_value(),
        vendor_id=settings.vendor.id,
        threads=platform.threads,
        **_network(settings, platform),
    )


def _soap(settings: Settings, platform: Platform, account: SoapAccount) -> SoapConnection:
    return SoapConnection(
        url=account.url,
        username=account.username,
        password=account.password.get_secret_value(),
        **_network(settings, platform),
    )


def _network(settings: Settings, platform: Platform) -> dict[str, Any]:
    return {
        "deadline_seconds": platform.deadline_seconds,
        "connect_seconds": platform.connect_seconds,
        "read_seconds": platform.read_seconds,
        "max_response_bytes": platform.maximum_response_megabytes * 1024 * 1024,
        "read_attempts": platform.read_attempts,
        "read_total_seconds": platform.read_total_seconds,
        "verify": platform.verify_tls,
        "send_within_seconds": settings.times.send_guard,
    }


def _given(company: CompanySettings, setting: Given | None) -> Given:
    if setting is None:
        raise ConfigurationError(f"platform {company.platform} lacks what channel {company.channel} needs")
    return setting
