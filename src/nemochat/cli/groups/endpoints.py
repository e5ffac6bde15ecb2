"""`nemochat models` and `nemochat guide`: what an endpoint offers, and the embedded endpoint."""

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
from nemochat.cli.options import CommonOptions, whole_number
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

models_app = create_app("endpoints")
guide_group = create_app(
    "guide",
    help_="Serve the guide, the embedded endpoint that answers questions about nemochat.",
    examples="nemochat guide serve",
)
guide_group.callback()(lambda: None)  # without it, typer replaces the group with its only command


@models_app.command(example="nemochat models -q nemo")
def models(
    *,
    context: typer.Context,
    query: Annotated[
        str, typer.Option("-q", "--query", metavar="WORD", help="only names that contain WORD")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> int:
    """List the endpoint's models, with context lengths and prices where it gives them.

    Prices are US dollars per million tokens.
    """
    settings = load_settings(context.ensure_object(CommonOptions))
    name = settings.text("endpoint")
    factory = ClientFactory(settings, os.environ, Plain(streams.binary_stdout(), sys.stderr))
    with closing(factory.client(name)) as client:
        every = client.fetch_models(LIST_TIMEOUT)
    if name != GUIDE:
        write_model_names(every)
    matches = filter_models(every, query)
    if json:
        print_json([model._asdict() for model in matches])
    elif not matches:
        say(sys.stderr, f"{name} has no model with {query} in its name")
    else:
        print_table(MODEL_COLUMNS, [model_cells(model) for model in matches], settings)
    return ExitCode.OK


@guide_group.command(example="nemochat guide serve --port 8080")
def serve(
    port: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="the port to listen at; 0 picks a free one",
            parser=whole_number("--port", 0, 65535),
        ),
    ] = 0,
) -> int:
    """Serve the guide over HTTP for curl and any OpenAI client, until Ctrl-C."""
    from nemochat.guide.server import start

    with start(port) as serving:
        typer.echo(f"{serving.base_url}/chat/completions")
        serving.wait()
    return 0
