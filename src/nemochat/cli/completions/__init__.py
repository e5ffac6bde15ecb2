"""Shell completions and the manual page, generated from the tree of commands."""
