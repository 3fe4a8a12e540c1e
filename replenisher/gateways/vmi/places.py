"""Companies as this interface lists them."""

from __future__ import annotations

from replenisher.gateways.soap.cells import guid, text
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, needed
from replenisher.purchasing.platform import Company

COMPANIES = Rows("CompanyInformation", {"id": needed("CompanyID", guid), "name": Cell("Name", text)}, "id")

STANDINGS = {
    "GetEnabledCompanies": "enabled",
    "GetPendingCompanies": "pending",
    "GetDisabledCompanies": "disabled",
}
"""The list that shows each standing of a company."""


def companies_of(reply: Reply) -> list[Company]:
    """Read a list of companies."""
    columns = COMPANIES.read(reply.result)
    return [Company(company, name or "") for company, name in zip(columns["id"], columns["name"], strict=True)]
