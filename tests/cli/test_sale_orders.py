"""`sale-orders` as a person types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Typed
from tests.workflows.conftest import open_shop
from tests.workflows.shop import Shop
from tests.workflows.test_sale_orders import SELLING, WebShop

__all__ = ["open_shop"]


@pytest.fixture
def web(open_shop: Callable[..., Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Typed) -> WebShop:
    shop = open_shop("--locations", "1", "--sale-log-delay", "0.05", company=SELLING)
    monkeypatch.setenv("REPLENISHER_CONFIG", str(shop.world.folder / "replenisher.yaml"))
    return WebShop(shop, tmp_path)


def test_a_file_is_imported_listed_shown_and_ended(web: WebShop, typed: Typed) -> None:
    path = web.write(web.row("WEB-1", web.skus()[0], 2))
    imported = typed(f"sale-orders import {path}")
    assert imported.code == 0
    assert "sales.csv: 1 imported" in imported.out
    assert typed(f"sale-orders import {path} --json").data["entries"][0]["outcome"] == "already_there"
    web.until("WEB-1", "succeeded")
    assert "Sent to POS" in typed("sale-orders list --state succeeded").out
    assert typed("sale-orders list --state failed").out.strip() == "no sale orders"
    assert "sale orders 1 succeeded" in typed("status").said
    shown = typed("sale-orders show WEB-1 --log")
    assert all(text in shown.out for text in ("Sale order WEB-1: succeeded", "Status log at the platform", "accepted"))
    (entry,) = typed("sale-orders show WEB-1 --log --json").data["status_log"]
    one = typed(f"sale-orders show WEB-1 --entry {entry['entry_id']} --json").data
    assert one["status_log"] == [entry]
    assert [line["quantity"] for line in one["lines"]] == [2]
    assert typed("sale-orders complete WEB-1").code == 2
    done = typed("sale-orders complete WEB-1 --reason 'picked up'")
    assert (done.code, "WEB-1" in done.out, "completed" in done.out) == (0, True, True)
    assert typed("sale-orders cancel WEB-1 --reason 'too late'").code == 6


def test_what_cannot_be_is_said_with_its_exit_code(web: WebShop, typed: Typed) -> None:
    bad = web.write(web.row("x" * 51, web.skus()[0]), web.row("WEB-1", web.skus()[0]))
    refused = typed(f"sale-orders import {bad}")
    assert (refused.code, "printable_id has 51 characters" in refused.err) == (3, True)
    assert "nothing of it was imported" in refused.said
    some = typed(f"sale-orders import {bad} --keep-good")
    assert (some.code, "1 imported, 1 refused" in some.out) == (7, True)
    assert typed("sale-orders show NOWHERE").code == 6
    assert typed("sale-orders list --state lost").code == 2
    assert typed("sale-orders show WEB-1 --log").code == 6  # not sent yet: the platform has no log of it
    assert typed(f"sale-orders import {bad} --company nobody").code == 6
    cancelled = typed("sale-orders cancel WEB-1 --reason 'a mistake'")
    assert (cancelled.code, "cancelled" in cancelled.out) == (0, True)
    assert typed("sale-orders resend WEB-1 --reason 'again'").code == 6
