"""Embedded endpoint that answers questions about nemochat from its documentation."""
