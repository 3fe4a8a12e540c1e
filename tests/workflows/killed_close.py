"""A process that closes a run and is killed on the way: it reads where, does it in a child, and says how that ended.

`python -m tests.workflows.killed_close CONFIG RUN`; a line of its input holds the number of the closing transaction's
statement before which the child gets SIGKILL, 0 for the commit itself.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from replenisher.config import load
from replenisher.services import build
from replenisher.workflows.plan.close import close_run

CLOSING = "UPDATE planning_runs SET state="


def close_and_die(config: Path, run: int, before: int) -> None:
    """Close the run in this process; its engine is made here, after the fork."""
    services = build(load(config))
    engine, count = services.database.engine, 0

    def executing(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        nonlocal count
        if count or (statement.startswith(CLOSING) and "closed" in str(parameters)):
            count += 1
            if count == before:
                os.kill(os.getpid(), signal.SIGKILL)

    def committing(_connection: Any) -> None:
        if count and before == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", executing)
    event.listen(engine, "commit", committing)
    close_run(services, run)


def main() -> None:
    """Answer each line with `killed`, or with the child's exit code."""
    config, run = Path(sys.argv[1]), int(sys.argv[2])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            close_and_die(config, run, int(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write(f"{'killed' if killed else os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
