-- The first schema. One statement ends where SQLite says it does; all of them run in one transaction (schema.py).
-- Times are ISO 8601 in UTC, values are JSON as values.py spells them, flags are 0 or 1.

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Numbers that `status` shows, kept by triggers: counting 100,000 rows costs more than the rest of the verb.
CREATE TABLE totals (
    what TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (what, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT NOT NULL, scope TEXT NOT NULL,
    sees_suppliers INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, mode TEXT NOT NULL,
    user INTEGER NOT NULL REFERENCES users, url TEXT NOT NULL, username TEXT NOT NULL, options TEXT NOT NULL,
    hints TEXT NOT NULL, secret_place TEXT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL, policy TEXT NOT NULL
) STRICT;

CREATE TABLE collections (
    id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, href TEXT NOT NULL,
    kind TEXT NOT NULL, name TEXT NOT NULL, format TEXT NOT NULL, accepts TEXT NOT NULL, read_only INTEGER NOT NULL,
    selected INTEGER NOT NULL DEFAULT 1, cursor TEXT, acked_seq INTEGER NOT NULL DEFAULT 0,
    hints TEXT NOT NULL DEFAULT '{}', UNIQUE (account, href)
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, account TEXT NOT NULL, actor TEXT NOT NULL,
    started TEXT NOT NULL, finished TEXT, state TEXT NOT NULL, stats TEXT NOT NULL, message TEXT NOT NULL
) STRICT;
CREATE INDEX runs_account ON runs (account, id);

-- Records. `name`, `organization` and `sort` are copies out of `fields` that lists need without reading JSON.
CREATE TABLE records (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, name TEXT NOT NULL,
    organization TEXT NOT NULL, sort TEXT NOT NULL, created TEXT NOT NULL, edited TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0, fields TEXT NOT NULL
) STRICT;
CREATE INDEX records_sort ON records (sort, seq) WHERE NOT deleted;
CREATE INDEX records_type_sort ON records (type, sort, seq) WHERE NOT deleted;
CREATE TRIGGER records_counted_in AFTER INSERT ON records WHEN NOT new.deleted BEGIN
    INSERT INTO totals VALUES ('records', new.type, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER records_recounted AFTER UPDATE OF deleted, type ON records
WHEN old.deleted <> new.deleted OR old.type <> new.type BEGIN
    INSERT INTO totals SELECT 'records', old.type, -1 WHERE NOT old.deleted ON CONFLICT DO UPDATE SET n = n - 1;
    INSERT INTO totals SELECT 'records', new.type, 1 WHERE NOT new.deleted ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TABLE record_keys (
    kind TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (kind, key, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_keys_record ON record_keys (record);

-- The words of a record, already folded (search.py). Nothing is stored twice: taking words out needs the old fields.
CREATE VIRTUAL TABLE record_words USING fts5(
    name, organization, emails, phones, note, content = '', detail = 'column', prefix = '2', columnsize = 0
);
-- What a transaction adds is written out once: a thousand records are more words than the usual megabyte.
INSERT INTO record_words (record_words, rank) VALUES ('hashsize', 16777216);

CREATE TABLE flags (
    user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, record TEXT NOT NULL REFERENCES records (id),
    PRIMARY KEY (user, record)
) STRICT, WITHOUT ROWID;

-- The journal. Who, when and why are the same for all entries of a transaction and stand once, in `stamps`.
CREATE TABLE stamps (
    id INTEGER PRIMARY KEY, run INTEGER REFERENCES runs, at TEXT NOT NULL, origin TEXT NOT NULL, actor TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX stamps_run ON stamps (run) WHERE run IS NOT NULL;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, stamp INTEGER NOT NULL REFERENCES stamps, record TEXT NOT NULL,
    field TEXT NOT NULL, before TEXT, after TEXT, reason TEXT
) STRICT;
CREATE INDEX journal_stamp ON journal (stamp);
CREATE INDEX journal_record ON journal (record, field);
CREATE TRIGGER journal_kept BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER stamps_kept BEFORE DELETE ON stamps BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER stamps_fixed BEFORE UPDATE ON stamps BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

-- The mirror. The bytes live apart, so that a pull without news reads none of them.
CREATE TABLE mirror (
    id INTEGER PRIMARY KEY, collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL,
    etag TEXT, uid TEXT NOT NULL, hash BLOB NOT NULL, dirty INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
    UNIQUE (collection, href)
) STRICT;
CREATE INDEX mirror_dirty ON mirror (collection, id) WHERE dirty;
CREATE TABLE mirror_raw (id INTEGER PRIMARY KEY REFERENCES mirror ON DELETE CASCADE, raw BLOB NOT NULL) STRICT;
CREATE TRIGGER mirror_counted_in AFTER INSERT ON mirror WHEN NOT new.gone BEGIN
    INSERT INTO totals VALUES ('mirror', new.collection, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER mirror_counted_out AFTER DELETE ON mirror WHEN NOT old.gone BEGIN
    UPDATE totals SET n = n - 1 WHERE what = 'mirror' AND name = CAST(old.collection AS TEXT);
END;
CREATE TRIGGER mirror_recounted AFTER UPDATE OF gone ON mirror WHEN old.gone <> new.gone BEGIN
    UPDATE totals SET n = n + old.gone - new.gone WHERE what = 'mirror' AND name = CAST(new.collection AS TEXT);
END;

-- Links. `touched` is the journal entry that last concerned the link, `dirty` says whether a cycle has looked since.
CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL REFERENCES records (id),
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL, uid TEXT NOT NULL,
    etag TEXT, base TEXT NOT NULL, echo TEXT NOT NULL, state TEXT NOT NULL, intent TEXT, previous_etag TEXT,
    dirty INTEGER NOT NULL DEFAULT 0, touched INTEGER NOT NULL DEFAULT 0, UNIQUE (record, collection)
) STRICT;
CREATE UNIQUE INDEX links_href ON links (collection, href) WHERE href <> '';
CREATE INDEX links_dirty ON links (collection, id) WHERE dirty;
CREATE INDEX links_under_way ON links (collection, id) WHERE state NOT IN ('linked', 'gone');

CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL, name TEXT NOT NULL,
    organization TEXT NOT NULL, emails TEXT NOT NULL, phones TEXT NOT NULL, kind TEXT NOT NULL, start TEXT NOT NULL,
    digest TEXT NOT NULL, type TEXT, suggestion TEXT REFERENCES records (id), confidence INTEGER NOT NULL,
    score INTEGER NOT NULL, reasons TEXT NOT NULL, state TEXT NOT NULL, decided_at TEXT NOT NULL DEFAULT '',
    decided_by TEXT NOT NULL DEFAULT '', UNIQUE (collection, href)
) STRICT;
CREATE INDEX queue_state ON queue (state, id);
CREATE INDEX queue_account ON queue (account, state, id);
CREATE INDEX queue_suggestion ON queue (suggestion, account) WHERE state = 'open' AND suggestion IS NOT NULL;
CREATE TRIGGER queue_counted_in AFTER INSERT ON queue BEGIN
    INSERT INTO totals VALUES ('queue', new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER queue_counted_out AFTER DELETE ON queue BEGIN
    UPDATE totals SET n = n - 1 WHERE what = 'queue' AND name = old.state;
END;
CREATE TRIGGER queue_recounted AFTER UPDATE OF state ON queue WHEN old.state <> new.state BEGIN
    UPDATE totals SET n = n - 1 WHERE what = 'queue' AND name = old.state;
    INSERT INTO totals VALUES ('queue', new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TABLE conflicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, record TEXT NOT NULL, link INTEGER NOT NULL,
    collection INTEGER NOT NULL, field TEXT NOT NULL, base TEXT, crm TEXT, remote TEXT, since TEXT NOT NULL, run INTEGER,
    open INTEGER NOT NULL, resolution TEXT NOT NULL DEFAULT '', losing TEXT, resolved_at TEXT NOT NULL DEFAULT '',
    resolved_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX conflicts_open ON conflicts (link, record, field) WHERE open;
CREATE INDEX conflicts_record ON conflicts (record);

CREATE TABLE parked (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    href TEXT NOT NULL, etag TEXT, reason TEXT NOT NULL, raw BLOB, attempts INTEGER NOT NULL, at TEXT NOT NULL,
    retry INTEGER NOT NULL DEFAULT 0, UNIQUE (collection, href)
) STRICT;

CREATE TABLE plans (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    collection INTEGER REFERENCES collections ON DELETE CASCADE, run INTEGER, at TEXT NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL, body TEXT NOT NULL, decided_at TEXT NOT NULL DEFAULT '', decided_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX plans_state ON plans (state, id);
CREATE TABLE answers (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL, event TEXT NOT NULL,
    answer TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, PRIMARY KEY (collection, href, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE losses (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, field TEXT NOT NULL, what TEXT NOT NULL,
    n INTEGER NOT NULL, last TEXT NOT NULL, PRIMARY KEY (collection, field, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
