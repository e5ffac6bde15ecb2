"""The embedded endpoint: answers about nemochat out of its own pages, spoken over HTTP."""
