"""`nemochat models`: what an endpoint offers. A door to typer."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.options import Address, Asked, asked


def models(
    *,
    context: typer.Context,
    endpoint: Asked = None,
    base_url: Address = None,
    query: Annotated[
        str, typer.Option("-q", "--query", metavar="WORD", help="only names that hold it")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> int:
    """List the endpoint's models, with context and US dollars per million tokens where told."""
    from nemochat.cli.offered import offered

    return offered(asked(context, endpoint, base_url), query, json=json)
