"""How do the styles look? Sixteen colours without a background, for light and for dark."""

from __future__ import annotations

# Each value is a style in rich's words. Only the terminal's own sixteen colours are used: their
# owner chose them to be read on the background that the terminal has.
STYLES = {
    "strong": "bold",
    "emphasis": "italic",
    "strike": "strike",
    "code": "cyan",
    "heading": "bold",
    "fence": "dim",
    "quote": "dim",
    "bullet": "cyan",
    "rule": "dim",
    "link": "underline blue",
    "math": "magenta",
    "dim": "dim",
    "table.rule": "dim",
    "code.plain": "none",
    "code.keyword": "bold blue",
    "code.name": "none",
    "code.builtin": "cyan",
    "code.type": "cyan",
    "code.string": "green",
    "code.number": "magenta",
    "code.comment": "dim italic",
    "code.attribute": "yellow",
    "code.tag": "blue",
    "code.heading": "bold",
    "code.inserted": "green",
    "code.deleted": "red",
    "notice": "yellow",
    "question": "bold green",
    "thought": "dim italic",
}
