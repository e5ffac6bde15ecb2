"""The HTML export: nothing of what was said is markup of its own, and nothing is fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nemochat.core.conversation import Conversation, Settings
from nemochat.core.messages import Ending, Message, Provenance, Role, ToolCall, Usage
from nemochat.store.formats import html

HOSTILE = """<script>document.title = 'taken'</script><img src=x onerror="document.title = 'taken'">
[run](javascript:document.title='taken') [data](data:text/html,<b>x</b>) [ok](https://example.org/)
![pixel](https://example.org/pixel.png) <https://example.org/auto> <javascript:alert(1)>
[file](file:///etc/passwd) [quote](https://example.org/"onmouseover="x) &lt;b&gt; &#27;[31m
</div></article></main><iframe src="https://example.org"></iframe> `</code><b>` \x1b]0;x\x07 \u202e

```html
</pre><script>document.title = 'taken'</script>
```

```"><script>document.title = 'taken'</script>
x
```

| a | <b> |
|---|---|
| <svg onload="document.title='taken'"> | 2 |
"""
CODE = """Here is how:

1. First **this**
2. Then `that`

```python
def fibonacci(n: int) -> list[int]:
    \"\"\"The first n numbers.\"\"\"
    numbers = [0, 1]
    while len(numbers) < n:  # a comment that is rather long, so that a telephone has to scroll it
        numbers.append(numbers[-1] + numbers[-2])
    return numbers[:n]
```

> A quotation.

| parameter | takes |
|---|---|
| `temperature` | 0 to 2 |
"""


class Elements(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def conversation(*said: str, name: str = "") -> Conversation:
    talk = Conversation(Settings("m", "guide", "Be brief & <clear>."), name=name)
    whole = Provenance(
        model="mistralai/Mistral-Nemo-Instruct-2407",
        ending=Ending.COMPLETE,
        usage=Usage(10, 120, estimated_cost=2.4e-6),
        seconds=1.25,
    )
    for text in said:
        talk.append(len(talk.nodes) + 1, Message(Role.USER, f"How do I do {text[:20]}?"))
        talk.append(len(talk.nodes) + 1, Message(Role.ASSISTANT, text, provenance=whole))
    return talk


def test_what_was_said_is_text_and_never_markup() -> None:
    page = html.write([conversation(HOSTILE, name="</title><script>x</script>")])
    elements = Elements(page)
    allowed = {
        "html", "head", "meta", "link", "title", "style", "body", "main", "article", "h1", "p",
        "div", "pre", "code", "span", "a", "table", "thead", "tbody", "tr", "th", "td", "br",
    }  # fmt: skip
    assert set(elements.tags) <= allowed
    assert not [name for name, _ in elements.attributes if name.startswith("on")]
    links = [value or "" for name, value in elements.attributes if name in {"href", "src"}]
    assert links
    assert all(re.match(r"https://example\.org|data:,$", link) for link in links)
    assert "src" not in {name for name, _ in elements.attributes}
    assert "\x1b" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_code_is_coloured_and_an_unknown_language_stays_as_it_is() -> None:
    page = html.write([conversation(CODE, "```nonesuch\na < b\n```")])
    assert '<span class="k">def</span>' in page
    assert "a &lt; b" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("rego", 'x = "' + "\\" * 190),  # exponential in Pygments' lexer, which is not used
        ("bash", "x=$'" + "\\1" * 90),  # the same, in a lexer that is repaired
        ("python", "x = '" + "\\" * 100_000),  # too long
    ],
)
def test_a_hostile_line_of_code_is_shown_and_its_page_is_written(language: str, line: str) -> None:
    page = html.write([conversation(f"```{language}\n{line}\n\nreturn 1\n```")])
    code = page.partition("<pre>")[2].partition("</pre>")[0]
    assert unescape(re.sub(r"<[^>]*>", "", code)) == f"{line}\n\nreturn 1\n"


def test_other_answers_are_folded_away_and_several_conversations_are_one_page() -> None:
    talk = conversation("one")
    talk.go_to(1)
    talk.append(3, Message(Role.ASSISTANT, "another", reasoning="hm <b>"))
    page = html.write([talk, conversation("two")])
    assert "<summary>1 other answer</summary>" in page
    assert page.count("<article>") == 2
    assert "hm &lt;b&gt;" in page


def test_a_page_tells_when_it_was_said_by_which_model_and_at_what_cost() -> None:
    talk = conversation("one [shown](https://example.org/)", name="A name")
    talk.started = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    call = ToolCall("1", "look_up", '{"what": "lamb"}')
    talk.append(3, Message(Role.ASSISTANT, "", tool_calls=(call,)))
    page = html.write([talk])
    assert "<title>A name</title>" in page
    assert "2026-01-02 03:04 UTC · m · guide" in page
    assert "mistralai/Mistral-Nemo-Instruct-2407 · 120 tokens · " in page
    assert " · 1.2 s<" in page
    assert '<a href="https://example.org/" rel="noreferrer">shown</a>' in page
    assert '<div class="said tool" dir="auto">look_up({&quot;what&quot;: &quot;lamb&quot;})' in page
    assert "<title>Conversations</title>" in html.write([talk, talk])
    assert "<title>A conversation</title>" in html.write([Conversation(Settings("m", "g", ""))])


def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed here, and is no part of what a fresh clone needs")
    return found


def test_a_real_browser_shows_the_page_without_a_request_or_an_error(tmp_path: Path) -> None:
    program = browser()
    page = tmp_path / "page.html"
    page.write_text(html.write([conversation(CODE, HOSTILE)]), "utf-8")
    log = tmp_path / "log.json"
    done = subprocess.run(
        [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--dump-dom",
            f"--log-net-log={log}",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--disable-background-networking",
            "--disable-component-update",
            "--window-size=390,844",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "<title>How do I do" in done.stdout
    assert "CONSOLE" not in done.stderr
    assert "example.org" not in log.read_text("utf-8", "replace")
    assert not {"script", "iframe", "img", "svg"} & set(Elements(done.stdout).tags)
