"""Slash commands: one function per command, one module per group."""
