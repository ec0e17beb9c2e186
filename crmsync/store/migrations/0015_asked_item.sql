-- A question about the item of a deleted record is asked for the item as it was: the hash of its bytes then.
ALTER TABLE conflicts ADD COLUMN item TEXT NOT NULL DEFAULT '';
