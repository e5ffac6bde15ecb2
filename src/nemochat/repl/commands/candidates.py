"""Commands about two answers to one question: to ask for them, and to choose."""

from __future__ import annotations

from nemochat.core import parameters
from nemochat.core.conversation import Conversation
from nemochat.core.messages import Role
from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl.argument import place
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.screen.safe import harmless_line

_BOTH = 2
_ON_OFF = {"on": "two answers to each question", "off": "one answer"}


def _answers(session: Session) -> list[tuple[str, str]]:
    talk = session.chat.conversation
    return [
        (str(number), harmless_line(talk.nodes[key].message.content, 50))
        for number, key in enumerate(_candidates(talk), 1)
    ]


@command("[on or off]", choices=lambda _: _ON_OFF.items())
def candidates(session: Session, argument: str) -> str:
    """Ask for two answers to each question, or for one again; alone, tell which.

    `/candidates on` is short for `/set n 2`. Two answers come whole, not word by word, and stand
    side by side where the terminal is wide enough. `/pick` chooses the one that the talk goes on
    from; the other stays in the tree.
    """
    chosen = session.settings.parameters
    if argument not in {"", *_ON_OFF}:
        raise UsageError(f"/candidates takes on or off, not {shown(argument)}")
    if argument == "on":
        chosen["n"] = _BOTH
    elif argument == "off":
        chosen.pop("n", None)
    if argument:
        session.chat.mark()
    if parameters.candidates(chosen) == _BOTH:
        return "Each question is answered twice; `/candidates off` asks for one answer."
    return "Each question is answered once; `/candidates on` asks for two answers."


@command("1 or 2", choices=_answers)
def pick(session: Session, argument: str) -> str:
    """Go on from the first or the second of two answers; the other stays in the tree."""
    talk = session.chat.conversation
    keys = _candidates(talk)
    if len(keys) < _BOTH:
        raise UsageError("the last answer has no other beside it", "/candidates on asks for two")
    chosen = place(argument, len(keys))
    if chosen is None:
        names = " or ".join(map(str, range(1, len(keys) + 1)))
        raise UsageError(f"/pick takes {names}, not {shown(argument)}")
    key = keys[chosen - 1]
    talk.go_to(talk.tip(key))
    session.chat.mark()
    said = harmless_line(talk.nodes[key].message.content, 50)
    return f"The talk goes on from answer {chosen}:\n\n```text\n{said}\n```"


def _candidates(talk: Conversation) -> list[int]:
    """The answers that came with the last one, it among them; where it came alone, all beside it.

    Answers that were asked for two at a time stand side by side, after those of earlier requests.
    """
    last = talk.last(Role.ASSISTANT)
    if last is None:
        return []
    beside = [k for k in talk.siblings(last.key) if talk.nodes[k].message.role is Role.ASSISTANT]
    twins = [k for k in beside if _asked_for_two(talk, k)]
    if last.key not in twins:
        return beside
    after = (len(twins) - twins.index(last.key) - 1) // _BOTH * _BOTH
    return twins[: len(twins) - after][-_BOTH:]


def _asked_for_two(talk: Conversation, key: int) -> bool:
    provenance = talk.nodes[key].message.provenance
    return provenance is not None and parameters.candidates(provenance.parameters) == _BOTH
