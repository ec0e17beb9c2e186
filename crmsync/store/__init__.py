"""The only SQL in the project: the hub's records, the mirror of every remote, and the journal."""
