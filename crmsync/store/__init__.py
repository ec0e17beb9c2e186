"""The only SQL. Start at `crmsync.store.store`."""
