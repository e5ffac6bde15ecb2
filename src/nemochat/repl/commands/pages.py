"""The command that brings a page of the web into the next question."""

from __future__ import annotations

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.files import fenced
from nemochat.repl.listings import plain
from nemochat.repl.question import attach
from nemochat.repl.readable import readable
from nemochat.repl.registry import command
from nemochat.repl.session import Session


@command("ADDRESS")
def url(session: Session, argument: str) -> str:
    """Fetch a page of the web and attach its text to the next question.

    Off until the setting `urls` is `on`. Pages of this machine and of its network are never
    fetched, nor more than 2 MB; scripts, styles and pictures are left out.
    """
    if not argument or len(argument.split()) > 1:
        raise UsageError("/url takes the address of one page")
    config = session.connector.config
    if config.text("urls") != "on":
        raise UsageError(
            "/url is off, for it lets this machine fetch pages",
            'Put urls = "on" into the configuration, or start with --urls on',
        )
    from nemochat.wire.page import fetched

    proxy = config.text("proxy")
    page = fetched(
        argument,
        ca_bundle=config.text("ca_bundle"),
        proxy={"": None, "none": ""}.get(proxy, proxy),
    )
    text = readable(page.text) if page.html else page.text.strip("\n")
    if not text.strip():
        raise UsageError(f"there is no text at {shown(page.address, 80)}")
    info = "markdown" if page.html else None
    adding = attach(session, [fenced(text, page.address, info=info)])
    return f"{plain(page.address, 200)}: {adding}."
