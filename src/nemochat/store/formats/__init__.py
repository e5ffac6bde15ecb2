"""Conversations as files: one module per format, our own and other programs'."""
