"""A terminal chat with Mistral-Nemo-Instruct-2407 over an OpenAI-compatible endpoint."""

__version__ = "0.1.0"
