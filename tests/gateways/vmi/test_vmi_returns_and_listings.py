"""Returns, listings and employees as the public documents show them, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from lxml import etree

from replenisher.errors import AmbiguousError, RefusedError
from replenisher.gateways.soap.packaged import NAMESPACE
from replenisher.gateways.soap.service import SoapConnection
from replenisher.gateways.vmi import Vmi
from replenisher.purchasing.listings import Employee, ListedUnits, SerialNumber
from replenisher.purchasing.vendor_returns import ReturnLine
from tests.gateways.soap.envelopes_of import envelope, result
from tests.gateways.stage import Stage, reply, says

COMPANY = "c46ccb4d-2d44-4289-950a-b9cb51d58ac4"
VENDOR = "9dc6aa95-856b-42c9-8aaf-392a2a02ac77"
RETURN = """
  <ProductData><RMAProduct>
    <RQProductSku>CDATSS000019</RQProductSku><RQProductID>19</RQProductID>
    <SerialNumberRemoved>789987741147111</SerialNumberRemoved><VendorInvoiceNumber>123456</VendorInvoiceNumber>
    <TotalQuantity>1</TotalQuantity><NonSellableQuantity>0</NonSellableQuantity><UnitCost>0</UnitCost>
    <ActionTaken>Credit</ActionTaken>
  </RMAProduct></ProductData>
  <RMAID>16</RMAID><RMAIDByStore>ATTEXSB3</RMAIDByStore><StoreID>4</StoreID><VendorID>0</VendorID>
  <CreatedByVMI>false</CreatedByVMI><VendorRMANumber>123456</VendorRMANumber><ShippingCost>0</ShippingCost>
  <Committed>1</Committed><DateCommitted>2017-01-01T00:00:00</DateCommitted><ShippedAway>0</ShippedAway>
  <Completed>0</Completed><Comments>Sent</Comments><DateCreated>2016-11-04T00:00:00</DateCreated>
"""


@pytest.fixture
def vmi(stage: Stage) -> Iterator[Vmi]:
    url = f"{stage.address}/VMIService.asmx"
    connection = SoapConnection(url=url, username="u", password="p-canary", deadline_seconds=2.0, read_attempts=1)
    with Vmi(connection, VENDOR) as gateway:
        yield gateway


def answers(stage: Stage, operation: str, content: str) -> None:
    stage.plays["/VMIService.asmx"] = says(reply(200, result(operation, content), kind="text/xml"))


def sent(stage: Stage, path: str) -> etree._Element:
    body = etree.fromstring(stage.requests[-1].body)[0][0]
    found = body.find("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))
    assert found is not None, path
    return found


def values(element: etree._Element) -> dict[str, str | None]:
    return {etree.QName(child).localname: child.text for child in element}


def test_returns_are_listed_with_their_lines(stage: Stage, vmi: Vmi) -> None:
    wrapped = f"<ReturnMerchandiseAuthorization>{RETURN}</ReturnMerchandiseAuthorization>"
    answers(stage, "GetRMAList", wrapped)
    (one,) = vmi.returns(COMPANY, committed=True, shipped=False)
    assert (one.id, one.printed_number, one.location, one.vendor_number) == ("16", "ATTEXSB3", "4", "123456")
    assert (one.committed, one.shipped, one.completed, one.comments) == (True, False, False, "Sent")
    (line,) = one.lines
    assert line == ReturnLine("CDATSS000019", "19", 1, 0, "789987741147111", "123456", Decimal(0), "Credit")
    assert (sent(stage, "isCommitted").text, sent(stage, "isShipped").text) == ("true", "false")


def test_a_return_is_asked_for_with_comments_and_products(stage: Stage, vmi: Vmi) -> None:
    answers(stage, "CreateRMA", RETURN)
    line = ReturnLine("CDATSS000019", "19", 2, serial_number="789", unit_cost=Decimal("5.50"), action="Replacement")
    assert vmi.ask_return(COMPANY, "4", [line], "Defective", "V-1").id == "16"
    told = values(sent(stage, "RMA"))
    assert (told["Comments"], told["VendorRMANumber"], told["StoreID"]) == ("Defective", "V-1", "4")
    product = values(sent(stage, "RMA/ProductData/RMAProduct"))
    assert product == {
        "RQProductSku": "CDATSS000019",
        "RQProductID": "19",
        "SerialNumberRemoved": "789",
        "TotalQuantity": "2",
        "NonSellableQuantity": "0",
        "UnitCost": "5.50",
        "ActionTaken": "Replacement",
    }


@pytest.mark.parametrize(
    ("method", "operation"),
    [
        ("change_return", "UpdateRMA"),
        ("change_committed_return", "UpdateCommittedRMA"),
        ("commit_return", "CommitRMA"),
        ("complete_return", "CompleteRMA"),
    ],
)
def test_a_return_is_changed_whole_and_once(stage: Stage, vmi: Vmi, method: str, operation: str) -> None:
    answers(stage, "GetRMAList", f"<ReturnMerchandiseAuthorization>{RETURN}</ReturnMerchandiseAuthorization>")
    (one,) = vmi.returns(COMPANY, committed=True, shipped=False)
    answers(stage, operation, RETURN)
    assert getattr(vmi, method)(COMPANY, one) == one
    told = values(sent(stage, "rma"))
    assert (told["RMAID"], told["Committed"], told["Comments"]) == ("16", "1", "Sent")
    assert values(sent(stage, "rma/ProductData/RMAProduct"))["ActionTaken"] == "Credit"
    assert len(stage.requests) == 2


def test_a_return_without_an_answer_is_ambiguous_and_one_of_no_product_id_is_not_sent(stage: Stage, vmi: Vmi) -> None:
    stage.plays["/VMIService.asmx"] = says(
        reply(200, envelope(f'<CreateRMAResponse xmlns="{NAMESPACE}"/>'), kind="text/xml")
    )
    with pytest.raises(AmbiguousError):
        vmi.ask_return(COMPANY, "4", [ReturnLine("S", "19", 1)], "c")
    with pytest.raises(RefusedError, match="nothing was sent"):
        vmi.ask_return(COMPANY, "4", [ReturnLine("S", "none", 1)], "c")
    assert len(stage.requests) == 1


def test_the_listing_has_one_entry_for_each_serial_number(stage: Stage, vmi: Vmi) -> None:
    answers(
        stage,
        "GetInventoryListingReport",
        "<InventoryListingData><Location>Chicago - Halsted</Location><TrackingNumber>12345</TrackingNumber>"
        "<Quantity>1</Quantity><VendorSKU>SSGS5CB</VendorSKU><ManufacturerSKU /></InventoryListingData>",
    )
    assert vmi.listed_units(COMPANY, "25") == [ListedUnits("Chicago - Halsted", "SSGS5CB", "12345", 1)]
    assert (sent(stage, "storeId").text, sent(stage, "regionId").text) == ("25", "-1")


def test_serial_numbers_say_which_units_cannot_be_sold(stage: Stage, vmi: Vmi) -> None:
    answers(
        stage,
        "GetProductSerialNumbers",
        "<ProductSerialNumber><DateReceived>1/20/2016 4:58:24 PM</DateReceived><NonSellable>true</NonSellable>"
        "<ProductItemID>11142</ProductItemID><SerialNumber>490154203237518</SerialNumber></ProductSerialNumber>",
    )
    assert vmi.serial_numbers(COMPANY, "4", "11142") == [SerialNumber("490154203237518", damaged=True)]


def test_employees_have_a_name_a_role_and_a_location(stage: Stage, vmi: Vmi) -> None:
    answers(
        stage,
        "GetEmployeeList",
        "<EmployeeInformation><Enabled>true</Enabled><EndDate></EndDate><FirstName>John</FirstName>"
        "<LastName>Tester</LastName><Role>Store Manager</Role><StoreID>4</StoreID></EmployeeInformation>",
    )
    assert vmi.employees(COMPANY) == [Employee("John Tester", "Store Manager", "4", enabled=True)]


def test_a_ping_tells_the_platforms_sentence(stage: Stage, vmi: Vmi) -> None:
    answers(stage, "Ping", "DansSupplies database is up (5.15.10.57126, Release, DropshipTestDemo)!")
    assert vmi.ping(COMPANY).startswith("DansSupplies database is up")
    assert values(sent(stage, "vendor/Client")) == {"ClientID": COMPANY, "StoreID": "-1"}
