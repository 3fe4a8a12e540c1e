"""Embedded PostgreSQL and Valkey of one data folder: `with embedded_servers(folder) as servers: ...`.

Who does what: `client` takes the lock, starts or joins the folder's supervisor and holds one connection to it;
`supervisor` starts both servers and stops them when the last connection has closed; `accounts` and `namespace` keep
root's servers unprivileged without touching any permission outside the data folder.
"""

from replenisher.embedded.client import EmbeddedServers, embedded_servers

__all__ = ["EmbeddedServers", "embedded_servers"]
