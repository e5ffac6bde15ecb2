"""Commands about the tree that a conversation is: its branches, and other wordings."""

from __future__ import annotations

from nemochat.core.conversation import Conversation, Node
from nemochat.core.messages import Role
from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl.argument import place
from nemochat.repl.commands.chats import transcript
from nemochat.repl.comparison import compared
from nemochat.repl.listings import counted, numbered, plain
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.screen.safe import harmless_line
from nemochat.store.catalogue import check_name

_WIDTH = 64  # columns of a message in the tree
_SPEAKERS = {Role.USER: "> ", Role.ASSISTANT: "", Role.SYSTEM: "system: ", Role.TOOL: "tool: "}


def _branches(session: Session) -> list[tuple[str, str]]:
    talk = session.chat.conversation
    return [
        (str(number), harmless_line(talk.nodes[key].message.content, 50))
        for number, key in enumerate(talk.branches(), 1)
    ]


@command()
def tree(session: Session, argument: str) -> str:  # noqa: ARG001 - a Run
    """Draw the conversation with all its branches, a line a message.

    A star marks the path that is being talked along. Messages with others beside them, made by
    `/retry`, `/edit` or `/undo`, have numbers, and `/branch NUMBER` goes there.
    """
    talk = _refreshed(session)
    if not talk.nodes:
        return "Nothing was said yet."
    return "```text\n" + "\n".join(_lines(talk)) + "\n```"


@command("[NUMBER]", choices=_branches)
def branch(session: Session, argument: str) -> str:
    """Go over to another branch: `/tree` numbers them, `/branch` alone lists the nearest.

    The path leads to where that branch was left; nothing is deleted.
    """
    talk = _refreshed(session)
    if not argument:
        return _nearest(talk)
    key = _numbered(talk, argument)
    talk.go_to(talk.tip(key))
    session.chat.mark()
    beside = talk.siblings(key)
    where = f"This is branch {beside.index(key) + 1} of {len(beside)} here."
    shown_from = next(p for p, node in enumerate(talk.path()) if node.key == key)
    return f"{where}\n\n{transcript(talk.messages()[max(shown_from - 1, 0) :])}"


@command("[NUMBER [NUMBER]]", choices=_branches)
def diff(session: Session, argument: str) -> str:
    """Show word by word how an answer differs from the one beside it.

    `/diff` compares the path's last answer that has others beside it with the one before it;
    `/diff 2` with number 2 of `/tree`, and `/diff 1 3` those two.
    """
    talk = _refreshed(session)
    numbers = [_numbered(talk, word) for word in argument.split()]
    if len(numbers) > 2:  # noqa: PLR2004 - a difference has two sides
        raise UsageError("/diff compares two answers")
    if len(numbers) < 2:  # noqa: PLR2004
        here = _forked(talk)
        if here is None:
            raise UsageError("no answer has another beside it", "/retry asks for one")
        beside = [key for key in talk.siblings(here) if key != here]
        older = beside[: talk.siblings(here).index(here)]
        numbers = [numbers[0] if numbers else (older[-1] if older else beside[0]), here]
    first, second = (talk.nodes[key].message.content for key in numbers)
    return compared(first, second)


@command("[NAME]")
def fork(session: Session, argument: str) -> str:
    """Begin a new conversation with all that was said on this path; the old one stays as it is."""
    talk = session.chat.conversation
    if not talk.head:
        raise UsageError("there is nothing to fork yet")
    made = talk.forked(check_name(argument) if argument else "")
    if session.saved is not None and not session.private:
        made = session.saved.adopt(made)
    session.open(made)
    named = f" named {plain(made.name)}" if made.name else ""
    number = f" {made.id}" if made.id is not None else ""
    questions = counted(len(made.questions()), "question")
    return f"This is a new conversation{number}{named}, with {questions}."


@command("[N]")
def edit(session: Session, argument: str) -> str:
    """Change an earlier question in your editor and ask it again; the old one stays beside it.

    `/edit` takes the last question, `/edit 2` the second one. The editor is the one that the
    variable VISUAL or EDITOR names.
    """
    question = nth_question(session.chat.conversation, argument)
    text = session.edited(question.message.content)
    if text.strip() == question.message.content.strip():
        return "The question is as it was; `/retry` asks it again."
    session.chat.edit(question, text)
    return ""


def nth_question(talk: Conversation, argument: str) -> Node:
    """The question of this number on the path, from 1; "" is the last one."""
    questions = talk.questions()
    if not questions:
        raise UsageError("nothing was asked yet")
    if not argument:
        return questions[-1]
    number = place(argument, len(questions))
    if number is None:
        there = numbered(len(questions), "question", "questions")
        raise UsageError(f"the path has {there}, not {shown(argument)}")
    return questions[number - 1]


def _refreshed(session: Session) -> Conversation:
    """The conversation, with what other processes said in it."""
    talk = session.chat.conversation
    if session.saved is not None and not session.private and session.chat.failure is None:
        session.saved.refresh(talk)
    return talk


def _lines(talk: Conversation) -> list[str]:
    numbers = {key: number for number, key in enumerate(talk.branches(), 1)}
    width = len(str(len(numbers)))
    path = {node.key for node in talk.path()}
    lines = []
    waiting = [(key, 0) for key in reversed(talk.children(None))]
    while waiting:
        key, depth = waiting.pop()
        message = talk.nodes[key].message
        number = str(numbers[key]) if key in numbers else ""
        said = _SPEAKERS[message.role] + harmless_line(message.content, _WIDTH)
        mark = "*" if key in path else " "
        lines.append(f"{mark} {number:>{width}} {'  ' * depth}{said}".rstrip())
        below = talk.children(key)
        waiting += [(child, depth + (len(below) > 1)) for child in reversed(below)]
    return lines


def _numbered(talk: Conversation, argument: str) -> int:
    branches = talk.branches()
    if not branches:
        raise UsageError("there are no branches", "/retry, /edit and /undo make them")
    number = place(argument, len(branches))
    if number is None:
        there = numbered(len(branches), "branch", "branches")
        raise UsageError(f"the tree has {there}, not {shown(argument)}", "/tree shows them")
    return branches[number - 1]


def _forked(talk: Conversation) -> int | None:
    """The path's last answer that has others beside it."""
    return next(
        (
            node.key
            for node in reversed(talk.path())
            if node.message.role is Role.ASSISTANT and len(talk.siblings(node.key)) > 1
        ),
        None,
    )


def _nearest(talk: Conversation) -> str:
    """The branches at the path's last fork, also where the path ends before it, as a list."""
    path = [node.key for node in talk.path()]
    forks = [k for k in (*path, *talk.children(talk.head)[:1]) if len(talk.siblings(k)) > 1]
    if not forks:
        return "There are no branches: `/retry`, `/edit` and `/undo` make them."
    numbers = {key: number for number, key in enumerate(talk.branches(), 1)}
    return "\n".join(
        f"- {numbers[key]}{' (here)' if key in path else ''}:"
        f" {plain(talk.nodes[key].message.content)}"
        for key in talk.siblings(forks[-1])
    )
