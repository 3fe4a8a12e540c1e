"""A platform that answers some calls in another way: what no fault of the sandbox can stage, as a frozen worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from replenisher.database.models import Order
from replenisher.database.orders import requested_lines
from replenisher.gateways.channel import Channel
from tests.workflows.shop import Shop


class AlteredChannel:
    """A channel with some of its calls replaced; the others go to the platform."""

    def __init__(self, real: Channel, replaced: dict[str, Callable[..., Any]]) -> None:
        self.real = real
        self._replaced = replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self.real, name)


def alter(shop: Shop, **replaced: Callable[..., Any]) -> Channel:
    """Replace these calls of every company's channel, and only these; gives the channel as it really is."""
    real = real_channel(shop)
    (key,) = shop.services._channels
    shop.services = replace(shop.services, _channels={key: AlteredChannel(real, replaced)})
    return real


def real_channel(shop: Shop) -> Channel:
    """The channel to the sandbox."""
    channel = shop.services.channel(shop.services.settings.companies[0])
    return channel.real if isinstance(channel, AlteredChannel) else channel


class Raised:
    """A call that ends with this error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise self.error


def order_three_more(shop: Shop, order: Order) -> None:
    """Let the retailer raise the quantity of one line."""
    (theirs,) = shop.accepted(order)
    with shop.services.database.transaction() as session:
        line = requested_lines(session, order.id)[0]
    more = replace(line, quantity=line.quantity + 3)
    real_channel(shop).update_lines(shop.company, theirs["purchase_order_id"], [more])
