"""Where the platform is, who we are there, and how patient we are: plain values that `services` fills."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from replenisher.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Network:
    """How patient we are with one service, and how much of it we read: times in seconds, sizes in bytes unpacked.

    `verify` is True, or the path of a file with the certificates to trust; False, like plain http, is only for a
    loopback address. `send_within_seconds`: a write whose first byte cannot leave within this time of the call is
    not sent at all, so that a slow token, name server or frozen process never sends late.
    """

    deadline_seconds: float = 45.0
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    max_response_bytes: int = 64 * 1024 * 1024
    read_attempts: int = 5
    read_total_seconds: float = 60.0
    verify: bool | str = True
    send_within_seconds: float = 5.0

    def __post_init__(self) -> None:
        """Refuse addresses that would send a secret in the clear or to somebody else; raise ConfigurationError."""
        for name, address in self.addresses().items():
            _check_address(name, address, verify=self.verify)

    def addresses(self) -> dict[str, str]:
        """Name every address that is spoken to; the first is the one that paths are joined to."""
        raise NotImplementedError

    def root(self) -> str:
        """Give the address that paths are joined to, without a slash at its end."""
        return next(iter(self.addresses().values())).rstrip("/")

    def uses_tls(self) -> bool:
        """Tell whether any address is https."""
        return "https" in {urlsplit(address).scheme for address in self.addresses().values()}


@dataclass(frozen=True)
class Connection(Network):
    """Everything a gateway needs to speak to one REST platform; secrets stay out of its `repr`.

    `base_url` is the service with its version (`https://host/vendorinventory/v1`), `accounts_url` the token
    service (`https://host/v1`).
    """

    base_url: str
    accounts_url: str
    username: str
    password: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    vendor_id: str
    threads: int = 8
    refresh_before_seconds: float = 120.0

    def addresses(self) -> dict[str, str]:
        """Name the service and its token service."""
        return {"base_url": self.base_url, "accounts_url": self.accounts_url}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_address(name: str, address: str, *, verify: bool | str) -> None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}; expected an address such as https://host/v1") from error
    odd = any(character.isspace() or not character.isprintable() or character == "\\" for character in address)
    if parts.scheme not in {"http", "https"} or not host or port == 0 or odd:
        raise ConfigurationError(f"{name}: expected an address such as https://host/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigurationError(f"{name}: expected no user name, query or fragment in the address")
    if _is_loopback(host):
        return
    if parts.scheme == "http":
        raise ConfigurationError(f"{name}: plain http is only for a loopback address; expected https")
    if verify is False:
        raise ConfigurationError(f"{name}: certificates may go unchecked only at a loopback address")
