-- What a person wants done with items of the import queue as they arrive. The first rule that fits an item decides.

CREATE TABLE queue_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, expression TEXT NOT NULL, action TEXT NOT NULL,
    type TEXT, account INTEGER REFERENCES accounts ON DELETE CASCADE, place INTEGER NOT NULL, active INTEGER NOT NULL,
    made_at TEXT NOT NULL, made_by TEXT NOT NULL
) STRICT;

-- Whether the rules have had their turn with an item. What waits already is a person's.
ALTER TABLE queue ADD COLUMN ruled INTEGER NOT NULL DEFAULT 1;
CREATE INDEX queue_unruled ON queue (collection, id) WHERE NOT ruled;

-- What the item calls itself: one that was made private stays so when it is made anew under another address.
ALTER TABLE queue ADD COLUMN uid TEXT NOT NULL DEFAULT '';
UPDATE queue SET uid = coalesce((SELECT m.uid FROM mirror m WHERE (m.collection, m.href) = (queue.collection, queue.href)), '');
CREATE INDEX queue_left_out ON queue (collection, uid) WHERE uid <> '' AND state IN ('ignored', 'private');
