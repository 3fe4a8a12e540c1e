"""Shops whose work is done by real Celery processes; one per module, for a worker takes seconds to start."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from replenisher.embedded import EmbeddedServers
from tests.e2e.channels_shop import ChannelsShop, opened_channels_shop
from tests.e2e.daemon import own_database
from tests.workflows.shop import Shop, fresh_database, opened_shop

DATABASES = itertools.count(1)


@pytest.fixture(scope="module")
def open_shop(
    tmp_path_factory: pytest.TempPathFactory, template: str, servers: EmbeddedServers
) -> Iterator[Callable[..., Shop]]:
    """Open a shop with options of the sandbox and changes of the configuration."""
    with ExitStack() as stack:

        def opened(*sandbox: str, **changes: Any) -> Shop:
            database_url = stack.enter_context(fresh_database(template))
            broker_url = own_database(servers.broker_url, next(DATABASES))
            folder = tmp_path_factory.mktemp("daemon")
            return stack.enter_context(opened_shop(folder, database_url, broker_url, *sandbox, **changes))

        yield opened


@pytest.fixture(scope="module")
def open_channels(
    tmp_path_factory: pytest.TempPathFactory, template: str, servers: EmbeddedServers
) -> Iterator[Callable[..., ChannelsShop]]:
    """Open a shop with a company for each of these channels and changes of the configuration."""
    with ExitStack() as stack:

        def opened(channels: Sequence[str], **changes: Any) -> ChannelsShop:
            database_url = stack.enter_context(fresh_database(template))
            broker_url = own_database(servers.broker_url, next(DATABASES))
            folder = tmp_path_factory.mktemp("daemon")
            return stack.enter_context(opened_channels_shop(folder, database_url, broker_url, channels, **changes))

        yield opened
