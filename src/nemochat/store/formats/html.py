"""Export to one HTML page: no scripts, no requests, all text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from nemochat.core.conversation import Conversation
from nemochat.core.ledger import format_money
from nemochat.core.messages import Message, Role
from nemochat.lexers import open_highlighter

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

LINKS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_LIGHT, _DARK = "default", "github-dark"  # Pygments' styles
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
img-src data:">
<meta name="generator" content="nemochat">
<link rel="icon" href="data:,">
"""


def write(conversations: list[Conversation]) -> str:
    """Return one page with an article for each conversation."""
    markdown = _markdown()
    title = _plain(conversations[0].title()) if len(conversations) == 1 else "Conversations"
    articles = "\n".join(_article(markdown, each) for each in conversations)
    return (
        f"{_HEAD}<title>{title or 'A conversation'}</title>\n<style>\n{_styles()}</style>\n"
        f"</head>\n<body>\n<main>\n{articles}\n</main>\n</body>\n</html>\n"
    )


def _article(markdown: MarkdownIt, conversation: Conversation) -> str:
    began = f"{conversation.started:%Y-%m-%d %H:%M} UTC" if conversation.started else ""
    settings = conversation.settings
    about = " · ".join(part for part in (began, settings.model, settings.endpoint) if part)
    title = _plain(conversation.title()) or "A conversation"
    parts = [f'<h1 dir="auto">{title}</h1>', f'<p class="about">{_plain(about)}</p>']
    if settings.system:
        parts.append(_speech("system", _plain(settings.system)))
    for node in conversation.path():
        parts += _message(markdown, node.message)
        others = [k for k in conversation.siblings(node.key) if k != node.key]
        if others:
            parts += _aside(markdown, [conversation.nodes[key].message for key in others])
    return "<article>\n" + "\n".join(parts) + "\n</article>"


def _message(markdown: MarkdownIt, message: Message) -> Iterator[str]:
    if message.reasoning:
        thought = _speech("system", _plain(message.reasoning))
        yield f"<details><summary>Reasoning</summary>{thought}</details>"
    if message.role is not Role.ASSISTANT:
        yield _speech(message.role.value, _plain(message.content))
        return
    yield _speech("assistant", markdown.render(_clean(message.content)))
    for call in message.tool_calls:
        yield _speech("tool", _plain(f"{call.name}({call.arguments})"))
    if origin := _origin(message):
        cut = " cut" if message.outcome else ""
        yield f'<p class="origin{cut}">{_plain(origin)}</p>'


def _aside(markdown: MarkdownIt, messages: list[Message]) -> Iterator[str]:
    kind = "answer" if messages[0].role is Role.ASSISTANT else "wording"
    number = f"1 other {kind}" if len(messages) == 1 else f"{len(messages)} other {kind}s"
    inner = "\n".join(part for message in messages for part in _message(markdown, message))
    yield f"<details><summary>{number}</summary>\n{inner}\n</details>"


def _speech(who: str, html: str) -> str:
    return f'<div class="said {who}" dir="auto">{html}</div>'


def _origin(message: Message) -> str:
    """Return the model, tokens, cost and time of an answer, in one line."""
    origin = message.provenance
    if origin is None:
        return ""
    usage = origin.usage
    parts = [origin.model or origin.asked_model]
    if usage and usage.completion_tokens is not None:
        parts.append(f"{usage.completion_tokens} tokens")
    if usage and usage.estimated_cost is not None:
        parts.append(format_money(usage.estimated_cost))
    if origin.seconds is not None:
        parts.append(f"{origin.seconds:.1f} s")
    return " · ".join(part for part in (*parts, message.outcome) if part)


def _plain(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def _markdown() -> MarkdownIt:
    """Return a parser of CommonMark with tables that escapes HTML and turns images into links."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "highlight": _highlight})
    markdown.enable(["table", "strikethrough"])
    markdown.validateLink = lambda url: LINKS.match(url) is not None  # type: ignore[method-assign]

    def image(_: object, tokens: list[Token], place: int, *__: object) -> str:
        token = tokens[place]
        address = escape(str(token.attrs.get("src", "")))
        return f'<a href="{address}" rel="noreferrer">{escape(token.content or address)}</a>'

    def link_open(
        renderer: RendererHTML,
        tokens: list[Token],
        place: int,
        options: OptionsDict,
        env: EnvType,
    ) -> str:
        tokens[place].attrSet("rel", "noreferrer")
        return renderer.renderToken(tokens, place, options, env)

    markdown.add_render_rule("image", image)
    markdown.add_render_rule("link_open", link_open)
    return markdown


def _highlight(code: str, language: str, _: str) -> str:
    """Return code as HTML with Pygments' classes, or "" for a language without a lexer."""
    from pygments import format as format_tokens
    from pygments.formatters.html import HtmlFormatter
    from pygments.token import string_to_tokentype

    highlighter = open_highlighter(language)
    if highlighter is None:
        return ""
    lines = [[*highlighter.line(line), ((), "\n")] for line in code.removesuffix("\n").split("\n")]
    tokens = [(string_to_tokentype(".".join(kind)), text) for line in lines for kind, text in line]
    return str(format_tokens(tokens, HtmlFormatter(nowrap=True)))


def _styles() -> str:
    from pygments.formatters.html import HtmlFormatter

    page = files("nemochat.store.formats").joinpath("page.css").read_text(encoding="utf-8")
    light = "\n".join(HtmlFormatter(style=_LIGHT).get_token_style_defs("pre"))
    dark = "\n".join(HtmlFormatter(style=_DARK).get_token_style_defs("pre"))
    return f"{page}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
