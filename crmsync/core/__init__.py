"""Pure decisions: no I/O, clock, random, logging or SQL. Same inputs, same answer."""
