"""Commands about the branches of a conversation: retry, undo, edit, tree, diff, candidates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from nemochat.core import parameters
from nemochat.core.conversation import Conversation, MessageNode
from nemochat.core.messages import Role
from nemochat.core.text import count_noun, format_value
from nemochat.errors import UsageError
from nemochat.repl.commands.saved_chats import transcript
from nemochat.repl.entry import parse_number, parse_position
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown, number_range
from nemochat.screen.drawing import Drawing, Node, TextDrawing, TreeDrawing
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.screen.text.spans import Span
from nemochat.store.catalogue import check_name

_MESSAGE_COLUMNS = 64  # of a message in the tree
_SPEAKERS = {Role.USER: "> ", Role.ASSISTANT: "", Role.SYSTEM: "system: ", Role.TOOL: "tool: "}
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MAX_WORD_PAIRS = 4_000_000  # that are compared word by word, in about a second
_PAIR_SIZE = 2
_CANDIDATES_CHOICES = {"on": "two answers to each question", "off": "one answer"}


@command(
    "[NAME=VALUE …]",
    aliases=("regenerate", "regen"),
    choices=lambda _: [(f"{row.name}=", str(row.takes)) for row in parameters.TABLE],
)
def retry(session: Session, argument: str) -> str:
    """Ask the last question again, and keep the old answer.

    `/retry temperature=1.2` uses another parameter, only this once. `/branch` returns to the old
    answer, and `/diff` compares the two.
    """
    session.chat.retry(parameters.parse_changes(argument))
    return ""


@command()
def continue_(session: Session, _argument: str) -> str:
    """Continue an answer that was cut off or stopped."""
    session.chat.resume()
    return ""


@command("[N]", aliases=("rewind",))
def undo(session: Session, argument: str) -> str:
    """Take back the last question and its answer, or the last N; `/redo` restores them.

    Nothing is deleted: `/tree` still shows what was taken back.
    """
    turns = count_noun(session.chat.conversation.undo(_parse_count(argument)), "turn")
    session.chat.save_header()
    return f"Took back {turns}; {_describe_last_question(session)}. `/redo` restores it."


@command("[N]")
def redo(session: Session, argument: str) -> str:
    """Restore the turns that `/undo` took back, or N of them."""
    turns = count_noun(session.chat.conversation.redo(_parse_count(argument)), "turn")
    session.chat.save_header()
    return f"Restored {turns}; {_describe_last_question(session)}."


def _parse_count(argument: str) -> int:
    count = parse_number(argument or "1")
    if not count:
        raise UsageError(f"the number of turns must be 1 or more, not {format_value(argument)}")
    return count


def _describe_last_question(session: Session) -> str:
    if node := session.chat.conversation.last(Role.USER):
        return f'the last question is now "{escape_markdown(node.message.content)}"'
    return "the conversation is now empty"


@command("[N]")
def edit(session: Session, argument: str) -> str:
    """Change the last question, or question N, in your editor and ask it again.

    The old question stays in the tree. `VISUAL` or `EDITOR` names the editor.
    """
    question = nth_question(session.chat.conversation, argument)
    text = session.edit_text(question.message.content)
    if text.strip() == question.message.content.strip():
        return "The question is unchanged; `/retry` asks it again."
    session.chat.edit(question, text)
    return ""


def nth_question(conversation: Conversation, argument: str) -> MessageNode:
    """Return the question with this number on the path, from 1 on, or the last one for ""."""
    questions = conversation.questions()
    if not questions:
        raise UsageError("there is no question yet")
    if not argument:
        return questions[-1]
    number = parse_position(argument, len(questions))
    if number is None:
        known = number_range(len(questions), "question", "questions")
        raise UsageError(f"the conversation has {known}, not {format_value(argument)}")
    return questions[number - 1]


@command()
def tree(session: Session, _argument: str) -> str | Drawing:
    """Draw the conversation with all its branches, one line per message.

    A star marks the current path. Alternatives, which `/retry`, `/edit` and `/undo` create, have
    numbers: `/branch NUMBER` switches to one.
    """
    conversation = _refresh(session)
    if not conversation.nodes:
        return "The conversation is empty."
    numbers = {key: number for number, key in enumerate(conversation.branches(), 1)}
    width = len(str(len(numbers)))
    path = {node.key for node in conversation.path()}
    nodes: list[Node] = []
    lines: list[str] = []
    waiting = [(key, 0, True) for key in reversed(conversation.children(None))]
    while waiting:
        key, depth, is_branch = waiting.pop()
        message = conversation.nodes[key].message
        number = str(numbers.get(key, ""))
        mark = "*" if key in path else " "
        text = _SPEAKERS[message.role] + sanitize_line(message.content, _MESSAGE_COLUMNS)
        lines.append(f"{mark} {number:>{width}} {'  ' * depth}{text}".rstrip())
        if is_branch:
            nodes.append(Node(depth, []))
        style = "question" if message.role is Role.USER else ""
        label = f"{mark} {number} " if number else f"{mark} "
        nodes[-1].rows.append([Span(label, "bullet"), Span(text, style)])
        below = conversation.children(key)
        is_fork = len(below) > 1
        waiting += [(child, depth + is_fork, is_fork) for child in reversed(below)]
    return TreeDrawing(nodes, "\n".join(lines))


def _refresh(session: Session) -> Conversation:
    """Return the conversation with the messages that other processes added to it."""
    conversation = session.chat.conversation
    if session.disk_store is not None and not session.private and session.chat.failure is None:
        session.disk_store.refresh(conversation)
    return conversation


def _message_choices(conversation: Conversation, keys: Iterable[int]) -> list[tuple[str, str]]:
    return [
        (str(number), sanitize_line(conversation.nodes[key].message.content, 50))
        for number, key in enumerate(keys, 1)
    ]


def _branch_choices(session: Session) -> list[tuple[str, str]]:
    return _message_choices(session.chat.conversation, session.chat.conversation.branches())


@command("[NUMBER]", choices=_branch_choices)
def branch(session: Session, argument: str) -> str:
    """Switch to another branch by its number in `/tree`; without a number, list the nearest ones.

    You return to the end of that branch; nothing is deleted.
    """
    conversation = _refresh(session)
    if not argument:
        return _list_nearest_branches(conversation)
    key = _find_branch(conversation, argument)
    conversation.go_to(conversation.tip(key))
    session.chat.save_header()
    siblings = conversation.siblings(key)
    switched = f"Switched to branch {siblings.index(key) + 1} of {len(siblings)}."
    position = next(at for at, node in enumerate(conversation.path()) if node.key == key)
    return f"{switched}\n\n{transcript(conversation.messages()[max(position - 1, 0) :])}"


def _find_branch(conversation: Conversation, argument: str) -> int:
    branches = conversation.branches()
    if not branches:
        raise UsageError("there are no branches", "/retry, /edit and /undo create them")
    number = parse_position(argument, len(branches))
    if number is None:
        known = number_range(len(branches), "branch", "branches")
        raise UsageError(f"the tree has {known}, not {format_value(argument)}", "/tree shows them")
    return branches[number - 1]


def _list_nearest_branches(conversation: Conversation) -> str:
    """Return the branches at the last fork of the path, or right after the path, as a list."""
    path = [node.key for node in conversation.path()]
    keys = [*path, *conversation.children(conversation.head)[:1]]
    forks = [key for key in keys if len(conversation.siblings(key)) > 1]
    if not forks:
        return "There are no branches; `/retry`, `/edit` and `/undo` create them."
    numbers = {key: number for number, key in enumerate(conversation.branches(), 1)}
    return "\n".join(
        f"- {numbers[key]}{' (current)' if key in path else ''}:"
        f" {escape_markdown(conversation.nodes[key].message.content)}"
        for key in conversation.siblings(forks[-1])
    )


@command("[NUMBER [NUMBER]]", choices=_branch_choices)
def diff(session: Session, argument: str) -> str | Drawing:
    """Compare an answer with its alternative, word by word.

    `/diff` compares the last answer that has alternatives with the one before it, `/diff 2` with
    number 2 of `/tree`. `/diff 1 3` compares those two.
    """
    conversation = _refresh(session)
    match [_find_branch(conversation, word) for word in argument.split()]:
        case [first, second]:
            pass
        case [_, _, *_]:
            raise UsageError("/diff compares two answers")
        case keys:
            last = _find_last_fork(conversation)
            if last is None:
                raise UsageError("no answer has an alternative", "/retry asks for one")
            second = last
            others = [key for key in conversation.siblings(second) if key != second]
            older = others[: conversation.siblings(second).index(second)]
            first = next(iter((*keys, *older[-1:], *others)))
    return diff_words(*(conversation.nodes[key].message.content for key in (first, second)))


def _find_last_fork(conversation: Conversation) -> int | None:
    """Return the last answer on the path that has alternatives."""
    for node in reversed(conversation.path()):
        if node.message.role is Role.ASSISTANT and len(conversation.siblings(node.key)) > 1:
            return node.key
    return None


def diff_words(first: str, second: str) -> str | Drawing:
    """Return the second text, with the words that it lacks and those that it adds marked."""
    if first == second:
        return "The answers are identical."
    old, new = _WORDS.findall(first), _WORDS.findall(second)
    if len(old) * len(new) > _MAX_WORD_PAIRS:
        old, new = _LINES.findall(first), _LINES.findall(second)
    spans = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        removed, added = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if kind == "equal":
            spans.append(Span(added))
            continue
        spans += [Span(f"[-{removed}-]", "failure")] if removed else []
        spans += [Span(f"{{+{added}+}}", "success")] if added else []
    return TextDrawing(spans)


@command("[NAME]")
def fork(session: Session, argument: str) -> str:
    """Copy the current path to a new conversation and continue there; the old one is unchanged."""
    conversation = session.chat.conversation
    if not conversation.head:
        raise UsageError("there is nothing to fork yet")
    forked = conversation.fork(check_name(argument) if argument else "")
    if session.disk_store is not None and not session.private:
        forked = session.disk_store.add_imported(forked)
    session.switch_conversation(forked)
    target = "a new conversation" if forked.id is None else f"conversation {forked.id}"
    name = f', "{escape_markdown(forked.name)}"' if forked.name else ""
    return f"Forked to {target}{name}, with {count_noun(len(forked.questions()), 'question')}."


@command("[on or off]", choices=lambda _: _CANDIDATES_CHOICES.items())
def candidates(session: Session, argument: str) -> str:
    """Ask for two answers to each question, or for one again; without an argument, show which.

    `/candidates on` is short for `/set n 2`. The two answers are shown when both are complete, side
    by side if the terminal is wide enough. `/pick` chooses the one to continue from; the other
    stays in the tree.
    """
    values = session.settings.parameters
    if argument not in {"", *_CANDIDATES_CHOICES}:
        raise UsageError(f"/candidates takes on or off, not {format_value(argument)}")
    if argument == "on":
        values["n"] = _PAIR_SIZE
    elif argument == "off":
        values.pop("n", None)
    if argument:
        session.chat.save_header()
    if parameters.candidate_count(values) == _PAIR_SIZE:
        return "Each question has two answers; `/candidates off` asks for one."
    return "Each question has one answer; `/candidates on` asks for two."


def _candidate_choices(session: Session) -> list[tuple[str, str]]:
    return _message_choices(session.chat.conversation, _find_candidates(session.chat.conversation))


@command("1 or 2", choices=_candidate_choices)
def pick(session: Session, argument: str) -> str:
    """Continue from the first or the second of two answers; the other stays in the tree."""
    conversation = session.chat.conversation
    keys = _find_candidates(conversation)
    if len(keys) < _PAIR_SIZE:
        raise UsageError("the last answer has no alternative", "/candidates on asks for two")
    position = parse_position(argument, len(keys))
    if position is None:
        names = " or ".join(map(str, range(1, len(keys) + 1)))
        raise UsageError(f"/pick takes {names}, not {format_value(argument)}")
    key = keys[position - 1]
    conversation.go_to(conversation.tip(key))
    session.chat.save_header()
    text = escape_markdown(conversation.nodes[key].message.content, 50)
    return f"Continuing from answer {position}: {text}"


def _find_candidates(conversation: Conversation) -> list[int]:
    """Return the answers of the last request; if there was only one, all to the same question.

    Answers that were requested as a pair are neighbours, after those of earlier requests.
    """
    last = conversation.last(Role.ASSISTANT)
    if last is None:
        return []
    answers = [
        key
        for key in conversation.siblings(last.key)
        if conversation.nodes[key].message.role is Role.ASSISTANT
    ]
    paired = [key for key in answers if _is_from_pair(conversation, key)]
    if last.key not in paired:
        return answers
    later = (len(paired) - paired.index(last.key) - 1) // _PAIR_SIZE * _PAIR_SIZE
    return paired[: len(paired) - later][-_PAIR_SIZE:]


def _is_from_pair(conversation: Conversation, key: int) -> bool:
    origin = conversation.nodes[key].message.provenance
    return origin is not None and parameters.candidate_count(origin.parameters) == _PAIR_SIZE
