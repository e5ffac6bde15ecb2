"""A chat: questions in, answers out, the same for a terminal, `ask`, a script and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from nemochat.chat.ports import Endpoint, Store, View
from nemochat.chat.saver import Saver
from nemochat.chat.secret_check import SecretCheck
from nemochat.chat.turn import Turn
from nemochat.core.continuation import is_resumable
from nemochat.core.conversation import Conversation, MessageNode
from nemochat.core.json_schema import ResponseFormat
from nemochat.core.messages import Message, Role
from nemochat.core.parameters import Value, can_stream, candidate_count
from nemochat.core.prompt import WINDOW, Prompt, build_messages, estimate_used
from nemochat.errors import Cancelled, EndpointError, StoreError, UsageError
from nemochat.signals import SaveSignals


class Options(NamedTuple):
    """Options for requesting answers.

    Attributes:
        stream: Whether to stream answers where possible.
        resume_dropped: Whether to request the rest of an answer whose connection dropped.
        loop_tokens: After how many repeated tokens to stop an answer; 0 never does.
        response_format: The required form of the answers; None leaves it to the model.
        announce_faults: Whether to announce that saving fails or works again; what is lost in the
            end is always announced.
        allow_secrets: Whether to send messages without looking for keys and passwords in them.
    """

    stream: bool = True
    resume_dropped: bool = False
    loop_tokens: int = 600
    response_format: ResponseFormat | None = None
    announce_faults: bool = True
    allow_secrets: bool = False


class Chat:
    """A conversation with an endpoint, saved and shown.

    Attributes:
        conversation: The messages and settings.
        endpoint: What answers.
        view: What shows the turns.
        options: How answers are requested.
        secret_check: What asks before a key or password is sent.
    """

    def __init__(
        self,
        conversation: Conversation,
        endpoint: Endpoint,
        store: Store,
        view: View,
        options: Options | None = None,
    ) -> None:
        self.conversation = conversation
        self.endpoint = endpoint
        self.view = view
        self.options = options or Options()
        self.secret_check = SecretCheck(allowed=self.options.allow_secrets)
        self._saver = Saver(store, announce=self.options.announce_faults)

    @property
    def store(self) -> Store:
        """Return the store that holds the conversation."""
        return self._saver.store

    @property
    def failure(self) -> StoreError | None:
        """Return why something is unsaved; None while everything is saved."""
        return self._saver.failure

    def say(self, text: str) -> list[Message]:
        """Ask a question and return the answer, or both answers if two candidates were requested.

        The question is saved before it is sent. Ctrl-C stops the answer; the text so far is kept.

        Raises:
            UsageError: the question is empty.
            EndpointError: there is no answer.
        """
        if not text.strip():
            raise UsageError("the question is empty")
        self._check_secrets(text)
        self._append(Message(Role.USER, text))
        return self._answer({})

    def retry(self, changes: Mapping[str, Value]) -> list[Message]:
        """Ask the last question again, this time with other parameters; the old answer is kept.

        Raises:
            UsageError: there is no question yet.
            EndpointError: there is no answer.
        """
        question = self.conversation.last(Role.USER)
        if question is None:
            raise UsageError("there is no question yet")
        self._check_secrets()
        before = self.conversation.head
        self.conversation.go_to(question.key)
        try:
            return self._answer(changes)
        finally:
            if self.conversation.head == question.key:  # no new answer: return to the old one
                self.conversation.go_to(before)

    def edit(self, question: MessageNode, text: str) -> list[Message]:
        """Reword a question of the path; the old one and everything below it are kept as a branch.

        Raises:
            UsageError: the question is empty.
            EndpointError: there is no answer.
        """
        if not text.strip():
            raise UsageError("the question is empty")
        self.conversation.go_to(question.parent)
        return self.say(text)

    def save_header(self) -> None:
        """Save the conversation's name, settings and head."""
        self._saver.save_header(self.conversation)
        self._show_notices()

    def rename(self, name: str) -> None:
        """Rename the conversation.

        Raises:
            StoreError: another conversation has the name.
        """
        before, self.conversation.name = self.conversation.name, name
        try:
            self.save_header()
        except StoreError:
            self.conversation.name = before
            raise

    def switch(self, conversation: Conversation, store: Store) -> None:
        """Continue with another conversation, saved in this store.

        Unsaved messages of the previous one are still saved later. If both are the same
        conversation, the version in memory is kept, which is newer.
        """
        self._saver.store = store
        self.conversation = self._saver.prefer_unsaved(conversation)

    def leave(self, *, retry: bool = True) -> None:
        """Save what is unsaved, and announce what is lost if that fails.

        Args:
            retry: Whether to try once more, and wait for locks.
        """
        if retry:
            with suppress(Cancelled):  # what is lost is still announced
                self._catch_up()
        self._show_notices()
        if self.failure is not None:
            turns = self._saver.count_unsaved_turns()
            lost = "The last changes to the settings were not saved; the answers were."
            if turns:
                number = "1 turn was" if turns == 1 else f"{turns} turns were"
                lost = f"{number} not saved; copy what you need."
            # What to do comes first, because a long reason is cut.
            self.view.notice(f"{lost} Run nemochat doctor. Reason: {self.failure}")

    def resume(self) -> list[Message]:
        """Request the rest of the last answer and append it.

        Raises:
            UsageError: there is no answer, or it is complete.
            EndpointError: there is no rest.
        """
        path = self.conversation.path()
        if not path or path[-1].message.role is not Role.ASSISTANT:
            raise UsageError("there is no answer to continue")
        if not is_resumable(path[-1].message.ending):
            raise UsageError("the last answer is complete")
        self._check_secrets()
        settings = self.conversation.settings
        once: Mapping[str, Value] = {"n": 1} if candidate_count(settings.parameters) > 1 else {}
        prompt = self._prompt(once)

        def request(turn: Turn) -> None:
            turn.continue_from(path[-1])
            turn.request_rest(prompt, settings.system)

        return self._run_turn(prompt, request)

    def _answer(self, changes: Mapping[str, Value]) -> list[Message]:
        settings = self.conversation.settings
        prompt = self._prompt(changes)
        self._warn_of_length()

        def request(turn: Turn) -> None:
            turn.ask(prompt, settings.endpoint)
            with suppress(EndpointError):  # without the rest, the partial answer stays
                while self.options.resume_dropped and turn.is_dropped:
                    turn.request_rest(prompt, settings.system)

        return self._run_turn(prompt, request)

    def _run_turn(self, prompt: Prompt, request: Callable[[Turn], None]) -> list[Message]:
        """Return the answers to a request, shown and saved."""
        is_limited = prompt.parameters.get("max_tokens") is not None
        turn = Turn(
            self.conversation,
            self.endpoint,
            self.view,
            self._saver,
            loop_tokens=0 if is_limited else self.options.loop_tokens,
        )
        try:
            turn.run(lambda: request(turn))
            self.view.settle(turn.messages)
        finally:  # after the screen shows all of it
            self._catch_up()
            self._show_notices()
        return turn.messages

    def _prompt(self, changes: Mapping[str, Value]) -> Prompt:
        settings = self.conversation.settings
        parameters = settings.parameters | dict(changes)
        said = [*settings.examples, *self.conversation.messages()]
        prompt = self.endpoint.adapt(
            Prompt(
                settings.model,
                build_messages(settings.system, said),
                parameters,
                response_format=self.options.response_format,
            )
        )
        return prompt._replace(stream=self.options.stream and can_stream(prompt.parameters))

    def _warn_of_length(self) -> None:
        """Warn if the prompt is probably too long; only the endpoint can count its tokens."""
        settings = self.conversation.settings
        tokens = estimate_used(settings.system, [*settings.examples, *self.conversation.messages()])
        if tokens > WINDOW:
            self.view.notice(
                f"the prompt has about {tokens:,} tokens, and the model's context {WINDOW:,}; the"
                " endpoint may refuse it"
            )

    def _check_secrets(self, question: str = "") -> None:
        """Check what is to be sent and was not sent before; SecretWithheld if it stays here."""
        settings = self.conversation.settings
        examples = "\n".join(message.content for message in settings.examples)
        self.secret_check.check(
            {"the message": question, "the system prompt": settings.system, "examples": examples}
        )

    def _append(self, message: Message) -> None:
        """Save a message and append it after the head; a signal waits until both are done."""
        with SaveSignals(can_give_up=True):
            self.conversation.append(self._saver.begin(self.conversation, message), message)
        self._show_notices()

    def _catch_up(self) -> None:
        """Save what is unsaved; a chat gives up at a signal, because it tries again later."""
        with SaveSignals(can_give_up=self.options.announce_faults):
            self._saver.catch_up(self.conversation)

    def _show_notices(self) -> None:
        for notice in self._saver.take_notices():
            self.view.notice(notice)
