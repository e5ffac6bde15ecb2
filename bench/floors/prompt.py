"""The floor of a chat: one prompt of prompt_toolkit, with nothing round it."""

from __future__ import annotations

from prompt_toolkit import PromptSession

session: PromptSession[str] = PromptSession()
while True:
    session.prompt("> ")
