"""`nemochat keys`: save, list and remove tokens, which are never flags and never shown."""

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
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import CommonOptions
from nemochat.cli.output import print_json, print_table
from nemochat.config import load, tokens
from nemochat.config.endpoints import GUIDE, token_problem
from nemochat.errors import ConfigurationError, ExitCode, UsageError
from nemochat.screen.drawing import Column
from nemochat.screen.plain import Plain, say

keys_group = create_app(
    "tokens",
    help_="Save, list and remove the tokens of endpoints; none is ever shown.\n\n"
    "ENDPOINT is a name such as deepinfra, mistral or openrouter.",
    examples="nemochat keys set mistral",
)
EndpointArgument = Annotated[str, typer.Argument(metavar="ENDPOINT", show_default=False)]
MAX_TOKEN_LENGTH = 8192  # characters


@keys_group.command("set", example="pass show deepinfra | nemochat keys set deepinfra")
def set_(
    *,
    context: typer.Context,
    endpoint: EndpointArgument = "",
    file: Annotated[
        bool, typer.Option("--file", help="save in the file even if there is a keyring")
    ] = False,
) -> int:
    """Save a token, typed without echo or piped, in the keyring or a private file."""
    factory = _create_factory(context)
    name = _resolve_endpoint(factory, endpoint)
    token = _read_token(name)
    if not token:
        raise UsageError("the token is empty", "Type it, or pipe it: nemochat keys set < FILE")
    if problem := token_problem(token) or ("is too long" if len(token) > MAX_TOKEN_LENGTH else ""):
        raise UsageError(f"the token {problem}")
    if not file and tokens.write_keyring(name, token):
        say(sys.stderr, f"saved the token for {name} in the keyring")
    else:
        path = _require_token_file()
        tokens.write_token(path, name, token)
        say(sys.stderr, f"saved the token for {name} in {path}, which only you can read")
    source = _find_source(factory, name)
    if source not in {"the keyring", str(token_file())}:
        say(sys.stderr, f"{source} is used instead as long as it is set")
    return ExitCode.OK


@keys_group.command(example="nemochat keys status")
def status(
    *,
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> int:
    """List where the token of each endpoint comes from, without running commands."""
    factory = _create_factory(context)
    names = [row.name for row in factory.rows() if row.name != GUIDE]
    sources = {name: _find_source(factory, name) for name in names}
    if json:
        print_json(sources)
        return ExitCode.OK
    variables = {name: factory.row(name).token_variable for name in names}
    rows = [
        (name, source or (f"none; set {variables[name]}" if variables[name] else "not needed"))
        for name, source in sources.items()
    ]
    print_table((Column("endpoint"), Column("token")), rows, factory.config)
    return ExitCode.OK


@keys_group.command(example="nemochat keys remove deepinfra")
def remove(*, context: typer.Context, endpoint: EndpointArgument = "") -> int:
    """Remove a token from the keyring and the file."""
    factory = _create_factory(context)
    name = _resolve_endpoint(factory, endpoint)
    places = ["the keyring"] if tokens.remove_from_keyring(name) else []
    file = token_file()
    if file and name in tokens.read_token_file(file):
        tokens.write_token(file, name, None)
        places.append(str(file))
    if not places:
        raise UsageError(
            f"there is no saved token for {name}", "nemochat keys status lists the sources"
        )
    say(sys.stderr, f"removed the token for {name} from {' and '.join(places)}")
    if source := _find_source(factory, name):
        say(sys.stderr, f"{source} still has one")
    return ExitCode.OK


def _create_factory(context: typer.Context) -> ClientFactory:
    settings = load_settings(context.ensure_object(CommonOptions))
    return ClientFactory(settings, os.environ, Plain(streams.binary_stdout(), sys.stderr))


def _resolve_endpoint(factory: ClientFactory, endpoint: str) -> str:
    try:
        name = factory.row(endpoint or factory.config.text(load.ENDPOINT)).name
    except ConfigurationError as error:
        if error.hint.startswith("Did you mean"):
            raise
        raise ConfigurationError(  # without the name, because it may be a token
            "there is no endpoint with this name",
            "Type or pipe the token after the command; it is not an argument",
        ) from None
    if name == GUIDE:
        raise UsageError("the guide needs no token")
    return name


def _find_source(factory: ClientFactory, name: str) -> str:
    """Return where the token for an endpoint comes from, or ""."""
    query = factory.token_query(name)
    for variable in (query.variable, tokens.ANY):
        if variable and os.environ.get(variable, "").strip():
            return variable
    if query.command:
        return "token_command"
    token = tokens.find_token(query, {}, token_file())
    return token.source if token else ""


def _require_token_file() -> Path:
    file = token_file()
    if file is None:
        raise ConfigurationError("there is no home directory to save a token in", "Set HOME")
    return file


def _read_token(name: str) -> str:
    """Return the token that is piped, or typed without echo."""
    if not streams.is_input_terminal():
        return streams.read_stdin(lambda _: None).strip().partition("\n")[0].strip()
    import getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"Token for {name} (not shown): ").strip()
        except getpass.GetPassWarning:
            raise UsageError("this terminal would show the token", "Pipe it instead") from None
        except EOFError:
            return ""
