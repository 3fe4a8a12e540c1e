"""Every setting of the sandbox: what its world looks like (`Setup`) and how it behaves where the documents are silent
or contradict themselves (`Switches`). The command line, `/admin/switches` and `docs/sandbox.md` all read this list.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any


def _switch(default: Any, text: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"help": text, "choices": choices})


@dataclass(frozen=True)
class Setup:
    """What the imitated world holds; fixed when the process starts."""

    companies: int = _switch(2, "companies that have enabled the vendor")
    locations: int = _switch(12, "enabled locations of each company")
    skus: int = _switch(250, "products in the vendor's catalog, all mapped at every location")
    seed: int = _switch(7, "same seed, same ids, catalog, levels and opening stock")
    vendor_id: int = _switch(5123, "the vendor's id in every path")
    username: str = _switch("vendor@example.test", "user name of the password grant and of both SOAP services")
    password: str = _switch("sandbox-password", "password of the password grant and of both SOAP services")
    client_id: str = _switch("sandbox-client", "client id of both grants")
    client_secret: str = _switch("sandbox-client-secret", "client secret of both grants")
    history_days: int = _switch(28, "days of sales, receipts and counts that lie before the start")
    retailer_orders: int = _switch(3, "open purchase orders of each company that the retailer made itself")
    below_minimum: float = _switch(0.25, "share of rows whose opening position is below the minimum")
    daily_sales: float = _switch(0.25, "average units sold per row and day")


@dataclass(frozen=True)
class Switches:
    """How the platform behaves; each may be changed while it runs by POST /admin/switches."""

    routes: str = _switch("both", "spelling of the report and add-products routes", ("template", "sample", "both"))
    status_spelling: str = _switch(
        "sample", "order status: Completed (sample), complete (table), or both mixed", ("sample", "table", "mixed")
    )
    transfer_shape: str = _switch("array", "transfer report: always an array, or one bare object", ("array", "single"))
    transfer_keys: str = _switch(
        "duplicate", "duplicate: ShipFromLocationId twice; distinct: ShipToLocationId", ("duplicate", "distinct")
    )
    transfers_report: str = _switch(
        "received", "transfers received at the location, or also those it shipped", ("received", "touching")
    )
    received_spelling: str = _switch(
        "DateReceived", "key of the date in a transfer's ShippingInfo", ("DateReceived", "DateRecieved")
    )
    adjustment_serials: str = _switch(
        "SerialNumber",
        "SerialNumber: one line per unit; SerialNumbers: an array, with AdjustmentReasonId",
        ("SerialNumber", "SerialNumbers"),
    )
    adjustment_sign: str = _switch(
        "signed", "signed: a loss is negative; absolute: only the reason tells", ("signed", "absolute")
    )
    quantity_ordered: str = _switch("int", "JSON type of QuantityOrdered", ("int", "string"))
    refund_sign: str = _switch("positive", "sign of Quantity on a Refunded line", ("positive", "negative"))
    exchange_line: str = _switch(
        "handed_out", "Exchange: a unit handed out (stock -1), or an even swap", ("handed_out", "swap")
    )
    quantity_sold: str = _switch("net", "QuantitySold: refunds taken off (net) or not (gross)", ("net", "gross"))
    back_order: str = _switch(
        "beside",
        "rest of a partly received order: in QuantityOnBackorder only (beside), in QuantityOnOrder as well (included), "
        "in QuantityOnOrder only (never)",
        ("beside", "included", "never"),
    )
    timestamps: str = _switch(
        "zoneless", "report timestamps: local without zone, or with offset", ("zoneless", "offset")
    )
    utc_offset_hours: float = _switch(0.0, "every location's clock, hours ahead of UTC")
    clock_skew_seconds: float = _switch(0.0, "how far the platform's clock runs ahead of the machine's")
    date_end: str = _switch("inclusive", "whether EndDate itself is covered", ("inclusive", "exclusive"))
    missing_dates: str = _switch("refuse", "a report without dates: 400, or today's", ("refuse", "today"))
    max_span_days: int = _switch(0, "longest span of a report, 400 above it; 0 = no limit")
    page_size: int = _switch(0, "default and cap of $top in the order list; 0 = the whole list")
    list_uncommitted: str = _switch("yes", "whether the order list shows uncommitted orders", ("yes", "no"))
    list_retailer_orders: str = _switch("yes", "whether it shows orders the retailer made itself", ("yes", "no"))
    creation_delay: float = _switch(1.0, "real seconds between the 202 and the order's existence")
    status_before_creation: str = _switch("404", "status of an order accepted but not there yet", ("404", "pending"))
    duplicate_invoice: str = _switch(
        "accept",
        "a VendorInvoiceNumber used before in the company: accept, refuse (400), or vanish (202, never created)",
        ("accept", "refuse", "vanish"),
    )
    unknown_sku: str = _switch(
        "refuse", "unknown VendorSku in a create: 400, or a late failure", ("refuse", "fail_late")
    )
    validation: str = _switch(
        "strict", "strict: limits and required fields are enforced with 400", ("strict", "lenient")
    )
    partial_edit: str = _switch(
        "atomic", "edit of several lines, one refused: nothing changes, or the others do", ("atomic", "best_effort")
    )
    put_quantity: str = _switch(
        "absolute", "Quantity in PUT products: the new total or a change", ("absolute", "delta")
    )
    commit_after_days: float = _switch(1.0, "days until the retailer commits an uncommitted order; negative = never")
    lead_time_days: float = _switch(3.0, "days between commitment and arrival")
    partial_share: float = _switch(0.1, "chance that a line arrives partly at first")
    remainder_days: float = _switch(2.0, "days until the rest of a partly received order arrives")
    refund_share: float = _switch(0.03, "chance that an invoice line is refunded or exchanged later")
    adjustments_per_day: float = _switch(0.5, "stock counts corrected per location and day")
    transfers_per_day: float = _switch(0.2, "transfers shipped per location and day")
    transfer_days: float = _switch(1.5, "days that a transfer is on its way")
    day_seconds: float = _switch(0.0, "real seconds after which a day passes by itself; 0 = only by /admin/advance")
    token_seconds: int = _switch(43199, "life of an access token")
    lock_after: int = _switch(0, "wrong passwords before the user is locked; 0 = never")
    rate_limit: int = _switch(100000, "requests per window, service and token")
    rate_window_seconds: int = _switch(60, "length of the rate window")
    unknown_route: str = _switch("empty", "body of a 404 for an unknown route", ("empty", "html"))
    disabled_answer: str = _switch("403", "answer for a company or location not enabled", ("403", "404"))
    soap_personality: str = _switch(
        "wsdl", "SOAP answers: wire order and ISO dates, or alphabetical and dates as in the samples", ("wsdl", "docs")
    )
    soap_credentials_text: str = _switch("Invalid username or password", "text of the SOAP fault for wrong credentials")
    soap_disabled_text: str = _switch(
        "Company is not enabled for this vendor", "text of the one for a disabled company"
    )
    soap_duplicate_invoice: str = _switch(
        "refuse", "SOAP: a VendorInvoiceNumber used before: the documented fault, or taken", ("refuse", "accept")
    )
    soap_duplicate_scope: str = _switch(
        "store", "SOAP: where a VendorInvoiceNumber must not repeat", ("store", "company")
    )
    soap_order_not_found: str = _switch(
        "empty", "SOAP: a look-up by number finds nothing: an answer without result, or a fault", ("empty", "fault")
    )
    echo_quantity: int = _switch(0, "QuantityOrdered in the SOAP echo of a create; 0 = what was sent")
    cmi_vendor_id: str = _switch(
        "accept", "CMI: an unknown vendorId is taken for the vendor's, or refused", ("accept", "refuse")
    )
    default_channel: str = _switch(
        "named", "hierarchy: one channel with a guid, or a default channel with the zero guid", ("named", "zero")
    )
    rma_without_comments: str = _switch("refuse", "CreateRMA without Comments", ("refuse", "accept"))
    duplicate_notice: str = _switch(
        "accept", "a ShipmentNumber repeated for the same product and order", ("accept", "refuse")
    )
    notice_short_share: float = _switch(0.0, "chance that announced goods arrive one unit short")
    notice_over_share: float = _switch(0.0, "chance that they arrive with one unit more")
    notice_damaged_share: float = _switch(0.0, "chance that one unit arrives damaged: received, not sellable")
    notice_unknown_serial_share: float = _switch(0.0, "chance that one arrives with another serial number")

    filter_gte: str = _switch("refuse", "`gte` and `lte` in a $filter, as a document writes them", ("refuse", "accept"))
    hal_links: str = _switch(
        "versioned", "hrefs of HAL: with v1/, without, or both mixed", ("versioned", "bare", "mixed")
    )
    hal_prev: str = _switch("null", "the missing `prev` of HAL: null, or the text null", ("null", "text"))
    order_expiry_hours: int = _switch(72, "Order service: hours until an order can no longer be changed")
    order_filters: str = _switch("supported", "Order service: whether $filter is heeded", ("supported", "ignored"))
    order_paging: str = _switch(
        "supported", "Order service: whether $skip and $top are heeded", ("supported", "ignored")
    )
    order_page_size: int = _switch(50, "Order service: default and cap of $top")
    pending_filter: str = _switch(
        "strict", "Order service: loose lists Created orders among Pending ones too", ("strict", "loose")
    )
    order_type_name: str = _switch(
        "table", "Order service: name of OrderTypeId 3: Purchase (table), or Sales (sample)", ("table", "sample")
    )
    item_type_id: str = _switch("string", "Order service: JSON type of ItemTypeId", ("string", "number"))
    tracking_pattern: str = _switch("[A-Za-z0-9-]{5,40}", "Order service: tracking numbers it takes; others are a 500")
    reported_allocated: str = _switch(
        "no", "whether InStock items on customers' pending orders are in the inventory report", ("no", "yes")
    )
    customer_orders_per_day: float = _switch(0.0, "customers' orders placed per location and day")
    purchase_detail_shape: str = _switch(
        "array", "Purchase Order service: OrderWithDetail is an array, or the latest order alone", ("array", "object")
    )
    purchase_detail_products: str = _switch(
        "yes", "Purchase Order service: whether OrderWithDetail has the product arrays", ("yes", "no")
    )
    purchase_detail_state: str = _switch(
        "submitted",
        "Purchase Order service: State in words of its own (Created, Submitted, Completed), in those of the Order"
        " service (Pending, Processed, Cancelled, Completed), or in the status table's",
        ("submitted", "order_state", "status"),
    )
    sale_default_accept: str = _switch(
        "hal", "Sales Order service: answer to a request without Accept", ("hal", "json")
    )
    sale_page_size: int = _switch(50, "Sales Order service: default and cap of $top")
    sale_search_delay: float = _switch(0.0, "Sales Order service: real seconds until a search finds a new sale order")
    sale_line_number: str = _switch(
        "any", "Sales Order service: LineNumber 1 is taken, or must be greater than 1", ("any", "above_one")
    )
    sale_duplicate_printable: str = _switch(
        "accept", "Sales Order service: a PrintableId used before in the company", ("accept", "refuse")
    )
    sale_log_delay: float = _switch(1.0, "Sales Order service: real seconds until the status log tells anything")
    sale_outcome: str = _switch(
        "success",
        "Sales Order service: what the log tells; silent: CRM synchronisation is lost, and nobody says so",
        ("success", "failure", "silent"),
    )
    sale_failure_text: str = _switch("One or more errors occurred.", "Sales Order service: Details of a failure")
    tax_service_key: str = _switch(
        "IqTaxServiceId", "Sales Order service: spelling in answers", ("IqTaxServiceId", "IqmetrixTaxServiceId")
    )
    rest_error_body: str = _switch("message", "Sales Order service: body of a 400", ("message", "plain", "empty"))

    def changed(self, values: dict[str, Any]) -> Switches:
        """These switches with some values replaced.

        Raises:
            ValueError: a name, type or choice that does not exist.
        """
        known = {entry.name: entry for entry in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}")
            choices = known[name].metadata["choices"]
            if choices and value not in choices:
                raise ValueError(f"switch {name} is one of {', '.join(choices)}, not {value!r}")
            if isinstance(known[name].default, (int, float)) and not isinstance(value, (int, float)):
                raise ValueError(f"switch {name} is a number, not {value!r}")  # noqa: TRY004  # all three are one kind of refusal
        return replace(self, **values)
