"""Measurements, never tests: each script prints figures next to those of other programs, taken in one run.

`make bench` runs all and writes docs/benchmarks.md; `python -m tests.bench.idle` runs one.
"""
