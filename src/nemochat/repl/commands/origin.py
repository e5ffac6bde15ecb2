"""The command that tells where an answer came from."""

from __future__ import annotations

from collections.abc import Iterator

from nemochat.core.conversation import Conversation, Node
from nemochat.core.ledger import money
from nemochat.core.messages import Continued, Ending, Message, Role
from nemochat.core.values import as_typed
from nemochat.errors import UsageError
from nemochat.repl.commands.tree import nth_question
from nemochat.repl.listings import plain
from nemochat.repl.registry import command
from nemochat.repl.session import Session


@command("[N]")
def why(session: Session, argument: str) -> str:
    """Show where the last answer came from, or the one to question N.

    The model that was asked for and the one that answered, the endpoint, the parameters that were
    sent, how it ended, tokens and cost, how fast it was, and where it was gone on with.
    """
    answer = _answer(session.chat.conversation, argument)
    rows = "\n".join(f"| {name} | {value} |" for name, value in _rows(answer))
    return f"| | |\n|---|---|\n{rows}"


def _answer(talk: Conversation, argument: str) -> Message:
    question = nth_question(talk, argument)
    path = talk.path()
    after: list[Node] = path[path.index(question) + 1 :]
    for node in after:
        if node.message.role is Role.USER:
            break
        if node.message.provenance:
            return node.message
    raise UsageError("this question has no answer whose origin is known")


def _rows(answer: Message) -> Iterator[tuple[str, str]]:
    origin = answer.provenance
    assert origin is not None
    yield "asked for", plain(origin.asked_model) or "not known"
    yield "answered by", plain(origin.model) or "not told"
    yield "endpoint", plain(origin.endpoint) or "not known"
    sent = ", ".join(f"{name} {as_typed(value)}" for name, value in origin.parameters.items())
    yield "parameters sent", plain(sent, 300) or "none: the endpoint's defaults"
    yield "ending", _ending(answer)
    if usage := origin.usage:
        told = {
            "in": usage.prompt_tokens,
            "of them cached": usage.cached_tokens,
            "out": usage.completion_tokens,
        }
        yield "tokens", ", ".join(f"{n} {name}" for name, n in told.items() if n is not None)
        if usage.estimated_cost is not None:
            yield "cost", money(usage.estimated_cost)
    if origin.first_token is not None:
        yield "first piece after", f"{origin.first_token:.2f} s"
    if origin.seconds is not None:
        yield "whole after", f"{origin.seconds:.2f} s"
    if (speed := origin.tokens_a_second) is not None:
        yield "speed", f"{speed:.0f} tokens a second"
    for joined in origin.continued:
        yield "gone on with", _joined(joined)


def _ending(answer: Message) -> str:
    if answer.ending is None:
        return "none: nemochat was ended while it came, or it was imported"
    return plain(answer.outcome, 300) if answer.ending is not Ending.COMPLETE else "complete"


def _joined(joined: Continued) -> str:
    why_cut = f" ({plain(joined.ending)})" if joined.ending else ""
    repeated = f", of which {joined.overlap} were repeated" if joined.overlap else ""
    return f"after {joined.at} characters{why_cut}{repeated}"
