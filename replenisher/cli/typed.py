"""Command lines as a person would type them, run in this process: what they print, and how they end."""

from __future__ import annotations

import io
import json
import shlex
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replenisher.cli.main import main


@dataclass(frozen=True)
class Typed:
    """A line behind `replenisher`, its exit code, and what it wrote to standard output and standard error."""

    line: str
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What a line with `--json` told."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """The first line of what it told, or of its error when it failed; of a table its number of rows."""
        told = (self.err if self.code else self.out or self.err).strip().splitlines()
        if len(told) > 1 and set(told[1].strip()) == {"─"}:
            return f"{len(told) - 2} rows: {' '.join(told[0].split())}"
        return " ".join(told[0].split()) if told else ""


def type_line(config: Path, line: str) -> Typed:
    """Run a line with this configuration; an error of ours is in what it wrote, and in its code."""
    out, err = io.StringIO(), io.StringIO()
    code: int | str | None = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(["--config", str(config), *shlex.split(line)])
        except SystemExit as ending:
            code = ending.code
    return Typed(line, code if isinstance(code, int) else int(bool(code)), out.getvalue(), err.getvalue())
