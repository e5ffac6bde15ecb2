"""The turns: what nemochat is asked to do with each server, and what should come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.real.servers import (
    AIMOCK,
    ANSWER,
    BROKEN_ANSWER,
    CUT_ANSWER,
    LITELLM,
    LLAMA,
    SECOND_ANSWER,
    TO_PIRATES,
    TOKEN,
    Kind,
)

WRONG_TOKEN = "sk-nemochat-wrong"
SYSTEM = "Talk like a pirate."


@dataclass(frozen=True)
class Expected:
    """What should come of a turn.

    Attributes:
        code: The exit code.
        endings: The ending of each answer in --json.
        texts: What standard output holds, one after the other.
        says: What the one sentence on standard error holds; "" for none.
        calls: The tools that are asked for.
        flags: What nemochat is given for this server.
        note: What is to be known of this server.
    """

    code: int = 0
    endings: tuple[str, ...] = ("complete",)
    texts: tuple[str, ...] = ()
    says: str = ""
    calls: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    note: str = ""


def refused(
    code: int, says: str, note: str = "", flags: tuple[str, ...] = (), text: str = ""
) -> Expected:
    """An exit code and a sentence, and no answer."""
    return Expected(code, (), (text,) if text else (), says, flags=flags, note=note)


@dataclass(frozen=True)
class Turn:
    """One run of nemochat.

    Attributes:
        name: What it shows.
        words: What follows `ask`.
        expected: What should come of it at each server, or why it is left out there.
        token: What is in DEEPINFRA_TOKEN.
        lines: The lines of a script, for the chat instead of `ask`.
        more_than: A turn of which the model got less to read: its answer differs, or more tokens
            are counted than there.
        unsent: Whether the server is to hear nothing.
        stops: Whether the server is ended before.
    """

    name: str
    words: tuple[str, ...]
    expected: Mapping[Kind, Expected | str]
    token: str = TOKEN
    lines: tuple[str, ...] = ()
    more_than: str = ""
    unsent: bool = False
    stops: bool = False


_SAID = Expected(texts=(ANSWER,))
_ANY = Expected()
_TOO_LONG = "long " * 400  # more bytes, and so tokens, than the tiny model's context

STREAMED = Turn("streamed answer", ("Hello",), {AIMOCK: _SAID, LITELLM: _SAID, LLAMA: _ANY})

TURNS = (
    STREAMED,
    Turn(
        "second turn, with -c",
        ("-c", "Hello"),
        {AIMOCK: Expected(texts=(SECOND_ANSWER,)), LITELLM: _SAID, LLAMA: _ANY},
        more_than=STREAMED.name,
    ),
    Turn(
        "with a system prompt",
        ("-s", SYSTEM, "Hello"),
        {AIMOCK: Expected(texts=(TO_PIRATES,)), LITELLM: _SAID, LLAMA: _ANY},
        more_than=STREAMED.name,
    ),
    Turn("not streamed", ("-S", "Hello"), STREAMED.expected),
    Turn(
        "two answers, with -n 2",
        ("-n", "2", "Hello"),
        {
            AIMOCK: Expected(texts=(ANSWER,), note="it answers once"),
            LITELLM: Expected(endings=("complete",) * 2, texts=(ANSWER, ANSWER)),
            LLAMA: Expected(note="it answers once"),
        },
    ),
    Turn(
        "cut by --max-tokens 5",
        ("--max-tokens", "5", "Tell it at length"),
        {
            AIMOCK: Expected(
                endings=("max_tokens",), texts=(CUT_ANSWER,), says="cut off at max_tokens"
            ),
            LITELLM: Expected(texts=(ANSWER,), note="its mock does not cut"),
            LLAMA: Expected(
                endings=("max_tokens",), says="cut off at max_tokens", flags=("--seed", "18")
            ),
        },
    ),
    Turn(
        "a tool call",
        ("Use a tool",),
        {
            AIMOCK: Expected(
                endings=("tool_calls",), says="the model wants to call tools", calls=("weather",)
            ),
            LITELLM: Expected(
                endings=("tool_calls",),
                says="the model wants to call tools",
                texts=("Let me look.",),
                calls=("weather",),
                flags=("-m", "tools", "-S"),
                note="its mock streams no calls, and its finish_reason beside one is stop",
            ),
            LLAMA: "nemochat sends no tools yet, and a random model calls none by itself",
        },
    ),
    Turn(
        "a wrong token",
        ("Hello",),
        {
            AIMOCK: refused(4, "refused the token (401"),
            LITELLM: refused(5, "400", "without a database it answers 400 to any other key"),
            LLAMA: refused(4, "refused the token (401"),
        },
        token=WRONG_TOKEN,
    ),
    Turn(
        "going on after the refused turn, with -c",
        ("-c", "Hello"),
        {
            AIMOCK: Expected(texts=(ANSWER,)),
            LITELLM: _SAID,
            LLAMA: Expected(note="its template refuses two questions in a row"),
        },
    ),
    Turn(
        "an unknown model",
        ("-m", "mistral-nemo", "Hello"),
        {
            AIMOCK: refused(7, "503", "a model without fixtures is 503 to it"),
            LITELLM: refused(5, "Invalid model name"),
            LLAMA: Expected(note="it has one model and ignores the name"),
        },
    ),
    Turn(
        "--temperature 99",
        ("--temperature", "99", "Hello"),
        dict.fromkeys((AIMOCK, LITELLM, LLAMA), refused(2, "temperature must be 0 to 2")),
        unsent=True,
    ),
    Turn(
        "too busy",
        ("--retries", "1", "Are you busy?"),
        {
            AIMOCK: refused(7, "is busy (429: Model busy"),
            LITELLM: refused(7, "is busy (429", flags=("-m", "busy")),
            LLAMA: "it queues",
        },
    ),
    Turn(
        "too long a question, streamed",
        (_TOO_LONG,),
        {
            AIMOCK: "it has no context to exceed",
            LITELLM: refused(5, "too long for the model", flags=("-m", "long")),
            LLAMA: refused(5, "too long for the model", "its stream is empty: status 200"),
        },
    ),
    Turn(
        "too long a question, not streamed",
        ("-S", _TOO_LONG),
        {
            AIMOCK: "it has no context to exceed",
            LITELLM: refused(5, "too long for the model", flags=("-m", "long")),
            LLAMA: refused(5, "too long for the model"),
        },
    ),
    Turn(
        "an empty answer",
        ("Say nothing",),
        {
            AIMOCK: Expected(8, ("empty",), says="the answer was empty"),
            LITELLM: "it takes no empty text",
            LLAMA: Expected(8, ("empty",), says="the answer was empty", flags=("--seed", "10")),
        },
    ),
    Turn(
        "the line breaks in the answer",
        ("Please break off",),
        {
            AIMOCK: Expected(9, ("connection_lost",), (BROKEN_ANSWER[:20],), "connection was lost"),
            LITELLM: "it cannot be told to",
            LLAMA: "it cannot be told to",
        },
    ),
    Turn(
        "a chat, from --script",
        (),
        {
            AIMOCK: Expected(texts=("> Hello", ANSWER, "> /system", "> Hello", TO_PIRATES)),
            LITELLM: Expected(texts=("> Hello", ANSWER, "> /system", "> Hello", ANSWER)),
            LLAMA: Expected(texts=("> Hello", "> /system", "> Hello")),
        },
        lines=("Hello", f"/system {SYSTEM}", "Hello", "/usage", "/exit", "Never asked"),
    ),
    Turn(
        "the server is ended in a conversation, then -c",
        ("-c", "Hello"),
        dict.fromkeys((AIMOCK, LITELLM, LLAMA), refused(6, "127.0.0.1")),
        stops=True,
    ),
)
