-- Version 4: of a trigram, the index knows in which messages it stands, not at which of their places:
-- what is found is compared with the text itself. That takes a third of the space.
DROP TABLE vocabulary;
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'trigram', detail = 'none');
INSERT INTO words (rowid, text) SELECT id, content || '  ' FROM messages WHERE settled;
INSERT INTO words (rowid, text) SELECT -id, name || '  ' FROM conversations WHERE name NOT NULL;
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
