"""Import the files of shipments that somebody put into the drop folder (`workflows.dropped_files`)."""

from __future__ import annotations

from replenisher.services import Services
from replenisher.workflows.dropped_files import DropFolder, import_all
from replenisher.workflows.ship.importing import Imported, import_shipments


def import_dropped_files(services: Services) -> list[Imported]:
    """Import every file (`*.csv`) of the drop folder that is complete; gives what became of each."""
    shipments = services.settings.shipments
    drop = DropFolder(
        shipments.drop_folder,
        "shipment_file",
        "shipments",
        lambda path: import_shipments(services, path, keep_good=shipments.keep_good, actor=services.actor),
        lambda file, faults: Imported(file, (), faults, taken=False),
    )
    return import_all(services, drop)
