"""Settings of the vendor and of the retail platforms it talks to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from replenisher.config.kinds import (
    Digits,
    PlatformAddress,
    Seconds,
    Secret,
    Section,
    Text,
    host_of,
    is_loopback,
    refusal,
)


class Vendor(Section):
    """Who we are on the platform."""

    id: Digits = Field(description="The vendor's id on the platform, digits only.", examples=["5123"])
    name: Text = Field(description="The vendor's name, for people.", examples=["Acme Accessories"])


class Platform(Section):
    """One retail platform: where it is, how to sign in, and how long to wait for it."""

    base_url: PlatformAddress = Field(
        description="Address of the Vendor Inventory service. `http://` only for this machine.",
        examples=["https://vendorinventory.example.com/v1/"],
    )
    accounts_url: PlatformAddress = Field(
        description="Address of the service that gives tokens. `http://` only for this machine.",
        examples=["https://accounts.example.com/v1/"],
    )
    username: Text = Field(description="User name of the vendor's account.", examples=["orders@acme.example"])
    password: Secret = Field(
        description="Password of that account, by reference only.", examples=["${env:REPLENISHER_PASSWORD}"]
    )
    client_id: Text = Field(description="Client id that the platform gave the vendor.", examples=["acme-replenisher"])
    client_secret: Secret = Field(
        description="Secret of the client id, by reference only.", examples=["${file:secrets/client_secret}"]
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
        addresses = [info.data[name] for name in ("base_url", "accounts_url") if name in info.data]
        if not verify and not all(is_loopback(host_of(address)) for address in addresses):
            raise refusal("certificates may go unchecked only for addresses on this machine (127.0.0.1, localhost)")
        return verify
