"""Measurements against the limit of the client library and against peers, on one machine in one run.

Not part of the wheel and never asserted inside tests: `liandong bench --help` says how to run them,
docs/performance.md what came out.
"""
