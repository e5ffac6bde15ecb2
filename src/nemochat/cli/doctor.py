"""`nemochat doctor`: does all that a chat needs work here? A door to typer."""

from __future__ import annotations

from typing import Annotated

import typer

from nemochat.cli.options import Address, Asked, asked


def doctor(
    *,
    context: typer.Context,
    endpoint: Asked = None,
    base_url: Address = None,
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> int:
    """Look whether all that a chat needs works here; each line is ok, or says what to do."""
    from nemochat.cli.checkup import examined

    return examined(asked(context, endpoint, base_url), json=json)
