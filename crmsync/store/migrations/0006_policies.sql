-- Conflicts say why nobody but a person could decide them, and how often the same values met again.
ALTER TABLE conflicts ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE conflicts ADD COLUMN times INTEGER NOT NULL DEFAULT 1;

-- What a person wants to be done from now on with conflicts of an account about a field of records of a type.
-- For the pseudo-field `deleted` the choice is what a deletion at the remote means.
CREATE TABLE policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    type TEXT NOT NULL, field TEXT NOT NULL, choice TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
    UNIQUE (account, type, field)
) STRICT;

-- The last bytes of an item that vanished, until a person has said what that means.
CREATE TABLE last_bytes (link INTEGER PRIMARY KEY REFERENCES links ON DELETE CASCADE, raw BLOB NOT NULL) STRICT;
