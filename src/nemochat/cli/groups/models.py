"""`nemochat models`: list what an endpoint offers."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import Annotated

import typer

from nemochat.chat.factory import ClientFactory
from nemochat.cli import streams
from nemochat.cli.app import create_app
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import (
    BaseUrlOption,
    CommonOptions,
    EndpointOption,
    read_endpoint_options,
)
from nemochat.cli.output import print_json, print_table
from nemochat.config.endpoints import GUIDE
from nemochat.errors import ExitCode
from nemochat.repl.tables import (
    LIST_TIMEOUT,
    MODEL_COLUMNS,
    filter_models,
    model_cells,
    write_model_names,
)
from nemochat.screen.plain import Plain, say

app = create_app()


@app.command(epilog="Example: nemochat models -q nemo. More: docs/endpoints.md")
def models(
    *,
    context: typer.Context,
    endpoint: EndpointOption = None,
    base_url: BaseUrlOption = None,
    query: Annotated[
        str, typer.Option("-q", "--query", metavar="WORD", help="only names that hold it")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> int:
    """List the endpoint's models, with context and US dollars per million tokens where told."""
    return list_models(read_endpoint_options(context, endpoint, base_url), query, json=json)


def list_models(common: CommonOptions, query: str, *, json: bool) -> int:
    """List the models of the endpoint in force."""
    settings = load_settings(common)
    name = settings.text("endpoint")
    connector = ClientFactory(settings, os.environ, Plain(streams.binary_stdout(), sys.stderr))
    with closing(connector.client(name)) as client:
        models = client.fetch_models(LIST_TIMEOUT)
    if name != GUIDE:
        write_model_names(models)
    found = filter_models(models, query)
    if json:
        print_json([model._asdict() for model in found])
    elif not found:
        say(sys.stderr, f"{name} has no model with {query} in its name")
    else:
        print_table(MODEL_COLUMNS, [model_cells(model) for model in found], config=settings)
    return ExitCode.OK
