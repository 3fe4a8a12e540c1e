"""Which reports are asked for: the highest areas that are small enough, single stores for the rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replenisher.gateways.http.paths import ZERO_GUID
from replenisher.gateways.vmi.areas import Area, shares, tree_of
from tests.gateways.soap.envelopes_of import reply

CHANNEL = "4bbb842d-0340-4ffc-9216-bf170c861424"


def district(number: int, *stores: str, named: str = "StoreInformation") -> str:
    listed = "".join(f"<{named}><StoreID>{store}</StoreID></{named}>" for store in stores)
    return (
        f"<District><DistrictID>{number}</DistrictID><StoreCount>{len(stores)}</StoreCount>"
        f"<Stores>{listed}</Stores></District>"
    )


def region(number: int, count: int, *districts: str) -> str:
    inside = "".join(districts)
    return (
        f"<Region><RegionID>{number}</RegionID><StoreCount>{count}</StoreCount><Districts>{inside}</Districts></Region>"
    )


def tree(*regions: str, count: int, channel: str = CHANNEL) -> tuple[Area, ...]:
    inside = "".join(regions)
    content = (
        f"<Channels><Channel><ChannelID>{channel}</ChannelID><StoreCount>{count}</StoreCount>"
        f"<Regions>{inside}</Regions></Channel></Channels>"
    )
    return tree_of(reply("GetHierarchyInfo", content))


TREE = (region(1, 3, district(1, "1", "2"), district(2, "3")), region(2, 2, district(3, "4", "5", named="Store")))
WANTED = ["1", "2", "3", "4", "5"]


def chosen(areas: tuple[Area, ...], wanted: list[str], most: int) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for share in shares(areas, wanted, most):
        unused = {"channelId": ZERO_GUID, "regionId": -1, "districtId": -1, "storeId": -1}
        ((name, value),) = set(share.arguments.items()) - set(unused.items())
        found.append((f"{name} {value}", share.stores))
    return found


def test_a_channel_of_exactly_the_threshold_is_one_report() -> None:
    assert chosen(tree(*TREE, count=5), WANTED, 5) == [(f"channelId {CHANNEL}", ("1", "2", "3", "4", "5"))]


def test_a_channel_of_one_store_more_is_asked_for_by_region() -> None:
    assert chosen(tree(*TREE, count=6), WANTED, 5) == [("regionId 1", ("1", "2", "3")), ("regionId 2", ("4", "5"))]


def test_a_region_that_is_too_large_is_asked_for_by_district_and_a_lone_store_by_itself() -> None:
    assert chosen(tree(*TREE, count=5), WANTED, 2) == [
        ("districtId 1", ("1", "2")),
        ("regionId 2", ("4", "5")),
        ("storeId 3", ("3",)),
    ]


def test_the_default_channels_zero_guid_forces_the_level_of_regions() -> None:
    zero = tree(*TREE, count=5, channel=ZERO_GUID)
    assert chosen(zero, WANTED, 30) == [("regionId 1", ("1", "2", "3")), ("regionId 2", ("4", "5"))]


def test_only_the_wanted_stores_are_taken_and_one_alone_has_its_own_report() -> None:
    assert chosen(tree(*TREE, count=5), ["4", "2", "1"], 3) == [("regionId 1", ("2", "1")), ("storeId 4", ("4",))]


def test_a_store_that_the_tree_does_not_show_has_its_own_report() -> None:
    assert chosen(tree(*TREE, count=5), ["9", "4"], 30) == [("storeId 9", ("9",)), ("storeId 4", ("4",))]
    assert chosen((), ["9"], 30) == [("storeId 9", ("9",))]


def test_a_count_that_hides_listed_stores_is_not_believed() -> None:
    assert chosen(tree(region(1, 0, district(1, "1", "2", "3")), count=0), ["1", "2", "3"], 2) == [
        ("storeId 1", ("1",)),
        ("storeId 2", ("2",)),
        ("storeId 3", ("3",)),
    ]


@given(st.lists(st.sampled_from(["1", "2", "3", "4", "5", "9"]), unique=True), st.integers(1, 8))
def test_every_wanted_store_is_in_exactly_one_report(wanted: list[str], most: int) -> None:
    covered = [store for share in shares(tree(*TREE, count=5), wanted, most) for store in share.stores]
    assert sorted(covered) == sorted(wanted)
