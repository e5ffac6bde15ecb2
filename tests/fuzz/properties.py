"""Properties, each with its inputs; each takes one input and asserts what holds for it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any, AnyStr

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from nemochat.api.response import ResponseReader
from nemochat.api.sse import Decoder, Event
from nemochat.config.config_file import set_value
from nemochat.config.load import load_config
from nemochat.core.delta import PartialAnswer
from nemochat.core.messages import Provenance
from nemochat.errors import EndpointError, NemochatError
from nemochat.screen.markdown.renderer import Renderer, render
from nemochat.screen.text.sanitize import StreamSanitizer, sanitize
from nemochat.store.conversations import ConversationStore
from nemochat.store.formats import imports
from nemochat.web.html_to_text import html_to_text
from tests.fuzz import inputs
from tests.screen.test_safe import is_harmful
from tests.store.talking import of_version_1


def cut(whole: AnyStr, sizes: list[int]) -> list[AnyStr]:
    """Return the pieces of a text or of bytes."""
    pieces, at, number = [], 0, 0
    while at < len(whole):
        size = sizes[number % len(sizes)]
        pieces.append(whole[at : at + size])
        at, number = at + size, number + 1
    return pieces


def rendered(text: str, width: int, sizes: list[int]) -> None:
    """Streamed Markdown is what it is at once, and holds nothing that a terminal obeys."""
    renderer = Renderer(width)
    rows = []
    for piece in cut(text, sizes):
        rows += renderer.feed(piece)
        renderer.tail()
    rows += renderer.end()
    assert rows == render(text, width)
    shown = "".join(span.text + span.link for row in rows for span in row.spans)
    assert not [character for character in shown if character == "\n" or is_harmful(character)]


def sanitized(text: str, sizes: list[int]) -> None:
    """A text is sanitized alike however it comes, and once is enough."""
    stream = StreamSanitizer()
    pieces = [stream.feed(piece) for piece in cut(text, sizes)]
    result = "".join(pieces) + stream.flush()
    assert result == sanitize(text) == sanitize(result)
    assert not list(filter(is_harmful, result))


def decoded(content: bytes, sizes: list[int]) -> None:
    """Events do not depend on how the bytes come."""
    whole, pieces = Decoder(), Decoder()
    at_once = [*whole.feed(content), whole.flush()]
    assert [e for piece in cut(content, sizes) for e in pieces.feed(piece)] + [
        pieces.flush()
    ] == at_once
    assert whole.stray == pieces.stray


def answered(chunks: list[Any], limit_chosen: bool) -> None:
    """Whatever an endpoint sends becomes text that can be saved, or an error of the endpoint."""
    reader = ResponseReader(limit_chosen=limit_chosen)
    candidates: dict[int, PartialAnswer] = {}
    with suppress(EndpointError):
        for chunk in chunks:
            data = chunk if isinstance(chunk, str) else json.dumps(chunk)
            for delta in reader.event(Event(data)):
                candidates.setdefault(delta.candidate, PartialAnswer(Provenance())).add(delta)
    for answer in candidates.values():
        message = answer.message()
        (message.content + message.reasoning).encode()


def imported(content: bytes, suffix: str) -> None:
    """A file is imported or refused; what is imported can be read again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file{suffix}")
        path.write_bytes(content)
        store = ConversationStore(Path(folder, "data", "nemochat.db"))
        with closing(store.database):
            try:
                parsed = imports.parse(path, Path.read_bytes)[1]
                done = imports.import_all(store, parsed, "guide", "nemo")
            except NemochatError:
                return
            assert all(each.why for each in done.bad)
            for conversation in done.conversations:
                assert conversation.id is not None
                again = store.read(conversation.id)
                assert [n.message for n in again.nodes.values()] == [
                    n.message for n in conversation.nodes.values()
                ]


def damaged(changes: list[tuple[int, int]]) -> None:
    """A damaged database is imported as far as it can be read."""
    content = bytearray(_database())
    for place, value in changes:
        content[place % len(content)] = value
    imported(bytes(content), ".db")


@cache
def _database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.db")
        of_version_1(path)
        return path.read_bytes()


def configured(content: str, names: dict[str, str]) -> None:
    """A configuration is read or refused, and a value that was set is in force."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.toml")
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        with suppress(NemochatError):
            load_config({}, {}, path)
            for name, value in names.items():
                was_set = set_value(path, name, value, lambda _: None)
                config = load_config({}, {}, path)
                section, _, key = name.rpartition(".")
                assert (config.parameters[key] if section else config.value(name)) == was_set


def read(html: str) -> None:
    """A page is read, and is not much longer as text."""
    assert len(html_to_text(html)) <= 4 * len(html) + 100


Strategies = dict[str, st.SearchStrategy[Any]]
PROPERTIES: dict[str, tuple[Callable[..., None], Strategies]] = {
    "renderer": (
        rendered,
        {"text": inputs.MARKDOWN, "width": st.integers(1, 120), "sizes": inputs.SIZES},
    ),
    "sanitizer": (sanitized, {"text": inputs.TEXT, "sizes": inputs.SIZES}),
    "sse": (decoded, {"content": inputs.SSE, "sizes": inputs.SIZES}),
    "response": (answered, {"chunks": inputs.CHUNK_LISTS, "limit_chosen": st.booleans()}),
    "imports": (lambda file: imported(*file), {"file": inputs.FILES}),
    "database": (damaged, {"changes": inputs.CHANGES}),
    "configuration": (configured, {"content": inputs.CONFIGURATION, "names": inputs.SET}),
    "page": (read, {"html": inputs.HTML}),
}


def play(name: str, number: int, examples: int) -> None:
    """Try a property with examples that follow from a seed; raise what one of them raises."""
    function, strategies = PROPERTIES[name]
    chosen = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        print_blob=False,
    )
    seed(number)(chosen(given(**strategies)(function)))()
