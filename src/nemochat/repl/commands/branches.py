"""Commands about the branches of a conversation: undo, retry, tree, diff, candidates."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from nemochat.core import parameters
from nemochat.core.conversation import Conversation, MessageNode
from nemochat.core.messages import Role
from nemochat.core.text import count_noun, format_value
from nemochat.errors import UsageError
from nemochat.files import to_code_block
from nemochat.repl.arguments import parse_position
from nemochat.repl.commands.saved_chats import transcript
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown, number_range
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.catalogue import check_name

_MESSAGE_COLUMNS = 64  # columns of a message in the tree
_SPEAKERS = {Role.USER: "> ", Role.ASSISTANT: "", Role.SYSTEM: "system: ", Role.TOOL: "tool: "}
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MAX_WORD_PAIRS = 4_000_000  # pairs of words that are still compared word by word: about a second
_PAIR_SIZE = 2
_CANDIDATES_CHOICES = {"on": "two answers to each question", "off": "one answer"}


def _branch_choices(session: Session) -> list[tuple[str, str]]:
    talk = session.chat.conversation
    return [
        (str(number), sanitize_line(talk.nodes[key].message.content, 50))
        for number, key in enumerate(talk.branches(), 1)
    ]


@command()
def tree(session: Session, _argument: str) -> str:
    """Draw the conversation with all its branches, a line a message.

    A star marks the path that is being talked along. Messages with others beside them, made by
    `/retry`, `/edit` or `/undo`, have numbers, and `/branch NUMBER` goes there.
    """
    talk = _refresh(session)
    if not talk.nodes:
        return "Nothing was said yet."
    return "```text\n" + "\n".join(_draw_tree(talk)) + "\n```"


@command("[NUMBER]", choices=_branch_choices)
def branch(session: Session, argument: str) -> str:
    """Go over to another branch: `/tree` numbers them, `/branch` alone lists the nearest.

    The path leads to where that branch was left; nothing is deleted.
    """
    talk = _refresh(session)
    if not argument:
        return _list_nearest_branches(talk)
    key = _find_branch(talk, argument)
    talk.go_to(talk.tip(key))
    session.chat.mark()
    beside = talk.siblings(key)
    where = f"This is branch {beside.index(key) + 1} of {len(beside)} here."
    shown_from = next(p for p, node in enumerate(talk.path()) if node.key == key)
    return f"{where}\n\n{transcript(talk.messages()[max(shown_from - 1, 0) :])}"


@command("[NUMBER [NUMBER]]", choices=_branch_choices)
def diff(session: Session, argument: str) -> str:
    """Show word by word how an answer differs from the one beside it.

    `/diff` compares the path's last answer that has others beside it with the one before it;
    `/diff 2` with number 2 of `/tree`, and `/diff 1 3` those two.
    """
    talk = _refresh(session)
    match [_find_branch(talk, word) for word in argument.split()]:
        case [first, second]:
            pass
        case [_, _, *_]:
            raise UsageError("/diff compares two answers")
        case keys:
            fork_key = _find_last_fork(talk)
            if fork_key is None:
                raise UsageError("no answer has another beside it", "/retry asks for one")
            second = fork_key
            others = [key for key in talk.siblings(second) if key != second]
            older = others[: talk.siblings(second).index(second)]
            first = next(iter((*keys, *older[-1:], *others)))
    return diff_words(*(talk.nodes[key].message.content for key in (first, second)))


@command("[NAME]")
def fork(session: Session, argument: str) -> str:
    """Begin a new conversation with all that was said on this path; the old one stays as it is."""
    talk = session.chat.conversation
    if not talk.head:
        raise UsageError("there is nothing to fork yet")
    forked = talk.fork(check_name(argument) if argument else "")
    if session.disk_store is not None and not session.private:
        forked = session.disk_store.add_imported(forked)
    session.switch_conversation(forked)
    title = f" named {escape_markdown(forked.name)}" if forked.name else ""
    number = f" {forked.id}" if forked.id is not None else ""
    questions = count_noun(len(forked.questions()), "question")
    return f"This is a new conversation{number}{title}, with {questions}."


@command("[N]")
def edit(session: Session, argument: str) -> str:
    """Change an earlier question in your editor and ask it again; the old one stays beside it.

    `/edit` takes the last question, `/edit 2` the second one. The editor is the one that the
    variable VISUAL or EDITOR names.
    """
    question = nth_question(session.chat.conversation, argument)
    text = session.edit_text(question.message.content)
    if text.strip() == question.message.content.strip():
        return "The question is as it was; `/retry` asks it again."
    session.chat.edit(question, text)
    return ""


def nth_question(conversation: Conversation, argument: str) -> MessageNode:
    """The question of this number on the path, from 1; "" is the last one."""
    questions = conversation.questions()
    if not questions:
        raise UsageError("nothing was asked yet")
    if not argument:
        return questions[-1]
    number = parse_position(argument, len(questions))
    if number is None:
        there = number_range(len(questions), "question", "questions")
        raise UsageError(f"the path has {there}, not {format_value(argument)}")
    return questions[number - 1]


def _refresh(session: Session) -> Conversation:
    """The conversation, with what other processes said in it."""
    talk = session.chat.conversation
    if session.disk_store is not None and not session.private and session.chat.failure is None:
        session.disk_store.refresh(talk)
    return talk


def _draw_tree(conversation: Conversation) -> list[str]:
    numbers = {key: number for number, key in enumerate(conversation.branches(), 1)}
    width = len(str(len(numbers)))
    path = {node.key for node in conversation.path()}
    lines = []
    waiting = [(key, 0) for key in reversed(conversation.children(None))]
    while waiting:
        key, depth = waiting.pop()
        message = conversation.nodes[key].message
        number = str(numbers[key]) if key in numbers else ""
        text = _SPEAKERS[message.role] + sanitize_line(message.content, _MESSAGE_COLUMNS)
        mark = "*" if key in path else " "
        lines.append(f"{mark} {number:>{width}} {'  ' * depth}{text}".rstrip())
        below = conversation.children(key)
        waiting += [(child, depth + (len(below) > 1)) for child in reversed(below)]
    return lines


def _find_branch(conversation: Conversation, argument: str) -> int:
    branches = conversation.branches()
    if not branches:
        raise UsageError("there are no branches", "/retry, /edit and /undo make them")
    number = parse_position(argument, len(branches))
    if number is None:
        there = number_range(len(branches), "branch", "branches")
        raise UsageError(f"the tree has {there}, not {format_value(argument)}", "/tree shows them")
    return branches[number - 1]


def _find_last_fork(conversation: Conversation) -> int | None:
    """The path's last answer that has others beside it."""
    return next(
        (
            node.key
            for node in reversed(conversation.path())
            if node.message.role is Role.ASSISTANT and len(conversation.siblings(node.key)) > 1
        ),
        None,
    )


def _list_nearest_branches(conversation: Conversation) -> str:
    """The branches at the path's last fork, also where the path ends before it, as a list."""
    path = [node.key for node in conversation.path()]
    forks = [
        k
        for k in (*path, *conversation.children(conversation.head)[:1])
        if len(conversation.siblings(k)) > 1
    ]
    if not forks:
        return "There are no branches: `/retry`, `/edit` and `/undo` make them."
    numbers = {key: number for number, key in enumerate(conversation.branches(), 1)}
    return "\n".join(
        f"- {numbers[key]}{' (here)' if key in path else ''}:"
        f" {escape_markdown(conversation.nodes[key].message.content)}"
        for key in conversation.siblings(forks[-1])
    )


def diff_words(first: str, second: str) -> str:
    """The second text, with what it lacks and what it adds marked."""
    if first == second:
        return "They are the same."
    old, new = _WORDS.findall(first), _WORDS.findall(second)
    if len(old) * len(new) > _MAX_WORD_PAIRS:
        old, new = _LINES.findall(first), _LINES.findall(second)
    parts = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            parts.append("".join(new[new_start:new_end]))
            continue
        if old_end > old_start:
            parts.append(f"[-{''.join(old[old_start:old_end])}-]")
        if new_end > new_start:
            parts.append(f"{{+{''.join(new[new_start:new_end])}+}}")
    return to_code_block("".join(parts), info="text")


def _candidate_choices(session: Session) -> list[tuple[str, str]]:
    talk = session.chat.conversation
    return [
        (str(number), sanitize_line(talk.nodes[key].message.content, 50))
        for number, key in enumerate(_find_candidates(talk), 1)
    ]


@command("[on or off]", choices=lambda _: _CANDIDATES_CHOICES.items())
def candidates(session: Session, argument: str) -> str:
    """Ask for two answers to each question, or for one again; alone, tell which.

    `/candidates on` is short for `/set n 2`. Two answers come whole, not word by word, and stand
    side by side where the terminal is wide enough. `/pick` chooses the one that the talk goes on
    from; the other stays in the tree.
    """
    values = session.settings.parameters
    if argument not in {"", *_CANDIDATES_CHOICES}:
        raise UsageError(f"/candidates takes on or off, not {format_value(argument)}")
    if argument == "on":
        values["n"] = _PAIR_SIZE
    elif argument == "off":
        values.pop("n", None)
    if argument:
        session.chat.mark()
    if parameters.candidate_count(values) == _PAIR_SIZE:
        return "Each question is answered twice; `/candidates off` asks for one answer."
    return "Each question is answered once; `/candidates on` asks for two answers."


@command("1 or 2", choices=_candidate_choices)
def pick(session: Session, argument: str) -> str:
    """Go on from the first or the second of two answers; the other stays in the tree."""
    talk = session.chat.conversation
    keys = _find_candidates(talk)
    if len(keys) < _PAIR_SIZE:
        raise UsageError("the last answer has no other beside it", "/candidates on asks for two")
    position = parse_position(argument, len(keys))
    if position is None:
        names = " or ".join(map(str, range(1, len(keys) + 1)))
        raise UsageError(f"/pick takes {names}, not {format_value(argument)}")
    key = keys[position - 1]
    talk.go_to(talk.tip(key))
    session.chat.mark()
    text = sanitize_line(talk.nodes[key].message.content, 50)
    return f"The talk goes on from answer {position}:\n\n```text\n{text}\n```"


def _find_candidates(conversation: Conversation) -> list[int]:
    """The answers that came with the last one, it among them; where it came alone, all beside it.

    Answers that were asked for two at a time stand side by side, after those of earlier requests.
    """
    last = conversation.last(Role.ASSISTANT)
    if last is None:
        return []
    beside = [
        k
        for k in conversation.siblings(last.key)
        if conversation.nodes[k].message.role is Role.ASSISTANT
    ]
    twins = [k for k in beside if _is_from_pair(conversation, k)]
    if last.key not in twins:
        return beside
    after = (len(twins) - twins.index(last.key) - 1) // _PAIR_SIZE * _PAIR_SIZE
    return twins[: len(twins) - after][-_PAIR_SIZE:]


def _is_from_pair(conversation: Conversation, key: int) -> bool:
    provenance = conversation.nodes[key].message.provenance
    return (
        provenance is not None and parameters.candidate_count(provenance.parameters) == _PAIR_SIZE
    )
