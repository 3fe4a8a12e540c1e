"""The floor of submitting orders: one bare POST and two commits for each, and nothing else.

A row is written and committed before the POST and changed and committed after it, by plain psycopg.
"""

from __future__ import annotations

import multiprocessing
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from types import TracebackType
from typing import Any

import httpx
import psycopg

TABLE = "CREATE TABLE IF NOT EXISTS plain_postings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, answer text)"
BEFORE = "INSERT INTO plain_postings DEFAULT VALUES RETURNING id"
AFTER = "UPDATE plain_postings SET answer = %s WHERE id = %s"
HEADERS = {"Content-Type": "application/json"}


@cache
def _database(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; the default one reads every certificate first


@cache
def _client() -> httpx.Client:
    return httpx.Client(trust_env=False, verify=_trust(), headers=HEADERS)


def post(database_url: str, address: str, bodies: Sequence[bytes], keep_connection: bool) -> int:
    """Post the bodies one after another in this process; gives how many were accepted."""
    database, accepted = _database(database_url), 0
    for body in bodies:
        row = database.execute(BEFORE).fetchone()
        assert row is not None
        with ExitStack() as stack:
            fresh = None if keep_connection else httpx.Client(trust_env=False, verify=_trust(), headers=HEADERS)
            client = _client() if fresh is None else stack.enter_context(fresh)
            answer = client.post(address, content=body)
        database.execute(AFTER, (answer.text, row[0]))
        accepted += answer.status_code == 202
    return accepted


class PlainPosting:
    """Processes that are up and warm before the clock starts; each posts its share of the bodies."""

    def __init__(self, database_url: str, address: str, bodies: Sequence[bytes]) -> None:
        self._url = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._address = address
        self._bodies = list(bodies)
        self._processes = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> PlainPosting:
        with psycopg.connect(self._url, autocommit=True) as database:
            database.execute(TABLE)
        self._post([self._bodies[:40], self._bodies[:40]], keep_connection=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._processes.shutdown()

    def seconds(self, processes: int, *, keep_connection: bool) -> float:
        """Post every body once and time it; each must be accepted."""
        started = time.perf_counter()
        accepted = self._post([self._bodies[first::processes] for first in range(processes)], keep_connection)
        seconds = time.perf_counter() - started
        assert accepted == len(self._bodies), f"{accepted} were accepted"
        return seconds

    def _post(self, shares: list[list[bytes]], keep_connection: bool) -> int:
        waiting = [
            self._processes.submit(post, self._url, self._address, share, keep_connection=keep_connection)
            for share in shares
        ]
        return sum(one.result() for one in waiting)
