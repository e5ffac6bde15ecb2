"""Streamed Markdown into rows of styled text, each final as soon as nothing can change it."""

from nemochat.screen.markdown.fenced import CodeBlock, code_blocks
from nemochat.screen.markdown.highlight import prepare
from nemochat.screen.markdown.renderer import Renderer, render
from nemochat.screen.markdown.spans import Row, Span

__all__ = ["CodeBlock", "Renderer", "Row", "Span", "code_blocks", "prepare", "render"]
