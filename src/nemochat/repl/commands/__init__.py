"""The slash commands: one function a command, one file a noun, registered by a decorator."""
