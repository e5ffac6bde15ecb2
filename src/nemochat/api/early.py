"""A connection to the last endpoint, opened before the settings are read.

Finding out from the settings where a question goes takes 30 ms. So the last destination is stored
with everything that it depends on; if any of that has changed, the settings are read first.
Nothing is sent, and a connection that turns out not to be needed is closed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

from nemochat import __version__
from nemochat.api.attempt import Attempt, hasten

TYPE_CHECKING = False  # typing takes 7 ms to load
if TYPE_CHECKING:
    import socket
    import ssl

# What decides where to, besides a token: settings, each with a flag and a variable of its name.
DECIDING = ("endpoint", "base_url", "ca_bundle", "proxy", "connect_timeout", "profile")
FLAGS = {f"--{name.replace('_', '-')}" for name in DECIDING}
FLAGS |= {"--dry-run", "--curl", "--help"}  # with which nothing is sent
LETTERS = "ph"  # of `--profile` and `--help`
NAME = "way"  # of the file, in the folder of what is neither settings nor conversations
_PLACES = ("HOME", "XDG_CONFIG_HOME")
_WHOLE = "."  # the last line of a file that was written to its end
_BEGUN: list[Attempt] = []  # one at most


def is_question(arguments: Sequence[str]) -> bool:
    """Whether a question is asked at once: by `ask`, or through a pipe."""
    if arguments:
        return arguments[0] == "ask"
    return sys.stdin is None or not sys.stdin.isatty()


def has_deciding_flag(arguments: Iterable[str]) -> bool:
    """Whether a flag among these may decide where to, or that nothing is sent."""
    return any(map(_decides, arguments))


def begin() -> None:
    """Begin to connect to where the last question went, if that is where the next one goes."""
    with suppress(OSError, ValueError):
        *on, host, port, seconds, encrypted, bundle, end = _read().split("\n")
        config, tokens, variable, *_ = on
        if end == _WHOLE and on == _dependencies(config, tokens, variable):
            hasten()
            attempt = Attempt((host, int(port)), float(seconds))
            if encrypted:
                attempt.read(bundle)
            _BEGUN.append(attempt)


def connection(host: str, port: int, seconds: float | None) -> socket.socket | None:
    """The connection to there that was begun, once it stands; None if none was. It is given once.

    Raises:
        OSError: it cannot be opened; TimeoutError where that takes longer than `seconds`.
    """
    for begun in _BEGUN:
        if begun.way == (host, port):
            return begun.connection(seconds)
    return None


def context(place: str) -> ssl.SSLContext | None:
    """What believes the certificates of this file, if that was begun to be read, once."""
    for begun in _BEGUN:
        if begun.place == place:
            return begun.context()
    return None


def keep(
    way: tuple[str, int],
    seconds: float,
    *,
    encrypted: bool,
    bundle: str,
    config: str,
    tokens: str,
    variable: str,
) -> None:
    """Keep where a question goes, for the start of the next one; what cannot be kept is not.

    Args:
        way: Where it goes: a host, in ASCII, and a port.
        seconds: How long to wait for a connection.
        encrypted: Whether TLS is spoken there.
        bundle: The setting's certificates to trust, or "".
        config: The configuration file that says so.
        tokens: The file of tokens.
        variable: The variable that may hold the token, besides `NEMOCHAT_TOKEN`.
    """
    on = _dependencies(config, tokens, variable)
    lines = (*on, way[0], str(way[1]), str(seconds), "tls" if encrypted else "", bundle, _WHOLE)
    text = "\n".join(lines)
    with suppress(OSError, ValueError):
        if on and text != _read():
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
            with os.fdopen(os.open(_file(), flags, 0o600), "wb") as file:
                file.write(os.fsencode(text))


def _decides(word: str) -> bool:
    """Whether a word may be a flag that decides where to."""
    if word.startswith("--"):
        return word.partition("=")[0] in FLAGS
    return word.startswith("-") and any(letter in LETTERS for letter in word[1:])


def _dependencies(config: str, tokens: str, variable: str) -> list[str]:
    """What it depends on where to, as it is now; nothing where a proxy may be on the way.

    No value of a variable that may hold a secret is among it.
    """
    proxies = any(name.lower().endswith("_proxy") for name in os.environ)
    if proxies or sys.platform in {"darwin", "win32"}:  # which have them in their settings too
        return []
    try:
        at = os.stat(config)  # noqa: PTH116 - pathlib takes 5 ms to load
        written = f"{at.st_mtime_ns} {at.st_size} {at.st_ino}"
    except OSError:
        written = ""
    return [
        *(config, tokens, variable, __version__, written),
        *(str(bool(os.environ.get(name))) for name in (variable, "NEMOCHAT_TOKEN")),
        str(os.path.exists(tokens)),  # noqa: PTH110 - as above
        *(os.environ.get(name, "") for name in _PLACES),
        *(os.environ.get(f"NEMOCHAT_{name.upper()}", "") for name in DECIDING),
    ]


def _read() -> str:
    """What is kept; "" where nothing is."""
    try:
        with open(_file(), "rb") as file:  # noqa: PTH123 - as above
            return os.fsdecode(file.read())
    except FileNotFoundError:
        return ""


def _file() -> str:
    """Where it is kept: what `nemochat.config.paths` says takes longer than all of this."""
    folder = os.environ.get("XDG_STATE_HOME", "")
    if not folder.startswith("/"):
        folder = os.path.expanduser("~/.local/state")  # noqa: PTH111 - as above
    return f"{folder}/nemochat/{NAME}"
