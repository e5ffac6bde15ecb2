"""Network for tests of the endpoint: names, and sockets that are left open.

How to test the endpoint: let a real server on the loopback do to a client what a script says, and
look at what the client returns and at the requests that arrived.

    with FaultServer(plays(head(), answer())) as server, asking(server.base_url) as asked:
        assert asked.text() == HELLO
        assert server.connections == 1

- `fault_server/server.py` has the server, `fault_server/scripts.py` the steps that it plays: bytes
  are sent, numbers are seconds of silence that end when the client leaves.
- `asking.py` has the client: `text`, `deltas`, `endings` or `failure` of one prompt.
- `secured.py` has servers with certificates, a proxy and unused ports.
- Time is never asserted. That a client leaves "at once" is an order of events: the server notes
  `left_at` while its script still waits, and the script waits for 20 seconds.

Nothing here or there knows more of nemochat than `Client` and what it is made of.
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

# Read by every Python that has this folder in PYTHONPATH, before the program.
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
    """Give names their addresses, as /etc/hosts would, which a test cannot write.

    Args:
        monkeypatch: Of the test. It replaces the C function below `socket`, which all libraries
            use.
        names: Addresses by name: one or several in a text, or a list with a text for each lookup.

    Returns:
        The names that are looked up, as they come.
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
    """Return the environment in which a Python program resolves these names."""
    (folder / "sitecustomize.py").write_text(_STARTUP.format(names=json.dumps(dict(names))))
    return {"PYTHONPATH": str(folder)}


@contextmanager
def collect_open_sockets() -> Iterator[list[str]]:
    """Collect, until the context ends, what Python says of sockets lost while they are open."""
    said: list[str] = []
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
        gc.collect()
        said += [str(warning.message) for warning in caught]
