-- What a run wrote at remotes, and what people decided: with the journal, all that is needed to take a run back.

ALTER TABLE runs ADD COLUMN undoes INTEGER REFERENCES runs;
ALTER TABLE runs ADD COLUMN undone_by INTEGER REFERENCES runs;

-- One row for each field that was written, with what both sides had agreed on before. `field` is empty for an item that
-- was created (before is NULL) or deleted (after is NULL, and `raw` holds its last bytes).
CREATE TABLE pushes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, stamp INTEGER NOT NULL REFERENCES stamps, record TEXT NOT NULL,
    collection INTEGER NOT NULL, href TEXT NOT NULL, uid TEXT NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT,
    raw BLOB
) STRICT;
CREATE INDEX pushes_stamp ON pushes (stamp);
CREATE INDEX pushes_record ON pushes (record, collection);
CREATE TRIGGER pushes_kept BEFORE DELETE ON pushes BEGIN SELECT raise(ABORT, 'the write log is append-only'); END;
CREATE TRIGGER pushes_fixed BEFORE UPDATE ON pushes BEGIN SELECT raise(ABORT, 'the write log is append-only'); END;

-- What the journal does not hold, since no field of a record changed: `what` names the table, `key` the row in it.
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, stamp INTEGER NOT NULL REFERENCES stamps, what TEXT NOT NULL,
    key TEXT NOT NULL, before TEXT, after TEXT
) STRICT;
CREATE INDEX decisions_stamp ON decisions (stamp);
CREATE TRIGGER decisions_kept BEFORE DELETE ON decisions BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;

-- Records that an account is not to get although its selection says so: their item was taken back by an undo.
CREATE TABLE withheld (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, record TEXT NOT NULL REFERENCES records (id),
    PRIMARY KEY (account, record)
) STRICT, WITHOUT ROWID;
