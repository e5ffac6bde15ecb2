"""Hostile input, played to the real program: `python -m tests.hostile`."""
