"""Writing request envelopes: zeep orders and checks the elements, one table fills those that must be there."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree
from zeep import xsd
from zeep.exceptions import Error as ZeepError

from replenisher.errors import RefusedError
from replenisher.gateways.http.paths import GUID, ZERO_GUID
from replenisher.gateways.soap.packaged import Wsdl, description

IDENTITY = "identity"
"""The argument that says who asks; an operation's own name for it, `Vendor`, `vendor` or `client`, is put here."""

NOT_SUPPLIED: dict[str, object] = {
    "int": -1,
    "decimal": Decimal(-1),
    "double": -1.0,
    "boolean": False,
    "guid": ZERO_GUID,
    "dateTime": datetime(1, 1, 1),  # noqa: DTZ001 - the wire's own word for `not set`, which has no zone
    "ActionTaken": "NotSet",
}
"""What stands in a mandatory element of which nothing is said, by its type; a nillable one is sent as xsi:nil."""

LARGEST_INT = 2**31 - 1
FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int and -LARGEST_INT <= value <= LARGEST_INT,
    "decimal": lambda value: isinstance(value, Decimal) and value.is_finite(),
    "double": lambda value: isinstance(value, float) and math.isfinite(value),
    "boolean": lambda value: isinstance(value, bool),
    "guid": lambda value: isinstance(value, str) and GUID.fullmatch(value.lower()) is not None,
    "dateTime": lambda value: isinstance(value, date),
    "ActionTaken": lambda value: value in {"NotSet", "Credit", "Replacement", "Rejected", "Repaired", "Removed"},
}
"""What may stand in an element, by its type: zeep itself would write any value as text."""


class UnfitValueError(ValueError):
    """A value that its element does not take; told by the element's name alone."""


class Envelopes:
    """Writes the envelopes of one description; the description is loaded when the first one is written.

    zeep is used by one thread at a time.
    """

    def __init__(self, wsdl: Wsdl, username: str, password: str) -> None:
        self._wsdl: Wsdl = wsdl
        self._account = {"Username": username, "Password": password}
        self._lock = threading.Lock()
        self._binding: Any = None

    def write(self, operation: str, arguments: Mapping[str, object]) -> tuple[bytes, str]:
        """Write the request of an operation; returns the envelope and its SOAPAction.

        `arguments[IDENTITY]` is the identity without the account, which is added here. Raises RefusedError, nothing
        sent, for values that no envelope can hold; an unknown operation or element is a program error (LookupError).
        """
        with self._lock:
            described = self._operation(operation)
            body = described.input.body
            identity = body.type.elements[0][0]
            given = {identity if name == IDENTITY else name: value for name, value in arguments.items()}
            signed = {**self._account, **_mapping(given.get(identity, {}), identity)}
            try:
                envelope = described.create(**filled(body.type, given | {identity: signed})).content
            except (ZeepError, ValueError, TypeError) as error:
                # Without a library's own words: they may quote a value, and the password is one.
                why = str(error) if type(error) is UnfitValueError else type(error).__name__
                reason = f"{operation}: the request cannot be written ({why}); nothing was sent"
                raise RefusedError(reason, operation=operation) from None
            whole = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        return whole, str(described.soapaction)

    def _operation(self, name: str) -> Any:
        if self._binding is None:
            (self._binding,) = description(self._wsdl).bindings.values()
        try:
            return self._binding.get(name)
        except ValueError:
            raise LookupError(f"{self._wsdl} has no operation {name}") from None


def filled(kind: Any, given: Mapping[str, object]) -> dict[str, object]:
    """Complete the elements of a type: given ones as they are, mandatory ones that are not given as not supplied.

    A given None counts as not given. Raises LookupError for an element that the type does not have.
    """
    elements = dict(kind.elements)
    unknown = given.keys() - elements.keys()
    if unknown:
        raise LookupError(f"{kind.name} has no element {', '.join(sorted(unknown))}")
    whole: dict[str, object] = {}
    for name, element in elements.items():
        value = given.get(name)
        if value is not None:
            whole[name] = _filled_value(element, value)
        elif not element.is_optional:
            whole[name] = xsd.Nil if element.nillable else _not_supplied(element)
    return whole


def _filled_value(element: Any, value: object) -> object:
    if not element.accepts_multiple:
        return _filled_one(element, value)
    if isinstance(value, list | tuple):
        return [_filled_one(element, one) for one in value]
    raise LookupError(f"{element.name} takes a list")


def _filled_one(element: Any, value: object) -> object:
    if hasattr(element.type, "elements"):
        return filled(element.type, _mapping(value, element.name))
    if not FITS[str(element.type.qname.localname)](value):
        raise UnfitValueError(f"{element.name} does not take such a value")
    if isinstance(value, Decimal):
        return Decimal(f"{value:f}")  # 1E+1 is no xs:decimal
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the wire's moments have no zone
    return value


def _not_supplied(element: Any) -> object:
    if hasattr(element.type, "elements"):
        return filled(element.type, {})
    return NOT_SUPPLIED[str(element.type.qname.localname)]


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise LookupError(f"{name} has elements of its own")
