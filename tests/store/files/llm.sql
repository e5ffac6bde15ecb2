CREATE TABLE messages (
   "hash" TEXT PRIMARY KEY,
   "parent_hash" TEXT REFERENCES messages("hash"),
   "role" TEXT,
   "provider_metadata" TEXT
);
INSERT INTO messages VALUES ('b2:074dea0bd0259e0d5dca16426a45e4f5', NULL, 'system', NULL);
INSERT INTO messages VALUES ('b2:d14313923ff9d58ccec4203ae51c857d', 'b2:074dea0bd0259e0d5dca16426a45e4f5', 'user', NULL);
INSERT INTO messages VALUES ('b2:f458bf853492d23e533453e26d864f72', 'b2:d14313923ff9d58ccec4203ae51c857d', 'assistant', NULL);
INSERT INTO messages VALUES ('b2:7b1af5dfb8c3aed447a268860dccd263', 'b2:f458bf853492d23e533453e26d864f72', 'user', NULL);
INSERT INTO messages VALUES ('b2:220ab436d0dda94eaa09f8cdea9d8aa6', 'b2:7b1af5dfb8c3aed447a268860dccd263', 'assistant', NULL);
INSERT INTO messages VALUES ('b2:dd58d60afc338bead0ab588bbbd39936', NULL, 'user', NULL);
INSERT INTO messages VALUES ('b2:c53b625905c0a23d4282afdd065a4ade', 'b2:dd58d60afc338bead0ab588bbbd39936', 'assistant', NULL);
CREATE TABLE parts (
   "id" INTEGER PRIMARY KEY,
   "message_hash" TEXT REFERENCES "messages"("hash"),
   "position" INTEGER,
   "type" TEXT,
   "tool_name" TEXT,
   "text" TEXT,
   "payload" TEXT
);
INSERT INTO parts VALUES (1, 'b2:074dea0bd0259e0d5dca16426a45e4f5', 0, 'text', NULL, 'Be brief.', NULL);
INSERT INTO parts VALUES (2, 'b2:d14313923ff9d58ccec4203ae51c857d', 0, 'text', NULL, 'How do I save a chat?', NULL);
INSERT INTO parts VALUES (3, 'b2:f458bf853492d23e533453e26d864f72', 0, 'text', NULL, '## How do I save a chat?

You need not: it is saved already. `/save NAME` gives it a name by which you find it again, such as
`/save lamb`, and `/load lamb` goes on with it.

## How do I chat without saving anything?

`--private` keeps nothing on disk. The endpoint still receives what you send.

```console
$ nemochat ask --private "What is the guide?"
```

There is more: say `more`, or `/help conversations`</s>', NULL);
INSERT INTO parts VALUES (4, 'b2:7b1af5dfb8c3aed447a268860dccd263', 0, 'text', NULL, 'How do I leave the chat?', NULL);
INSERT INTO parts VALUES (5, 'b2:220ab436d0dda94eaa09f8cdea9d8aa6', 0, 'text', NULL, '## How do I leave the chat?

Type `/exit` (or `/quit`, `/bye`, `/q`), or press Ctrl-D. A bare `exit`, `quit` or `:q` alone on a
line leaves too. Nothing is lost: the conversation has been saved by itself, and `nemochat -c` goes
on with it.

There is more: say `more`, or `/help chat`</s>', NULL);
INSERT INTO parts VALUES (6, 'b2:dd58d60afc338bead0ab588bbbd39936', 0, 'text', NULL, '東京はどこですか？', NULL);
INSERT INTO parts VALUES (7, 'b2:c53b625905c0a23d4282afdd065a4ade', 0, 'text', NULL, 'My pages say nothing about that; I only know nemochat itself.

- **start**: Getting started
- **ask**: One question, and pipes
- **chat**: The terminal chat
- **commands**: Chat commands
- **configuration**: Configuration
- **conversations**: Saved conversations
- **costs**: Tokens and costs
- **endpoints**: Endpoints
- **exit-codes**: Exit codes
- **guide**: The guide
- **parameters**: Parameters
- **privacy**: Privacy
- **shells**: Shell completion
- **system-prompts**: System prompts
- **tokens**: API tokens
- **troubleshooting**: Troubleshooting

Ask about one of them, or read it whole: `/help TOPIC`</s>', NULL);
CREATE TABLE threads (
   "id" TEXT PRIMARY KEY,
   "name" TEXT,
   "tip_message_hash" TEXT REFERENCES "messages"("hash"),
   "forked_from" TEXT REFERENCES threads("id"),
   "datetime_utc" TEXT
);
INSERT INTO threads VALUES ('01m83akdzxx847sxndtzvtj14m', 'How do I save a chat?', 'b2:220ab436d0dda94eaa09f8cdea9d8aa6', NULL, '2026-11-23 04:28:37.140097+00:00');
INSERT INTO threads VALUES ('01m83akn8zb0v488hpzj23253n', '東京はどこですか？', 'b2:c53b625905c0a23d4282afdd065a4ade', NULL, '2026-11-23 04:28:45.071554+00:00');
CREATE TABLE turns (
   "id" TEXT PRIMARY KEY,
   "thread_id" TEXT REFERENCES "threads"("id"),
   "parent_message_hash" TEXT REFERENCES "messages"("hash"),
   "tip_message_hash" TEXT REFERENCES "messages"("hash"),
   "model" TEXT,
   "resolved_model" TEXT,
   "options_json" TEXT,
   "schema_id" TEXT REFERENCES "schemas"("id"),
   "input_tokens" INTEGER,
   "output_tokens" INTEGER,
   "token_details" TEXT,
   "duration_ms" INTEGER,
   "datetime_utc" TEXT
, "response_json" TEXT);
INSERT INTO turns VALUES ('01m83akdzz0aepnzs39xrrv3jm', '01m83akdzxx847sxndtzvtj14m', 'b2:d14313923ff9d58ccec4203ae51c857d', 'b2:f458bf853492d23e533453e26d864f72', 'nemo', NULL, '{"temperature": 0.3}', NULL, 14, 129, NULL, 1427, '2026-11-23T04:28:35.711917+00:00', '{"content": {"$": "0.0.text"}, "finish_reason": "stop", "usage": {"completion_tokens": 129, "prompt_tokens": 14, "total_tokens": 143, "estimated_cost": 0.0}, "id": "dd8a2506aa08ea98f28f8d0b", "object": "chat.completion.chunk", "model": "mistralai/Mistral-Nemo-Instruct-2407", "created": 1795408115}');
INSERT INTO turns VALUES ('01m83akhr6anpeqr64jme8qx37', '01m83akdzxx847sxndtzvtj14m', 'b2:7b1af5dfb8c3aed447a268860dccd263', 'b2:220ab436d0dda94eaa09f8cdea9d8aa6', 'nemo', NULL, NULL, NULL, 158, 103, NULL, 1148, '2026-11-23T04:28:39.558346+00:00', '{"content": {"$": "0.0.text"}, "finish_reason": "stop", "usage": {"completion_tokens": 103, "prompt_tokens": 158, "total_tokens": 261, "estimated_cost": 0.0}, "id": "7210e853fdfee97856ea5bf3", "object": "chat.completion.chunk", "model": "mistralai/Mistral-Nemo-Instruct-2407", "created": 1795408119}');
INSERT INTO turns VALUES ('01m83akn903ff6xp0q9xm0h2dv', '01m83akn8zb0v488hpzj23253n', 'b2:dd58d60afc338bead0ab588bbbd39936', 'b2:c53b625905c0a23d4282afdd065a4ade', 'nemo', NULL, NULL, NULL, 4, 196, NULL, 1902, '2026-11-23T04:28:43.168386+00:00', '{"content": {"$": "0.0.text"}, "finish_reason": "stop", "usage": {"completion_tokens": 196, "prompt_tokens": 4, "total_tokens": 200, "estimated_cost": 0.0}, "id": "4682aabac6ae2a45d022b774", "object": "chat.completion.chunk", "model": "mistralai/Mistral-Nemo-Instruct-2407", "created": 1795408123}');
CREATE TABLE turn_search (
   "id" INTEGER PRIMARY KEY,
   "turn_id" TEXT REFERENCES "turns"("id"),
   "prompt" TEXT,
   "response" TEXT
);
INSERT INTO turn_search VALUES (1, '01m83akdzz0aepnzs39xrrv3jm', 'How do I save a chat?', '## How do I save a chat?

You need not: it is saved already. `/save NAME` gives it a name by which you find it again, such as
`/save lamb`, and `/load lamb` goes on with it.

## How do I chat without saving anything?

`--private` keeps nothing on disk. The endpoint still receives what you send.

```console
$ nemochat ask --private "What is the guide?"
```

There is more: say `more`, or `/help conversations`</s>');
INSERT INTO turn_search VALUES (2, '01m83akhr6anpeqr64jme8qx37', 'How do I leave the chat?', '## How do I leave the chat?

Type `/exit` (or `/quit`, `/bye`, `/q`), or press Ctrl-D. A bare `exit`, `quit` or `:q` alone on a
line leaves too. Nothing is lost: the conversation has been saved by itself, and `nemochat -c` goes
on with it.

There is more: say `more`, or `/help chat`</s>');
INSERT INTO turn_search VALUES (3, '01m83akn903ff6xp0q9xm0h2dv', '東京はどこですか？', 'My pages say nothing about that; I only know nemochat itself.

- **start**: Getting started
- **ask**: One question, and pipes
- **chat**: The terminal chat
- **commands**: Chat commands
- **configuration**: Configuration
- **conversations**: Saved conversations
- **costs**: Tokens and costs
- **endpoints**: Endpoints
- **exit-codes**: Exit codes
- **guide**: The guide
- **parameters**: Parameters
- **privacy**: Privacy
- **shells**: Shell completion
- **system-prompts**: System prompts
- **tokens**: API tokens
- **troubleshooting**: Troubleshooting

Ask about one of them, or read it whole: `/help TOPIC`</s>');
