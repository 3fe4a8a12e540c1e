"""Settings of one retailer's company: when it is planned, by which rules, and what may go out by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator

from replenisher.config.calendars import CalendarSettings, repeated_location
from replenisher.config.guards import Guards
from replenisher.config.history import DemandSettings
from replenisher.config.kinds import Guid, Id, PlannersFile, Schedule, Seconds, Section, Text, TimeZone, refusal
from replenisher.config.planning import Amount, PlanningSettings
from replenisher.planning.rules import Rules
from replenisher.purchasing.approval import ApprovalRules

ChannelName = Literal["vendor_inventory", "vmi", "cmi"]
OrderDeskName = Literal["channel", "orders", "purchase_orders"]
Report = Literal["inventory", "sales", "receiving", "transfers", "adjustments"]


class ApprovalSettings(Section):
    """Which orders go out by themselves; the others wait for a person, with reasons."""

    automatic: bool = Field(default=True, description="`false` holds every order for a person.", examples=[True])
    value_limit: Amount | None = Field(
        default=Decimal("500.00"),
        description="An order of a higher value is held, in the company's currency; nothing = no limit.",
        examples=["500.00"],
    )
    change_factor: Annotated[Decimal, Field(ge=1, le=1000)] = Field(
        default=Decimal("3.0"),
        description="An order worth more than this many times the location's usual order is held.",
        examples=["3.0"],
    )
    history_orders: Annotated[int, Field(ge=1, le=100)] = Field(
        default=8, description="How many of the location's last orders make its usual order (median).", examples=[8]
    )
    history_minimum: Annotated[int, Field(ge=1, le=100)] = Field(
        default=3, description="With fewer earlier orders the value limit alone decides.", examples=[3]
    )


class NoticeSettings(Section):
    """What becomes of shipment notices."""

    outlet: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = Field(
        default="platform",
        description="Where notices go: `platform` sends them through the channel where it takes them, and keeps them as"
        " `recorded` where it does not; `record` only keeps them; `folder` writes them as files; or the name of an"
        " installed outlet.",
        examples=["platform"],
    )
    unanswered: Literal["needs_person", "sent"] = Field(
        default="needs_person",
        description="What a notice becomes whose fate is not known and that the channel cannot look up (`cmi`).",
        examples=["needs_person"],
    )


class OrderDeskSettings(Section):
    """How replenishment orders are made where `order_desk` is `orders`."""

    create_by: Literal["order_full", "header_then_items"] = Field(
        default="order_full",
        description="`order_full` creates an order with its items in one request; `header_then_items` is for platforms"
        " that do not offer it.",
        examples=["order_full"],
    )
    billing_customer_id: Guid | None = Field(
        default=None,
        description="The customer who is billed; without one the platform processes no order, so that orders can only"
        " be created uncommitted.",
        examples=["659c2a38-d083-4421-9330-46d779702f85"],
    )
    expiry_hours: Annotated[int, Field(ge=1, le=8760)] = Field(
        default=72, description="An order that nobody has processed by then cannot be changed any more.", examples=[72]
    )


class FulfilmentSettings(Section):
    """Whether customers' drop-ship orders are fulfilled."""

    enabled: bool = Field(
        default=False, description="Whether pending customers' orders are looked for.", examples=[True]
    )
    every: Seconds = Field(default=300.0, description="Seconds between two looks.", examples=[300])
    automatic: bool = Field(
        default=True,
        description="Whether an item that we can ship is set to Ordered at once; `false` waits for"
        " `replenisher fulfilments accept`.",
        examples=[True],
    )


class ReceiptAuditSettings(Section):
    """The nightly comparison of what was ordered, announced, received and told."""

    schedule: Schedule | None = Field(
        default=None,
        description="When to compare: a cron expression in the company's local time; nothing = only by hand.",
        examples=["30 2 * * *"],
    )
    days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=35, description="How many days back orders are compared.", examples=[35]
    )
    cost_tolerance: Annotated[Decimal, Field(ge=0, le=100_000_000, decimal_places=4)] = Field(
        default=Decimal("0.00"),
        description="A difference of an order's cost up to this amount is none, in the company's currency.",
        examples=["1.00"],
    )


class SaleOrderSettings(Section):
    """Whether the vendor's own sales go to this company's locations for pickup."""

    enabled: bool = Field(default=False, description="Whether sale orders are taken for this company.", examples=[True])
    invoice: bool = Field(
        default=False,
        description="Whether the platform writes the invoice at once, where the file does not say.",
        examples=[False],
    )
    user_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="The platform's user in whose name they are made, if it wants one.", examples=[4349]
    )


class CompanySettings(Section):
    """One retailer's company that has enabled the vendor."""

    id: Id = Field(
        description="The company's id on the platform: a number, or for `vmi` and `cmi` its client id.",
        examples=["14146"],
    )
    name: Text = Field(description="The company's name, for people.", examples=["Kentel"])
    channel: ChannelName = Field(
        default="vendor_inventory", description="Which interface serves the company.", examples=["vendor_inventory"]
    )
    platform: str = Field(description="Name of one of the `platforms`.", examples=["retail"])
    time_zone: TimeZone = Field(
        description="The company's zone, for schedules and business dates.", examples=["America/Regina"]
    )
    schedule: Schedule | None = Field(
        default=None,
        description="When to plan: a cron expression in the company's local time; nothing = only runs by hand.",
        examples=["0 5 * * *"],
    )
    cut_off_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=60,
        description="A run closes this long after it opened, even if a location is missing.",
        examples=[60],
    )
    order_desk: OrderDeskName = Field(
        default="channel",
        description="Where replenishment orders are created: by the `channel` itself, by the `orders` service, or by"
        " the `purchase_orders` service, which takes headers only: a person at the retailer enters the lines.",
        examples=["channel"],
    )
    committed: bool = Field(default=True, description="Whether orders are created committed.", examples=[True])
    locations: tuple[Id, ...] = Field(
        default=(), description="Plan only these locations; empty = every enabled one.", examples=[["15", "16"]]
    )
    shipping_method: Annotated[str, Field(max_length=30)] = Field(
        default="", description="Shipping method written on every order.", examples=["Ground"]
    )
    comments: Annotated[str, Field(max_length=500)] = Field(
        default="", description="Comments written on every order.", examples=["Automatic replenishment"]
    )
    estimated_arrival_days: Annotated[int, Field(ge=0, le=365)] | None = Field(
        default=None,
        description="Days until an order arrives; nothing = the longest lead time of its lines, else 7.",
        examples=[7],
    )
    reports: tuple[Report, ...] = Field(
        default=("inventory", "sales", "receiving"),
        description="Which reports are pulled; the inventory report always is.",
        examples=[["inventory", "sales", "receiving"]],
    )
    report_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=7, description="How many business days a report covers.", examples=[7]
    )
    products_file: PlannersFile | None = Field(
        default=None, description="The company's own products file instead of the common one.", examples=["kentel.csv"]
    )
    levels_file: PlannersFile | None = Field(
        default=None, description="The company's own levels file instead of the common one.", examples=["levels.csv"]
    )
    rules_file: PlannersFile | None = Field(
        default=None, description="The company's own rules file instead of the common one.", examples=["rules.yaml"]
    )
    calendars: tuple[CalendarSettings, ...] = Field(
        default=(),
        description="On which days locations order; nothing = whenever a run plans them.",
        examples=[[{"name": "Mondays", "weekdays": ["monday"], "lead_time_days": 3}]],
    )
    vendor_stock_file: PlannersFile | None = Field(
        default=None,
        description="What the vendor can ship to this company, instead of the common file.",
        examples=["kentel-stock.csv"],
    )
    planning: PlanningSettings = Field(default=PlanningSettings(), description="What is ordered.")
    demand: DemandSettings = Field(
        default=DemandSettings(), description="What counts as demand, and how it is estimated."
    )
    approval: ApprovalSettings = Field(default=ApprovalSettings(), description="What goes out by itself.")
    guards: Guards = Field(default=Guards(), description="When a report is refused.")
    notices: NoticeSettings = Field(default=NoticeSettings(), description="What becomes of shipment notices.")
    orders: OrderDeskSettings = Field(default=OrderDeskSettings(), description="For `order_desk: orders`.")
    fulfilments: FulfilmentSettings = Field(
        default=FulfilmentSettings(), description="Customers' drop-ship orders (`vendor_inventory` only)."
    )
    receipt_audit: ReceiptAuditSettings = Field(
        default=ReceiptAuditSettings(), description="The nightly audit of receipts (`vendor_inventory` only)."
    )
    sale_orders: SaleOrderSettings = Field(
        default=SaleOrderSettings(), description="The vendor's own sales (`vendor_inventory` only)."
    )
    set_platform_levels: bool = Field(
        default=False,
        description="Whether `levels import --push` may set minima and maxima at the platform (`vmi` only).",
        examples=[False],
    )

    @field_validator("reports")
    @classmethod
    def _inventory_always(cls, reports: tuple[Report, ...]) -> tuple[Report, ...]:
        return tuple(dict.fromkeys(("inventory", *reports)))

    @field_validator("calendars")
    @classmethod
    def _one_calendar_each(cls, calendars: tuple[CalendarSettings, ...]) -> tuple[CalendarSettings, ...]:
        fault = repeated_location(calendars)
        if fault:
            raise refusal(fault)
        return calendars

    def planning_rules(self) -> Rules:
        """Give the rules as planning takes them, money in ten-thousandths."""
        return self.planning.rules()

    def approval_rules(self) -> ApprovalRules:
        """Give the rules as purchasing takes them."""
        return ApprovalRules(**self.approval.model_dump())
