-- Items whose record was deleted because they vanished: should one turn up elsewhere soon, it had only been moved.
CREATE TABLE vanished (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL, uid TEXT NOT NULL,
    hash BLOB NOT NULL, record TEXT NOT NULL REFERENCES records (id), at TEXT NOT NULL, PRIMARY KEY (collection, href)
) STRICT, WITHOUT ROWID;
