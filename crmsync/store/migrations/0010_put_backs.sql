-- Items whose link was undone: what we wrote into them comes out again with the next sync. `done`: then, as JSON, the
-- fields that went back and to what, in case the link comes back too.
CREATE TABLE put_backs (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL,
    record TEXT NOT NULL REFERENCES records (id), done TEXT, PRIMARY KEY (collection, href)
) STRICT, WITHOUT ROWID;
