"""Requests taken apart: a SOAP 1.1 envelope becomes elements by exact name and namespace. A DTD is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from replenisher.sandbox.soap.refusals import client_fault
from replenisher.sandbox.soap.schema import NAMESPACE

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_NIL = "http://www.w3.org/2001/XMLSchema-instance nil"
_DEEPEST = 32


@dataclass
class Element:
    """One element; `name` is its namespace and local name with a space between."""

    name: str
    nil: bool = False
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, local_name: str) -> Element | None:
        """The first child of exactly this name in the platform's namespace."""
        return next(iter(self.all_children(local_name)), None)

    def all_children(self, local_name: str) -> list[Element]:
        """Every child of exactly this name in the platform's namespace."""
        return [child for child in self.children if child.name == f"{NAMESPACE} {local_name}"]


def read_body(text: bytes, operation: str) -> Element | None:
    """The operation's element of an envelope; None when the body holds another, which ASMX takes for no parameters.

    Raises:
        FaultError: soap:Client, for text that is no SOAP 1.1 envelope, a DTD, or elements nested too deep.
    """
    root = _parse(text)
    bodies = [child for child in root.children if child.name == f"{_SOAP} Body"]
    if root.name != f"{_SOAP} Envelope" or not bodies:
        raise client_fault("Server was unable to read request. ---> The request is no SOAP 1.1 envelope.")
    return bodies[0].child(operation)


def _parse(text: bytes) -> Element:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    top = Element("")
    path = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(path) > _DEEPEST:
            raise client_fault("Server was unable to read request. ---> Elements are nested too deep.")
        element = Element(name, nil=attributes.get(_NIL, "") in ("true", "1"))
        path[-1].children.append(element)
        path.append(element)

    def characters(data: str) -> None:
        path[-1].text += data

    def refuse_dtd(*_: object) -> None:
        raise client_fault("Server was unable to read request. ---> For security reasons DTD is prohibited.")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse_dtd
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise client_fault(
            f"Server was unable to read request. ---> There is an error in XML document: {error}"
        ) from error
    return top.children[0]
