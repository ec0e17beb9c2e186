"""Pure translation between the bytes a remote keeps and the fields a record has."""
