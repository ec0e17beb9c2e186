"""A throw-away world for `crmsync demo`: a real server on this machine and the people in it."""
