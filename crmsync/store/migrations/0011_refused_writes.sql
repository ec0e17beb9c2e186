-- Writes that a remote refuses are told apart from what could not be read. `seq`: the newest journal entry when it was
-- tried last, so that an edit since then is noticed. `dropped`: a person knows that item and record are out of step.
ALTER TABLE parked ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parked ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parked ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
UPDATE parked SET refused = 1 WHERE reason LIKE 'the remote refused it: %';
