-- One log of what we wrote at remotes: field by field for undo and report, item by item for an ejection.

-- `act`: created, updated, deleted; settled (what the remote made of our write), edited (somebody else wrote right after
-- us), let go (the item is no business of ours any more). `stood`: what the remote showed in a field before we wrote it.
-- `agreed`: whether `before` is what both sides had agreed on; where it is 0 they never had. `left_as`: the hash of the
-- item's bytes as we left them; an entry without it says nothing to an ejection. `raw`: the bytes that a deletion took,
-- or those of somebody else that a write of ours replaced.
DROP TRIGGER pushes_fixed;
ALTER TABLE pushes ADD COLUMN act TEXT NOT NULL DEFAULT 'updated';
ALTER TABLE pushes ADD COLUMN stood TEXT;
ALTER TABLE pushes ADD COLUMN agreed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE pushes ADD COLUMN left_as BLOB;
UPDATE pushes SET stood = before,
    act = CASE WHEN field <> '' THEN 'updated' WHEN before IS NULL THEN 'created' ELSE 'deleted' END;
CREATE INDEX pushes_item ON pushes (collection, href, seq);

-- What the table `ours` knew. It belongs to no run, and is filed under no record: only an ejection is to find it.
INSERT INTO stamps (run, at, origin, actor, reason)
    SELECT NULL, coalesce((SELECT max(at) FROM stamps), ''), 'crmsync', 'crmsync', 'carried over'
    WHERE EXISTS (SELECT 1 FROM ours);
INSERT INTO pushes (stamp, record, collection, href, uid, act, field, stood, after, raw, left_as)
    SELECT (SELECT max(id) FROM stamps), '', collection, href, '', act, field, stood, after, raw, left_as FROM (
        SELECT collection, href, stretch, 0 AS part, CASE WHEN original IS NULL THEN 'created' ELSE 'updated' END AS act,
            '' AS field, NULL AS stood, NULL AS after, original AS raw, left_as
        FROM ours
        UNION ALL
        SELECT collection, href, stretch, 1, 'updated', f.key,
            CASE b.type WHEN 'null' THEN NULL WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
                WHEN 'object' THEN b.value WHEN 'array' THEN b.value ELSE json_quote(b.value) END,
            CASE f.type WHEN 'null' THEN NULL WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
                WHEN 'object' THEN f.value WHEN 'array' THEN f.value ELSE json_quote(f.value) END,
            NULL, left_as
        FROM ours, json_each(ours.after) f LEFT JOIN json_each(ours.before) b ON b.key = f.key
        WHERE original IS NOT NULL
        UNION ALL
        SELECT collection, href, stretch, 2, 'edited', '', NULL, NULL, NULL, NULL FROM ours WHERE edited
    ) ORDER BY collection, href, stretch, part;
DROP TABLE ours;
CREATE TRIGGER pushes_fixed BEFORE UPDATE ON pushes BEGIN SELECT raise(ABORT, 'the write log is append-only'); END;

-- The log outlives a collection, so its number is never given to another one.
INSERT INTO settings SELECT 'newest collection', max(collection) FROM pushes HAVING max(collection) IS NOT NULL;
CREATE TRIGGER collections_once AFTER DELETE ON collections BEGIN
    INSERT OR REPLACE INTO settings VALUES ('newest collection', max(old.id,
        coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'newest collection'), 0)));
END;
