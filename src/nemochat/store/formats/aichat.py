"""Import of aichat's sessions: YAML, read with PyYAML if that is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nemochat.core.conversation import Conversation
from nemochat.core.parameters import find
from nemochat.errors import UsageError
from nemochat.store.formats import openai
from nemochat.store.formats.reading import BadRecord, ParsedRecords, Source, parse_record

_PARAMETERS = ("temperature", "top_p")
_NULL = {None, "", "~", "null"}
_LARGEST = 512 * 1024  # bytes; PyYAML takes a second for 100 kB


def recognises(source: Source) -> bool:
    """Return whether a file may be such a session."""
    return source.path.suffix in {".yaml", ".yml"}


def read(source: Source) -> ParsedRecords:
    """Yield the conversation of a session.

    Raises:
        UsageError: PyYAML is not installed, or the file is too large.
    """
    try:
        yaml: Any = import_module("yaml")  # an extra
    except ImportError:
        raise UsageError(
            f"{source.path} is YAML, which needs PyYAML", "Run pip install 'nemochat[import]'"
        ) from None
    if len(source.content) > _LARGEST:
        raise UsageError(f"{source.path} is larger than {_LARGEST // 1024} kB")

    class Loader(yaml.BaseLoader):  # type: ignore[misc]  # an extra has no types here
        """Loader of plain text; aliases are refused, for they can expand without end."""

        def compose_node(self, parent: object, index: object) -> object:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("it has aliases")
            return super().compose_node(parent, index)

    try:
        data = yaml.load(source.content.decode("utf-8", "replace"), Loader)
    except (yaml.YAMLError, RecursionError) as error:
        yield BadRecord(source.stem, " ".join(str(error).split()))
        return
    yield parse_record(source.stem, lambda: _conversation(data, source.stem))


def _conversation(data: dict[str, Any], name: str) -> Conversation:
    """Return a session's conversation, beginning with the messages that aichat has compressed."""
    before = data.get("compressed_messages")
    messages = [*(before if isinstance(before, list) else ()), *data["messages"]]
    conversation = openai.conversation(messages, str(data.get("model") or ""), name)
    conversation.settings.parameters = {
        each: find(each).parse(data[each]) for each in _PARAMETERS if data.get(each) not in _NULL
    }
    return conversation
