"""Import of aichat's sessions: YAML, read with PyYAML where that is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nemochat.core.conversation import Conversation
from nemochat.core.parameters import Value, find
from nemochat.errors import UsageError
from nemochat.store.formats import openai
from nemochat.store.formats.reading import BadRecord, ParsedRecords, Source, parse_record

_PARAMETERS = ("temperature", "top_p")


def recognises(source: Source) -> bool:
    """Whether a file may be such a session."""
    return source.path.suffix in {".yaml", ".yml"}


def read(source: Source) -> ParsedRecords:
    """The conversation of a session.

    Raises:
        UsageError: PyYAML is not installed.
    """
    try:
        yaml: Any = import_module("yaml")  # an extra: reading YAML right is more than a few lines
    except ImportError:
        raise UsageError(
            f"{source.path} is YAML, which needs PyYAML", "pip install 'nemochat[import]'"
        ) from None
    try:
        data = yaml.safe_load(source.content.decode("utf-8", "replace"))
    except (yaml.YAMLError, RecursionError) as error:
        yield BadRecord(source.stem, " ".join(str(error).split()))
        return
    yield parse_record(source.stem, lambda: _conversation(data, source.stem))


def _conversation(data: dict[str, Any], name: str) -> Conversation:
    """The session: what it had summarised and put away comes first."""
    messages = [*(data.get("compressed_messages") or ()), *data["messages"]]
    conversation = openai.conversation(messages, str(data.get("model") or ""))
    conversation.name = name
    parameters: dict[str, Value] = {}
    for each in _PARAMETERS:
        if data.get(each) is not None:
            parameters[each] = find(each).check(data[each])
    conversation.settings.parameters = parameters
    return conversation
