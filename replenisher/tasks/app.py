"""The Celery application: a message is only a hint that carries an id; PostgreSQL decides what happens.

Start with `celery -A replenisher.tasks.app worker` and `… beat`, with REPLENISHER_CONFIG naming the configuration.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init, worker_process_shutdown

from replenisher import logs
from replenisher.errors import ConfigurationError
from replenisher.services import BROKER_VARIABLE, broker_url
from replenisher.tasks.process import process, settings

log = logs.get_logger(__name__)

CHATTY = ("celery.worker.strategy", "celery.worker.request", "celery.app.trace", "celery.beat")
"""They write a line for every hint; ours tell what a hint came to."""

PACKAGE = "replenisher.tasks.steps"


class Step(Task):  # type: ignore[misc] # celery ships no types
    """Every task: a line when it is done or has failed, with ids and seconds."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the step and log how long it took; an error is logged and ends this hint only."""
        started = time.monotonic()
        try:
            result = super().__call__(*args, **kwargs)
        except Exception:
            log.exception("step_failed", step=self.name, ids=args, seconds=round(time.monotonic() - started, 3))
            raise
        log.debug("step_done", step=self.name, ids=args, seconds=round(time.monotonic() - started, 3))
        return result


def make_app() -> Celery:
    """Build the application from the settings; ConfigurationError when no broker is named."""
    chosen = settings()
    broker = broker_url(chosen)
    if broker is None:
        raise ConfigurationError(f"no broker: set broker_url or {BROKER_VARIABLE}, or start with `replenisher up`")
    celery = Celery("replenisher", broker=broker, include=[PACKAGE], task_cls=Step)
    times = chosen.times
    celery.conf.update(
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        # A child that dies drops its hint; the sweeper finds the row again. Requeueing would loop for ever on a task
        # that kills its child.
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        task_time_limit=300,
        task_soft_time_limit=240,
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=500,
        worker_concurrency=chosen.work.worker_processes,
        worker_send_task_events=True,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=transport_options(broker),
        timezone="UTC",
        enable_utc=True,
        beat_schedule_filename=str(chosen.data_folder / "beat-schedule"),
        beat_max_loop_interval=max(1.0, min(times.tick, times.sweep)),
        beat_schedule={
            # A hint older than its interval is worth nothing: the next one is there already.
            "tick": {"task": f"{PACKAGE}.tick", "schedule": times.tick, "options": {"expires": times.tick}},
            "sweep": {"task": f"{PACKAGE}.sweep_due", "schedule": times.sweep, "options": {"expires": times.sweep}},
        },
    )
    return celery


def transport_options(broker: str) -> dict[str, Any]:
    """Give the broker's transport options; those of Redis mean nothing to RabbitMQ."""
    if not broker.startswith(("redis", "rediss", "valkey")):
        return {}
    options = {
        "visibility_timeout": 3600,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "health_check_interval": 25,
    }
    return options if broker.startswith("redis+socket") else options | {"socket_keepalive": True}


@setup_logging.connect
def _log_our_way(**_: object) -> None:
    chosen = settings()
    logs.configure(chosen.logs.format, chosen.logs.level, chosen.secrets())
    if chosen.logs.level != "debug":
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)


@worker_process_init.connect
def _after_fork(**_: object) -> None:
    process.services()


@worker_process_shutdown.connect
def _before_exit(**_: object) -> None:
    process.close()


app = make_app()
