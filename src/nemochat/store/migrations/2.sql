-- Version 2: a conversation's number is never given again (a process that still has a deleted one
-- open must not write into another); what a list shows stands in the conversation's own row, kept by
-- triggers, so that a list costs the same however much was said; messages are found by their words.
CREATE TABLE conversations_2 (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,               -- NULL until its person names it
  started TEXT NOT NULL,          -- ISO 8601, UTC
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  system TEXT NOT NULL,
  parameters TEXT NOT NULL,       -- JSON object of what was chosen
  head INTEGER,                   -- a message, or NULL before the first
  tip INTEGER,                    -- where /redo leads: head, or a message below it
  first TEXT NOT NULL DEFAULT '', -- the start of the first question
  turns INTEGER NOT NULL DEFAULT 0, -- questions in all branches
  cost REAL,                      -- US dollars of all answers; NULL while none told its own
  last INTEGER,                   -- the newest message
  touched TEXT                    -- when that was written: to be shown, never to order by
) STRICT;
INSERT INTO conversations_2
  SELECT id, name, started, model, endpoint, system, parameters, head, head, '', 0, NULL, NULL, started
  FROM conversations;
DROP TABLE conversations;
ALTER TABLE conversations_2 RENAME TO conversations;
CREATE INDEX conversations_by_last ON conversations (last);

ALTER TABLE messages ADD COLUMN settled INTEGER NOT NULL DEFAULT 1; -- 0 while an answer grows
ALTER TABLE messages ADD COLUMN cost REAL AS (
  json_extract(details, '$.provenance.usage.estimated_cost') + 0.0
) VIRTUAL;
CREATE INDEX messages_below ON messages (parent);
CREATE INDEX messages_growing ON messages (id) WHERE NOT settled;

UPDATE conversations SET
  first = coalesce((SELECT substr(content, 1, 400) FROM messages m
    WHERE m.conversation = conversations.id AND role = 'user' ORDER BY id LIMIT 1), ''),
  turns = (SELECT count(*) FROM messages m WHERE m.conversation = conversations.id AND role = 'user'),
  cost = (SELECT sum(m.cost) FROM messages m WHERE m.conversation = conversations.id),
  last = (SELECT max(id) FROM messages m WHERE m.conversation = conversations.id),
  touched = coalesce((SELECT written FROM messages m WHERE m.conversation = conversations.id
    ORDER BY id DESC LIMIT 1), started);

-- Rows are messages by their id and names by their conversation's id below zero. Three characters
-- in a row are a word: so any script is found, also those without spaces, and any part of a word.
-- The texts themselves stand in their tables alone. The two blanks at the end let the last one and
-- two characters of a text begin a trigram too: shorter words are found by those they begin.
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'trigram');
INSERT INTO words (rowid, text) SELECT id, content || '  ' FROM messages;
INSERT INTO words (rowid, text) SELECT -id, name || '  ' FROM conversations WHERE name NOT NULL;
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);

CREATE TRIGGER message_begun AFTER INSERT ON messages BEGIN
  UPDATE conversations SET
    last = new.id,
    touched = new.written,
    turns = turns + (new.role = 'user'),
    first = CASE WHEN first = '' AND new.role = 'user' THEN substr(new.content, 1, 400) ELSE first END,
    cost = CASE WHEN new.cost IS NULL THEN cost ELSE coalesce(cost, 0) + new.cost END
  WHERE id = new.conversation;
  INSERT INTO words (rowid, text) SELECT new.id, new.content || '  ' WHERE new.settled;
END;

-- While an answer grows it is not among the words: that would cost more the longer it is.
CREATE TRIGGER message_grown AFTER UPDATE OF content, details, settled ON messages BEGIN
  INSERT INTO words (words, rowid, text) SELECT 'delete', old.id, old.content || '  ' WHERE old.settled;
  INSERT INTO words (rowid, text) SELECT new.id, new.content || '  ' WHERE new.settled;
  UPDATE conversations SET cost = coalesce(cost, 0) + coalesce(new.cost, 0) - coalesce(old.cost, 0)
  WHERE id = new.conversation AND new.cost IS NOT old.cost;
END;

CREATE TRIGGER message_deleted AFTER DELETE ON messages BEGIN
  INSERT INTO words (words, rowid, text) SELECT 'delete', old.id, old.content || '  ' WHERE old.settled;
END;

CREATE TRIGGER conversation_begun AFTER INSERT ON conversations BEGIN
  INSERT INTO words (rowid, text) SELECT -new.id, new.name || '  ' WHERE new.name NOT NULL;
END;

CREATE TRIGGER conversation_renamed AFTER UPDATE OF name ON conversations
WHEN new.name IS NOT old.name BEGIN
  INSERT INTO words (words, rowid, text)
    SELECT 'delete', -old.id, old.name || '  ' WHERE old.name NOT NULL;
  INSERT INTO words (rowid, text) SELECT -new.id, new.name || '  ' WHERE new.name NOT NULL;
END;

CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations BEGIN
  INSERT INTO words (words, rowid, text)
    SELECT 'delete', -old.id, old.name || '  ' WHERE old.name NOT NULL;
END;
