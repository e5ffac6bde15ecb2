"""The floor of a chat: one prompt of prompt_toolkit, with nothing round it."""

from __future__ import annotations

from prompt_toolkit import PromptSession  # noqa: TID253 - all of the floor

session: PromptSession[str] = PromptSession()
while True:
    session.prompt("> ")
