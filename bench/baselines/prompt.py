"""Baseline of the chat: a bare prompt of prompt_toolkit."""

from __future__ import annotations

from prompt_toolkit import PromptSession

session: PromptSession[str] = PromptSession()
while True:
    session.prompt("> ")
