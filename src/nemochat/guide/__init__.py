"""The embedded endpoint: answers about nemochat from its own pages, over HTTP."""
