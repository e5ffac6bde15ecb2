"""The system around the chat: its clipboard and its shell."""
