-- What an ejection needs: which items of a remote are our work, and what stood there before.

-- One row for each stretch of writes of ours to an item with no edit of somebody else in between. `original`: its bytes
-- before the stretch, NULL for an item we created. `left_as`: the hash of its bytes as we left them. `before` and `after`:
-- the fields we changed. `edited`: somebody else has changed an item we created.
CREATE TABLE ours (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, href TEXT NOT NULL, stretch INTEGER NOT NULL,
    original BLOB, left_as BLOB NOT NULL, before TEXT NOT NULL DEFAULT '{}', after TEXT NOT NULL DEFAULT '{}',
    edited INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (collection, href, stretch)
) STRICT, WITHOUT ROWID;
