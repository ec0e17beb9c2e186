"""Hours of work with a daemon that is killed every half minute, in `make soak`: too long for the suite."""
