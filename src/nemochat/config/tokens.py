"""Tokens, from a variable, a command, the keyring or a private file. They are never shown."""

from __future__ import annotations

import json
import os
import select
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from nemochat import core_files
from nemochat.atomic import PRIVATE, make_private_folder, write_atomically
from nemochat.errors import ConfigurationError

ANY = "NEMOCHAT_TOKEN"  # the variable with a token for any endpoint
SERVICE = "nemochat"  # our name in the keyring
SECONDS = 30.0  # for a password manager
LARGEST = 64 * 1024  # bytes of its output


class Token(NamedTuple):
    """A token; its repr hides the secret.

    Attributes:
        token: The secret.
        source: Where it was found, in words.
    """

    token: str
    source: str

    def __repr__(self) -> str:
        return f"Token(source={self.source!r})"


class TokenQuery(NamedTuple):
    """Places that may hold the token of an endpoint.

    Attributes:
        endpoint: The endpoint's name in the keyring and the file.
        variable: Its own variable, or "".
        command: A command that prints it, or "".
        own: Whether the request goes to the endpoint's own address, or to this machine. Other
            addresses receive only the token of `NEMOCHAT_TOKEN`.
    """

    endpoint: str
    variable: str
    command: str
    own: bool = True


def find_token(
    query: TokenQuery, environment: Mapping[str, str], file: Path | None
) -> Token | None:
    """Return the token for an endpoint, or None.

    Args:
        query: Where to look.
        environment: The environment variables.
        file: The file with tokens, or None.

    Raises:
        ConfigurationError: the command prints none, or others can read the file.
    """
    if query.own and (variable_token := _variable(query.variable, environment)):
        return variable_token
    if variable_token := _variable(ANY, environment):
        return variable_token
    if not query.own:
        return None
    if query.command:
        return Token(run_token_command(query.command), "token_command")
    if token := read_keyring(query.endpoint):
        return Token(token, "the keyring")
    if file and (token := read_token_file(file).get(query.endpoint, "")):
        return Token(token, str(file))
    return None


def _variable(name: str, environment: Mapping[str, str]) -> Token | None:
    token = environment.get(name, "").strip() if name else ""
    return Token(token, name) if token else None


def run_token_command(command: str) -> str:
    """Run a command without a shell, and return the first line that it prints.

    Raises:
        ConfigurationError: it cannot be run, fails, takes more than 30 seconds, or prints nothing.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise ConfigurationError("token_command is empty, or a quote in it is not closed")
    name = Path(words[0]).name
    by_hand = f"Run {name} yourself to see why"
    try:
        with core_files.inherited_limit():
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not the name of a program"
        raise ConfigurationError(f"the token_command {name} cannot be run ({why})") from None
    with process:
        try:
            output = _first_bytes(process)
        except BaseException:
            process.kill()
            raise
    if output is None:
        raise ConfigurationError(
            f"the token_command {name} took more than {SECONDS:.0f} seconds", by_hand
        )
    if process.returncode:
        raise ConfigurationError(
            f"the token_command {name} failed (exit code {process.returncode})", by_hand
        )
    token = output.decode("utf-8", "replace").partition("\n")[0].strip()
    if not token:
        raise ConfigurationError(f"the token_command {name} printed no token", by_hand)
    return token


def _first_bytes(process: subprocess.Popen[bytes]) -> bytes | None:
    """Return what a process prints, at most 64 KiB; None if it took too long.

    Processes that it leaves running in the background are not waited for.
    """
    assert process.stdout
    deadline = time.monotonic() + SECONDS
    descriptor, output = process.stdout.fileno(), bytearray()
    while len(output) < LARGEST:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            process.kill()
            return None
        piece = os.read(descriptor, 4096)
        if not piece:
            break
        output += piece
    process.stdout.close()
    try:
        process.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        process.kill()
        return None
    return bytes(output)


def has_keyring() -> bool:
    """Return whether the library for the system's keyring is installed."""
    return find_spec("keyring") is not None


def read_keyring(endpoint: str) -> str:
    """Return the token that the system's keyring holds for an endpoint, or "".

    A keyring that is locked or missing counts as empty: the file may hold a token.
    """
    if not has_keyring():
        return ""
    with suppress(ConfigurationError), _open_keyring(endpoint) as keyring:
        return (keyring.get_password(SERVICE, endpoint) or "").strip()
    return ""


def write_keyring(endpoint: str, token: str) -> bool:
    """Store a token in the system's keyring; return whether it is there."""
    if not has_keyring():
        return False
    with suppress(ConfigurationError), _open_keyring(endpoint) as keyring:
        keyring.set_password(SERVICE, endpoint, token)
        return bool(keyring.get_password(SERVICE, endpoint) == token)
    return False


def remove_from_keyring(endpoint: str) -> bool:
    """Remove a token from the system's keyring; return whether there was one."""
    if not read_keyring(endpoint):
        return False
    with _open_keyring(endpoint) as keyring:
        keyring.delete_password(SERVICE, endpoint)
    return True


@contextmanager
def _open_keyring(endpoint: str) -> Iterator[ModuleType]:
    """Yield the library for the system's keyring; its errors become ConfigurationError."""
    keyring = import_module("keyring")
    try:
        yield keyring
    except Exception as error:  # noqa: BLE001 - each system's keyring raises errors of its own
        raise ConfigurationError(
            f"the keyring cannot be used for {endpoint} ({type(error).__name__})"
        ) from None


def read_token_file(file: Path) -> dict[str, str]:
    """Return the tokens of a file by endpoint; none if it does not exist.

    Raises:
        ConfigurationError: others can read it, or it is broken.
    """
    import tomllib  # here: most users have no file

    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise ConfigurationError(
                    f"others can read the tokens in {file} (mode {status.st_mode & 0o777:o})",
                    f"Run chmod 600 {shlex.quote(str(file))}, and replace the tokens",
                )
            data = tomllib.loads(opened.read(LARGEST).decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:  # the error itself may contain a token
        why = getattr(error, "strerror", None) or "it is not TOML"
        raise ConfigurationError(f"the tokens in {file} cannot be read ({why})") from None
    return {name: token for name, token in data.items() if isinstance(token, str)}


def write_token(file: Path, endpoint: str, token: str | None) -> None:
    """Store a token in a private file; None removes it.

    Raises:
        ConfigurationError: the file cannot be read or written.
    """
    tokens = {name: each for name, each in read_token_file(file).items() if name != endpoint}
    if token is not None:
        tokens[endpoint] = token
    lines = ["# Tokens of nemochat, managed by nemochat keys"]
    # A JSON string is also a TOML string.
    lines += [f"{json.dumps(name)} = {json.dumps(each)}" for name, each in sorted(tokens.items())]
    try:
        make_private_folder(file.parent)
        write_atomically(file, ("\n".join(lines) + "\n").encode(), mode=PRIVATE)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror})") from None
