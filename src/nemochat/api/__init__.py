"""Client of an OpenAI-compatible endpoint: a prompt goes out, deltas come in."""
