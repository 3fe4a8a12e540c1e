"""Reading a body without trusting its size: a cap on what is read, and decompression in bounded steps.

A gzip body of 254 kB can unpack to 256 MB; httpx's own decoding unpacks each received piece at once, so the raw
bytes are taken and inflated here, 64 kB at a time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import httpx

STEP_BYTES = 65_536
FREE_BYTES = 1024 * 1024
"""Below this size the ratio is not looked at: small bodies of zeros compress well."""
LARGEST_RATIO = 300
"""Unpacked bytes per received byte: a report of nothing but zeros reaches 120, gzip itself 1,032 (measured)."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class BodyRefusedError(Exception):
    """A body that will not be read: too large, packed too tightly, or in an encoding that was not asked for."""


class BodyDamagedError(Exception):
    """A body that ends early or does not unpack: another try may bring a whole one."""


def read_body(response: httpx.Response, limit: int) -> bytes:
    """Read the whole body of a streamed response, unpacked, at most `limit` bytes.

    Raises BodyRefusedError or BodyDamagedError, and whatever httpx raises while reading.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().casefold()
    if encoding not in {"identity", "", "gzip", "x-gzip"}:
        raise BodyRefusedError("the answer is packed in an encoding that was not asked for")
    _check_promised_size(response, limit)
    raw = _capped(response.iter_raw(STEP_BYTES), limit)
    body = b"".join(_inflate(raw, limit) if "gzip" in encoding else raw)
    return body.removeprefix(BYTE_ORDER_MARK)


def _check_promised_size(response: httpx.Response, limit: int) -> None:
    promised = response.headers.get("Content-Length", "")
    if promised.isdigit() and int(promised) > limit:
        raise BodyRefusedError(f"the answer has {promised} bytes, more than {limit}")


def _capped(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    received = 0
    for piece in pieces:
        received += len(piece)
        if received > limit:
            raise BodyRefusedError(f"the answer is larger than {limit} bytes")
        yield piece


def _inflate(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    received = unpacked = 0
    for piece in pieces:
        received += len(piece)
        rest = piece
        while rest:
            step, rest, unpacker = _step(unpacker, rest)
            unpacked += len(step)
            if unpacked > limit:
                raise BodyRefusedError(f"the answer unpacks to more than {limit} bytes")
            if unpacked > FREE_BYTES and unpacked > received * LARGEST_RATIO:
                raise BodyRefusedError(f"the answer unpacks to more than {LARGEST_RATIO} times its size")
            yield step
    if received and not unpacker.eof:
        raise BodyDamagedError("the packed answer ends early")


def _step(unpacker: zlib._Decompress, packed: bytes) -> tuple[bytes, bytes, zlib._Decompress]:
    """Unpack at most STEP_BYTES: the bytes, the packed rest, and the unpacker for that rest."""
    if unpacker.eof:  # a gzip stream may have several members
        unpacker = zlib.decompressobj(wbits=31)
    try:
        step = unpacker.decompress(packed, STEP_BYTES)
    except zlib.error as error:
        raise BodyDamagedError("the packed answer does not unpack") from error
    return step, unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail, unpacker
