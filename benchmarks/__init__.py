"""Measured claims: `python -m benchmarks.NAME` prints figures with their bounds and fails when one does not hold."""
