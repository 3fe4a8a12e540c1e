from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.embedded.family import Holder, all_end


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the tests of a module: making it takes half a second, a second start a tenth."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def hold() -> Iterator[Callable[..., Holder]]:
    """Start holders; whatever a failed test leaves behind is ended here."""
    holders: list[tuple[Holder, Path]] = []

    def start(folder: Path, **options: Any) -> Holder:
        holder = Holder(folder, **options)
        holders.append((holder, folder))
        return holder

    yield start
    for holder, _ in holders:
        if holder.process.poll() is None:
            holder.kill(signal.SIGKILL)
        holder.leave()
    for _, folder in holders:
        assert all_end(folder), "the servers outlived their holders"
