"""One turn: the answers to one question, collected, shown, saved and settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

from nemochat.chat.ports import Endpoint, View
from nemochat.chat.saver import Saver
from nemochat.core.continuation import DROPPED, Seam, continuation_prompt
from nemochat.core.conversation import Conversation, MessageNode
from nemochat.core.delta import Delta, PartialAnswer
from nemochat.core.messages import Continuation, Ending, Message, Provenance, Role
from nemochat.core.parameters import candidate_count
from nemochat.core.prompt import Prompt, build_messages
from nemochat.core.repetition import RepetitionGuard
from nemochat.errors import Cancelled, EndpointError
from nemochat.signals import AnswerSignals, SaveSignals

MOST_CONTINUATIONS = 3  # of one answer whose connection drops again and again

AGAINST_LOOPS = "a repetition_penalty of 1.1 may help; --no-loop-guard turns this check off"


class _Candidate:
    __slots__ = ("growing", "guard", "key")

    def __init__(
        self, growing: PartialAnswer, guard: RepetitionGuard, key: int | None = None
    ) -> None:
        self.growing = growing
        self.guard = guard
        self.key = key


class Turn:
    """The answers to one question while they grow: one, or several candidates.

    Attributes:
        messages: The settled answers.
    """

    def __init__(
        self,
        conversation: Conversation,
        endpoint: Endpoint,
        view: View,
        saver: Saver,
        *,
        loop_tokens: int,
    ) -> None:
        """Begin a turn after the conversation's head.

        Args:
            conversation: Receives the answers.
            endpoint: Sends the answers.
            view: Shows them.
            saver: Saves them.
            loop_tokens: After how many repeated tokens an answer is stopped; 0 never.
        """
        self.messages: list[Message] = []
        self._conversation = conversation
        self._endpoint = endpoint
        self._view = view
        self._saver = saver
        self._loop_tokens = loop_tokens
        self._parent = conversation.head
        self._provenance = Provenance()
        self._candidates: dict[int, _Candidate] = {}
        self._visible: list[int] = []  # the candidates shown; the last one grows on the screen
        self._started = time.monotonic()

    def run(self, request: Callable[[], None]) -> None:
        """Collect what `request` asks for, and settle the answers whatever happens.

        Cancelled ends the answer and is not raised.

        Raises:
            EndpointError: there is no answer.
        """
        forced: Ending | None = Ending.INTERRUPTED
        with AnswerSignals() as signals:
            try:
                request()
                forced = None
            except EndpointError:
                forced = None
                raise
            except Cancelled:
                pass
            finally:
                # First: Python runs signal handlers only at calls, and none comes before this line
                signals.defers_next = True
                self._settle(forced)
        while self._show_next():
            pass

    def ask(self, prompt: Prompt, endpoint: str) -> None:
        """Collect the answers to a prompt.

        Raises:
            EndpointError: there is no answer.
            Cancelled: the user cancels them.
        """
        self._provenance = Provenance(
            asked_model=prompt.model, endpoint=endpoint, parameters=prompt.parameters
        )
        if candidate_count(prompt.parameters) > 1:
            self._visible = [0]
        self._collect(prompt, lambda delta: delta)

    def continue_from(self, answer: MessageNode) -> None:
        """Continue an existing answer: what follows is appended to it."""
        provenance = answer.message.provenance or Provenance()
        growing = PartialAnswer(provenance, answer.message.content)
        self._view.continue_from(growing.text)
        self._parent = answer.parent
        self._candidates[0] = _Candidate(growing, RepetitionGuard(self._loop_tokens), answer.key)

    def request_rest(self, prompt: Prompt, system: str) -> None:
        """Request the rest of the first candidate and append it.

        Raises:
            EndpointError: there is no rest.
            Cancelled: the user cancels it.
        """
        growing = self._candidates[0].growing
        text, before = growing.text, growing.provenance
        asked = continuation_prompt(text)
        path = [node.message for node in self._conversation.path() if node.key != self._key]
        said = [*path, Message(Role.ASSISTANT, text), Message(Role.USER, asked)]
        seam = Seam(text)
        try:
            self._collect(prompt._replace(messages=build_messages(system, said)), seam.trim)
            self._add(Delta(seam.flush()))
        finally:
            ending = before.ending.label if before.ending else ""
            if seam.overlap or growing.text != text:
                joined = Continuation(len(text), ending, asked, seam.overlap)
                growing.provenance = growing.provenance._replace(
                    continued=(*before.continued, joined)
                )

    @property
    def is_dropped(self) -> bool:
        """Return whether the connection dropped and the rest can be requested automatically."""
        if set(self._candidates) != {0}:
            return False
        provenance = self._candidates[0].growing.provenance
        return provenance.ending in DROPPED and len(provenance.continued) < MOST_CONTINUATIONS

    @property
    def _key(self) -> int | None:
        return self._candidates[0].key if 0 in self._candidates else None

    def _collect(self, prompt: Prompt, through: Callable[[Delta], Delta]) -> None:
        deltas = self._view.follow(
            self._endpoint.stream(prompt),
            self._endpoint.stop,
            candidates=candidate_count(prompt.parameters),
        )
        with closing(deltas):
            for delta in deltas:
                if self._add(through(delta)):
                    break

    def _add(self, delta: Delta) -> bool:
        """Add a delta; return whether to stop the stream after it."""
        candidate = self._candidates.get(delta.candidate)
        if candidate is None:
            candidate = _Candidate(
                PartialAnswer(self._provenance), RepetitionGuard(self._loop_tokens)
            )
            self._candidates[delta.candidate] = candidate
        growing, has_content = candidate.growing, bool(delta.text or delta.tool_calls)
        growing.add(delta)
        if has_content and candidate.key is None:
            growing.provenance = growing.provenance._replace(first_token=self._elapsed())
        try:
            self._show(delta)
        finally:  # save it even if showing it failed
            if has_content:
                self._save(candidate)
        if candidate.guard.feed(delta.text):
            growing.add(Delta(ending=Ending.REPEATING, reason=AGAINST_LOOPS))
            return True
        return False

    def _show(self, delta: Delta) -> None:
        """Show a delta; those of another candidate wait until the visible one has ended."""
        if not self._visible and delta._replace(model="", usage=None) != Delta():
            self._visible = [delta.candidate]
        if not self._visible or delta.candidate == self._visible[-1]:
            self._view.write(delta)
        while self._has_ended() and self._show_next():
            pass

    def _has_ended(self) -> bool:
        visible = self._candidates.get(self._visible[-1]) if self._visible else None
        return visible is not None and visible.growing.provenance.ending is not None

    def _show_next(self) -> bool:
        """Show what has arrived of the next candidate; return whether there is one."""
        if not (waiting := sorted(self._candidates.keys() - self._visible)):
            return False
        self._visible.append(waiting[0])
        message = self._candidates[waiting[0]].growing.message()
        if message.content or message.reasoning:
            ending = message.ending
            self._view.write(
                Delta(message.content, message.reasoning, (), ending, candidate=waiting[0])
            )
        return True

    def _save(self, candidate: _Candidate) -> None:
        """Save more of an answer: at once when it begins, then now and then."""
        if candidate.key is None:
            self._begin(candidate)
        else:
            self._saver.grow(self._conversation, candidate.key, candidate.growing)

    def _begin(self, candidate: _Candidate) -> None:
        """Save a new answer as a sibling of the others; the first one is on the path."""
        conversation, message = self._conversation, candidate.growing.message()
        with SaveSignals():  # on the disk and in the tree, or in neither
            conversation.head = self._parent
            candidate.key = key = self._saver.begin(conversation, message)
            conversation.graft(MessageNode(key, self._parent, message))
            first = min(self._candidates)
            conversation.go_to(self._candidates[first].key or key)

    def _settle(self, forced: Ending | None) -> None:
        """Give each answer its ending and save it."""
        if not self._candidates:
            self._candidates[0] = _Candidate(PartialAnswer(self._provenance), RepetitionGuard(0))
        endings = [c.growing.provenance.ending for c in self._candidates.values()]
        fallback = next((ending for ending in endings if ending), Ending.UNFINISHED)
        for _, candidate in sorted(self._candidates.items()):
            growing = candidate.growing
            growing.provenance = growing.provenance._replace(
                ending=forced or growing.provenance.ending or fallback,
                seconds=round((growing.provenance.seconds or 0) + self._elapsed(), 3),
            )
            if not growing.provenance.model:  # a server names it once, for all candidates
                model = self._candidates[min(self._candidates)].growing.provenance.model
                growing.provenance = growing.provenance._replace(model=model)
            self.messages.append(growing.message())
            if candidate.key is None and growing.has_content:  # a signal came before `_save`
                self._begin(candidate)
            if candidate.key is not None:
                self._keep(candidate.key, self.messages[-1])

    def _keep(self, key: int, message: Message) -> None:
        self._conversation.replace(key, message)
        self._saver.settle(self._conversation, key, message)

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._started, 3)
