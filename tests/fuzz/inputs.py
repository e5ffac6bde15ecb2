"""Random inputs, near what is valid."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.screen.payloads import PAYLOADS
from tests.screen.test_renderer import PIECES

TEXT = st.text(
    st.characters() | st.sampled_from("\x00\x1b\r\n\u2028\ud83d\ude00\u200b\u0301\u202e")
)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.sampled_from(["", "x", "user", "assistant", "stop", 10**400, -1, 0, 1, 2])
)
SIZES = st.lists(st.integers(1, 30), min_size=1, max_size=8)  # of pieces, again and again


def records(*names: str) -> st.SearchStrategy[Any]:
    """Return JSON values whose objects have these members."""
    names_ = st.sampled_from(names)
    return st.recursive(
        SCALAR,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names_, inner, max_size=6),
        max_leaves=25,
    )


MARKDOWN = st.lists(st.sampled_from([*PIECES, *PAYLOADS.values()]) | TEXT, max_size=40).map("".join)
SSE = st.lists(
    st.sampled_from(
        [
            b"data",
            b": ",
            b":",
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b"event",
            b"id",
            b"retry",
            b"\xef\xbb\xbf",
            b"\xff",
            b"{}",
            b"[DONE]",
            "\u2028".encode(),
        ]
    )
    | st.binary(max_size=5)
).map(b"".join)
CHUNKS = records(
    *("choices", "delta", "content", "reasoning", "reasoning_content", "index", "finish_reason"),
    *("tool_calls", "function", "name", "arguments", "id", "usage", "error", "message", "code"),
    *("prompt_tokens", "completion_tokens", "cost", "model", "text", "type", "done", "refusal"),
)
CHUNK = st.builds(
    lambda delta, rest: {**rest, "choices": [{"delta": delta}]},
    CHUNKS,
    st.dictionaries(TEXT, SCALAR, max_size=2),
)
OURS = records(
    *("nemochat", "model", "endpoint", "tree", "key", "parent", "role", "content", "head", "name"),
    *("parameters", "system", "provenance", "seconds", "usage", "ending", "written", "examples"),
)
THEIRS = records(
    *("mapping", "parent", "children", "message", "author", "role", "content", "parts", "title"),
    *("messages", "current_node", "create_time", "id", "content_type", "status", "metadata"),
)
NODE = st.dictionaries(st.sampled_from(["content", "written", "provenance", "tool_calls"]), OURS)


def _tree(nodes: list[dict[str, Any]], more: dict[str, Any]) -> dict[str, Any]:
    tree = [
        {"key": n, "parent": n - 1 or None, "role": "user", "content": "x", **node}
        for n, node in enumerate(nodes, 1)
    ]
    return {"nemochat": 1, "model": "m", "endpoint": "e", "tree": tree, **more}


JSON = (
    OURS
    | THEIRS
    | st.builds(
        _tree,
        st.lists(NODE, max_size=4),
        st.dictionaries(
            st.sampled_from(["name", "parameters", "system", "head"]), OURS, max_size=2
        ),
    )
    | st.builds(lambda m: {"messages": m}, THEIRS)
    | st.builds(
        lambda m: [{"title": "x", "mapping": m}], st.dictionaries(st.sampled_from("ab"), THEIRS)
    )
)


CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20)
FILES = st.one_of(
    st.tuples(JSON.map(lambda value: json.dumps(value).encode()), st.just(".json")),
    st.tuples(THEIRS.map(lambda value: json.dumps({"messages": value}).encode()), st.just(".yaml")),
    st.tuples(
        st.binary() | TEXT.map(lambda t: t.encode("utf-8", "replace")),
        st.sampled_from([".yaml", ".json", ""]),
    ),
)
SETTINGS = (
    "model",
    "endpoint",
    "base_url",
    "theme",
    "retries",
    "idle_timeout",
    "parameters.temperature",
    "parameters.top_p",
    "parameters.stop",
    "parameters.max_tokens",
    "parameters.seed",
)
LINES = (
    st.sampled_from(
        [
            "[parameters]",
            "[endpoint.a]",
            "[profile.a]",
            "[[profile.a]]",
            'model = "x"',
            "temperature = nan",
            "retries = 99999999999999999999",
            "a.b.c = 1",
            "seed = 0x10",
            'stop = ["a", 1]',
            "= 1",
            "[",
            '"""',
            "# x",
            'base_url = "http://[::"',
            "max_tokens = 1e400",
            "n = -0",
            'profile = "a"',
            "started = 1979-05-27",
        ]
    )
    | TEXT
)
TAGS = (
    "<ul>",
    "<ol start=-5>",
    "<li>",
    "</li>",
    "</ul>",
    "<pre>",
    "</pre>",
    "<p>",
    "<br/>",
    "<title>",
    "</title>",
    "<main>",
    "</main>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<![x",
    "<!DOCTYPE",
    "<?",
    "<a href='",
    "<table>",
    "<td>",
    "<tr>",
    "&#x110000;",
    "&lt;",
    "&",
    "<",
    ">",
    "<svg>",
    "<h1>",
    "</h1>",
    "<template>",
    "<textarea>",
    "<plaintext>",
    "word ",
    "\0",
)
CHUNK_LISTS = st.lists(CHUNKS | CHUNK, max_size=5)
CONFIGURATION = st.lists(LINES, max_size=8).map("\n".join)
SET = st.dictionaries(st.sampled_from(SETTINGS), TEXT | st.floats().map(str), max_size=2)
HTML = st.lists(st.sampled_from(TAGS) | TEXT, max_size=40).map("".join)
