"""Names that nothing in `crmsync` calls, each with who does: what `make check` is not to take for dead code."""

# ruff: noqa: B018, F821
# mypy: ignore-errors

# Entry points: `connectors.registry` finds them by name.
FolderConnector
MemoryConnector

# dnspython and httpx2 read them.
_.nameservers
_.requires_response_body

# Python calls `__exit__` with it.
trace

# MemoryRemote is the reference that tests drive; these are how they reach in behind a connector's back.
_.to
_.add_collection
_.remove_collection
_.protect
_.seed
_.spoil
_.contents
_.stop_failing
_.forget_tokens
_.wipe
_.restore_backup
_.meanings
strip_plus
drops_groups
in_turn
RADICALE
XANDIKOS
GOOGLE_PEOPLE
GRAPH
BUSINESS_CENTRAL

# What a collection can be; mailboxes are not read yet.
MAILBOX
FOLDER

# The answer of SQL becomes one of these by its value.
IN_SYNC
QUEUED
EXCLUDED
CONFLICTED
PARKED
PENDING

# Comparisons of a filter, by what is typed; a suggester is read by the input that has it.
IS
DIFFERS
LESS
AT_MOST
MORE
AT_LEAST
_.suggester

# Kept with every decision; shown by the TUI and by undo, which come later.
_.resolved_at
_.resolved_by

# Windows of a recurrence, for whoever shows an agenda; promoting a lead; polling for changes; facts about a home.
occurrences
_.occurrences
_.retype
_.data_version
_.set_setting

# Python's own http.client and io call these.
_.readable
_.response_class

# Python's logging reads it.
_.raiseExceptions

# For the screens that come next.
_.busy

# A `Look` is compared as a whole: another file of the same number on another disk is another file.
_.device
