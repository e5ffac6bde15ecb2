-- Version 1: conversations and their messages. A conversation is a tree: `parent` is the message
-- before, `head` the last one of the path that is being talked along. Rows are ordered by their ids,
-- never by the clock, which may be set back.
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  name TEXT UNIQUE,           -- NULL until its person names it
  started TEXT NOT NULL,      -- ISO 8601, UTC
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  system TEXT NOT NULL,
  parameters TEXT NOT NULL,   -- JSON object of what was chosen
  head INTEGER                -- a message, or NULL before the first
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  parent INTEGER REFERENCES messages (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
  content TEXT NOT NULL,
  written TEXT NOT NULL,      -- ISO 8601, UTC
  details TEXT                -- JSON object: reasoning, tool calls, provenance
) STRICT;

CREATE INDEX messages_of_conversation ON messages (conversation, id);
