"""The endpoint: bytes in, deltas out."""
