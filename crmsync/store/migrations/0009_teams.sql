-- Whom a user works with: scope `team` means the records of everybody in the same team.
ALTER TABLE users ADD COLUMN team TEXT NOT NULL DEFAULT '';
