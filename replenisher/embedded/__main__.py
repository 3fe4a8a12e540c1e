"""`python -m replenisher.embedded …`: the supervisor process; started by `client`, never by a person."""

from __future__ import annotations

import argparse
import os
import socket
from pathlib import Path

from replenisher.embedded.folders import Folders
from replenisher.embedded.programs import Programs
from replenisher.embedded.supervisor import supervise


def main() -> None:
    """Leave the starter's process tree, then supervise until the last connection has closed."""
    parser = argparse.ArgumentParser(description="Supervisor of the embedded servers; started by replenisher itself.")
    parser.add_argument("--folder", type=Path, required=True, help="the folder `embedded` inside the data folder")
    parser.add_argument("--lock", type=int, required=True, help="descriptor of the locked lock file")
    parser.add_argument("--connection", type=int, required=True, help="descriptor of the starter's connection")
    parser.add_argument("--postgresql", type=Path, required=True, help="package folder with the pginstall folders")
    parser.add_argument("--valkey", type=Path, required=True, help="the valkey-server binary")
    parser.add_argument("--account", default=None, help="account of the servers when started by root")
    options = parser.parse_args()
    if os.fork() != 0:
        os._exit(0)  # the starter waits for this first process only: a later end of the supervisor leaves it no zombie
    supervise(
        folders=Folders(options.folder),
        programs=Programs(options.postgresql, options.valkey),
        account_name=options.account,
        lock=options.lock,
        starter=socket.socket(fileno=options.connection),
    )


if __name__ == "__main__":
    main()
