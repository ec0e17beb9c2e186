"""State machines: what holds after any sequence of edits, cycles, faults and decisions."""
