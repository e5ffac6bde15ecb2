"""Ports of a chat: the protocols of an endpoint, a store and a view."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from nemochat.core.conversation import Conversation
from nemochat.core.delta import Delta, PartialAnswer
from nemochat.core.messages import Message
from nemochat.core.prompt import Prompt
from nemochat.errors import EndpointError

if TYPE_CHECKING:
    from nemochat.screen.drawing import Drawing


class Endpoint(Protocol):
    """Who answers."""

    def prepare(self) -> None:
        """Make ready for a question, in a thread beside the person who types it."""

    def adapt(self, prompt: Prompt) -> Prompt:
        """The prompt as it will be sent, without the parameters that are not taken."""

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Yield the answer to a prompt, piece by piece, each candidate with an ending.

        Raises:
            EndpointError: there is no answer.
            Cancelled: `stop` was called.
        """

    def stop(self) -> None:
        """Cancel the answer that another thread reads."""

    def close(self) -> None:
        """Let go of the connection."""


class Store(Protocol):
    """What keeps conversations; every method raises StoreError if it cannot.

    With `wait` they wait for a lock of another process, otherwise hardly: an answer streams.
    """

    def begin(self, conversation: Conversation, message: Message, *, wait: bool = True) -> int:
        """Keep a new message after the conversation's head; return its key."""

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Keep more of an answer, now and then; never wait."""

    def settle(
        self, conversation: Conversation, key: int, message: Message, *, wait: bool = True
    ) -> None:
        """Keep the whole of an answer."""

    def mark(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Keep a conversation's name, settings and head."""

    def save(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Keep all of a conversation that is unsaved, at once or not at all."""

    def take_notices(self) -> list[str]:
        """What its person should hear of the store, each sentence once."""


class View(Protocol):
    """What shows a turn."""

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Pass the deltas on while waiting for them in the view's own way.

        To close what is returned closes the deltas. A view may read them in another thread; it then
        calls `stop` before it leaves them.

        Args:
            deltas: The answer, or both answers.
            stop: Cancels them from another thread.
            candidates: How many answers were asked for.

        Raises:
            Cancelled: the user cancels the answer.
        """

    def continue_from(self, text: str) -> None:
        """The next answer goes on from this text, which was shown before."""

    def write(self, delta: Delta) -> None:
        """Show more of the answer."""

    def settle(self, answers: list[Message]) -> None:
        """Show how the answer, or each candidate, ended."""

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Wait before the endpoint is asked again, and tell why."""

    def notice(self, text: str) -> None:
        """Tell something that is not the answer."""


class Keys(Protocol):
    """The keyboard of a chat."""

    def listen(self) -> None:
        """Keep what is typed from here on unseen for the next prompt, until `rest`."""

    def rest(self) -> None:
        """Let the terminal be as it was."""

    def lend(self) -> AbstractContextManager[None]:
        """The terminal as it was, for a question or a program."""


class Screen(View, Protocol):
    """A view that also shows texts of our own."""

    @property
    def keyboard(self) -> Keys:
        """The keyboard of its terminal."""

    @property
    def raw(self) -> bool:
        """Whether the Markdown of answers is shown as it came."""

    def set_raw(self, *, raw: bool) -> None:
        """Show the Markdown of answers as it came, or laid out; UsageError where it cannot."""

    def show(self, output: str | Drawing) -> None:
        """Show Markdown or a drawing."""

    def greet(self, text: str) -> None:
        """Show a line above the first prompt."""

    def show_question(self, text: str) -> None:
        """Show a question that nobody typed here."""

    def theme(self, name: str = "") -> str:
        """Show answers in this theme from now on; return the name of the one in force.

        UsageError where there are no colours.
        """

    def output(self, text: str) -> None:
        """Show lines that a command of the shell wrote, as they are."""

    def take_typed(self) -> list[bytes]:
        """Return what was typed before the prompt, as the bursts in which it arrived."""

    def copy(self, text: str) -> None:
        """Ask the terminal to put a text on its clipboard; UsageError where there is none."""
