"""The packaged descriptions: complete, spelled as the platform spells, and the only thing that zeep ever loads."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest
from lxml import etree

from replenisher.gateways.soap.envelopes import IDENTITY, Envelopes
from replenisher.gateways.soap.packaged import FILES, NAMESPACE, PackagedFiles, Wsdl, described_types, description

UPPER_CASE_IDENTITY = {
    *("GetUpdatedInventoryList", "GetStoreList", "GetStoreInformation", "GetPurchaseOrderList", "GetHierarchyInfo"),
    *("GetInventoryList", "GetCompanyList", "GetInventoryReport", "GetInventoryReportByVendorSku"),
    *("GetGeographicInventoryReport", "GetProductSalesReport", "GetInventoryListingReport", "GetReceivingInfo"),
    *("GetAdjustmentReport", "GetTransferCounts", "CreatePurchaseOrder", "CreateRMA"),
}


def operations(wsdl: Wsdl) -> dict[str, Any]:
    (binding,) = description(wsdl).bindings.values()
    return dict(binding.all())


def test_vmi_has_41_operations_and_cmi_has_11() -> None:
    assert (len(operations("vmi")), len(operations("cmi"))) == (41, 11)


@pytest.mark.parametrize("wsdl", ["vmi", "cmi"])
def test_every_operation_has_its_own_soap_action(wsdl: Wsdl) -> None:
    assert {name: one.soapaction for name, one in operations(wsdl).items()} == {
        name: f"{NAMESPACE}/{name}" for name in operations(wsdl)
    }


def test_the_identity_is_spelled_vendor_or_upper_case_vendor_operation_by_operation() -> None:
    spelled = {name: one.input.body.type.elements[0][0] for name, one in operations("vmi").items()}
    assert {name for name, identity in spelled.items() if identity == "Vendor"} == UPPER_CASE_IDENTITY
    assert {identity for name, identity in spelled.items() if name not in UPPER_CASE_IDENTITY} == {"vendor"}
    assert {one.input.body.type.elements[0][0] for one in operations("cmi").values()} == {"client"}


def test_the_descriptions_name_no_address() -> None:
    for path in FILES.values():
        assert b"soap:address" not in path.read_bytes()


def test_types_are_read_in_wire_order() -> None:
    notice = described_types("cmi")["PurchaseOrderShipmentNotice"]
    assert list(notice.items())[:3] == [
        ("ShipmentNumber", "string"),
        ("PurchaseOrderID", "guid"),
        ("RQPurchaseOrderID", "int"),
    ]


def test_building_every_request_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for wsdl, count in (("vmi", 41), ("cmi", 11)):
        envelopes = Envelopes(wsdl, "u", "p")  # type: ignore[arg-type]
        written = [envelopes.write(name, {IDENTITY: {}})[0] for name in operations(wsdl)]  # type: ignore[arg-type]
        assert len(written) == count
        for body in written:
            etree.fromstring(body)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.wsdl", "https://vmi.example.com?WSDL", "/etc/hostname"])
def test_zeep_loads_nothing_but_the_packaged_files(address: str, tmp_path: Path) -> None:
    transport = PackagedFiles()
    for act in (
        lambda: transport.load(address),
        lambda: transport.get(address, {}, {}),
        lambda: transport.post(address, b"", {}),
        lambda: transport.post_xml(address, None, {}),
        lambda: transport._load_remote_data(address),
    ):
        with pytest.raises(PermissionError):
            act()
    assert transport.load(str(FILES["vmi"])).startswith(b"<?xml")
