-- Saved filters, and what each account gets apart from flagged records. `chosen` is what the last cycle came to: what is
-- no longer chosen next time leaves the account. `seq` is the journal entry up to which that looked, `at` the hour it
-- did, `terms` what it was told (expression, scope, export rules), so that a change of any of them is noticed.

CREATE TABLE filters (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, expression TEXT NOT NULL) STRICT;
CREATE TABLE choices (
    account INTEGER PRIMARY KEY REFERENCES accounts ON DELETE CASCADE, filter INTEGER REFERENCES filters,
    terms TEXT NOT NULL DEFAULT '', seq INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE chosen (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, record TEXT NOT NULL REFERENCES records (id),
    PRIMARY KEY (account, record)
) STRICT, WITHOUT ROWID;
