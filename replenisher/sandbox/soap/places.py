"""Companies, stores, and the channels, regions and districts above them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from replenisher.sandbox.ledger import Company, Location
from replenisher.sandbox.selling import EMPLOYEES
from replenisher.sandbox.soap.calls import Call, Handler
from replenisher.sandbox.soap.identities import abbreviation, account_number, guid
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.soap.schema import ZERO_GUID
from replenisher.sandbox.world import World

_CHANNEL = "Retail"


def company_list(*, enabled: bool, pending: bool = False) -> Handler:
    """GetCompanyList, GetEnabledCompanies, GetDisabledCompanies, GetPendingCompanies: CompanyInformation[]."""

    def answer(call: Call) -> list[dict[str, Any]]:
        return [
            {"CompanyID": guid("company", company.id), "Name": company.name}
            for company in call.world.companies.values()
            if (company.enabled, company.pending) == (enabled, pending)
        ]

    return answer


def ping(call: Call) -> str:
    """Ping: a sentence about the company's database, as the documents' sample has it."""
    return f"{call.any_company.name} database is up (sandbox)!"


def enable_company(call: Call) -> None:
    """EnableCompany: the relationship is on or off from now on, and never pending again."""
    company = call.any_company
    company.enabled, company.pending = call.arguments["isEnabled"], False


def store_list(call: Call) -> list[dict[str, Any]]:
    """GetStoreList: StoreInformation[] of the enabled stores."""
    return [_store(call.world, store) for store in call.company.locations.values() if store.enabled]


def store_information(call: Call) -> dict[str, Any]:
    """GetStoreInformation: the store of the identity."""
    return _store(call.world, call.one_store)


def _store(world: World, store: Location) -> dict[str, Any]:
    return {
        "StoreID": world.identities.store(store.id),
        "Name": store.name,
        "Region": store.region,
        "District": store.city,
        "Address": store.address,
        "City": store.city,
        "ProvinceState": store.region,
        "PostalZipCode": store.postal_code,
        "Country": store.country,
        "PhoneNumber": store.phone_number,
        "ShipToStoreID": -1,
        "BillToStoreID": -1,
        "VendorAccountNumber": account_number(store),
        "Abbreviation": abbreviation(store),
    }


def hierarchy(call: Call) -> dict[str, Any]:
    """GetHierarchyInfo: one channel, its regions (provinces), their districts (cities), their stores."""
    company = call.company
    stores = [store for store in company.locations.values() if store.enabled]
    regions = [_region(call.world, company, stores, region) for region in sorted({store.region for store in stores})]
    zero = call.world.switches.default_channel == "zero"
    channel = {
        "ChannelID": channel_guid(call.world, company),
        "ChannelName": None if zero else _CHANNEL,
        "StoreCount": len(stores),
        "Regions": regions,
    }
    return {"Channels": [channel]}


def _region(world: World, company: Company, stores: Iterable[Location], region: str) -> dict[str, Any]:
    inside = [store for store in stores if store.region == region]
    districts = [
        _district(world, company, [store for store in inside if store.city == city])
        for city in sorted({store.city for store in inside})
    ]
    return {
        "RegionID": region_id(company, inside[0]),
        "RegionName": region,
        "StoreCount": len(inside),
        "Districts": districts,
    }


def _district(world: World, company: Company, stores: list[Location]) -> dict[str, Any]:
    return {
        "DistrictID": district_id(company, stores[0]),
        "DistrictName": stores[0].city,
        "StoreCount": len(stores),
        "Stores": [_store(world, store) for store in stores],
    }


def channel_guid(world: World, company: Company) -> str:
    """The company's channel; the zero guid when the switch says so."""
    return ZERO_GUID if world.switches.default_channel == "zero" else guid("channel", company.id)


def region_id(company: Company, store: Location) -> int:
    """The RegionID of a store: its province's place in the alphabet, from 1."""
    return 1 + sorted({other.region for other in company.locations.values()}).index(store.region)


def district_id(company: Company, store: Location) -> int:
    """The DistrictID of a store: its city's place in the alphabet, from 1."""
    return 1 + sorted({other.city for other in company.locations.values()}).index(store.city)


def above(world: World, company: Company, store: Location) -> dict[str, Any]:
    """The elements that say where a store belongs, for rows that carry them."""
    zero = world.switches.default_channel == "zero"
    return {
        "StoreID": world.identities.store(store.id),
        "DistrictName": store.city,
        "DistrictID": district_id(company, store),
        "RegionName": store.region,
        "RegionID": region_id(company, store),
        "ChannelName": None if zero else _CHANNEL,
        "ChannelID": channel_guid(world, company),
    }


def chosen_stores(call: Call) -> list[Location]:
    """The enabled stores of the narrowest level that is named; -1, 0 and the zero guid name none.

    Raises:
        FaultError: no level is named, or no such store.
    """
    company, named = call.company, call.arguments
    stores = [store for store in company.locations.values() if store.enabled]
    if named["storeId"] > 0:
        return [call.find_store(named["storeId"], None)]
    if named["districtId"] > 0:
        return [store for store in stores if district_id(company, store) == named["districtId"]]
    if named["regionId"] > 0:
        return [store for store in stores if region_id(company, store) == named["regionId"]]
    if named["channelId"] == ZERO_GUID:
        raise server_fault("One of channelId, regionId, districtId or storeId must be supplied")
    return stores if named["channelId"] == channel_guid(call.world, company) else []


def employees(call: Call) -> list[dict[str, Any]]:
    """GetEmployeeList: EmployeeInformation[], at each store in turn; the last of them has left the company."""
    stores = list(call.company.locations.values())
    listed = [_employee(call, place, stores[place % len(stores)]) for place in range(len(EMPLOYEES))]
    return [one for one in listed if one["Enabled"] or not call.arguments["onlyEnabled"]]


def _employee(call: Call, place: int, store: Location) -> dict[str, Any]:
    person = EMPLOYEES[place]
    return {
        "CompanyName": call.company.name,
        "Email": f"employee{person.id}@example.test",
        "Enabled": place < len(EMPLOYEES) - 1,
        "EndDate": None,
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Role": "Store Manager" if place == 0 else "Sales Representative",
        "StartDate": None,
        "StoreAddress": store.address,
        "StoreCity": store.city,
        "StoreCountry": store.country,
        "StoreID": call.world.identities.store(store.id),
        "StoreName": store.name,
        "StorePostalCode": store.postal_code,
        "StoreProvinceOrState": store.region,
    }
