"""The prompt: editor, keys, completion, history, pastes, toolbar."""
