"""Channels, regions, districts and stores, and how few reports cover the wanted stores without one being too large."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lxml import etree

from replenisher.gateways.http.paths import ZERO_GUID
from replenisher.gateways.soap.cells import guid, number, text, units
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, child_of, needed
from replenisher.gateways.vmi.identity import UNUSED, one_store

CHANNELS = Rows("Channel", {"id": Cell("ChannelID", guid), "stores": needed("StoreCount", units)}, "id")
REGIONS = Rows("Region", {"id": Cell("RegionID", number), "stores": needed("StoreCount", units)}, "id")
DISTRICTS = Rows("District", {"id": Cell("DistrictID", number), "stores": needed("StoreCount", units)}, "id")
STORES = Rows("StoreInformation", {"id": needed("StoreID", number), "name": Cell("Name", text)}, "id")

LEVELS = (("Channels", CHANNELS, "channelId"), ("Regions", REGIONS, "regionId"), ("Districts", DISTRICTS, "districtId"))


@dataclass(frozen=True)
class Area:
    """A part of the company's tree: the argument and id that name it (no id: it cannot be asked for), and its stores.

    `size` counts the stores that a report of it covers, which may be more than those listed.
    """

    argument: str
    id: str | None
    size: int
    stores: frozenset[str]
    inside: tuple[Area, ...] = ()

    def arguments(self) -> dict[str, object]:
        """Write the four ids of a report, of which this area's chooses the level."""
        unused: dict[str, object] = {
            "channelId": ZERO_GUID,
            "regionId": UNUSED,
            "districtId": UNUSED,
            "storeId": UNUSED,
        }
        own = self.id if self.argument == "channelId" else int(self.id or UNUSED)
        return unused | {self.argument: own}


@dataclass(frozen=True)
class Share:
    """One report: the arguments that choose its area, and the wanted stores that are taken from it."""

    arguments: dict[str, object]
    stores: tuple[str, ...]


def tree_of(reply: Reply) -> tuple[Area, ...]:
    """Read the company's tree; the default channel's zero guid leaves its channel without an id."""
    return _areas(reply.result, 0)


def _areas(parent: etree._Element | None, level: int) -> tuple[Area, ...]:
    name, rows, argument = LEVELS[level]
    listed = child_of(parent, name)
    columns = rows.read(listed)
    elements = () if listed is None else rows.elements(listed)
    areas = []
    for element, own_id, size in zip(elements, columns["id"], columns["stores"], strict=True):
        deepest = level + 1 == len(LEVELS)
        inside = () if deepest else _areas(element, level + 1)
        stores = _stores(element) if deepest else frozenset().union(*(area.stores for area in inside))
        areas.append(Area(argument, own_id, max(size, len(stores)), stores, inside))
    return tuple(areas)


def _stores(district: etree._Element) -> frozenset[str]:
    """Give the ids of a district's stores, whatever the documents call the elements that hold them."""
    listed = child_of(district, "Stores")
    return frozenset(() if listed is None else STORES.read_all(list(listed))["id"])


def shares(tree: Iterable[Area], wanted: Collection[str], most_stores: int) -> list[Share]:
    """Choose reports for the wanted stores: the highest areas of at most `most_stores`, single stores for the rest.

    An area with only one wanted store, and a store that the tree does not show, get that store's own report.
    """
    chosen: list[Share] = []
    left = dict.fromkeys(wanted)
    for area in _small_enough(tree, most_stores):
        here = [store for store in left if store in area.stores]
        if len(here) > 1:
            chosen.append(Share(area.arguments(), tuple(here)))
            for store in here:
                del left[store]
    return chosen + [Share(one_store(store), (store,)) for store in left]


def _small_enough(areas: Iterable[Area], most_stores: int) -> Iterable[Area]:
    for area in areas:
        if area.id is not None and area.size <= most_stores:
            yield area
        else:
            yield from _small_enough(area.inside, most_stores)
