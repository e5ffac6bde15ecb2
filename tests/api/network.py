"""Network for tests of the endpoint: host names, and sockets that are left open.

To test the endpoint, let a real server on loopback follow a script, then check what the client
returns and which requests arrived.

    with FaultServer(plays(head(), answer())) as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO
        assert server.connections == 1

- `fault_server/server.py` has the server, `fault_server/scripts.py` the steps that it plays: bytes
  to send, and numbers of seconds to be silent, which end when the client leaves.
- `asking.py` has the client: `text`, `deltas`, `endings` or `failure` of one prompt.
- `secured.py` has servers with certificates, a proxy and unused ports.
- Time is never asserted. That a client leaves "at once" is an order of events: the server records
  `left_at` while its script still waits for 20 seconds.

All of this uses only `Client` and what it is created from.
"""

from __future__ import annotations

import _socket
import gc
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

# Python runs this before a program if its folder is in PYTHONPATH.
_STARTUP = """
import _socket

names, resolve = {names}, _socket.getaddrinfo


def look_up(host, *more, **others):
    name = host.decode() if isinstance(host, bytes) else host
    return resolve(names.get(name, name), *more, **others)


_socket.getaddrinfo = look_up
"""


def resolve_names(
    monkeypatch: pytest.MonkeyPatch, names: Mapping[str, str | list[str]]
) -> list[str]:
    """Resolve host names to addresses, like /etc/hosts, which a test cannot write.

    Args:
        monkeypatch: Fixture, which replaces the C function that all libraries use.
        names: Addresses by name: separated by blanks, or in a list with one item for each lookup.

    Returns:
        A list to which each name is added when it is looked up.
    """
    lookups: list[str] = []
    resolve: Callable[..., Sequence[object]] = _socket.getaddrinfo

    def look_up(host: str | bytes, *more: object, **others: object) -> list[object]:
        name = host.decode() if isinstance(host, bytes) else host
        lookups.append(name)
        addresses = names.get(name, name)
        each = addresses.pop(0) if isinstance(addresses, list) else addresses
        return [found for one in each.split() for found in resolve(one, *more, **others)]

    monkeypatch.setattr(_socket, "getaddrinfo", look_up)
    return lookups


def write_names(folder: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a Python program resolves these names."""
    (folder / "sitecustomize.py").write_text(_STARTUP.format(names=json.dumps(dict(names))))
    return {"PYTHONPATH": str(folder)}


@contextmanager
def collect_open_sockets() -> Iterator[list[str]]:
    """Collect Python's warnings about sockets that are never closed."""
    said: list[str] = []
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
        gc.collect()
        said += [str(warning.message) for warning in caught]
