"""Replies saved in `replies/`, in the documented shapes with every documented slip."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx

from replenisher.gateways.http.answers import Answer

FOLDER = Path(__file__).parent / "replies"


def saved(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def answer(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    """An answer as if it had been read off the wire."""
    named = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    now = datetime(2024, 5, 30, 12, 0, tzinfo=UTC)
    return Answer(status, httpx.Headers(named), body, now, now)
