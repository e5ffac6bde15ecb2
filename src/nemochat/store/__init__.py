"""Saved conversations, in one SQLite database."""
