-- Version 3: a conversation remembers its profile, the values that were given to it, and the examples
-- that stand before the first question.
ALTER TABLE conversations ADD COLUMN profile TEXT NOT NULL DEFAULT '';    -- its name
ALTER TABLE conversations ADD COLUMN filling TEXT NOT NULL DEFAULT '{}';  -- JSON object of texts
ALTER TABLE conversations ADD COLUMN examples TEXT NOT NULL DEFAULT '[]'; -- JSON list of role, content
