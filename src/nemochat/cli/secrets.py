"""What do the commands of `nemochat keys` do?"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from nemochat import config, tokens
from nemochat.cli import streams
from nemochat.cli.telling import tell_json, tell_rows
from nemochat.connect import Connector, token_file
from nemochat.errors import ConfigurationError, ExitCode, UsageError
from nemochat.screen.plain import Plain, say
from nemochat.wire.endpoints import GUIDE, token_problem

LONGEST = 8192  # characters of a token; more is something else


def kept(endpoint: str, *, into_file: bool) -> int:
    """Keep a token in the keyring, where there is one, else in the file."""
    connector = _connector()
    name = _named(connector, endpoint)
    token = _given(name)
    if not token:
        raise UsageError("no token was given", "Type it, or pipe it: nemochat keys set < FILE")
    if problem := token_problem(token) or ("is too long" if len(token) > LONGEST else ""):
        raise UsageError(f"what was given {problem}: it is no token")
    if not into_file and tokens.keep_in_keyring(name, token):
        say(sys.stderr, f"the token for {name} is in the keyring")
    else:
        file = _file()
        tokens.store(file, name, token)
        say(sys.stderr, f"the token for {name} is in {file}, which only you can read")
    source = _source(connector, name)
    if source not in {"the keyring", str(token_file())}:
        say(sys.stderr, f"{source} comes first: while it is set, it is used instead")
    return ExitCode.OK


def told(*, json: bool) -> int:
    """Tell which source each endpoint's token comes from; a command is not run for it."""
    connector = _connector()
    names = [row.name for row in connector.rows() if row.name != GUIDE]
    sources = {name: _source(connector, name) for name in names}
    if json:
        tell_json(sources)
        return ExitCode.OK
    needs = {name: connector.row(name).token_variable for name in names}
    tell_rows(
        ("endpoint", "token"),
        (
            (name, source or (f"none; {needs[name]} is not set" if needs[name] else "needs none"))
            for name, source in sources.items()
        ),
    )
    return ExitCode.OK


def removed(endpoint: str) -> int:
    """Take a token out of where `keys set` puts it, and say what is left."""
    connector = _connector()
    name = _named(connector, endpoint)
    places = ["the keyring"] if tokens.remove_from_keyring(name) else []
    file = token_file()
    if file and name in tokens.stored(file):
        tokens.store(file, name, None)
        places.append(str(file))
    if not places:
        raise UsageError(f"no token for {name} is kept", "nemochat keys status tells what is used")
    say(sys.stderr, f"the token for {name} is gone from {' and '.join(places)}")
    if source := _source(connector, name):
        say(sys.stderr, f"{source} still gives one")
    return ExitCode.OK


def _connector() -> Connector:
    return Connector(config.load({}, os.environ), os.environ, Plain(streams.output(), sys.stderr))


def _named(connector: Connector, endpoint: str) -> str:
    try:
        name = connector.row(endpoint or connector.config.text(config.ENDPOINT)).name
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


def _source(connector: Connector, name: str) -> str:
    """Where a token for an endpoint comes from, or ""."""
    wanted = connector.wanted(name)
    for variable in (wanted.variable, tokens.ANY):
        if variable and os.environ.get(variable, "").strip():
            return variable
    if wanted.command:
        return "token_command"
    found = tokens.find(wanted, {}, token_file())
    return found.source if found else ""


def _file() -> Path:
    file = token_file()
    if file is None:
        raise ConfigurationError("there is no home directory to keep a token in", "Set HOME")
    return file


def _given(name: str) -> str:
    """The token that is piped, or typed without being seen."""
    if not streams.input_is_terminal():
        return streams.piped(lambda _: None).strip().partition("\n")[0].strip()
    import getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"Token for {name}, which is not shown: ").strip()
        except getpass.GetPassWarning:
            raise UsageError("this terminal would show the token", "Pipe it instead") from None
        except EOFError:
            return ""
