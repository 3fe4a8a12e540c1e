"""The WSDL of a service, written from the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from replenisher.sandbox.soap.operations import Operation, Service
from replenisher.sandbox.soap.schema import ENUMERATIONS, NAMESPACE, TYPES, Field

GUID_NAMESPACE = "http://microsoft.com/wsdl/types/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_GUID_PATTERN = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_GUID_SCHEMA = (
    f'<s:schema elementFormDefault="qualified" targetNamespace="{GUID_NAMESPACE}"><s:simpleType name="guid">'
    f'<s:restriction base="s:string"><s:pattern value="{_GUID_PATTERN}"/></s:restriction></s:simpleType></s:schema>'
)
_DEFINITIONS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<wsdl:definitions xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
    f'xmlns:tns="{NAMESPACE}" xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:g="{GUID_NAMESPACE}" '
    f'xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" targetNamespace="{NAMESPACE}">'
)


def write_wsdl(service: Service, address: str) -> str:
    """The WSDL text; `address` is the URL that the port names."""
    operations = list(service.operations.values())
    wrappers = "".join(_wrappers(operation) for operation in operations)
    types = "".join(_type(name) for name in _named_types(operations))
    schema = (
        f'<s:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">'
        f'<s:import namespace="{GUID_NAMESPACE}"/>{wrappers}{types}</s:schema>'
    )
    port = f"{service.name}Soap"
    binding = (
        f'<wsdl:binding name="{port}" type="tns:{port}"><soap:binding transport="{_HTTP}"/>'
        f"{''.join(map(_bound_operation, operations))}</wsdl:binding>"
    )
    place = (
        f'<wsdl:service name="{service.name}"><wsdl:port name="{port}" binding="tns:{port}">'
        f'<soap:address location="{address}"/></wsdl:port></wsdl:service>'
    )
    parts = [
        _DEFINITIONS,
        f"<wsdl:types>{schema}{_GUID_SCHEMA}</wsdl:types>",
        *map(_messages, operations),
        f'<wsdl:portType name="{port}">{"".join(map(_port_operation, operations))}</wsdl:portType>',
        binding,
        place,
        "</wsdl:definitions>",
    ]
    return "\n".join(parts) + "\n"


def _wrappers(operation: Operation) -> str:
    result = [operation.result] if operation.result else []
    return _wrapper(operation.name, (operation.identity, *operation.parameters)) + _wrapper(
        f"{operation.name}Response", result
    )


def _wrapper(name: str, fields: Iterable[Field]) -> str:
    return f'<s:element name="{name}"><s:complexType>{_sequence(fields)}</s:complexType></s:element>'


def _sequence(fields: Iterable[Field]) -> str:
    elements = "".join(map(_element, fields))
    return f"<s:sequence>{elements}</s:sequence>" if elements else "<s:sequence/>"


def _element(field: Field) -> str:
    least = 1 if field.is_value else 0
    nillable = ' nillable="true"' if field.nillable else ""
    return f'<s:element minOccurs="{least}" maxOccurs="1" name="{field.name}"{nillable} type="{_type_name(field)}"/>'


def _type_name(field: Field) -> str:
    if field.array:
        return f"tns:{array_type(field.kind)}"
    if field.kind == "guid":
        return "g:guid"
    return f"tns:{field.kind}" if field.is_complex or field.kind in ENUMERATIONS else f"s:{field.kind}"


def array_type(kind: str) -> str:
    """The name that ASMX gives to an array of a kind."""
    return f"ArrayOf{kind[0].upper()}{kind[1:]}"


def _named_types(operations: Iterable[Operation]) -> Iterator[str]:
    """Every type that the operations use, arrays as `Kind[]`, each once, in the order in which they are met."""
    seen: set[str] = set()
    waiting = [
        field
        for operation in operations
        for field in (operation.identity, *operation.parameters, operation.result)
        if field is not None
    ]
    while waiting:
        field = waiting.pop(0)
        for name in (f"{field.kind}[]", field.kind) if field.array else (field.kind,):
            if name not in seen and (name.endswith("[]") or name in TYPES or name in ENUMERATIONS):
                seen.add(name)
                waiting += TYPES.get(name, ())
                yield name


def _type(name: str) -> str:
    if name.endswith("[]"):
        kind = name.removesuffix("[]")
        item = _type_name(Field(kind, kind))
        return (
            f'<s:complexType name="{array_type(kind)}"><s:sequence><s:element minOccurs="0" maxOccurs="unbounded" '
            f'name="{kind}" nillable="true" type="{item}"/></s:sequence></s:complexType>'
        )
    if name in ENUMERATIONS:
        values = "".join(f'<s:enumeration value="{value}"/>' for value in ENUMERATIONS[name])
        return f'<s:simpleType name="{name}"><s:restriction base="s:string">{values}</s:restriction></s:simpleType>'
    return f'<s:complexType name="{name}">{_sequence(TYPES[name])}</s:complexType>'


def _messages(operation: Operation) -> str:
    return "".join(
        f'<wsdl:message name="{operation.name}{suffix}"><wsdl:part name="parameters" '
        f'element="tns:{operation.name}{element}"/></wsdl:message>'
        for suffix, element in (("SoapIn", ""), ("SoapOut", "Response"))
    )


def _port_operation(operation: Operation) -> str:
    return (
        f'<wsdl:operation name="{operation.name}"><wsdl:input message="tns:{operation.name}SoapIn"/>'
        f'<wsdl:output message="tns:{operation.name}SoapOut"/></wsdl:operation>'
    )


def _bound_operation(operation: Operation) -> str:
    return (
        f'<wsdl:operation name="{operation.name}"><soap:operation soapAction="{operation.action}" style="document"/>'
        '<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
        "</wsdl:operation>"
    )
