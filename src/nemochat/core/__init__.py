"""Values and rules of a chat, without files, sockets, clocks or terminals."""
