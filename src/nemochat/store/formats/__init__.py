"""Conversations as files: one file a format, ours and others'."""
