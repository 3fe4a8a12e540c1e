"""The eight operations of the Sales Order service."""

from __future__ import annotations

import time
from typing import Any

from replenisher.sandbox.replies import RefusalError, Reply, Request, data, message
from replenisher.sandbox.rest import hal
from replenisher.sandbox.rest.filters import parse_filter
from replenisher.sandbox.rest.names import UNSET, company_of, dotnet
from replenisher.sandbox.rest.paging import page
from replenisher.sandbox.sales_order_service import posting
from replenisher.sandbox.sales_order_service.book import LogEntry, Sale
from replenisher.sandbox.sales_order_service.item_rules import is_whole
from replenisher.sandbox.sales_order_service.rules import check_sale
from replenisher.sandbox.sales_order_service.wording import refusal, worded
from replenisher.sandbox.soap.identities import guid
from replenisher.sandbox.world import World

_FIELDS = dict.fromkeys(
    (
        "ExpiryDateUtc",
        "TaxCalculationResultId",
        "BillingAddressId",
        "ShippingAddressId",
        "DropshipOrderId",
        "UserId",
        "ShippingLineItems",
        "DiscountLineItems",
    )
)
_STATES = {"completed": "Completed", "cancelled": "Cancelled"}
_FORMAT = "%Y-%m-%dT%H:%M:%S"
_DIFFERENT_IDS = "Uri parameter representing resource id and resource id found in the request content don't match"


@worded
def create_invoice(world: World, request: Request) -> Reply:
    """POST SaleInvoice: 202."""
    return _create(world, request, invoice=True)


@worded
def create(world: World, request: Request) -> Reply:
    """POST SaleOrder: 202."""
    return _create(world, request, invoice=False)


def _create(world: World, request: Request, *, invoice: bool) -> Reply:
    company = company_of(world, request)
    body = request.json()
    lines = check_sale(world, company, body)
    now, real = world.clock.now(), time.monotonic()
    sale = Sale(
        company=company.id,
        location=body["LocationId"],
        printable_id=body["PrintableId"],
        invoice=invoice,
        document=body,
        lines=lines,
        accepted_at=now,
        updated_at=now,
        due=None if request.never_create else real + world.switches.sale_log_delay,
        found_from=real + world.switches.sale_search_delay,
        fault=request.fault,
        hidden=request.never_create,
    )
    world.sales.sales[sale.id] = sale
    return _one(world, request, _place(sale), _document(world, sale, fresh=True), status=202)


@worded
def read(world: World, request: Request) -> Reply:
    """GET SaleOrder({id})."""
    sale = _sale(world, request)
    return _one(world, request, _place(sale), _document(world, sale))


@worded
def search(world: World, request: Request) -> Reply:
    """GET SaleOrder: by $filter, page by page."""
    company = company_of(world, request)
    now = time.monotonic()
    found = [sale for sale in world.sales.of_company(company.id) if sale.found_from <= now]
    documents = [(_place(sale), _document(world, sale)) for sale in found]
    return _several(world, request, f"Companies({company.id})/SaleOrder", documents)


@worded
def status(world: World, request: Request) -> Reply:
    """GET SaleOrderStatus({id}): an array of one."""
    sale = _sale(world, request)
    return _shown(world, request, _place(sale, "SaleOrderStatus"), [_status(sale)])


@worded
def set_status(world: World, request: Request) -> Reply:
    """PUT SaleOrderStatus({id}): the echo still shows the state before."""
    sale = _sale(world, request)
    body = request.json()
    if not isinstance(body, dict) or str(body.get("Id", "")).lower() != sale.id:
        raise refusal(_DIFFERENT_IDS)
    state = _STATES.get(str(body.get("State", "")).lower())
    if state is None:
        raise refusal("Missing valid State")
    user = body.get("UpdatedBy") or 0
    if not is_whole(user):
        raise refusal("Missing valid UpdatedBy")
    if sale.state != "Pending":
        raise refusal(f"Resource state transition from {sale.state} to {state} is invalid")
    echo = {**_status(sale), "UpdatedBy": user}
    posting.change_state(world, sale, state, user)
    return _shown(world, request, _place(sale, "SaleOrderStatus"), [echo])


@worded
def log(world: World, request: Request) -> Reply:
    """GET SaleOrder({id})/StatusLog."""
    sale = _sale(world, request)
    place = f"{_place(sale)}/StatusLog"
    return _several(world, request, place, [(f"{place}({entry.id})", _entry(sale, entry)) for entry in sale.log])


@worded
def log_entry(world: World, request: Request) -> Reply:
    """GET SaleOrder({id})/StatusLog({entry}): an array of one."""
    sale = _sale(world, request)
    found = [_entry(sale, entry) for entry in sale.log if entry.id == request.path["entry"]]
    if not found:
        raise RefusalError(message(404, "Not Found"))
    return _shown(world, request, f"{_place(sale)}/StatusLog({request.path['entry']})", found)


def _sale(world: World, request: Request) -> Sale:
    company = company_of(world, request)
    sale = world.sales.sales.get(request.path["order"])
    if sale is None or sale.company != company.id or sale.hidden:
        raise RefusalError(message(404, "Not Found"))
    return sale


def _place(sale: Sale, resource: str = "SaleOrder") -> str:
    return f"Companies({sale.company})/{resource}({sale.id})"


def _one(world: World, request: Request, place: str, document: dict[str, Any], status: int = 200) -> Reply:
    if not hal.wants_hal(request.accept, world.switches.sale_default_accept):
        return data(status, document)
    reply = data(status, hal.resource(world.switches, place, document))
    return Reply(status, reply.body, f"{hal.HAL}; charset=utf-8")


def _several(world: World, request: Request, place: str, documents: list[tuple[str, dict[str, Any]]]) -> Reply:
    text = request.query.get("$filter")
    if text:
        wanted = parse_filter(text, samples=world.switches.filter_gte == "accept")
        documents = [(own, document) for own, document in documents if wanted(document)]
    return _listed(world, request, place, page(request, documents, world.switches.sale_page_size))


def _shown(world: World, request: Request, place: str, documents: list[dict[str, Any]]) -> Reply:
    """An array of one."""
    return _listed(world, request, place, [(place, document) for document in documents])


def _listed(world: World, request: Request, place: str, documents: list[tuple[str, dict[str, Any]]]) -> Reply:
    if not hal.wants_hal(request.accept, world.switches.sale_default_accept):
        return data(200, [document for _, document in documents])
    reply = data(200, hal.listed(world.switches, place, documents))
    return Reply(200, reply.body, f"{hal.HAL}; charset=utf-8")


def _document(world: World, sale: Sale, *, fresh: bool = False) -> dict[str, Any]:
    """The SaleOrder resource; in the answer to a create its dates are not set yet."""
    sent = sale.document
    return {
        **_FIELDS,
        **{name: value for name, value in sent.items() if name not in ("Items", "Payments")},
        "Id": sale.id,
        "DateInsertedUtc": UNSET if fresh else dotnet(sale.accepted_at),
        "DateUpdatedUtc": UNSET if fresh else dotnet(sale.updated_at),
        "CompanyId": sale.company,
        "Items": [_item(world, item) for item in sent["Items"]],
        "Payments": [
            {
                **payment,
                "Id": guid("payment", sale.id, position),
                "PaymentMethodId": guid("payment method", sale.company),
            }
            for position, payment in enumerate(sent["Payments"])
        ],
    }


def _item(world: World, item: dict[str, Any]) -> dict[str, Any]:
    key = world.switches.tax_service_key
    taxes = [
        {key if name.endswith("TaxServiceId") else name: value for name, value in tax.items()}
        for tax in item.get("TaxLineItems") or []
    ]
    return {"SupplierEntityId": None, "SerialNumber": None, **item, "TaxLineItems": taxes}


def _status(sale: Sale) -> dict[str, Any]:
    return {"Id": sale.id, "State": sale.state, "UpdatedBy": sale.updated_by}


def _entry(sale: Sale, entry: LogEntry) -> dict[str, Any]:
    return {
        "UpdatedBy": entry.updated_by,
        "Status": "Success" if entry.succeeded else "Failure",
        "Details": entry.details,
        "Id": entry.id,
        "UpdatedDate": f"{entry.at.strftime(_FORMAT)}.{entry.at.microsecond // 1000:03d}",
        "SaleOrderId": sale.id,
        "UserId": 0,
    }
