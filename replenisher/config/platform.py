"""Settings of the vendor and of the retail platforms it talks to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from replenisher.config.kinds import (
    Digits,
    Guid,
    PlatformAddress,
    Seconds,
    Secret,
    Section,
    SoapAddress,
    Text,
    host_of,
    is_loopback,
    refusal,
)


class Vendor(Section):
    """Who we are on the platform."""

    id: Digits = Field(description="The vendor's id on the platform, digits only.", examples=["5123"])
    name: Text = Field(description="The vendor's name, for people.", examples=["Acme Accessories"])


class SoapAccount(Section):
    """A SOAP service of the platform and the account that signs its envelopes."""

    url: SoapAddress = Field(
        description="Whole address of the service. `http://` only for this machine.",
        examples=["https://vmi.example.com/VMIService.asmx"],
    )
    vendor_id: Guid = Field(
        description="The vendor's id in this service.", examples=["5a0c1d2e-3f40-4b5c-8d6e-7f8091a2b3c4"]
    )
    username: Text = Field(description="User name of the account.", examples=["acme"])
    password: Secret = Field(
        description="Password of that account, by reference only.", examples=["${env:REPLENISHER_SOAP_PASSWORD}"]
    )


class VmiAccount(SoapAccount):
    """The VMI service, for companies whose channel is `vmi`."""

    stores_per_report: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=30,
        description="Locations that one inventory report may cover; a larger area is asked for in parts.",
        examples=[30],
    )


class CmiAccount(SoapAccount):
    """The CMI service, for companies whose channel is `cmi`; its account belongs to the retailer."""


class RestService(Section):
    """One more REST service of the platform; it is signed in to with the platform's own account."""

    base_url: PlatformAddress = Field(
        description="Address of the service. `http://` only for this machine.",
        examples=["https://order.example.com/v1/"],
    )


class SupplierService(RestService):
    """A REST service that names the vendor as a supplier."""

    supplier_id: Digits | None = Field(
        default=None,
        description="The vendor's id as a supplier in this service; nothing = `vendor.id`.",
        examples=["14107"],
    )


class SalesService(RestService):
    """The REST service that takes the vendor's own sales."""

    tax_service_key: Literal["IqmetrixTaxServiceId", "IqTaxServiceId"] = Field(
        default="IqmetrixTaxServiceId",
        description="How the service spells the reference to its tax service: its documents have both.",
        examples=["IqmetrixTaxServiceId"],
    )


REST_KEYS = ("base_url", "accounts_url", "username", "password", "client_id", "client_secret")
"""What the channel `vendor_inventory` needs of a platform."""


class Platform(Section):
    """One retail platform: where its services are, how to sign in, and how long to wait for them.

    The first six keys are needed for companies whose channel is `vendor_inventory`, `vmi` and `cmi` for theirs.
    """

    base_url: PlatformAddress | None = Field(
        default=None,
        description="Address of the Vendor Inventory service. `http://` only for this machine.",
        examples=["https://vendorinventory.example.com/v1/"],
    )
    accounts_url: PlatformAddress | None = Field(
        default=None,
        description="Address of the service that gives tokens. `http://` only for this machine.",
        examples=["https://accounts.example.com/v1/"],
    )
    username: Text | None = Field(
        default=None, description="User name of the vendor's account.", examples=["orders@acme.example"]
    )
    password: Secret | None = Field(
        default=None,
        description="Password of that account, by reference only.",
        examples=["${env:REPLENISHER_PASSWORD}"],
    )
    client_id: Text | None = Field(
        default=None, description="Client id that the platform gave the vendor.", examples=["acme-replenisher"]
    )
    client_secret: Secret | None = Field(
        default=None,
        description="Secret of the client id, by reference only.",
        examples=["${file:secrets/client_secret}"],
    )
    vmi: VmiAccount | None = Field(default=None, description="The VMI service.", examples=[{"url": "…"}])
    cmi: CmiAccount | None = Field(default=None, description="The CMI service.", examples=[{"url": "…"}])
    orders: SupplierService | None = Field(
        default=None,
        description="The Order service: customers' orders, and replenishment orders where `order_desk` is `orders`.",
        examples=[{"base_url": "…"}],
    )
    purchase_orders: SupplierService | None = Field(
        default=None,
        description="The Purchase Order service, for the audit of receipts.",
        examples=[{"base_url": "…"}],
    )
    sales_orders: SalesService | None = Field(
        default=None, description="The Sales Order service.", examples=[{"base_url": "…"}]
    )
    verify_tls: bool = Field(
        default=True,
        description="Whether certificates are checked. `false` only for addresses on this machine.",
        examples=[True],
    )
    deadline_seconds: Seconds = Field(
        default=45.0, description="A call is cut off after this long, whatever it is doing.", examples=[45]
    )
    connect_seconds: Seconds = Field(
        default=5.0, description="Longest wait for a connection, in seconds.", examples=[5]
    )
    read_seconds: Seconds = Field(
        default=30.0, description="Longest silence while an answer is read, in seconds.", examples=[30]
    )
    maximum_response_megabytes: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=64, description="A larger answer (unpacked) is refused.", examples=[64]
    )
    read_attempts: Annotated[int, Field(ge=1, le=10)] = Field(
        default=5, description="How often a read is tried. Orders are always sent once.", examples=[5]
    )
    read_total_seconds: Seconds = Field(
        default=60.0, description="No further try of a read starts after this long.", examples=[60]
    )
    threads: Annotated[int, Field(ge=1, le=64)] = Field(
        default=8, description="Requests of one process that may be under way at once.", examples=[8]
    )

    @field_validator("verify_tls")
    @classmethod
    def _only_this_machine_unverified(cls, verify: bool, info: ValidationInfo) -> bool:
        addresses = [info.data[name] for name in ("base_url", "accounts_url") if info.data.get(name)]
        addresses += [account.url for name in ("vmi", "cmi") if (account := info.data.get(name)) is not None]
        services = ("orders", "purchase_orders", "sales_orders")
        addresses += [service.base_url for name in services if (service := info.data.get(name)) is not None]
        if not verify and not all(is_loopback(host_of(address)) for address in addresses):
            raise refusal("certificates may go unchecked only for addresses on this machine (127.0.0.1, localhost)")
        return verify
