"""`nemochat keys`: set, list and remove tokens, which are never flags and never shown."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from nemochat.chat.factory import ClientFactory, token_file
from nemochat.cli import streams
from nemochat.cli.app import create_app
from nemochat.cli.output import print_json, print_table
from nemochat.config import load, tokens
from nemochat.config.endpoints import GUIDE, token_problem
from nemochat.config.load import load_config
from nemochat.errors import ConfigurationError, ExitCode, UsageError
from nemochat.screen.drawing import Column
from nemochat.screen.plain import Plain, say

keys_group = create_app(
    help_="Keep the tokens of endpoints, and tell which is used; none is ever shown.",
    epilog="Example: nemochat keys set mistral. ENDPOINT is a name such as deepinfra, mistral or"
    " openrouter. More: docs/tokens.md",
)
EndpointArgument = Annotated[str, typer.Argument(metavar="ENDPOINT", show_default=False)]
MAX_TOKEN_LENGTH = 8192  # characters of a token; more is something else


@keys_group.command(
    "set", epilog="Example: pass show deepinfra | nemochat keys set deepinfra. More: docs/tokens.md"
)
def set_(
    *,
    endpoint: EndpointArgument = "",
    file: Annotated[
        bool, typer.Option("--file", help="into the file, also where there is a keyring")
    ] = False,
) -> int:
    """Keep a token, typed unseen or read from a pipe, in the keyring or in a file of your own."""
    return save_token(endpoint, into_file=file)


@keys_group.command(epilog="Example: nemochat keys status. More: docs/tokens.md")
def status(*, json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> int:
    """Tell for each endpoint where its token comes from."""
    return print_status(json=json)


@keys_group.command(epilog="Example: nemochat keys remove deepinfra. More: docs/tokens.md")
def remove(*, endpoint: EndpointArgument = "") -> int:
    """Take a token out of the keyring and the file."""
    return remove_token(endpoint)


def save_token(endpoint: str, *, into_file: bool) -> int:
    """Keep a token in the keyring, where there is one, else in the file."""
    connector = _create_factory()
    name = _resolve_endpoint(connector, endpoint)
    token = _read_token(name)
    if not token:
        raise UsageError("no token was given", "Type it, or pipe it: nemochat keys set < FILE")
    if problem := token_problem(token) or ("is too long" if len(token) > MAX_TOKEN_LENGTH else ""):
        raise UsageError(f"the token {problem}")
    if not into_file and tokens.write_keyring(name, token):
        say(sys.stderr, f"the token for {name} is in the keyring")
    else:
        file = _require_token_file()
        tokens.write_token(file, name, token)
        say(sys.stderr, f"the token for {name} is in {file}, which only you can read")
    source = _find_source(connector, name)
    if source not in {"the keyring", str(token_file())}:
        say(sys.stderr, f"{source} comes first: while it is set, it is used instead")
    return ExitCode.OK


def print_status(*, json: bool) -> int:
    """Tell which source each endpoint's token comes from; a command is not run for it."""
    connector = _create_factory()
    names = [row.name for row in connector.rows() if row.name != GUIDE]
    sources = {name: _find_source(connector, name) for name in names}
    if json:
        print_json(sources)
        return ExitCode.OK
    needs = {name: connector.row(name).token_variable for name in names}
    print_table(
        (Column("endpoint"), Column("token")),
        [
            (name, source or (f"none; {needs[name]} is not set" if needs[name] else "needs none"))
            for name, source in sources.items()
        ],
        config=connector.config,
    )
    return ExitCode.OK


def remove_token(endpoint: str) -> int:
    """Take a token out of where `keys set` puts it, and say what is left."""
    connector = _create_factory()
    name = _resolve_endpoint(connector, endpoint)
    places = ["the keyring"] if tokens.remove_from_keyring(name) else []
    file = token_file()
    if file and name in tokens.read_token_file(file):
        tokens.write_token(file, name, None)
        places.append(str(file))
    if not places:
        raise UsageError(f"no token for {name} is kept", "nemochat keys status tells what is used")
    say(sys.stderr, f"the token for {name} is gone from {' and '.join(places)}")
    if source := _find_source(connector, name):
        say(sys.stderr, f"{source} still gives one")
    return ExitCode.OK


def _create_factory() -> ClientFactory:
    return ClientFactory(
        load_config({}, os.environ), os.environ, Plain(streams.binary_stdout(), sys.stderr)
    )


def _resolve_endpoint(connector: ClientFactory, endpoint: str) -> str:
    try:
        name = connector.row(endpoint or connector.config.text(load.ENDPOINT)).name
    except ConfigurationError as error:
        if error.hint.startswith("Did you mean"):
            raise
        raise ConfigurationError(  # nor is it shown: a token is typed there too
            "there is no endpoint of this name",
            "The token is no argument: it is typed unseen, or piped",
        ) from None
    if name == GUIDE:
        raise UsageError("the guide takes no token")
    return name


def _find_source(connector: ClientFactory, name: str) -> str:
    """Where a token for an endpoint comes from, or ""."""
    wanted = connector.token_query(name)
    for variable in (wanted.variable, tokens.ANY):
        if variable and os.environ.get(variable, "").strip():
            return variable
    if wanted.command:
        return "token_command"
    found = tokens.find_token(wanted, {}, token_file())
    return found.source if found else ""


def _require_token_file() -> Path:
    file = token_file()
    if file is None:
        raise ConfigurationError("there is no home directory to keep a token in", "Set HOME")
    return file


def _read_token(name: str) -> str:
    """The token that is piped, or typed without being seen."""
    if not streams.is_input_terminal():
        return streams.read_stdin(lambda _: None).strip().partition("\n")[0].strip()
    import getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"Token for {name}, which is not shown: ").strip()
        except getpass.GetPassWarning:
            raise UsageError("this terminal would show the token", "Pipe it instead") from None
        except EOFError:
            return ""
