"""Our packaged descriptions and the sandbox's, each written from the documents alone, say the same."""

from __future__ import annotations

import urllib.request

import pytest
from lxml import etree

from replenisher.gateways.soap.packaged import FILES, Wsdl
from tests.gateways.vmi.conftest import SoapPlatform

XS = "{http://www.w3.org/2001/XMLSchema}"
Described = dict[str, list[tuple[str | None, ...]]]


def described(document: bytes) -> Described:
    """Every type and message: its elements in order, with type, number and nillability."""
    found: Described = {}
    for kind in etree.fromstring(document).iter(f"{XS}complexType"):
        name = kind.get("name") or kind.getparent().get("name")  # type: ignore[union-attr]
        found[str(name)] = [
            (
                element.get("name"),
                str(element.get("type")).partition(":")[2],
                element.get("minOccurs", "1"),
                element.get("maxOccurs", "1"),
                element.get("nillable", "false"),
            )
            for element in kind.iter(f"{XS}element")
        ]
    return found


def actions(document: bytes) -> set[str | None]:
    return {
        one.get("soapAction")
        for one in etree.fromstring(document).iter("{http://schemas.xmlsoap.org/wsdl/soap/}operation")
    }


@pytest.mark.parametrize("wsdl", ["vmi", "cmi"])
def test_operations_types_order_and_nillability_are_the_same(soap_sandbox: SoapPlatform, wsdl: Wsdl) -> None:
    with urllib.request.urlopen(f"{soap_sandbox.ready[f'{wsdl}_url']}?WSDL", timeout=10) as answer:  # noqa: S310
        theirs = answer.read()
    ours = FILES[wsdl].read_bytes()
    assert actions(ours) == actions(theirs)
    assert len(actions(ours)) == {"vmi": 41, "cmi": 11}[wsdl]
    mine, other = described(ours), described(theirs)
    assert mine == other
    assert len(mine) > {"vmi": 90, "cmi": 30}[wsdl]
