"""What happens by itself while nobody asks: orders come to exist, sale orders reach the POS."""

from __future__ import annotations

from replenisher.sandbox.sales_order_service.posting import settle_sales
from replenisher.sandbox.world import World


def settle(world: World, *, everything: bool = False) -> None:
    """Let everything whose delay is over happen (or everything at all)."""
    world.orders.settle(everything=everything)
    settle_sales(world, everything=everything)
