-- What is about to be put back, as JSON: should the answer be lost, it is known what the item shows without anybody's edit.
ALTER TABLE put_backs ADD COLUMN sent TEXT;
