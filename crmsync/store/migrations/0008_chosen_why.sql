-- A record may be chosen for several reasons, each of which comes and goes by itself. `why` is a name in core.selection.

ALTER TABLE chosen RENAME TO chosen_before;
CREATE TABLE chosen (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, record TEXT NOT NULL REFERENCES records (id),
    why TEXT NOT NULL, PRIMARY KEY (account, record, why)
) STRICT, WITHOUT ROWID;
INSERT INTO chosen SELECT account, record, 'FILTER' FROM chosen_before;
DROP TABLE chosen_before;
UPDATE choices SET terms = '';
