"""A conversation: a tree of messages, and the path through it that is being continued.

Nothing is ever removed from the tree. Undoing moves the head up; another answer is a sibling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from nemochat.core.messages import Message, Role
from nemochat.core.parameters import Value
from nemochat.errors import UsageError

LONGEST_TITLE = 60


@dataclass(slots=True)
class Settings:
    """The settings of a conversation, which are saved with it.

    Attributes:
        model: The model's name at the endpoint.
        endpoint: The endpoint's name.
        system: The system prompt, or "".
        parameters: The sampling parameters that were set.
        profile: The name of the profile in force, or "".
        filling: The values of its template's placeholders.
        examples: Questions and answers that are sent before the first question.
    """

    model: str
    endpoint: str
    system: str = ""
    parameters: dict[str, Value] = field(default_factory=dict)
    profile: str = ""
    filling: dict[str, str] = field(default_factory=dict)
    examples: tuple[Message, ...] = ()

    def copy(self) -> Settings:
        """Return an independent copy."""
        return replace(self, parameters=dict(self.parameters), filling=dict(self.filling))


class MessageNode(NamedTuple):
    """A message in the tree.

    Attributes:
        key: The message's key: the number of its row, or a negative number.
        parent: The key of the previous message; None for a first one.
        message: The message.
        written: When it was begun; None if unknown.
    """

    key: int
    parent: int | None
    message: Message
    written: datetime | None = None


class Conversation:
    """A tree of messages and a head.

    Attributes:
        id: The store's number; None until something is saved.
        name: The user's name for it, or "".
        settings: Model, endpoint, system prompt and parameters in force.
        started: When it began; None if it has not.
        head: The key of the path's last message; None before the first.
        known: The last row of the store that the tree includes.
        rows: The rows of messages whose key is another number, because they were saved later.
        unsaved: The messages that are not saved in their current form, with the time of each.
        generation: How often the database had been replaced when it was saved.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        id: int | None = None,
        name: str = "",
        started: datetime | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.settings = settings
        self.started = started
        self.head: int | None = None
        self.known = 0
        self.rows: dict[int, int] = {}
        self.unsaved: dict[int, datetime] = {}
        self.generation = 0
        self._nodes: dict[int, MessageNode] = {}
        self._children: dict[int | None, list[int]] = {None: []}
        self._last_taken: dict[int | None, int] = {}

    @property
    def nodes(self) -> Mapping[int, MessageNode]:
        """Return every message of the tree by its key, in the order in which they were added."""
        return self._nodes

    @property
    def provisional_key(self) -> int:
        """Return an unused key for a message without a row: a negative number."""
        return min((0, *self._nodes, *self.unsaved)) - 1

    def detach(self, generation: int) -> None:
        """Forget the store's numbers after its database was lost: everything is unsaved again."""
        keys: dict[int | None, int | None] = {None: None}
        keys |= {key: -place for place, key in enumerate(self._nodes, 1)}
        now = datetime.now(UTC)
        nodes, head, tip = list(self._nodes.values()), self.head, self.tip(self.head)
        self.id, self.known, self.generation = None, 0, generation
        self.rows.clear()
        self.unsaved.clear()
        self._nodes.clear()
        self._children = {None: []}
        self._last_taken.clear()
        for place, node in enumerate(nodes, 1):
            self.graft(node._replace(key=-place, parent=keys[node.parent]))
            self.unsaved[-place] = node.written or now
        for key in (tip, head):
            self.go_to(keys[key])

    def row(self, key: int | None) -> int | None:
        """Return the store's number of a message, or None."""
        if key is None or key > 0:
            return key
        return self.rows.get(key)

    def count_unsaved_turns(self) -> int:
        """Return the number of turns with unsaved messages."""
        return len({self._question(key) for key in self.unsaved})

    def _question(self, key: int) -> int:
        """Return the key of the question to which a message belongs."""
        node = self._nodes[key]
        while node.message.role is not Role.USER and node.parent is not None:
            node = self._nodes[node.parent]
        return node.key

    def append(self, key: int, message: Message) -> None:
        """Add `message` after the head and move the head to it."""
        self.graft(MessageNode(key, self.head, message))
        self.go_to(key)

    def graft(self, node: MessageNode) -> None:
        """Add a node without moving the head.

        Raises:
            ValueError: its key is taken.
            KeyError: its parent does not exist.
        """
        if node.key in self._nodes:  # a tree with it might have a cycle
            raise ValueError(f"two messages have the key {node.key}")
        self._children[node.parent].append(node.key)
        self._children.setdefault(node.key, [])
        self._nodes[node.key] = node

    def replace(self, key: int, message: Message) -> None:
        """Replace a message, such as an answer that has grown."""
        self._nodes[key] = self._nodes[key]._replace(message=message)

    def go_to(self, key: int | None) -> None:
        """Let the path end at `key`; None goes before the first message."""
        self.head = key
        while key is not None:
            parent = self._nodes[key].parent
            self._last_taken[parent] = key
            key = parent

    def path(self) -> list[MessageNode]:
        """Return the messages from the first to the head."""
        path = []
        key = self.head
        while key is not None:
            path.append(self._nodes[key])
            key = path[-1].parent
        return path[::-1]

    def messages(self) -> list[Message]:
        """Return the path's messages without their keys."""
        return [node.message for node in self.path()]

    def siblings(self, key: int) -> list[int]:
        """Return the alternatives to a message, including itself, the oldest first."""
        return self._children[self._nodes[key].parent]

    def children(self, key: int | None) -> list[int]:
        """Return the messages that follow this one, the oldest first; None means the root."""
        return self._children[key]

    def questions(self) -> list[MessageNode]:
        """Return the path's questions, which /edit and /why count from 1."""
        return [node for node in self.path() if node.message.role is Role.USER]

    def tip(self, key: int | None) -> int | None:
        """Return the end of the path last taken below `key`, or of the newest one."""
        while (below := self._below(key)) is not None:
            key = below
        return key

    def _below(self, key: int | None) -> int | None:
        """Return the child that the path last led through, or the newest one, or None."""
        children = self._children[key]
        return self._last_taken.get(key, children[-1]) if children else None

    def last(self, role: Role) -> MessageNode | None:
        """Return the path's last message of `role`, or None."""
        return next((node for node in reversed(self.path()) if node.message.role is role), None)

    def undo(self, turns: int = 1) -> int:
        """Move the head before the last question, `turns` times; return how often.

        Raises:
            UsageError: there is nothing to undo.
        """
        done = 0
        while done < turns and (question := self.last(Role.USER)):
            self.head = question.parent
            done += 1
        if not done:
            raise UsageError("there is nothing to undo")
        return done

    def redo(self, turns: int = 1) -> int:
        """Move the head down again over undone turns, `turns` times; return how often.

        Raises:
            UsageError: there is nothing to redo.
        """
        done = 0
        while done < turns and (below := self._below(self.head)) is not None:
            self.head = below
            while (below := self._below(self.head)) is not None and (
                self._nodes[below].message.role is not Role.USER
            ):
                self.head = below
            done += 1
        if not done:
            raise UsageError("there is nothing to redo")
        return done

    def branches(self) -> list[int]:
        """Return the messages with siblings in tree order; /branch counts them from 1."""
        keys, waiting = [], self._children[None][::-1]
        while waiting:
            key = waiting.pop()
            if len(self.siblings(key)) > 1:
                keys.append(key)
            waiting += self._children[key][::-1]
        return keys

    def fork(self, name: str = "") -> Conversation:
        """Return a new conversation with a copy of this path and of the settings."""
        fork = Conversation(self.settings.copy(), name=name)
        for place, node in enumerate(self.path(), 1):
            fork.graft(node._replace(key=-place, parent=-place + 1 if place > 1 else None))
            fork.go_to(-place)
        return fork

    def title(self) -> str:
        """Return the name, or the first line of the first question."""
        if self.name:
            return self.name
        first = next(
            (n.message.content for n in self._nodes.values() if n.message.role is Role.USER), ""
        )
        return first_line(first)


def first_line(text: str) -> str:
    """Return the first line of a text that is not blank, cut to `LONGEST_TITLE` characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
