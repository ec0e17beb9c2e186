-- Undoing a sync asks which of the items that it wrote had been another record's before.
CREATE INDEX decisions_moved ON decisions (key) WHERE what = 'moved';
