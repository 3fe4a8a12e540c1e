"""One task per step of the business; each takes ids and makes one call."""

from __future__ import annotations

from celery import shared_task

from replenisher.tasks.process import process
from replenisher.workflows.fulfil.settle import settle_update as settle_one_update
from replenisher.workflows.fulfil.update import send_update as send_one_update
from replenisher.workflows.history.months import keep_months
from replenisher.workflows.jobs import ensure_jobs
from replenisher.workflows.jobs import run_job as run_one_job
from replenisher.workflows.plan.batch import plan_batch as plan_one_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.due import open_due_runs
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.reconcile import reconcile_order as reconcile_one
from replenisher.workflows.sell.drop_folder import import_dropped_sales
from replenisher.workflows.sell.follow import follow_sale as follow_one_sale
from replenisher.workflows.sell.settle import settle_sale as settle_one_sale
from replenisher.workflows.sell.submit import submit_sale as submit_one_sale
from replenisher.workflows.ship.announce import announce_notice as announce_one
from replenisher.workflows.ship.drop_folder import import_dropped_files
from replenisher.workflows.ship.settle import settle_notice as settle_one
from replenisher.workflows.submit import submit_order as submit_one
from replenisher.workflows.sweep import sweep
from replenisher.workflows.track import track_order as track_one


@shared_task
def tick() -> None:
    """Open the runs whose slots have come, set up jobs, import dropped files, and keep the months of the history."""
    open_due_runs(process.services())
    ensure_jobs(process.services())
    import_dropped_files(process.services())
    import_dropped_sales(process.services())
    keep_months(process.services())


@shared_task
def sweep_due() -> None:
    """Send a hint for everything that is due."""
    due = sweep(process.services())
    for name, step in HINTS.items():
        for one in getattr(due, name):
            step.delay(*(one if isinstance(one, tuple) else (one,)))


@shared_task
def advance_run(run_id: int) -> None:
    """Start an open run, close one that is done; what became due by that need not wait for the next sweep."""
    start_run(process.services(), run_id)
    close_run(process.services(), run_id)
    sweep_due.delay()


@shared_task
def plan_batch(run_id: int, number: int) -> None:
    """Read and plan the locations of one batch; the last one makes its run due at once."""
    plan_one_batch(process.services(), run_id, number)
    sweep_due.delay()


@shared_task
def submit_order(order_id: int) -> None:
    """Send one approved order."""
    submit_one(process.services(), order_id)


@shared_task
def track_order(order_id: int) -> None:
    """Look at one accepted or confirmed order."""
    track_one(process.services(), order_id)


@shared_task
def reconcile_order(order_id: int) -> None:
    """Look for one order whose fate is not known."""
    reconcile_one(process.services(), order_id)


@shared_task
def announce_notice(notice_id: int) -> None:
    """Send one shipment notice."""
    announce_one(process.services(), notice_id)


@shared_task
def settle_notice(notice_id: int) -> None:
    """Look for one shipment notice whose fate is not known."""
    settle_one(process.services(), notice_id)


@shared_task
def send_update(update_id: int) -> None:
    """Send one fulfilment update."""
    send_one_update(process.services(), update_id)


@shared_task
def settle_update(update_id: int) -> None:
    """Look for one fulfilment update whose fate is not known."""
    settle_one_update(process.services(), update_id)


@shared_task
def submit_sale(sale_id: int) -> None:
    """Send one sale order."""
    submit_one_sale(process.services(), sale_id)


@shared_task
def follow_sale(sale_id: int) -> None:
    """Look at one sale order that is at the platform."""
    follow_one_sale(process.services(), sale_id)


@shared_task
def settle_sale(sale_id: int) -> None:
    """Look for one sale order whose fate is not known."""
    settle_one_sale(process.services(), sale_id)


@shared_task
def run_job(company_id: str, job: str) -> None:
    """Do one job of a company that has come round."""
    run_one_job(process.services(), company_id, job)


HINTS = {
    "runs": advance_run,
    "batches": plan_batch,
    "to_send": submit_order,
    "to_track": track_order,
    "to_reconcile": reconcile_order,
    "to_announce": announce_notice,
    "to_settle": settle_notice,
    "to_fulfil": send_update,
    "to_settle_updates": settle_update,
    "to_sell": submit_sale,
    "to_follow_sales": follow_sale,
    "to_settle_sales": settle_sale,
    "jobs": run_job,
}
"""The task for each list of `workflows.sweep.Due`."""
