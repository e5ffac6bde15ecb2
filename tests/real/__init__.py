"""Turns with real servers that nobody here wrote: `make real`."""
