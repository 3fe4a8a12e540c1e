"""The service descriptions that travel with the program, and the only loader that zeep gets.

Nothing is ever loaded from the platform: a description that changes there changes nothing here, and zeep's own
HTTP library never opens a connection.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal, NoReturn

from lxml import etree
from zeep.transports import Transport
from zeep.wsdl import Document

NAMESPACE = "http://www.iqmetrix.com"
Wsdl = Literal["vmi", "cmi"]
FOLDER = Path(__file__).parent
FILES = {"vmi": FOLDER / "vmi.wsdl", "cmi": FOLDER / "cmi.wsdl"}

logging.getLogger("zeep").setLevel(logging.WARNING)  # at DEBUG it writes whole envelopes, passwords included


class PackagedFiles(Transport):
    """Loads the packaged descriptions and refuses everything else: zeep's transport without a network."""

    def __init__(self) -> None:
        # Not calling the parent: it would make a session of `requests`, which nothing here may use.
        self.cache = None
        self._close_session = False

    def load(self, url: str) -> bytes:
        """Give a packaged description; raise PermissionError for any other address."""
        if Path(url) not in FILES.values():
            self._refuse(url)
        return Path(url).read_bytes()

    def get(self, address: str, params: object, headers: object) -> NoReturn:  # noqa: ARG002 - the library's signature
        """Raise PermissionError: zeep fetches nothing."""
        self._refuse(address)

    def post(self, address: str, message: object, headers: object) -> NoReturn:  # noqa: ARG002 - the library's signature
        """Raise PermissionError: zeep sends nothing."""
        self._refuse(address)

    def post_xml(self, address: str, envelope: object, headers: object) -> NoReturn:  # noqa: ARG002 - as above
        """Raise PermissionError: zeep sends nothing."""
        self._refuse(address)

    def _load_remote_data(self, url: str) -> NoReturn:
        self._refuse(url)

    def _refuse(self, address: str) -> NoReturn:
        raise PermissionError(f"zeep may load only its packaged descriptions, not {address[:200]}")


def description(wsdl: Wsdl) -> Document:
    """Load a packaged description with zeep; takes some 30 ms."""
    return Document(str(FILES[wsdl]), PackagedFiles())  # type: ignore[arg-type]  # the library's slip: an object is meant


def described_types(wsdl: Wsdl) -> dict[str, dict[str, str]]:
    """Read the types of a packaged description: type name → element name → type of the element, in wire order."""
    tree = etree.parse(str(FILES[wsdl]))
    schema = "{http://www.w3.org/2001/XMLSchema}"
    return {
        str(kind.get("name")): {
            str(element.get("name")): str(element.get("type")).partition(":")[2]
            for element in kind.iter(f"{schema}element")
        }
        for kind in tree.iter(f"{schema}complexType")
        if kind.get("name")
    }
