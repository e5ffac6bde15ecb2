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
    """Source of answers."""

    def prepare(self) -> None:
        """Prepare for a question, in a second thread while the user types."""

    def adapt(self, prompt: Prompt) -> Prompt:
        """Return the prompt as it will be sent, without unsupported parameters."""

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        """Yield the answer to a prompt in deltas; each candidate has an ending.

        Raises:
            EndpointError: there is no answer.
            Cancelled: `stop` was called.
        """

    def stop(self) -> None:
        """Cancel the answer that another thread is reading."""

    def close(self) -> None:
        """Close the connection."""


class Store(Protocol):
    """Storage for conversations; its methods raise StoreError on failure.

    With `wait`, methods wait for a lock of another process; without it, hardly: an answer streams.
    """

    def begin(self, conversation: Conversation, message: Message, *, wait: bool = True) -> int:
        """Save a new message after the conversation's head, and return its key."""

    def grow(self, conversation: Conversation, key: int, answer: PartialAnswer) -> None:
        """Save more of an answer now and then, without waiting."""

    def settle(
        self, conversation: Conversation, key: int, message: Message, *, wait: bool = True
    ) -> None:
        """Save the final form of an answer."""

    def save_header(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Save a conversation's name, settings and head."""

    def save(self, conversation: Conversation, *, wait: bool = True) -> None:
        """Save everything that is unsaved of a conversation, or nothing."""

    def take_notices(self) -> list[str]:
        """Return what the user should know about the store, each sentence once."""


class View(Protocol):
    """Display of a turn."""

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        """Yield the deltas, waiting for them in the view's own way.

        Closing the returned generator closes the deltas. A view that reads them in another thread
        calls `stop` before it leaves them.

        Args:
            deltas: The deltas of all candidates.
            stop: Cancels them from another thread.
            candidates: The number of answers requested.

        Raises:
            Cancelled: the user cancels the answer.
        """

    def continue_from(self, text: str) -> None:
        """Note that the next answer continues this text, which is already shown."""

    def write(self, delta: Delta) -> None:
        """Show more of the answer."""

    def settle(self, answers: list[Message]) -> None:
        """Show how the answer, or each candidate, ended."""

    def wait(self, seconds: float, error: EndpointError) -> None:
        """Wait before the next attempt, and say why."""

    def notice(self, text: str) -> None:
        """Show a line that is not part of an answer."""


class Keys(Protocol):
    """The keyboard of a chat."""

    def listen(self) -> None:
        """Collect what is typed for the next prompt, without echo, until `rest` is called."""

    def rest(self) -> None:
        """Restore the terminal."""

    def lend(self) -> AbstractContextManager[None]:
        """Restore the terminal within a context, for a question or a program."""


class Screen(View, Protocol):
    """A view that also shows text of our own."""

    @property
    def keyboard(self) -> Keys:
        """Return the keyboard of the terminal."""

    @property
    def raw(self) -> bool:
        """Return whether the Markdown of answers is shown as source."""

    def set_raw(self, *, raw: bool) -> None:
        """Show the Markdown of answers as source or laid out; UsageError if that is impossible."""

    def show(self, output: str | Drawing) -> None:
        """Show Markdown or a drawing."""

    def greet(self, text: str) -> None:
        """Show a line above the first prompt."""

    def show_question(self, text: str) -> None:
        """Show a question that was not typed here."""

    def theme(self, name: str = "") -> str:
        """Set the theme of answers if a name is given, and return the name of the one in force.

        UsageError where there are no colours.
        """

    def output(self, text: str) -> None:
        """Show the output of a shell command unchanged."""

    def take_typed(self) -> list[bytes]:
        """Return what was typed before the prompt, as the bursts in which it arrived."""

    def copy(self, text: str) -> None:
        """Ask the terminal to put text on its clipboard; UsageError where it has none."""
