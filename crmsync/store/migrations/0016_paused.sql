-- An account that its user has paused, and one whose remote has asked us to wait: until when (`''`: it has not).
ALTER TABLE accounts ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN until TEXT NOT NULL DEFAULT '';
