"""The DAV connector, piece by piece and against a server that misbehaves on cue."""
