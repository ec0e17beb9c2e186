"""The only network and file access to remotes. Each kind is found by entry point (see `registry`)."""
