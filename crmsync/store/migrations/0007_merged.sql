-- Records that were merged into others. Their items may come back with the old mark.
CREATE TABLE merged (
    record TEXT PRIMARY KEY REFERENCES records (id), merged_into TEXT NOT NULL REFERENCES records (id),
    run INTEGER REFERENCES runs
) STRICT, WITHOUT ROWID;
