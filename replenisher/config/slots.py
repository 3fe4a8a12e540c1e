"""Which slots of a schedule have come: local wall-clock times, each once, whatever the clocks do.

The second 01:30 of an autumn night is the same slot as the first; a time that a spring night leaves out moves to the
next one that exists.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

MOST = 1000
"""Slots looked at in one go: a daemon that was away longer catches up in several ticks."""


def slots_between(schedule: str, zone: ZoneInfo, after: datetime, now: datetime) -> list[datetime]:
    """List the slots of a cron expression later than `after` (local, no zone) whose instant is not later than `now`.

    Slots are local, without a zone, oldest first, at most 1,000.
    """
    slots: list[datetime] = []
    for moment in CronSim(schedule, after):
        slot = existing(moment, zone)
        if slot.replace(tzinfo=zone, fold=0) > now or len(slots) == MOST:
            break
        if slot not in slots[-1:]:
            slots.append(slot)
    return slots


def next_slot(schedule: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Give the first slot (local, no zone) whose instant is later than `now`.

    In the second 01:10 of an autumn night the slot 01:30 has come already: it was the first 01:30.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    slots = (existing(moment, zone) for moment in CronSim(schedule, local))
    return next(slot for slot in slots if slot.replace(tzinfo=zone, fold=0) > now)


def existing(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment itself when the zone's clocks show it that day, else the next minute that they show."""
    while not _exists(moment, zone):
        moment += timedelta(minutes=1)
    return moment


def _exists(moment: datetime, zone: ZoneInfo) -> bool:
    utc = moment.replace(tzinfo=zone, fold=0).astimezone(ZoneInfo("UTC"))
    return utc.astimezone(zone).replace(tzinfo=None) == moment
