"""How often a job of a company comes round: every so many seconds, or at the slots of a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from replenisher.config.slots import next_slot


class Cadence(Protocol):
    """When a job is due; its text changes when, and only when, the times change."""

    def first_after(self, now: datetime, last_started: datetime | None) -> datetime:
        """Give the instant at which the job is due first when it is new, or new at this cadence."""
        ...

    def next_after(self, now: datetime) -> datetime:
        """Give the instant at which the job is due again when it ended at `now`."""
        ...


@dataclass(frozen=True)
class Every:
    """Every so many seconds, counted from the end of one time to the start of the next."""

    seconds: float

    def __str__(self) -> str:
        return f"every {self.seconds:g} s"

    def first_after(self, now: datetime, last_started: datetime | None) -> datetime:
        """Give `now` for a job that never ran, else what its seconds leave of the wait since it last did."""
        return now if last_started is None else max(now, self.next_after(last_started))

    def next_after(self, now: datetime) -> datetime:
        """Give the instant so many seconds later."""
        return now + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class AtSlots:
    """At the slots of a cron expression in a zone; of slots that were missed only one is made up for."""

    schedule: str
    zone: str

    def __str__(self) -> str:
        return f"{self.schedule} ({self.zone})"

    def first_after(self, now: datetime, last_started: datetime | None) -> datetime:  # noqa: ARG002 - slots alone count
        """Give the next slot: none of the past is made up for."""
        return self.next_after(now)

    def next_after(self, now: datetime) -> datetime:
        """Give the instant of the next slot."""
        zone = ZoneInfo(self.zone)
        return next_slot(self.schedule, zone, now).replace(tzinfo=zone, fold=0).astimezone(UTC)
