"""What was read and decided, kept for ever: frames as Parquet and documents as JSON, named by content hash.

The same content has the same name, so writing twice changes nothing, and a name proves what was written.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import IO, Any
from uuid import uuid4

import fsspec
import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from replenisher.errors import ArchiveError

COMPRESSION = "zstd"


class Archive:
    """A folder or bucket named by any fsspec URL; a plain path is a local folder, made when first written to.

    Raises ArchiveError for a URL that no installed library serves.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise ArchiveError(f"the archive {url} cannot be used: {error}") from error
        self._frame = lru_cache(maxsize=8)(self._read_frame)

    def put_frame(self, frame: pd.DataFrame) -> str:
        """Store a frame as it is (row order, dtypes; the index is not kept) and give its name."""
        buffer = io.BytesIO()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, buffer, compression=COMPRESSION)
        return self._put(buffer.getvalue(), "parquet")

    def get_frame(
        self, name: str, *, columns: Sequence[str] | None = None, only: Sequence[tuple[str, str, Any]] | None = None
    ) -> pd.DataFrame:
        """Read a frame back, all of it or some columns, and only the rows that `only` (column, operator, value) keeps.

        Frames read whole are shared: treat them as read-only. Raises ArchiveError when the archive lacks it.
        """
        if columns is None and only is None:
            return self._frame(name)
        return self._read_frame(name, columns, only)

    def _read_frame(
        self, name: str, columns: Sequence[str] | None = None, only: Sequence[tuple[str, str, Any]] | None = None
    ) -> pd.DataFrame:
        content = io.BytesIO(self._get(name))
        wanted = None if columns is None else list(columns)
        conditions = None if only is None else list(only)
        frame: pd.DataFrame = pq.read_table(content, columns=wanted, filters=conditions).to_pandas()
        return frame

    def put_document(self, document: Mapping[str, Any]) -> str:
        """Store a JSON document with sorted keys and give its name."""
        return self._put(msgspec.json.encode(document, order="sorted"), "json")

    def get_document(self, name: str) -> dict[str, Any]:
        """Read a JSON document back; ArchiveError when the archive lacks it."""
        return msgspec.json.decode(self._get(name), type=dict[str, Any])

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}"

    def _put(self, content: bytes, ending: str) -> str:
        name = f"{sha256(content).hexdigest()}.{ending}"
        path = self._path(name)
        try:
            # A file of another length was cut off by a power failure: it is written again.
            if not self._files.exists(path) or self._files.size(path) != len(content):
                self._files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
                # A half-written file must never carry a name that promises its content.
                draft = f"{path}.{uuid4().hex}.draft"
                with self._files.open(draft, "wb") as file:
                    file.write(content)
                    _make_durable(file)
                self._files.mv(draft, path)
        except OSError as error:
            raise ArchiveError(f"the archive {self.url} cannot be written: {error}") from error
        return name

    def _get(self, name: str) -> bytes:
        try:
            content: bytes = self._files.cat_file(self._path(name))
        except FileNotFoundError as error:
            raise ArchiveError(f"the archive {self.url} lacks {name}; was the folder moved or cleaned?") from error
        except OSError as error:
            raise ArchiveError(f"the archive {self.url} cannot be read: {error}") from error
        if sha256(content).hexdigest() != name.split(".", 1)[0]:
            raise ArchiveError(f"{name} in the archive {self.url} is damaged: its content does not match its name")
        return content


def _make_durable(file: IO[bytes]) -> None:
    """Bring a local file to the disk before PostgreSQL is told its name; a bucket has no such step."""
    file.flush()
    with contextlib.suppress(AttributeError, io.UnsupportedOperation):
        os.fsync(file.fileno())
