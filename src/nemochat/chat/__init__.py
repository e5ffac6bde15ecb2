"""The chat, its turns, and the ports through which it reaches endpoint, store and view."""
