"""Commands about the chat as a whole: its context, its endpoint, what it took."""

from __future__ import annotations

from nemochat.core.conversation import first_line
from nemochat.core.ledger import money, total
from nemochat.core.messages import Role
from nemochat.core.values import as_typed
from nemochat.core.window import WINDOW, estimated_tokens, used
from nemochat.repl.listings import counted, plain
from nemochat.repl.offers import SECONDS, matching, remember, table
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.screen.safe import harmless_line
from nemochat.wire.endpoints import GUIDE

_GUIDED = "the guide answers out of its own pages"


@command(aliases=("new", "reset"))
def clear(session: Session, argument: str) -> str:  # noqa: ARG001 - a Run
    """Begin a new conversation with the same settings and profile; the old one stays saved."""
    session.renew()
    return "A new conversation begins; the settings stay."


@command("[NAME]", choices=lambda s: [(row.model, f"at {row.name}") for row in s.connector.rows()])
def model(session: Session, argument: str) -> str:
    """Show the model, or ask another one from the next question on."""
    if argument:
        session.settings.model = argument
        session.chat.mark()
    elif session.settings.endpoint == GUIDE:
        return f"No model is asked: {_GUIDED}."
    return f"The model is `{session.settings.model}`."


@command("[WORD]")
def models(session: Session, argument: str) -> str:
    """List the models that the endpoint offers, or those with a word in their name."""
    client = session.connector.client(session.settings.endpoint)
    try:
        offered = client.offer(SECONDS)
    finally:
        client.close()
    if session.settings.endpoint != GUIDE and session.saved and not session.private:
        remember(offered)
    found = matching(offered, argument)
    if not found:
        return f"The endpoint has no model with {plain(argument)} in its name."
    return table(found)


def _endpoints(session: Session) -> list[tuple[str, str]]:
    return [(row.name, row.about) for row in session.connector.rows()]


@command("[NAME]", choices=_endpoints)
def endpoint(session: Session, argument: str) -> str:
    """Show the endpoint, or ask another one from the next question on."""
    settings = session.settings
    if argument and argument != settings.endpoint:
        session.reach(argument)
        settings.endpoint, settings.model = argument, session.connector.model(argument)
        session.chat.mark()
    if settings.endpoint == GUIDE:
        return f"The endpoint is `{GUIDE}`, and no model: {_GUIDED}."
    return f"The endpoint is {_placed(session)}, the model `{settings.model}`."


def _placed(session: Session) -> str:
    """The endpoint's name, and where it was moved to."""
    name = session.settings.endpoint
    place = session.connector.place(name)
    return f"`{name}`" if place == name else f"`{name}` at `{harmless_line(place, 200)}`"


@command(aliases=("status", "settings"))
def info(session: Session, argument: str) -> str:  # noqa: ARG001 - a Run
    """Show the conversation, its settings, and where it is saved."""
    conversation, settings = session.chat.conversation, session.settings
    private = session.private or session.saved is None
    where = "nowhere: the chat is private"
    if session.saved is not None and not session.private:
        where = f"`{session.saved.database.path}`"
    if not private and session.chat.failure is not None:
        where = f"nowhere yet: {plain(session.chat.failure.sentence, 200)}"
    said = conversation.messages()
    questions = sum(message.role is Role.USER for message in said)
    chosen = ", ".join(
        f"{name} {plain(as_typed(value), 200)}" for name, value in settings.parameters.items()
    )
    model = plain(settings.model, 200)
    rows = {
        "conversation": plain(conversation.name) or "not named; `/save NAME` names it",
        "questions": str(questions),
        "endpoint": _placed(session),
        "model": model if settings.endpoint != GUIDE else f"none: {_GUIDED}",
        "system prompt": plain(first_line(settings.system), 200) or "none",
        "profile": plain(settings.profile) or "none",
        "parameters": chosen or "the endpoint's defaults",
        "saved in": where,
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())])


@command(aliases=("tokens", "cost"))
def usage(session: Session, argument: str) -> str:  # noqa: ARG001 - a Run
    """Show the tokens and the money that this conversation took, as the endpoint counted them."""
    taken = total(node.message for node in session.chat.conversation.nodes.values())
    if taken.answers == 0:
        return "The endpoint has counted nothing yet."
    return (
        f"{counted(taken.answers, 'answer')}, {taken.prompt_tokens:,} tokens in,"
        f" {taken.completion_tokens:,} out, {money(taken.cost)}."
    )


@command()
def context(session: Session, argument: str) -> str:  # noqa: ARG001 - a Run
    """Show how much of the model's context is taken, by what, and how much is left.

    What the endpoint has counted is exact; the rest is an estimate from the number of characters.
    """
    said, system = session.chat.conversation.messages(), session.settings.system
    taken = used(system, said)
    rows = [("system prompt", estimated_tokens(system))]
    for role, name in ((Role.USER, "questions"), (Role.ASSISTANT, "answers")):
        rows.append((name, sum(estimated_tokens(m.content) for m in said if m.role is role)))
    rows += [("taken", taken), ("left", max(WINDOW - taken, 0))]
    lines = [f"| {name} | {tokens:,} | {tokens / WINDOW:.1%} |" for name, tokens in rows]
    return "\n".join([f"| of {WINDOW:,} | tokens | |", "|---|---|---|", *lines])
