"""Shops of one test, or of one module where the tests only look at what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from replenisher.embedded import EmbeddedServers
from tests.workflows.ruled_shop import PRODUCTS, RULED, RULES, SHOP, RuledShop
from tests.workflows.shop import Shop, opened_shop

OpenShop = Callable[..., Shop]
Opened = Callable[..., RuledShop]


@pytest.fixture
def open_shop(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[OpenShop]:
    """Open a shop with options of the sandbox and changes of the configuration."""
    with ExitStack() as stack:

        def opened(*sandbox: str, **changes: Any) -> Shop:
            return stack.enter_context(opened_shop(tmp_path, database_url, servers.broker_url, *sandbox, **changes))

        yield opened


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop with three locations and short times."""
    return open_shop()


@pytest.fixture
def opened(open_shop: OpenShop, tmp_path: Path) -> Opened:
    """Open a shop that is planned by rules, with these files and changes of its company."""

    def made(rules: str = RULES, products: str = PRODUCTS, **changes: Any) -> RuledShop:
        (tmp_path / "rules.yaml").write_text(rules)
        (tmp_path / "products.csv").write_text(products)
        return RuledShop(open_shop(*SHOP, company=RULED | changes))

    return made
