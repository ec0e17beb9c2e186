-- What an item of the queue is found by while somebody types, in an index that such a search reads alone.

ALTER TABLE queue ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE queue SET words = lower(name || ' ' || organization || ' ' || emails || ' ' || phones);
DROP INDEX queue_state;
CREATE INDEX queue_state ON queue (state, id, words);
