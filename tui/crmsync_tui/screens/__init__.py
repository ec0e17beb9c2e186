"""One file per screen. A screen asks the clerks, draws what they say, and hands decisions to `review`."""
