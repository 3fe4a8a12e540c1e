"""What a platform tells of a company beside its reports: products by all their names, units, serial numbers, people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProductNames:
    """A product by the vendor's SKU, the retailer's own (empty when not told) and the platform's id of it."""

    sku: str
    retailer_sku: str
    product_item: str


@dataclass(frozen=True)
class ListedUnits:
    """Units in stock at a place, told by its name; one unit where there is a serial number."""

    place: str
    sku: str
    serial_number: str
    quantity: int


@dataclass(frozen=True)
class SerialNumber:
    """A serial number in stock, and whether the location cannot sell the unit."""

    serial_number: str
    damaged: bool


@dataclass(frozen=True)
class Employee:
    """A person who works at a location (empty when not told)."""

    name: str
    role: str
    location: str
    enabled: bool
