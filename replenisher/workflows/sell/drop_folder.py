"""Import the files of sale orders that somebody put into the drop folder (`workflows.dropped_files`)."""

from __future__ import annotations

from replenisher.services import Services
from replenisher.workflows.dropped_files import DropFolder, import_all
from replenisher.workflows.sell.importing import ImportedSales, import_sale_orders


def import_dropped_sales(services: Services) -> list[ImportedSales]:
    """Import every file (`*.csv`) of the drop folder that is complete; gives what became of each."""
    sale_orders = services.settings.sale_orders
    drop = DropFolder(
        sale_orders.drop_folder,
        "sale_order_file",
        "sale orders",
        lambda path: import_sale_orders(services, path, keep_good=sale_orders.keep_good, actor=services.actor),
        lambda file, faults: ImportedSales(file, (), faults, taken=False),
    )
    return import_all(services, drop)
