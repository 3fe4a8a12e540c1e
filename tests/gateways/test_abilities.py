"""What a channel offers beyond what every channel does is what the table of abilities says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from replenisher.gateways.abilities import (
    ABILITIES,
    CommentDesk,
    FindsByNumber,
    Listings,
    MoveDesk,
    ReturnsDesk,
    channels_with,
)
from replenisher.gateways.cmi import Cmi
from replenisher.gateways.composed import WithOrderDesk, order_part, report_part
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.orders import DeskOptions, Orders
from replenisher.gateways.soap.service import SoapConnection
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.gateways.vmi import Vmi

VENDOR = "9dc6aa95-856b-42c9-8aaf-392a2a02ac77"
WORKFLOWS = Path(__file__).parent.parent.parent / "replenisher" / "workflows"
CHANNELS = {"vendor_inventory": VendorInventory, "vmi": Vmi, "cmi": Cmi}


@pytest.mark.parametrize("words", ABILITIES)
def test_the_table_names_exactly_the_channels_that_have_an_ability(words: str) -> None:
    ability, named = ABILITIES[words]
    methods = [name for name in vars(ability) if not name.startswith("_")]
    assert methods
    having = [word for word, channel in CHANNELS.items() if all(hasattr(channel, name) for name in methods)]
    assert sorted(having) == sorted(named)
    assert channels_with(ability) == (words, " and ".join(named))


def test_a_channel_with_a_desk_of_its_own_offers_what_its_parts_do() -> None:
    soap = Vmi(SoapConnection(url="http://127.0.0.1:9/vmi", username="u", password="p"), VENDOR)
    rest = Connection(
        base_url="http://127.0.0.1:9/",
        accounts_url="http://127.0.0.1:9/accounts",
        username="u",
        password="p",
        client_id="c",
        client_secret="s",
        vendor_id="1",
    )
    desk = Orders(rest, "1", DeskOptions())
    composed = WithOrderDesk(soap, desk)
    assert isinstance(report_part(composed), Listings)
    assert isinstance(report_part(composed), ReturnsDesk)
    assert isinstance(report_part(composed), FindsByNumber)
    assert order_part(composed) is desk
    assert not isinstance(order_part(composed), CommentDesk | MoveDesk)
    assert (order_part(soap), report_part(soap)) == (soap, soap)
    composed.close()


def test_every_ability_is_used_by_a_workflow() -> None:
    """What a protocol promises and nobody calls would be dead code."""
    used: set[str] = set()
    for path in WORKFLOWS.rglob("*.py"):
        used |= {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    promised = {name for ability, _ in ABILITIES.values() for name in vars(ability) if not name.startswith("_")}
    assert promised - used == set()
