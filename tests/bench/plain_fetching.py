"""The floor of a cycle: fetch the same reports and parse their JSON without types, and nothing else.

As many processes and threads as the workers have; plain httpx, connections kept open. Each way of parsing is measured.
"""

from __future__ import annotations

import json
import multiprocessing
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Any

import httpx
import msgspec

PARSERS: dict[str, Callable[[bytes], Any]] = {"msgspec": msgspec.json.decode, "stdlib json": json.loads}


@cache
def _client(threads: int) -> httpx.Client:
    limits = httpx.Limits(max_connections=threads, max_keepalive_connections=threads)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; the default one reads every certificate first
    return httpx.Client(trust_env=False, limits=limits, verify=context, timeout=30.0)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


def fetch(urls: Sequence[str], threads: int, parser: str) -> tuple[int, float]:
    """Fetch and parse in this process; gives the number of rows and the seconds of processor time."""
    client, parse = _client(threads), PARSERS[parser]
    before = time.process_time()

    def rows(url: str) -> int:
        return len(parse(client.get(url).raise_for_status().content))

    read = sum(_pool(threads).map(rows, urls))
    return read, time.process_time() - before


class PlainFetching:
    """Processes that are up and warm before the clock starts."""

    def __init__(self, urls: Sequence[str], *, processes: int, threads: int) -> None:
        self._shares = [list(urls[first::processes]) for first in range(processes)]
        self._threads = threads
        self._processes = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> PlainFetching:
        for parser in PARSERS:
            self._fetch([share[:8] for share in self._shares], parser)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._processes.shutdown()

    def seconds(self, parser: str, rows: int) -> tuple[float, float]:
        """Fetch everything once: seconds by the clock and of all processors; it must read as many rows as we plan."""
        started = time.perf_counter()
        read, processor = self._fetch(self._shares, parser)
        seconds = time.perf_counter() - started
        assert read == rows, f"the floor read {read} rows"
        return seconds, processor

    def _fetch(self, shares: list[list[str]], parser: str) -> tuple[int, float]:
        waiting = [self._processes.submit(fetch, share, self._threads, parser) for share in shares]
        done = [one.result() for one in waiting]
        return sum(read for read, _ in done), sum(processor for _, processor in done)
