"""A turn, whoever answers: endpoints of a few lines play what real ones were seen to do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from nemochat.chat.chat import Chat, Options
from nemochat.core.conversation import Conversation, Settings
from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Role, Usage
from nemochat.core.prompt import Prompt
from nemochat.errors import Cancelled, EndpointError, Unreachable, UsageError
from nemochat.store.conversations import ConversationStore

WHOLE = Delta(ending=Ending.COMPLETE)


class Script:
    """An endpoint that answers each question with the next deltas, or raises."""

    def __init__(self, *answers: list[Delta | BaseException]) -> None:
        self.answers = list(answers)
        self.prompts: list[Prompt] = []
        self.closed = 0

    def adapt(self, prompt: Prompt) -> Prompt:
        return prompt

    def stream(self, prompt: Prompt) -> Generator[Delta]:
        self.prompts.append(prompt)
        try:
            for each in self.answers.pop(0):
                if isinstance(each, BaseException):
                    raise each
                yield each
        finally:
            self.closed += 1

    def prepare(self) -> None:
        pass

    def stop(self) -> None:
        self.answers.clear()

    def close(self) -> None:
        self.answers.clear()


class Seen:
    """A view that remembers."""

    def __init__(self) -> None:
        self.text = ""
        self.taken_up: list[str] = []
        self.settled: list[list[Message]] = []
        self.notices: list[str] = []

    def follow(
        self, deltas: Iterator[Delta], stop: Callable[[], None], *, candidates: int
    ) -> Generator[Delta]:
        yield from deltas

    def continue_from(self, text: str) -> None:
        self.taken_up.append(text)

    def write(self, delta: Delta) -> None:
        self.text += delta.text

    def settle(self, answers: list[Message]) -> None:
        self.settled.append(answers)

    def wait(self, seconds: float, error: EndpointError) -> None:
        self.notices.append(error.sentence)

    def notice(self, text: str) -> None:
        self.notices.append(text)


Make = Callable[..., tuple[Chat, Script, Seen]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    opened: list[ConversationStore] = []

    def chat(
        *answers: list[Delta | BaseException], options: Options | None = None
    ) -> tuple[Chat, Script, Seen]:
        store = ConversationStore(tmp_path / "nemochat.db")
        opened.append(store)
        script, seen = Script(*answers), Seen()
        conversation = Conversation(Settings("nemo", "guide", "Be brief."))
        return Chat(conversation, script, store, seen, options=options), script, seen

    yield chat
    for store in opened:
        store.database.close()


def on_disk(chat: Chat) -> list[Message]:
    assert isinstance(chat.store, ConversationStore)
    return chat.store.load(str(chat.conversation.id)).messages()


def test_a_turn_is_shown_and_kept_with_where_it_came_from(make: Make) -> None:
    used = Usage(3, 2, 5, estimated_cost=1e-6)
    chat, script, seen = make([Delta("Hel", model="nemo-2"), Delta("lo", usage=used), WHOLE])
    (answer,) = chat.say("Hi")
    assert seen.text == answer.content == "Hello"
    assert [m.role for m in script.prompts[0].messages] == [Role.SYSTEM, Role.USER]
    provenance = on_disk(chat)[1].provenance
    assert provenance is not None
    assert (provenance.model, provenance.asked_model) == ("nemo-2", "nemo")
    assert (provenance.usage, provenance.ending) == (used, Ending.COMPLETE)
    assert provenance.first_token is not None
    assert provenance.seconds is not None
    assert seen.settled == [[answer]]


def test_ctrl_c_keeps_what_came_and_the_next_turn_works(make: Make) -> None:
    chat, script, _ = make([Delta("Hel"), Cancelled()], [Delta("again"), WHOLE])
    (answer,) = chat.say("Hi")
    assert (answer.content, answer.ending) == ("Hel", Ending.INTERRUPTED)
    assert script.closed == 1
    chat.say("And?")
    assert [m.content for m in on_disk(chat)] == ["Hi", "Hel", "And?", "again"]


def test_ctrl_c_before_the_first_token_keeps_the_question_alone(make: Make) -> None:
    chat, script, _ = make([Cancelled()], [Delta("Yes"), WHOLE])
    (answer,) = chat.say("Hi")
    assert answer.ending is Ending.INTERRUPTED
    chat.say("Hello?")
    assert [m.content for m in on_disk(chat)] == ["Hi", "Hello?", "Yes"]
    assert [m.content for m in script.prompts[1].messages[1:]] == ["Hi\n\nHello?"]


def test_an_end_of_the_process_keeps_what_came_and_goes_on_ending(make: Make) -> None:
    chat, _, _ = make([Delta("Hel"), SystemExit(1)])
    with pytest.raises(SystemExit):
        chat.say("Hi")
    answer = on_disk(chat)[1]
    assert (answer.content, answer.ending) == ("Hel", Ending.INTERRUPTED)


def test_a_question_is_kept_though_nobody_answers(make: Make) -> None:
    chat, _, _ = make([Unreachable("nobody is there")])
    with pytest.raises(Unreachable):
        chat.say("Hi")
    assert [m.content for m in on_disk(chat)] == ["Hi"]


def test_an_empty_question_is_refused_and_not_kept(make: Make) -> None:
    chat, script, _ = make()
    with pytest.raises(UsageError):
        chat.say("  \n")
    assert script.prompts == []
    assert not chat.conversation.nodes


def test_two_candidates_are_siblings_and_the_first_is_on_the_path(make: Make) -> None:
    chat, script, _ = make([Delta("two", candidate=1), Delta("one"), WHOLE])
    chat.conversation.settings.parameters["n"] = 2
    first, second = chat.say("Hi")
    assert (first.content, second.content) == ("one", "two")
    assert first.ending is second.ending is Ending.COMPLETE
    assert not script.prompts[0].stream
    assert [m.content for m in on_disk(chat)] == ["Hi", "one"]
    head = chat.conversation.head
    assert head is not None
    assert len(chat.conversation.siblings(head)) == 2


@pytest.mark.parametrize("requested", [1, 2])
def test_two_candidates_that_stream_at_the_same_time_are_not_mixed(
    make: Make, requested: int
) -> None:
    first = [Delta(piece) for piece in ("one ", "two ")]
    second = [Delta(piece, candidate=1) for piece in ("uno ", "due ")]
    ends = [Delta(ending=Ending.COMPLETE), Delta("tre", candidate=1)]
    for order in ([0, 2, 1, 3, 4, 5], [0, 1, 2, 4, 3, 5], [0, 2, 3, 5, 1, 4]):
        deltas = [[*first, *second, *ends][place] for place in order]
        chat, _, seen = make([*deltas, Delta(ending=Ending.LENGTH, candidate=1)])
        chat.conversation.settings.parameters["n"] = requested
        answers = chat.say("Hi")
        assert seen.text == "one two uno due tre"
        assert [answer.content for answer in answers] == ["one two ", "uno due tre"]


def test_the_first_candidate_streams_even_if_the_second_begins(make: Make) -> None:
    deltas = [Delta("due", candidate=1), Delta("one"), Delta(ending=Ending.LENGTH, candidate=1)]
    chat, _, seen = make([*deltas, WHOLE])
    chat.conversation.settings.parameters["n"] = 2
    chat.say("Hi")
    assert seen.text == "onedue"


def test_a_candidate_that_waited_is_shown_when_the_answers_break_off(make: Make) -> None:
    chat, _, seen = make([Delta("one"), Delta("due", candidate=1), Cancelled()])
    chat.say("Hi")
    assert seen.text == "onedue"
    chat, _, seen = make([Delta("lone", candidate=1, model="x"), Delta(" text", candidate=1)])
    chat.say("Hi")
    assert seen.text == "lone text"


def test_another_answer_stands_beside_the_old_one(make: Make) -> None:
    chat, script, _ = make([Delta("one"), WHOLE], [Delta("two"), WHOLE], [Unreachable("gone")])
    chat.say("Hi")
    chat.retry({"temperature": 0.1})
    assert script.prompts[1].parameters == {"temperature": 0.1}
    assert chat.conversation.settings.parameters == {}
    assert [m.content for m in on_disk(chat)] == ["Hi", "two"]
    with pytest.raises(Unreachable):
        chat.retry({})
    assert [m.content for m in chat.conversation.messages()] == ["Hi", "two"]


def test_an_answer_that_repeats_itself_is_stopped(make: Make) -> None:
    loop: list[Delta | BaseException] = [Delta("I am sorry. ") for _ in range(10_000)]
    chat, script, _ = make(loop)
    (answer,) = chat.say("Hi")
    assert answer.ending is Ending.REPEATING
    assert "repetition_penalty" in answer.outcome
    assert len(answer.content) < 4000
    assert script.closed == 1


def test_an_answer_up_to_max_tokens_may_repeat_itself(make: Make) -> None:
    chat, _, _ = make([*[Delta("ha ")] * 5000, WHOLE])
    chat.conversation.settings.parameters["max_tokens"] = 5000
    (answer,) = chat.say("Write ha 5,000 times")
    assert answer.ending is Ending.COMPLETE
    assert answer.content == "ha " * 5000


def test_without_the_guard_an_answer_may_repeat_itself(make: Make) -> None:
    chat, _, _ = make([*[Delta("ha ")] * 5000, WHOLE], options=Options(loop_tokens=0))
    (answer,) = chat.say("Hi")
    assert answer.content == "ha " * 5000


CUT = Delta(ending=Ending.CONNECTION_LOST, reason="the line was cut")


def test_an_answer_that_broke_off_is_gone_on_with(make: Make) -> None:
    chat, script, seen = make(
        [Delta("The capital of Japan is Tok"), CUT],
        [Delta("the capital of "), Delta("Japan is Tokyo."), WHOLE],
    )
    chat.say("Capitals?")
    (answer,) = chat.resume()
    assert answer.content == seen.text == "The capital of Japan is Tokyo."
    assert seen.taken_up == ["The capital of Japan is Tok"]
    assert answer.ending is Ending.COMPLETE
    assert on_disk(chat) == chat.conversation.messages()
    assert answer.provenance is not None
    (joined,) = answer.provenance.continued
    assert (joined.at, joined.overlap) == (27, 27)
    assert joined.ending == "connection_lost"
    sent = script.prompts[1].messages
    assert [m.role.value for m in sent] == ["system", "user", "assistant", "user"]
    assert sent[-1].content == joined.asked


def test_a_dropped_answer_is_gone_on_with_by_itself_if_asked_to(make: Make) -> None:
    chat, _, seen = make(
        [Delta("one two three four"), CUT],
        [Delta("three four five six"), CUT],
        [Delta("five six seven."), WHOLE],
        options=Options(resume_dropped=True),
    )
    (answer,) = chat.say("Count")
    assert answer.content == "one two three four five six seven."
    assert len(seen.settled) == 1


def test_a_rest_that_never_comes_leaves_what_came(make: Make) -> None:
    chat, script, _ = make(
        [Delta("one two"), CUT], [Unreachable("gone")], options=Options(resume_dropped=True)
    )
    (answer,) = chat.say("Count")
    assert (answer.content, answer.ending) == ("one two", Ending.CONNECTION_LOST)
    assert len(script.prompts) == 2


def test_there_may_be_nothing_to_go_on_with(make: Make) -> None:
    chat, _, _ = make([Delta("one"), WHOLE])
    with pytest.raises(UsageError, match="no answer"):
        chat.resume()
    chat.say("Hi")
    with pytest.raises(UsageError, match="complete"):
        chat.resume()
