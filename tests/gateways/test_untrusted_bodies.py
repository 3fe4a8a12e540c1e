"""Bodies whose size cannot be trusted: packed, endless, or a bomb."""

from __future__ import annotations

import gzip
import subprocess
import sys
import textwrap
from datetime import date

from replenisher.errors import (
    ReportRefusedError,
)
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import Company, ReportWindow
from tests.gateways.saved import saved
from tests.gateways.stage import Conversation, Seen, Stage, reply, says

WINDOW = ReportWindow(date(2024, 5, 1), date(2024, 5, 30))


def companies(stage: Stage, **changes: object) -> list[Company]:
    with VendorInventory(stage.connection(**changes)) as gateway:
        return gateway.companies()


def test_a_packed_answer_is_read(stage: Stage) -> None:
    packed = reply(200, gzip.compress(saved("companies.json")), Content_Encoding="gzip")
    stage.plays["/companyRelationships"] = says(packed)
    assert len(companies(stage)) == 2
    assert stage.requests[0].headers["accept-encoding"] == "gzip"


def test_a_byte_order_mark_is_passed_over(stage: Stage) -> None:
    stage.plays["/companyRelationships"] = says(reply(200, b"\xef\xbb\xbf" + saved("companies.json")))
    assert len(companies(stage)) == 2


def read_peak_of_one_bomb(address: str) -> int:
    """Read the bomb in a process of its own; its peak memory grew by this many bytes."""
    script = f"""
        import resource
        from datetime import date
        from replenisher.errors import ReportRefusedError
        from replenisher.gateways.http import Connection
        from replenisher.gateways.vendor_inventory import VendorInventory
        from replenisher.purchasing.platform import ReportWindow
        import replenisher.gateways.vendor_inventory.inventory as module
        module.parse_inventory(b"[]", "31007")
        window = ReportWindow(date(2024, 5, 1), date(2024, 5, 30))
        connection = Connection("{address}/x", "{address}/v1", "u", "p", "c", "s", "5123")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with VendorInventory(connection) as gateway:
            refused = gateway.inventory("20417", ["31007"], window)["31007"]
        assert isinstance(refused, ReportRefusedError), refused
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) * 1024


def test_a_gzip_bomb_is_refused_without_unpacking_it(stage: Stage) -> None:
    bomb = gzip.compress(b" " * 256_000_000, 9)
    assert len(bomb) < 260_000
    stage.plays["/reports/inventory"] = says(reply(200, bomb, Content_Encoding="gzip"))
    grown = read_peak_of_one_bomb(stage.address)
    assert grown < 64 * 1024 * 1024, f"{grown:,} bytes"
    assert len(stage.requests) == 1


def test_an_endless_body_is_refused_at_the_cap(stage: Stage) -> None:
    def endless(_seen: Seen, conversation: Conversation) -> None:
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        while True:
            conversation.send(b" " * 65_536)

    stage.plays["/reports/inventory"] = endless
    with VendorInventory(stage.connection(max_response_bytes=5_000_000, deadline_seconds=5)) as gateway:
        refused = gateway.inventory("20417", ["31007"], WINDOW)["31007"]
    assert isinstance(refused, ReportRefusedError)
    assert "larger than 5000000 bytes" in refused.reason
