"""Kill -9 at any statement of a close leaves nothing of it or everything, and the next worker brings it to its end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from replenisher.workflows.replay import replay
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop
from tests.workflows.short_shop import asks, ordered, planned, short_shop, write_stock

ROOT = Path(__file__).parents[2]
PLANNING = {"planning": {"budget": {"amount": "40.00", "period": "year"}}}


@contextmanager
def closing_process(shop: Shop, run: int) -> Iterator[Callable[[int], str]]:
    """A process that tries to close the run and is killed before a statement; gives how each try ended."""
    command = [sys.executable, "-m", "tests.workflows.killed_close", str(shop.world.write()), str(run)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as process:

        def close(before: int) -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{before}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield close
        process.communicate()


def test_a_close_that_is_killed_at_any_statement_or_at_its_commit_leaves_nothing(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    """A shortage, a budget and an older proposal take part; the last try is killed nowhere."""
    write_stock(tmp_path, sku_00123=20)
    shop = short_shop(
        open_shop, tmp_path, "--locations", "2", company=HELD | PLANNING, work={"maximum_run_attempts": 100}
    )
    asks(shop, dict.fromkeys(shop.locations, 16))
    older = shop.plan(shop.locations[:1])
    run = planned(shop)
    shop.time_passes()
    matters = sorted((one.kind, one.message) for one in shop.matters())
    killed = 0
    with closing_process(shop, run) as close:
        for before in chain((0,), count(1)):
            ended = close(before)
            if ended != "killed":
                break
            killed += 1
            assert (shop.run(run).state, shop.run(run).close_frame, shop.orders(run)) == ("closing", None, [])
            assert [order.state for order in shop.orders(older)] == ["held"]
            assert sorted((one.kind, one.message) for one in shop.matters()) == matters
            shop.time_passes()
    assert ended == "0"
    assert killed > 10
    assert shop.run(run).state == "closed"
    assert [order.state for order in shop.orders(older)] == ["superseded"]
    assert sum(ordered(shop, run).values()) == 20
    assert replay(shop.services, run).same
