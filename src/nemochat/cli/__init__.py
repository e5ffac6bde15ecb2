"""Flags in, exit codes out."""
