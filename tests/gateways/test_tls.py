"""TLS: an unknown or wrong certificate means that nothing was sent, and the deadline holds inside TLS too."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from replenisher.errors import AmbiguousError, NotSentError
from replenisher.gateways.http import Connection
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import OrderRequest, RequestLine
from tests.gateways.stage import DRIPPED_SECONDS, read_request, token_reply
from tests.patience import HURRY_SECONDS, PATIENCE_SECONDS

ORDER = OrderRequest("1", "2", "2", "2", "R1", True, date(2024, 6, 1), (RequestLine("a", 1, Decimal(1)),))
OPENSSL = shutil.which("openssl")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost` that nobody else trusts, with its key in the same file."""
    if OPENSSL is None:
        pytest.skip("no openssl command here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    command = [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(folder / "key"), "-out", str(folder / "certificate"), "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "certificate").read_bytes() + (folder / "key").read_bytes())
    return both


class Platform:
    """A server that gives a token over TLS and drips its answer to anything else; `speaks_tls` false: it is mute."""

    def __init__(self, certificate: Path | None) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.creates = 0
        self._trust = None
        if certificate is not None:
            self._trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._trust.load_cert_chain(certificate)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._server.accept()
            except OSError:
                return
            with plain:
                try:
                    self._talk(plain)
                except OSError:
                    continue

    def _talk(self, plain: socket.socket) -> None:
        plain.settimeout(PATIENCE_SECONDS)
        if self._trust is None:
            for _ in range(600):
                plain.send(b"\x16")  # the start of a handshake record, over and over
                time.sleep(0.1)
            return
        with self._trust.wrap_socket(plain, server_side=True) as secure, secure.makefile("rb") as stream:
            seen = read_request(stream, 1)
            if seen is None or seen.path.endswith("/oauth2/token"):
                secure.sendall(token_reply())
                return
            self.creates += 1
            for _ in range(1200):
                secure.sendall(b"H")
                time.sleep(0.05)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def connection(self, certificate: Path | bool, host: str = "localhost") -> Connection:
        address = f"https://{host}:{self.port}/v1"
        verify = str(certificate) if isinstance(certificate, Path) else certificate
        times = {"deadline_seconds": HURRY_SECONDS, "connect_seconds": HURRY_SECONDS, "read_attempts": 1}
        return Connection(address, address, "u", "p", "c", "s", "5123", verify=verify, **times)  # type: ignore[arg-type]


@pytest.fixture
def platform(certificate: Path) -> Iterator[Platform]:
    platform = Platform(certificate)
    yield platform
    platform.close()


def test_a_certificate_that_nobody_trusts_means_not_sent(platform: Platform) -> None:
    with VendorInventory(platform.connection(True)) as gateway, pytest.raises(NotSentError, match="CERTIFICATE_VERIFY"):
        gateway.create(ORDER)
    assert platform.creates == 0


def test_a_certificate_for_another_host_means_not_sent(platform: Platform, certificate: Path) -> None:
    connection = platform.connection(certificate, host="127.0.0.1")
    with VendorInventory(connection) as gateway, pytest.raises(NotSentError, match="CERTIFICATE_VERIFY"):
        gateway.create(ORDER)
    assert platform.creates == 0


def test_a_dripped_answer_inside_tls_is_cut_off_at_the_deadline(platform: Platform, certificate: Path) -> None:
    began = time.monotonic()
    with VendorInventory(platform.connection(certificate)) as gateway, pytest.raises(AmbiguousError, match="within"):
        gateway.create(ORDER)
    assert time.monotonic() - began < DRIPPED_SECONDS
    assert platform.creates == 1


def test_a_handshake_that_never_ends_means_not_sent() -> None:
    mute = Platform(None)
    began = time.monotonic()
    try:
        with VendorInventory(mute.connection(True)) as gateway, pytest.raises(NotSentError):
            gateway.create(ORDER)
        assert time.monotonic() - began < DRIPPED_SECONDS
    finally:
        mute.close()
